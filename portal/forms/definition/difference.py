"""What differs between two definitions, as the history keeps it: only that, by the ids of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from portal.forms.definition.model import Definition, Row, walk

_PARTS = ("survey", "choices", "settings")


def difference(before: Definition, after: Definition) -> dict[str, Any]:
    """``{"rows": […], "lists": {…}, "settings": {cell: [old, new]}}``, without what is alike; empty for equal ones.

    A row says its ``id`` and either ``added`` or ``removed`` (the row without those inside it) and its ``place``, or
    what it ``is`` (name, type, label), its changed ``cells`` and its places before and after where it ``moved``.
    A place is ``[group, number]``, the group empty at the top. A list says its choices ``added``, ``removed`` and
    ``changed`` by name, and ``moved`` where only their order differs; or, where that says nothing, ``whole``.
    """
    found = {
        "rows": list(_rows(before, after)),
        "lists": _lists(before.get("choices") or {}, after.get("choices") or {}),
        "settings": _cells(before["settings"], after["settings"]),
        "other": _cells(before, after, _PARTS),
    }
    return {part: value for part, value in found.items() if value}


def _cells(old: Mapping[str, Any], new: Mapping[str, Any], without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    return {
        cell: [old.get(cell), new.get(cell)]
        for cell in {**old, **new}
        if cell not in without and old.get(cell) != new.get(cell)
    }


def _own(row: Row) -> Row:
    return {cell: value for cell, value in row.items() if cell not in ("id", "children")}


def _placed(definition: Definition) -> tuple[dict[str, Row], dict[str, tuple[str, int]], dict[str, list[str]]]:
    """The rows by id, their places, and the ids in each group."""
    rows, places, inside = {}, {}, {"": [row["id"] for row in definition["survey"]]}
    for row, parents in walk(definition):
        group = parents[-1]["id"] if parents else ""
        rows[row["id"]] = row
        places[row["id"]] = (group, inside[group].index(row["id"]))
        inside[row["id"]] = [child["id"] for child in row.get("children") or []]
    return rows, places, inside


def _rows(before: Definition, after: Definition) -> Iterator[dict[str, Any]]:
    """Rows that differ, in the order of the form; removed ones last."""
    old, old_places, old_inside = _placed(before)
    new, places, inside = _placed(after)
    moved = {row_id for row_id in new.keys() & old.keys() if places[row_id][0] != old_places[row_id][0]}
    for group in inside.keys() & old_inside.keys():
        stayed = [each for each in old_inside[group] if each in new and each not in moved]
        now = [each for each in inside[group] if each in old and each not in moved]
        moved |= _out_of_order(stayed, now)
    for row_id, row in new.items():
        if row_id not in old:
            yield {"id": row_id, "added": _own(row), "place": list(places[row_id])}
            continue
        found: dict[str, Any] = {}
        if cells := _cells(_own(old[row_id]), _own(row)):
            found["cells"] = cells
        if row_id in moved:
            found["moved"] = [list(old_places[row_id]), list(places[row_id])]
        if found:
            named = {cell: row[cell] for cell in ("name", "type", "label") if cell in row}
            yield {"id": row_id, "is": named, **found}
    for row_id, row in old.items():
        if row_id not in new:
            yield {"id": row_id, "removed": _own(row), "place": list(old_places[row_id])}


def _out_of_order(old: list[str], new: list[str]) -> set[str]:
    """The few that have to be moved to bring *old* into the order of *new*."""
    if old == new:
        return set()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return set(new) - {each for block in blocks for each in new[block.b : block.b + block.size]}


def _lists(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _choices(old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}


def _choices(old: Any, new: Any) -> dict[str, Any]:
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None:
        return {"whole": [old, new]}
    found = {
        "added": [choice for name, choice in after.items() if name not in before],
        "removed": [choice for name, choice in before.items() if name not in after],
        "changed": {
            name: _cells(before[name], choice)
            for name, choice in after.items()
            if name in before and before[name] != choice
        },
        "moved": [name for name in before if name in after] != [name for name in after if name in before],
    }
    return {part: value for part, value in found.items() if value}


def _by_name(choices: Any) -> dict[str, Any] | None:
    """The choices of a list by name; None for what is no list of choices, or has a name twice."""
    if not isinstance(choices, list):
        return None
    found = {choice["name"]: choice for choice in choices}
    return found if len(found) == len(choices) else None
