"""What a page draws: pages of items with labels, choices, values and errors in one language. No HTML here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.forms.definition.compiler import Compiled, Node
from portal.forms.definition.media import picture_of, picture_of_row
from portal.forms.definition.model import REFERENCE
from portal.forms.engine.forward import has_last
from portal.forms.engine.place import Place
from portal.forms.engine.posted import field_id, field_name
from portal.forms.engine.settle import Evaluation
from portal.forms.engine.state import KEY, NEW, Context, Issue, Result, Seed
from portal.forms.messages import language, pick

SAMPLE = "§{}§"
"""What stands for the number of a row in the sample of a repeat, by the number of repeats around it."""


@dataclass(slots=True)
class Option:
    """A choice as it is drawn; ``lang`` is the language of its label when it is not the reader's.

    ``picture`` is the name of the file that shows it. A ``hidden`` one does not fit now.
    """

    name: str
    label: str
    chosen: bool = False
    lang: str = ""
    picture: str = ""
    hidden: bool = False


@dataclass(slots=True)
class RowView:
    """A row of a repeat: its key, its place from 0, its title (of the record, in a matrix) and its items.

    ``lang`` is the language of the title when it is not the reader's; ``last`` says that answers of last time could be
    carried into it. ``at`` is what stands for its number in names and ids; a ``hidden`` row is none now.
    """

    key: str
    index: int
    title: str
    path: str
    items: list[Item]
    lang: str = ""
    last: bool = False
    at: str = ""
    hidden: bool = False

    def cell(self, name: str) -> Item | None:
        """The item of a question by its name; None where it is not drawn in this row."""
        return next((item for item in self.items if item.node.name == name), None)


@dataclass(slots=True)
class Item:
    """A question, group or repeat as it is drawn.

    ``value`` is what an input shows: text, or for several choices a list; ``text`` the answer as people read it;
    ``previous`` the answer of last time in words; ``picture`` the name of the file that is shown with it. ``lang``
    and ``hint_lang`` are the languages of label and hint when they are not the reader's. ``items`` are the rows of the
    form in a group, ``rows`` those of a repeat; ``headings`` the names, labels and languages of the columns of a
    matrix, and whether they follow the answers. For browsers that compute themselves there are also ``hidden`` items,
    the ``sample`` of a row that may be added, and marks of what follows the answers: ``speaks`` label or hint,
    ``filters`` the choices, ``locks`` whether it can be changed.
    """

    node: Node
    path: str
    name: str
    id: str
    type: str
    label: str
    hint: str = ""
    lang: str = ""
    hint_lang: str = ""
    value: Any = ""
    text: str = ""
    previous: str = ""
    options: list[Option] = field(default_factory=list)
    required: bool = False
    read_only: bool = False
    error: Issue | None = None
    items: list[Item] = field(default_factory=list)
    rows: list[RowView] = field(default_factory=list)
    headings: list[tuple[str, str, str, bool]] = field(default_factory=list)
    can_add: bool = False
    hidden: bool = False
    picture: str = ""
    sample: RowView | None = None
    speaks: bool = False
    filters: bool = False
    locks: bool = False

    @property
    def shown(self) -> bool:
        """Whether people see it now: it is relevant and, if a group, something in it is seen."""
        return not self.hidden and (self.node.kind != "group" or any(item.shown for item in self.items))

    @property
    def appearance(self) -> frozenset[str]:
        """Words of the appearance cell."""
        return frozenset(str(self.node.row.get("appearance") or "").split())


@dataclass(slots=True)
class Page:
    """A page of the form: a top-level group when the form has the style ``pages``, else everything.

    ``lang`` is the language of the title when it is not the reader's; ``nodes`` are the rows of the form that stand
    on it, relevant or not. A *whole* one holds all pages, as groups under one another.
    """

    title: str
    items: list[Item]
    number: int = 1
    lang: str = ""
    nodes: list[Node] = field(default_factory=list)
    whole: bool = False


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


def all_items(drawn: Sequence[Item]) -> Iterator[Item]:
    """Items with everything in them, in order."""
    for item in drawn:
        yield item
        yield from all_items(item.items)
        for row in item.rows:
            yield from all_items(row.items)


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
                sample = self.place(node, place, {}, None, 0, mark, fresh=True)
                item.sample = self.row(node, sample, 0, mark, False)
                item.sample.key = ""
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

    def row(self, node: Node, row: Place, index: int, at: str, hidden: bool) -> RowView:
        """A row of a repeat as it is drawn."""
        title = pick(row.seed.label, self.locale, row.seed.key) if row.seed else ""
        lang = language(row.seed.label, self.locale) if row.seed else ""
        inside = list(self.items(node.children, row))
        last = bool(row.previous) and has_last(node.children, row)
        return RowView(str(row.out[KEY]), index, title, row.prefix.removesuffix("."), inside, lang, last, at, hidden)

    def place(
        self, node: Node, around: Place, raw: Any, seed: Seed | None, index: int, at: str, fresh: bool = False
    ) -> Place:
        """A row that the engine did not settle: its answers as they are, first ones where it is *fresh*."""
        prefix = f"{around.prefix}{node.name}[{at}]."
        fresh = fresh or around.fresh or bool(raw.get(NEW))
        made = Place(around.env, raw, parent=around, number=index + 1, prefix=prefix, fresh=fresh, seed=seed)
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
        return [self.place(node, around, row, seed, at, str(at)) for at, (row, seed) in enumerate(wanted)]

    def all_seeds(self, node: Node, around: Place) -> list[tuple[Place, str, bool]]:
        """All rows that a matrix may have, with their numbers in names; those that do not fit come last, hidden."""
        settled = list(around.rows.get(node.name, ()))
        by_key = {str(row.out[KEY]): (row, str(index), False) for index, row in enumerate(settled)}
        after = len(settled)
        found = []
        for seed in self.evaluation.seeds(node) or ():
            if seed.key not in by_key:
                by_key[seed.key] = (self.place(node, around, {}, seed, after, str(after)), str(after), True)
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
                _language_of(item, self.locale),
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
            Option(str(item["name"]), label_of(item, self.locale), True, _language_of(item, self.locale))
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


def label_of(item: Mapping[str, Any], locale: str) -> str:
    """The label of a choice, whether it is one text or one per language; else its name."""
    label = item.get("label")
    name = str(item["name"])
    return pick(label, locale, name) if isinstance(label, Mapping) else str(label or name)


def own_label(item: Mapping[str, Any], locale: str) -> str:
    """The label of a choice where words of another language cannot be marked: the one in *locale*, else its name."""
    return str(item["name"]) if _language_of(item, locale) else label_of(item, locale)


def _language_of(item: Mapping[str, Any], locale: str) -> str:
    label = item.get("label")
    return language(label, locale) if isinstance(label, Mapping) else ""


def plain(value: Any) -> str:
    """A stored answer as an input shows it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return str(value)
