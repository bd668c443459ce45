"""What a page draws: pages of items with labels, choices, values and errors in one language. No HTML here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.forms.definition.compiler import Compiled, Node
from portal.forms.definition.media import picture_of
from portal.forms.definition.model import REFERENCE
from portal.forms.engine.forward import has_last
from portal.forms.engine.place import Place
from portal.forms.engine.posted import field_id, field_name
from portal.forms.engine.settle import Evaluation
from portal.forms.engine.state import KEY, Context, Issue, Result
from portal.forms.messages import language, pick


@dataclass(slots=True)
class Option:
    """A choice as it is drawn; ``lang`` is the language of its label when it is not the reader's.

    ``picture`` is the name of the file that shows it.
    """

    name: str
    label: str
    chosen: bool = False
    lang: str = ""
    picture: str = ""


@dataclass(slots=True)
class RowView:
    """A row of a repeat: its key, its place from 0, its title (of the record, in a matrix) and its items.

    ``lang`` is the language of the title when it is not the reader's; ``last`` says that answers of last time could be
    carried into it.
    """

    key: str
    index: int
    title: str
    path: str
    items: list[Item]
    lang: str = ""
    last: bool = False

    def cell(self, name: str) -> Item | None:
        """The item of a question by its name; None where it is not drawn in this row."""
        return next((item for item in self.items if item.node.name == name), None)


@dataclass(slots=True)
class Item:
    """A question, group or repeat as it is drawn.

    ``value`` is what an input shows: text, or for several choices a list; ``text`` the answer as people read it;
    ``previous`` the answer of last time in words. ``lang`` and ``hint_lang`` are the languages of label and hint
    when they are not the reader's. ``items`` are the rows of the form in a group, ``rows`` those of a repeat;
    ``headings`` the names, labels and languages of the columns of a matrix. ``hidden`` items are drawn only for
    browsers that compute themselves.
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
    headings: list[tuple[str, str, str]] = field(default_factory=list)
    can_add: bool = False
    hidden: bool = False

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
    anything relevant are left out; *whole* puts them all on one. Repeats that are not relevant are never drawn: they
    have no rows.
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


class _Drawing:
    def __init__(self, compiled: Compiled, result: Result, context: Context, everything: bool) -> None:
        self.result = result
        self.everything = everything
        self.context = context
        self.errors: dict[str, Issue] = {}
        for issue in result.errors:
            self.errors.setdefault(issue.path, issue)
        self.evaluation = Evaluation(compiled, {}, context, "draft", False)
        self.locale = context.locale
        self.options_of: dict[str, list[tuple[str, str, str, str]]] = {}

    def items(self, nodes: Sequence[Node], place: Place) -> Iterator[Item]:
        """Items for the visible rows of the form at one place."""
        hidden = place.hidden
        for node in nodes:
            if node.name in hidden and (node.kind == "repeat" or not self.everything):
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
        )

    def question(self, node: Node, place: Place) -> Item:
        """A question with its value, choices and error."""
        item = self.item(node, place)
        raw = place.out.get(node.name)
        item.required = item.path in self.result.required
        item.read_only = self.locked(node, place)
        if raw is not None:
            item.value = [str(each) for each in raw] if isinstance(raw, list) else plain(raw)
            item.text = self.read(node, raw)
        if (before := place.previous.get(node.name)) is not None:
            item.previous = self.read(node, before)
        if node.field.choices or node.source:
            chosen = set(raw) if isinstance(raw, list) else {raw}
            item.options = [
                Option(name, label, name in chosen, lang, picture)
                for name, label, lang, picture in self.options(node, place)
            ]
            item.options += self.past(node, chosen)
        return item

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
        for index, row in enumerate(place.rows.get(node.name, ())):
            title = pick(row.seed.label, self.locale, row.seed.key) if row.seed else ""
            path = row.prefix.removesuffix(".")
            lang = language(row.seed.label, self.locale) if row.seed else ""
            inside = list(self.items(node.children, row))
            last = bool(row.previous) and has_last(node.children, row)
            item.rows.append(RowView(str(row.out[KEY]), index, title, path, inside, lang, last))
        if node.matrix:
            item.headings = [
                (
                    child.name,
                    self.words(child.row.get("label"), place, child.name),
                    language(child.row.get("label"), self.locale),
                )
                for child in node.children
                if child.kind == "question" and child.field.asks
            ]
        return item

    def options(self, node: Node, place: Place) -> list[tuple[str, str, str, str]]:
        """Names and labels of the choices that fit now, languages of labels not in the reader's, names of pictures."""
        key = node.source or str(node.row.get("list"))
        if node.filter is None and key in self.options_of:
            return self.options_of[key]
        found = [
            (
                str(item["name"]),
                label_of(item, self.locale),
                _language_of(item, self.locale),
                picture_of(item, self.locale),
            )
            for items in (self.evaluation.index(node) or {}).values()
            for item in items
            if not item.get("past") and self.evaluation.fits(node, place, item)
        ]
        if node.filter is None:
            self.options_of[key] = found
        return found

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
