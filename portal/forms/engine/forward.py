"""Last time's answers carried forward into rows that are still empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.forms.definition.compiler import Compiled, Node
from portal.forms.engine.judge import evaluate
from portal.forms.engine.place import Place
from portal.forms.engine.state import KEY, Answers, Context


def with_last(compiled: Compiled, answers: Answers, context: Context, path: str) -> Answers:
    """The answers with those of last time where none stand yet: in every row of the repeat at *path*, or in one row.

    Files stay where they were sent, and what people cannot answer is not carried. Raises KeyError where there is no
    such repeat or row.
    """
    result = evaluate(compiled, answers, context, "draft")
    node, places = _find(compiled, result.top, path)
    for place in places:
        _carry(node.children, place)
    return result.values


def has_last(nodes: Sequence[Node], place: Place) -> bool:
    """Whether an answer of last time could be carried into this row."""
    return any(
        has_last(node.children, place) if node.kind == "group" else _wanted(node, place) is not None for node in nodes
    )


def _find(compiled: Compiled, top: Place, path: str) -> tuple[Node, Sequence[Place]]:
    """The repeat that *path* names, with its rows: all, or the one whose number stands at the end."""
    place = top
    *around, last = path.split(".")
    for part in around:
        place = _row(place, part)
    name, bracket, _index = last.partition("[")
    node = compiled.by_name[name]
    if node.kind != "repeat":
        raise KeyError(path)
    return node, [_row(place, last)] if bracket else place.rows.get(name, ())


def _row(place: Place, part: str) -> Place:
    name, _bracket, index = part.rstrip("]").partition("[")
    try:
        return place.rows[name][int(index)]
    except (ValueError, IndexError):
        raise KeyError(part) from None


def _carry(nodes: Sequence[Node], place: Place) -> None:
    for node in nodes:
        if node.kind == "group":
            _carry(node.children, place)
        elif (value := _wanted(node, place)) is not None:
            place.out[node.name] = value


def _wanted(node: Node, place: Place) -> Any:
    """What is to be carried to a question or repeat of this row; None for nothing."""
    before = place.previous.get(node.name)
    if before in (None, "", []) or place.out.get(node.name) not in (None, "", []):
        return None
    if node.kind == "repeat":
        rows = [_bare(node, row) for row in before if isinstance(row, dict)] if isinstance(before, list) else []
        return rows or None
    own = node.field.stores and node.field.fills and not node.field.file
    return before if own and node.calculation is None and node.read_only is not True else None


def _bare(repeat: Node, row: Answers) -> Answers:
    """A row of last time as a new one: without its files, and its key only where it is that of a record."""
    made = {}
    for name, value in row.items():
        node = _inside(repeat.children, name)
        if node is None or (node.kind == "question" and node.field.file):
            continue
        made[name] = [_bare(node, each) for each in value if isinstance(each, dict)] if node.kind == "repeat" else value
    return {KEY: row[KEY], **made} if repeat.source and KEY in row else made


def _inside(nodes: Sequence[Node], name: str) -> Node | None:
    for node in nodes:
        found = _inside(node.children, name) if node.kind == "group" else node if node.name == name else None
        if found is not None:
            return found
    return None
