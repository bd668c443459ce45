"""From an evaluated form to what is drawn of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.forms.definition.compiler import Compiled, Node
from portal.forms.definition.media import picture_of, picture_of_row
from portal.forms.definition.model import REFERENCE
from portal.forms.engine.forward import has_last
from portal.forms.engine.place import Place
from portal.forms.engine.posted import field_id, field_name
from portal.forms.engine.settle import Evaluation, row_before
from portal.forms.engine.state import KEY, NEW, Context, Issue, Result, Seed
from portal.forms.engine.view import Item, Option, Page, RowView, label_of, language_of, plain
from portal.forms.messages import language, pick

SAMPLE = "§{}§"
"""What stands for the number of a row in the sample of a repeat, by the number of repeats around it."""
REMEMBERED = 20
"""Rows of last time of which a browser knows the answers before the row is added; further ones follow when the page is
drawn again."""


def pages(
    compiled: Compiled, result: Result, context: Context, *, everything: bool = False, whole: bool = False
) -> list[Page]:
    """What to draw for an evaluated form; questions that are not relevant are left out, or with *everything* marked.

    With the style ``pages`` each top-level group is a page and what stands between groups is one too; pages without
    anything relevant are left out; *whole* puts them all on one.
    """
    drawing = _Drawing(compiled, result, context, everything)
    if whole or "pages" not in str(compiled.definition["settings"].get("style") or "").split():
        return [Page("", list(drawing.items(compiled.top, result.top)), nodes=list(compiled.top), whole=whole)]
    found: list[Page] = []
    loose = Page("", [])
    for node in compiled.top:
        drawn = list(drawing.items([node], result.top))
        if node.kind == "group":
            loose = Page("", [])
            if drawn and not drawn[0].hidden and any(not item.hidden for item in drawn[0].items):
                found.append(Page(drawn[0].label, drawn[0].items, len(found) + 1, drawn[0].lang, [node]))
            continue
        if any(not item.hidden for item in drawn) and all(item.hidden for item in loose.items):
            loose.number = len(found) + 1
            found.append(loose)
        loose.items.extend(drawn)
        loose.nodes.append(node)
    return found or [Page("", [])]


def pictured(compiled: Compiled) -> bool:
    """Whether a question has a picture; asked once per form."""
    found: bool | None = compiled.memo.get("pictured")
    if found is None:
        kept = (compiled.definition.get("x") or {}).get("survey")
        found = compiled.memo["pictured"] = bool(kept) or any(node.row.get("image") for node in compiled.nodes)
    return found


class _Drawing:
    def __init__(self, compiled: Compiled, result: Result, context: Context, everything: bool) -> None:
        self.compiled = compiled
        self.result = result
        self.everything = everything
        self.context = context
        self.errors: dict[str, Issue] = {}
        for issue in result.errors:
            self.errors.setdefault(issue.path, issue)
        self.evaluation = Evaluation(compiled, {}, context, "draft", False)
        self.pictured = pictured(compiled)
        self.locale = context.locale
        self.options_of: dict[str, list[tuple[str, str, str, str, bool]]] = {}

    def items(self, nodes: Sequence[Node], place: Place) -> Iterator[Item]:
        """Items for the visible rows of the form at one place."""
        hidden = place.hidden
        for node in nodes:
            if node.name in hidden and not self.everything:
                continue
            if node.kind == "question":
                if node.field.asks:
                    yield self.question(node, place)
            elif node.kind == "group":
                item = self.item(node, place)
                item.items = list(self.items(node.children, place))
                yield item
            else:
                yield self.repeat(node, place)

    def item(self, node: Node, place: Place) -> Item:
        """The common part of all items."""
        path = place.prefix + node.name
        row = node.row
        label = row.get("label") or {}
        return Item(
            node,
            path,
            field_name(path),
            field_id(path),
            row["type"] if node.field.name != "unknown" or node.kind != "question" else "unknown",
            self.words(label, place, node.name if node.kind == "question" else ""),
            self.words(row.get("hint"), place) if row.get("hint") else "",
            language(label, self.locale),
            language(row.get("hint"), self.locale),
            error=self.errors.get(path),
            hidden=node.name in place.hidden,
            picture=picture_of_row(self.evaluation.compiled.definition, row, self.locale) if self.pictured else "",
            speaks=self.speaks(label) or self.speaks(row.get("hint")),
        )

    def speaks(self, texts: Mapping[str, str] | None) -> bool:
        """Whether words on a page that computes itself mention answers."""
        return self.everything and texts is not None and any("${" in text for text in texts.values())

    def question(self, node: Node, place: Place) -> Item:
        """A question with its value, choices and error."""
        item = self.item(node, place)
        raw = place.out.get(node.name)
        item.required = item.path in self.result.required
        item.read_only = self.locked(node, place)
        item.locks = self.everything and self.changes(node, "read_only") and node.calculation is None
        if raw is not None:
            item.value = [str(each) for each in raw] if isinstance(raw, list) else plain(raw)
            item.text = self.read(node, raw)
        if (before := place.previous.get(node.name)) is not None:
            item.previous = self.read(node, before)
        if node.field.choices or node.source:
            chosen = set(raw) if isinstance(raw, list) else {raw}
            item.filters = self.everything and self.changes(node, "choice_filter")
            item.options = [
                Option(name, label, name in chosen, lang, picture, hidden)
                for name, label, lang, picture, hidden in self.options(node, place, item.filters)
            ]
            item.options += self.past(node, chosen)
        return item

    def changes(self, node: Node, cell: str) -> bool:
        """Whether a cell holds an expression that reads answers, or the row it stands in."""
        tree = self.compiled.trees.get(node.id, {}).get(cell)
        return tree is not None and _reads(tree)

    def locked(self, node: Node, place: Place) -> bool:
        """Whether people may not change the answer."""
        if node.calculation is not None or not node.field.fills:
            return True
        if isinstance(node.read_only, bool):
            return node.read_only
        return self.evaluation.true(node.read_only, node, place, True)

    def repeat(self, node: Node, place: Place) -> Item:
        """A repeat with its rows."""
        item = self.item(node, place)
        item.can_add = not node.source and node.count is None and not node.read_only
        rows = [(row, str(index), False) for index, row in enumerate(place.rows.get(node.name, ()))]
        if self.everything:
            if item.hidden or node.name not in place.rows:
                rows = [(row, str(index), False) for index, row in enumerate(self.unsettled(node, place))]
            elif node.source and self.changes(node, "rows_filter"):
                rows = self.all_seeds(node, place)
            if item.can_add or (node.count is not None and not node.source):
                mark = SAMPLE.format(len(node.path))
                item.sample, *item.remembered = self.samples(node, place, len(rows), mark)
        item.rows = [self.row(node, row, index, at, hidden) for index, (row, at, hidden) in enumerate(rows)]
        if node.matrix:
            item.headings = [
                (
                    child.name,
                    self.words(child.row.get("label"), place, child.name),
                    language(child.row.get("label"), self.locale),
                    self.speaks(child.row.get("label")),
                )
                for child in node.children
                if child.kind == "question" and child.field.asks
            ]
        return item

    def samples(self, node: Node, place: Place, there: int, mark: str) -> list[RowView]:
        """A row to be added; then the same with the answers of last time, for those that come after *there* rows."""
        before = place.previous.get(node.name)
        known = before[there : there + REMEMBERED] if isinstance(before, list) and not node.source else []
        found = []
        for index, previous in [(0, None), *enumerate(known, there)]:
            row = self.place(node, place, {}, None, 0, mark, fresh=True, previous=previous)
            found.append(self.row(node, row, index, mark, False))
            found[-1].key = ""
        return found

    def row(self, node: Node, row: Place, index: int, at: str, hidden: bool) -> RowView:
        """A row of a repeat as it is drawn."""
        title = pick(row.seed.label, self.locale, row.seed.key) if row.seed else ""
        lang = language(row.seed.label, self.locale) if row.seed else ""
        inside = list(self.items(node.children, row))
        last = bool(row.previous) and has_last(node.children, row)
        return RowView(str(row.out[KEY]), index, title, row.prefix.removesuffix("."), inside, lang, last, at, hidden)

    def place(
        self,
        node: Node,
        around: Place,
        raw: Any,
        seed: Seed | None,
        index: int,
        at: str,
        *,
        fresh: bool = False,
        previous: Any = None,
    ) -> Place:
        """A row that the engine did not settle: its answers as they are, first ones where it is *fresh*."""
        prefix = f"{around.prefix}{node.name}[{at}]."
        fresh = fresh or around.fresh or bool(raw.get(NEW))
        made = Place(
            around.env, raw, parent=around, number=index + 1, prefix=prefix, fresh=fresh, seed=seed, previous=previous
        )
        made.out = {name: value for name, value in raw.items() if name != NEW}
        made.out.setdefault(KEY, seed.key if seed else str(index + 1))
        if fresh:
            for child in self.compiled.nodes:
                if child.path == (*node.path, node.name) and child.default is not None:
                    made.out.setdefault(child.name, child.default)
        return made

    def unsettled(self, node: Node, around: Place) -> list[Place]:
        """The rows of a repeat that is not relevant, as a draft keeps them."""
        raw = around.out.get(node.name)
        wanted = self.evaluation.wanted(node, around, raw if isinstance(raw, list) else [])
        return [
            self.place(node, around, row, seed, at, str(at), previous=self.before(node, around, row, seed, at))
            for at, (row, seed) in enumerate(wanted)
        ]

    @staticmethod
    def before(node: Node, around: Place, row: Mapping[str, Any], seed: Seed | None, index: int) -> Any:
        """What was answered in a row last time."""
        key = seed.key if seed else str(row.get(KEY) or "")
        return row_before(around.previous.get(node.name), key, index, bool(node.source))

    def all_seeds(self, node: Node, around: Place) -> list[tuple[Place, str, bool]]:
        """All rows that a matrix may have, with their numbers in names; those that do not fit come last, hidden."""
        settled = list(around.rows.get(node.name, ()))
        by_key = {str(row.out[KEY]): (row, str(index), False) for index, row in enumerate(settled)}
        after = len(settled)
        found = []
        for seed in self.evaluation.seeds(node) or ():
            if seed.key not in by_key:
                previous = self.before(node, around, {}, seed, after)
                row = self.place(node, around, {}, seed, after, str(after), previous=previous)
                by_key[seed.key] = (row, str(after), True)
                after += 1
            found.append(by_key[seed.key])
        return found

    def options(self, node: Node, place: Place, filters: bool) -> list[tuple[str, str, str, str, bool]]:
        """Choices that fit now: names, labels, languages of labels not in the reader's, names of pictures.

        With *filters* also those that do not fit, marked.
        """
        key = node.source or str(node.row.get("list"))
        if node.filter is None and key in self.options_of:
            return self.options_of[key]
        found = [
            (
                str(item["name"]),
                label_of(item, self.locale),
                language_of(item, self.locale),
                picture_of(item, self.locale),
                not fits,
            )
            for item in self.listed(node)
            if (fits := self.evaluation.fits(node, place, item)) or filters
        ]
        if node.filter is None:
            self.options_of[key] = found
        return found

    def listed(self, node: Node) -> list[Mapping[str, Any]]:
        """The choices of a question that can be chosen now."""
        index = self.evaluation.index(node) or {}
        return [item for items in index.values() for item in items if not item.get("past")]

    def past(self, node: Node, chosen: set[Any]) -> list[Option]:
        """Choices that are no longer offered and stand in the answer."""
        index = self.evaluation.index(node) or {}
        found = [item for name in chosen for item in index.get(name, ())[:1] if item.get("past")]
        return [
            Option(str(item["name"]), label_of(item, self.locale), True, language_of(item, self.locale))
            for item in found
        ]

    def read(self, node: Node, value: Any) -> str:
        """An answer in words."""
        return node.field.format(value, self.locale, lambda name: self.evaluation.label(node.name, name))

    def words(self, texts: Mapping[str, str] | None, place: Place, fallback: str = "") -> str:
        """A label in the reader's language, with the answers it mentions."""
        text = pick(texts, self.locale, fallback)
        return REFERENCE.sub(lambda found: self.mentioned(found[1], place), text) if "${" in text else text

    def mentioned(self, name: str, place: Place) -> str:
        """The answer of a question as a label shows it, read in this row or in one around it."""
        node = self.evaluation.compiled.by_name.get(name)
        at: Place | None = place
        while at is not None and node is not None:
            if name in at.out and name not in at.hidden:
                return self.read(node, at.out[name])
            at = at.parent
        return ""


def _reads(tree: Any) -> bool:
    """Whether a tree reads answers or the number of its row."""
    if not isinstance(tree, list) or not tree:
        return False
    return tree[0] == "ref" or tree[:2] == ["call", "position"] or any(_reads(part) for part in tree[1:])
