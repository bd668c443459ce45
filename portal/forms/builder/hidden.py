"""Why a question of a form that is tried is not shown: its condition, and what each answer it asks for is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.forms.builder.outline import name_of
from portal.forms.definition import Compiled, Node
from portal.forms.definition.wiring import parsed_cell
from portal.forms.engine import Context, Result
from portal.forms.engine.place import Place
from portal.forms.engine.settle import Evaluation
from portal.forms.expressions import ExpressionError, Fault, Value
from portal.forms.expressions.reading import reference
from portal.i18n import _, pgettext

MOST = 200
"""Hidden questions that are explained."""


@dataclass(frozen=True)
class Reference:
    """An answer that a condition asks for: the question, its name, what is answered now."""

    row: str
    label: str
    name: str
    value: str


@dataclass(frozen=True)
class Hidden:
    """A question or group that is not shown: where it stands, its condition, what that asks for, what goes with it."""

    row: str
    label: str
    where: str
    condition: str
    references: tuple[Reference, ...]
    inside: tuple[str, ...]


def hidden(compiled: Compiled, result: Result, context: Context, locale: str) -> list[Hidden]:
    """Everything that a condition hides now, in the order of the form; what stands in a hidden group is named there."""
    telling = _Telling(compiled, context, locale)
    found = []
    for each in telling.inside(compiled.top, result.top, ""):
        found.append(each)
        if len(found) == MOST:
            break
    return found


class _Telling:
    def __init__(self, compiled: Compiled, context: Context, locale: str) -> None:
        self.compiled, self.locale = compiled, locale
        self.evaluation = Evaluation(compiled, {}, context, "draft", False)

    def inside(self, nodes: Sequence[Node], place: Place, where: str) -> Iterator[Hidden]:
        for node in nodes:
            if node.name in place.hidden:
                if node.relevant is not None and (node.kind != "question" or node.field.asks):
                    yield self.told(node, place, where)
            elif node.kind == "group":
                yield from self.inside(node.children, place, where)
            elif node.kind == "repeat":
                label = name_of(node.row, self.locale)
                for number, row in enumerate(place.rows.get(node.name, ()), 1):
                    yield from self.inside(
                        node.children, row, _("%(label)s, row %(number)s", label=label, number=number)
                    )

    def told(self, node: Node, place: Place, where: str) -> Hidden:
        inside = tuple(name_of(each.row, self.locale) for each in _within(node))
        condition = str(node.row.get("relevant") or "").strip()
        label = name_of(node.row, self.locale)
        return Hidden(node.id, label, where, condition, tuple(self.references(node, place)), inside)

    def references(self, node: Node, place: Place) -> Iterator[Reference]:
        try:
            parsed = parsed_cell(node.row, "relevant")
        except ExpressionError:
            return
        names = dict.fromkeys(use.name for use in (parsed.uses if parsed else ()) if use.kind == "ref")
        for name in names:
            asked = self.compiled.by_name.get(name)
            if asked is not None:
                value = self.value(node, asked, place)
                yield Reference(asked.id, name_of(asked.row, self.locale), name, value)

    def value(self, node: Node, asked: Node, place: Place) -> str:
        """The answer in words, as the condition of *node* reads it."""
        at: Place | None = place
        while at is not None:
            if asked.name in at.hidden:
                return _("not asked now")
            at = at.parent
        try:
            found = reference(self.compiled.scope, node.name, asked.name)(place)
        except Fault:
            return ""
        if isinstance(found, list):
            return ", ".join(filter(None, (self.words(asked, each) for each in found))) or _("not answered")
        return self.words(asked, found) or _("not answered")

    def words(self, asked: Node, value: Value) -> str:
        if value in ("", None):
            return ""
        if isinstance(value, bool):
            return pgettext("answer", "Yes") if value else pgettext("answer", "No")
        shown = int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
        if asked.kind != "question":
            return str(shown)
        if asked.field.multiple and isinstance(shown, str):
            return ", ".join(self.evaluation.label(asked.name, each) for each in shown.split())
        if asked.field.choices or asked.source:
            return self.evaluation.label(asked.name, str(shown))
        return str(shown)


def _within(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.kind == "question" and child.field.asks:
            yield child
        yield from _within(child)
