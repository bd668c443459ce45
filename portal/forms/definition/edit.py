"""What a builder does to a definition. Every function takes a definition and gives a new one; the old one stays.

Rows are named by their ids. ``KeyError`` is raised for an id, list or choice that is not there, ``ValueError`` for a
move that makes no sense (a group into itself).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from portal.forms.definition.model import CONTAINERS, Definition, Row, walk
from portal.forms.expressions import NAME

_REFERENCE = re.compile(rf"\$\{{\s*(last-saved#)?({NAME})\s*\}}")
YES_NO = [
    {"name": "yes", "label": {"mn": "Тийм", "en": "Yes"}},
    {"name": "no", "label": {"mn": "Үгүй", "en": "No"}},
]


def new_id(definition: Definition) -> str:
    """An id that no row has; random, so that ids of removed rows do not come back."""
    taken = {row["id"] for row, _parents in walk(definition)}
    while (made := "r" + secrets.token_hex(4)) in taken:
        pass
    return made


def free_name(definition: Definition, wish: str) -> str:
    """*wish*, or *wish* with the first number from 2 that makes it unique."""
    taken = {row.get("name") for row, _parents in walk(definition)}
    name, number = wish, 2
    while name in taken:
        name, number = f"{wish}_{number}", number + 1
    return name


def find_row(definition: Definition, row_id: str) -> Row:
    """The row with that id."""
    return _place(definition, row_id)[0]


def _place(definition: Definition, row_id: str) -> tuple[Row, str | None, int]:
    """A row, the id of the group around it (None at the top) and its place there."""
    for row, parents in walk(definition):
        if row["id"] == row_id:
            around = parents[-1] if parents else None
            rows = around["children"] if around else definition["survey"]
            return row, around["id"] if around else None, [each["id"] for each in rows].index(row_id)
    raise KeyError(row_id)


def _change(definition: Definition, group: str | None, change: Callable[[list[Row]], list[Row]]) -> Definition:
    """The definition with the rows of one group (None: the top) changed."""
    if group is None:
        return {**definition, "survey": change(definition["survey"])}
    done = False

    def inside(rows: list[Row]) -> list[Row]:
        nonlocal done
        out = []
        for row in rows:
            if row["id"] == group and row["type"] in CONTAINERS:
                done = True
                row = {**row, "children": change(row.get("children") or [])}
            elif row.get("children"):
                row = {**row, "children": inside(row["children"])}
            out.append(row)
        return out

    survey = inside(definition["survey"])
    if not done:
        raise KeyError(group)
    return {**definition, "survey": survey}


def add_row(
    definition: Definition,
    row: Mapping[str, Any],
    *,
    after: str | None = None,
    into: str | None = None,
    at: int | None = None,
) -> Definition:
    """Add a row after another one, into a group (at place *at*, else last), or last at the top.

    The row gets an id when it has none and a free name when its name is missing or taken. The type ``yes_no`` is short
    for a select_one of the list ``yes_no``, which is added, drawn as two buttons.
    """
    made: Row = {**row, "id": row.get("id") or new_id(definition)}
    if made["type"] == "yes_no":
        made |= {"type": "select_one", "list": "yes_no", "appearance": made.get("appearance") or "columns-pack"}
        if "yes_no" not in (definition.get("choices") or {}):
            definition = {**definition, "choices": {**(definition.get("choices") or {}), "yes_no": YES_NO}}
    made["name"] = free_name(definition, made.get("name") or made["type"].lower())
    if after is not None:
        _row, into, place = _place(definition, after)
        at = place + 1

    def insert(rows: list[Row]) -> list[Row]:
        place = len(rows) if at is None else at
        return [*rows[:place], made, *rows[place:]]

    return _change(definition, into, insert)


def remove_row(definition: Definition, row_id: str) -> Definition:
    """Take a row out, with everything in it."""
    _row, group, _at = _place(definition, row_id)
    return _change(definition, group, lambda rows: [row for row in rows if row["id"] != row_id])


def update_row(definition: Definition, row_id: str, /, **cells: Any) -> Definition:
    """Set cells of a row; None takes a cell away. Name, type and children are cells too, the id is not.

    When the name changes, references to it in all expressions and labels change with it.
    """
    old, group, _at = _place(definition, row_id)
    cells.pop("id", None)
    changed = {key: value for key, value in {**old, **cells}.items() if value is not None}
    made = _change(definition, group, lambda rows: [changed if row["id"] == row_id else row for row in rows])
    name, before = changed.get("name"), old.get("name")
    return rename_references(made, {before: name}) if before and name and name != before else made


def move_row(definition: Definition, row_id: str, step: int) -> Definition:
    """Move a row up (negative) or down among its neighbours; at the border it stays."""
    row, group, at = _place(definition, row_id)

    def moved(rows: list[Row]) -> list[Row]:
        rest = [each for each in rows if each["id"] != row_id]
        place = max(0, min(len(rest), at + step))
        return [*rest[:place], row, *rest[place:]]

    return _change(definition, group, moved)


def move_into(definition: Definition, row_id: str, group: str | None, at: int | None = None) -> Definition:
    """Move a row into a group or repeat (None: to the top), to place *at*, else last."""
    row = find_row(definition, row_id)
    if group is not None and any(
        row_id in (r["id"], *(p["id"] for p in ps)) for r, ps in walk(definition) if r["id"] == group
    ):
        raise ValueError("a group cannot be moved into itself")
    without = remove_row(definition, row_id)

    def insert(rows: list[Row]) -> list[Row]:
        place = len(rows) if at is None else at
        return [*rows[:place], row, *rows[place:]]

    return _change(without, group, insert)


def copy_row(definition: Definition, row_id: str) -> Definition:
    """Add a copy of a row after it, with new ids and names for it and everything in it.

    Inside the copy, references to rows of the copy lead to the copies.
    """
    row, group, at = _place(definition, row_id)
    renamed: dict[str, str] = {}

    def fresh(old: Row) -> Row:
        nonlocal definition
        made = {**old, "id": new_id(definition), "name": free_name(definition, old.get("name") or "row")}
        renamed[old.get("name") or ""] = made["name"]
        marker = {"id": made["id"], "name": made["name"], "type": "note"}
        definition = {**definition, "survey": [*definition["survey"], marker]}
        if old.get("children"):
            made["children"] = [fresh(child) for child in old["children"]]
        return made

    original = definition
    copied: Definition = {**original, "choices": {}, "survey": [fresh(row)]}
    copied = rename_references(copied, renamed)
    made = copied["survey"][0]
    return _change(original, group, lambda rows: [*rows[: at + 1], made, *rows[at + 1 :]])


def rename_references(definition: Definition, names: Mapping[str, str]) -> Definition:
    """``${before}`` (and ``${last-saved#before}``) becomes ``${name}`` in every expression and label."""

    def renamed(found: re.Match[str]) -> str:
        return f"${{{found[1] or ''}{names.get(found[2], found[2])}}}"

    def text(value: Any) -> Any:
        if isinstance(value, str):
            return _REFERENCE.sub(renamed, value) if "${" in value else value
        if isinstance(value, dict):
            return {key: text(each) for key, each in value.items()}
        return [text(each) for each in value] if isinstance(value, list) else value

    return {**definition, "survey": text(definition["survey"])}


def set_choices(definition: Definition, name: str, choices: list[dict[str, Any]] | dict[str, Any]) -> Definition:
    """Add or replace a list: choices, or ``{"source": …}``."""
    return {**definition, "choices": {**(definition.get("choices") or {}), name: choices}}


def remove_list(definition: Definition, name: str) -> Definition:
    """Take a list away."""
    choices = dict(definition["choices"])
    del choices[name]
    return {**definition, "choices": choices}


def add_choice(definition: Definition, name: str, choice: Mapping[str, Any], at: int | None = None) -> Definition:
    """Add a choice to a list (made when it is not there), at place *at*, else last."""
    found = list((definition.get("choices") or {}).get(name, []))
    place = len(found) if at is None else at
    return set_choices(definition, name, [*found[:place], dict(choice), *found[place:]])


def update_choice(definition: Definition, name: str, at: int, /, **cells: Any) -> Definition:
    """Set cells of the choice at a place; None takes a cell away."""
    found = list(definition["choices"][name])
    found[at] = {key: value for key, value in {**found[at], **cells}.items() if value is not None}
    return set_choices(definition, name, found)


def remove_choice(definition: Definition, name: str, at: int) -> Definition:
    """Take the choice at a place out of its list."""
    found = list(definition["choices"][name])
    del found[at]
    return set_choices(definition, name, found)


def move_choice(definition: Definition, name: str, at: int, step: int) -> Definition:
    """Move a choice up (negative) or down in its list; at the border it stays."""
    found = list(definition["choices"][name])
    choice = found.pop(at)
    found.insert(max(0, min(len(found), at + step)), choice)
    return set_choices(definition, name, found)


def update_settings(definition: Definition, /, **cells: Any) -> Definition:
    """Set settings; None takes one away."""
    settings = {key: value for key, value in {**definition["settings"], **cells}.items() if value is not None}
    return {**definition, "settings": settings}
