"""Questions taken out of one form with their lists, to be put into another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from portal.forms.definition.edit import add_row, free_name, new_id, rename_references
from portal.forms.definition.merge import with_lists
from portal.forms.definition.model import CONTAINERS, Definition, Row, walk
from portal.forms.definition.wiring import label_references, parsed_cell
from portal.forms.expressions import ExpressionError

Piece = dict[str, Any]
"""``{"rows": […], "choices": {list: …}}``; on a clipboard also ``form``, the number of the form it is from."""

_CELLS = ("relevant", "required", "constraint", "calculation", "choice_filter", "repeat_count", "rows_filter")


def take(definition: Definition, ids: Collection[str]) -> Piece:
    """The rows of those ids in the order of the form, each with everything in it, and the lists they take.

    A row that stands in another one of them comes with it. Raises KeyError for an id that is not there.
    """
    there = {row["id"] for row, _parents in walk(definition)}
    if missing := [row_id for row_id in ids if row_id not in there]:
        raise KeyError(missing[0])
    rows = [
        row
        for row, parents in walk(definition)
        if row["id"] in ids and not any(parent["id"] in ids for parent in parents)
    ]
    names = {name for row, _parents in walk({"survey": rows}) for name in _lists(row)}
    choices = {name: value for name, value in (definition.get("choices") or {}).items() if name in names}
    return {"rows": rows, "choices": choices}


def put(
    definition: Definition, piece: Piece, *, after: str | None = None, into: str | None = None, own: bool = False
) -> tuple[Definition, list[str]]:
    """The definition with the rows of *piece* after a row, in a group or at the end, and the ids they got.

    They get new ids (with *own*, of rows that were cut out of this form, the ids they had), and names that are free;
    inside the piece references follow. A list that is there already, with
    the same choices, is taken; one of the same name with others comes under another name.
    """
    lists = _renamed_lists(definition, piece["choices"])
    moved = with_lists({"survey": piece["rows"], "choices": piece["choices"]}, lists)
    choices = {**moved["choices"], **(definition.get("choices") or {})}
    made: Definition = {**definition, "choices": choices}
    names: dict[str, str] = {}
    taken = {row.get("name") for row, _parents in walk(made)}
    there = {row["id"] for row, _parents in walk(made)}

    def fresh(old: Row) -> Row:
        wish = old.get("name") or old["type"].lower()
        name, number = wish, 2
        while name in taken:
            name, number = f"{wish}_{number}", number + 1
        taken.add(name)
        names[old.get("name") or ""] = name
        row = {**old, "id": old["id"] if own and old["id"] not in there else new_id(made), "name": name}
        if old["type"] in CONTAINERS:
            row["children"] = [fresh(child) for child in old.get("children") or []]
        return row

    rows = rename_references({"survey": [fresh(row) for row in moved["survey"]]}, names)["survey"]
    for row in rows:
        made = add_row(made, {**row, "name": free_name(made, row["name"])}, after=after, into=into)
        after = row["id"]
    return made, [row["id"] for row in rows]


def _lists(row: Row) -> list[str]:
    source = (row.get("rows_from") or {}).get("source", "")
    found = [row["list"]] if row.get("list") else []
    return [*found, source.removeprefix("choices:")] if source.startswith("choices:") else found


def _renamed_lists(definition: Definition, choices: Mapping[str, Any]) -> dict[str, str]:
    there = definition.get("choices") or {}
    names: dict[str, str] = {}
    for name, value in choices.items():
        made, number = name, 2
        while (made in there and there[made] != value) or made in names.values():
            made, number = f"{name}_{number}", number + 1
        if made != name:
            names[name] = made
    return names


def strangers(definition: Definition, ids: Collection[str]) -> list[str]:
    """Names that those rows, or what is in them, refer to and no row of the form has."""
    known = {row.get("name") for row, _parents in walk(definition)}
    found: dict[str, None] = {}
    for row, parents in walk(definition):
        if row["id"] not in ids and not any(parent["id"] in ids for parent in parents):
            continue
        names = set(label_references(row))
        for cell in _CELLS:
            try:
                parsed = parsed_cell(row, cell)
            except ExpressionError:
                continue
            names |= parsed.refs if parsed else set()
        found |= dict.fromkeys(sorted(names - known))
    return list(found)
