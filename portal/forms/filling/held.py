"""What the rows of a page hold that is not typed there: hidden values, answers on other pages, what was calculated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY
from portal.forms.engine.place import Place
from portal.forms.engine.settle import Evaluation
from portal.forms.expressions import seen
from portal.forms.fields import Refused
from portal.forms.filling.reads import calls

Needed = Mapping[str, Mapping[str, Any]]
"""Entries of a plan by name."""


class Held:
    """Gives the rows of repeats to a plan; *here* are the rows of the form on the page.

    ``mentioned`` are names of answers that labels mention and that are not typed on the page: their words go along
    under the name with ``~``.
    """

    def __init__(self, compiled: Compiled, evaluation: Evaluation, here: Collection[str]) -> None:
        self.compiled, self.evaluation, self.here = compiled, evaluation, here
        self.mentioned: set[str] = set()

    def rows(self, repeat: Node, around: Place, needed: Needed) -> list[dict[str, Any]]:
        """The rows of a repeat, rows in rows: all of them where they are elsewhere, else those that hold something."""
        places: Sequence[Place] = around.rows.get(repeat.name) or ()
        if not places and isinstance(raw := around.raw.get(repeat.name), list):  # not relevant now
            places = [Place(around.env, row, parent=around) for row in raw if isinstance(row, dict)]
            for place in places:
                place.out.update(place.raw)
        found = [{KEY: str(place.out.get(KEY, "")), **self.row(repeat, place, needed)} for place in places]
        if repeat.name not in self.here:
            return found
        there = {row[KEY] for row in found}
        for seed in (self.evaluation.seeds(repeat) or ()) if repeat.source else ():
            if seed.key not in there:
                blank = Place(around.env, {}, parent=around, seed=seed)
                found.append({KEY: seed.key, **self.row(repeat, blank, needed)})
        return [row for row in found if len(row) > 1]

    def row(self, repeat: Node, place: Place, needed: Needed) -> dict[str, Any]:
        """What one row holds."""
        out: dict[str, Any] = {}
        for node in _inside(repeat):
            entry = needed.get(node.name)
            if entry is None:
                continue
            if node.kind == "repeat":
                if inner := self.rows(node, place, needed):
                    out[node.name] = inner
            elif "s" in entry:
                if node.name in place.seen:
                    out[node.name] = place.seen[node.name]
            elif "x" in entry:
                if reads_itself(entry["x"]):
                    out[node.name] = seen(place.raw.get(node.name))
            elif "w" in entry and (value := _answer(node, place)) != "":
                out[node.name] = value
            if node.name in self.mentioned and node.name in place.out:
                out[f"{node.name}~"] = self.words(node, place.out[node.name])
        return out

    def words(self, node: Node, value: Any) -> str:
        """An answer as people read it."""
        locale = self.evaluation.context.locale
        return node.field.format(value, locale, lambda each: self.evaluation.label(node.name, each))


def parsed(node: Node, raw: Any) -> Any:
    """A typed answer as expressions see it; "" where it cannot be read."""
    try:
        return seen(node.parse(raw)) if node.field.stores and raw not in (None, "", []) else ""
    except Refused:
        return ""


def reads_itself(tree: Any) -> bool:
    """Whether a calculation reads what is there already."""
    return any(part[0] == "self" or part[:2] == ["call", "once"] for part in calls(tree))


def _answer(node: Node, place: Place) -> Any:
    """The answer of a question as it stands in a row now."""
    if place.seed is not None and not node.field.fills and node.name in place.seed.values:
        return parsed(node, place.seed.values[node.name])
    return parsed(node, place.raw.get(node.name))


def _inside(repeat: Node) -> Iterator[Node]:
    """What stands in the rows of a repeat, in groups too; of repeats inside only themselves."""
    for child in repeat.children:
        yield child
        if child.kind == "group":
            yield from _inside(child)
