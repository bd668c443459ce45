"""A change of a definition as small as it is: what stood where before and after, to be made again or taken back.

A definition is laid flat for that: every cell of every row under its own path, texts by language, choices by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.forms.definition.model import TEXT_CELLS, Definition, Row, walk

Path = tuple[str, ...]
Flat = dict[Path, Any]
"""``("row", id, cell)``, for texts and settings of a type one more step; ``("inside", id)`` the ids in a group, at
the top in ``""``; ``("list", name)`` the names of its choices, ``("choice", list, name, cell)``; ``("whole", name)`` a
list that has no such names; ``("setting", …)``; ``("other", key)`` whatever else there is."""

_PARTS = ("survey", "choices", "settings")
_DIVIDED = frozenset((*TEXT_CELLS, "parameters"))
"""Cells of a row whose parts count one by one."""


class NotFlat(ValueError):
    """A definition that cannot be laid flat: an id stands twice in it."""


def by_name(choices: Any) -> dict[str, Row] | None:
    """The choices of a list by name; None for what is no list of choices, or has a name twice."""
    if not isinstance(choices, list) or not all(isinstance(each, dict) for each in choices):
        return None
    found = {each.get("name"): each for each in choices}
    return found if len(found) == len(choices) and all(isinstance(name, str) for name in found) else None


def flatten(definition: Definition, whole: Iterable[str] = ()) -> Flat:
    """Everything that stands in *definition* by its path; the lists *whole* stay as they are. Raises NotFlat."""
    flat: Flat = {("inside", ""): [row["id"] for row in definition["survey"]]}
    seen: set[str] = set()
    for row, _parents in walk(definition):
        row_id = row["id"]
        if row_id in seen or not row_id:
            raise NotFlat(row_id)
        seen.add(row_id)
        for cell, value in row.items():
            if cell == "children":
                flat["inside", row_id] = [child["id"] for child in value]
            elif cell != "id":
                _put(flat, ("row", row_id, cell), value, cell in _DIVIDED)
    for name, choices in (definition.get("choices") or {}).items():
        named = None if name in whole else by_name(choices)
        if named is None:
            flat["whole", name] = choices
            continue
        flat["list", name] = list(named)
        for code, choice in named.items():
            for cell, value in choice.items():
                if cell != "name":
                    _put(flat, ("choice", name, code, cell), value, cell == "label")
    for key, value in definition["settings"].items():
        _put(flat, ("setting", key), value, True)
    flat |= {("other", key): value for key, value in definition.items() if key not in _PARTS}
    return flat


def _put(flat: Flat, path: Path, value: Any, divided: bool) -> None:
    if divided and isinstance(value, dict) and value:
        flat |= {(*path, key): each for key, each in value.items()}
    else:
        flat[path] = value


def unflatten(flat: Mapping[Path, Any]) -> Definition:
    """The definition that was laid flat; the order of lists and cells is that of *flat*."""
    rows: dict[str, Row] = {}
    choices: dict[str, dict[str, Row]] = {}
    settings: dict[str, Any] = {}
    made: Definition = {}
    for path, value in flat.items():
        kind, name = path[0], path[1]
        if kind == "row":
            _take(rows.setdefault(name, {"id": name}), path[2:], value)
        elif kind == "choice":
            _take(choices.setdefault(name, {}).setdefault(path[2], {"name": path[2]}), path[3:], value)
        elif kind == "setting":
            _take(settings, path[1:], value)
        elif kind == "other":
            made[name] = value
    lists: dict[str, Any] = {}
    for path, value in flat.items():
        if path[0] == "list":
            lists[path[1]] = [choices.get(path[1], {}).get(code, {"name": code}) for code in value]
        elif path[0] == "whole":
            lists[path[1]] = value

    def inside(group: str) -> list[Row]:
        return [_with_children(rows.get(each, {"id": each}), each) for each in flat["inside", group]]

    def _with_children(row: Row, row_id: str) -> Row:
        return {**row, "children": inside(row_id)} if ("inside", row_id) in flat else row

    return {**made, "settings": settings, "choices": lists, "survey": inside("")}


def _take(into: dict[str, Any], path: Path, value: Any) -> None:
    if len(path) == 1:
        into[path[0]] = value
        return
    part = into.get(path[0])
    into[path[0]] = {**(part if isinstance(part, dict) else {}), path[1]: value}


def patch(before: Definition, after: Definition) -> list[dict[str, Any]]:
    """What to change in *before* to make it *after*: ``[{"at": path, "old": …, "new": …}]``.

    ``old`` or ``new`` is left out where nothing stood or stands there; an empty path is the whole definition.
    """
    try:
        old, new = checked(before), checked(after)
    except NotFlat:
        return [] if before == after else [{"at": [], "old": before, "new": after}]
    found = []
    for path in {**old, **new}:
        if path in old and path in new and old[path] == new[path]:
            continue
        change: dict[str, Any] = {"at": list(path)}
        if path in old:
            change["old"] = old[path]
        if path in new:
            change["new"] = new[path]
        found.append(change)
    return found


def checked(definition: Definition) -> Flat:
    """The definition laid flat; raises NotFlat where something of it would be lost by that."""
    flat = flatten(definition)
    if unflatten(flat) != {**definition, "choices": definition.get("choices") or {}}:
        raise NotFlat
    return flat


def applied(definition: Definition, changes: Iterable[Mapping[str, Any]], *, back: bool = False) -> Definition:
    """*definition* with *changes* made, or with *back* taken back; it must be as they found or left it."""
    changes = list(changes)
    if not changes:
        return definition
    new = "old" if back else "new"
    if not changes[0]["at"]:
        whole: Definition = changes[0][new]
        return whole
    flat = flatten(definition)
    for each in changes:
        if new not in each:
            flat.pop(tuple(each["at"]), None)
    for each in changes:
        if new in each:
            flat[tuple(each["at"])] = each[new]
    return unflatten(flat)
