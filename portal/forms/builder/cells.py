"""From the page of a question to the definition: cells, its list of choices, its place; faults back to the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.forms import fields as question_types
from portal.forms.builder import cascade, lists, types
from portal.forms.builder.forms import texts
from portal.forms.builder.names import name_from
from portal.forms.builder.outline import around
from portal.forms.definition import (
    Definition,
    Problem,
    Row,
    add_row,
    check,
    find_row,
    free_name,
    languages,
    move_into,
    new_id,
    set_choices,
    update_row,
)
from portal.forms.definition.cascade import fits
from portal.forms.definition.model import choice_list, list_source
from portal.i18n import _

_PLACES = {
    "label": "label",
    "hint": "hint",
    "name": "name",
    "required": "required_if",
    "relevant": "relevant",
    "constraint": "constraint",
    "calculation": "calculation",
    "default": "default",
    "choice_filter": "choice_filter",
    "repeat_count": "repeat_count",
    "rows_filter": "rows_filter",
    "rows_from": "rows_source",
    "list": "choices",
    "use": "use",
    "type": "kind",
}
"""Cell of a problem → field of the page."""
_TEXTS = ("label", "hint", "required_message", "constraint_message")
_LINES = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
_OF_TYPE = ("list", "appearance", "parameters", "rows_from", "repeat_count", "choice_filter", "use", "or_other")
"""Cells that have another meaning in a row of another type, and go when the type changes."""


class NotSaved(Exception):
    """What was typed makes no row; the fields of the form say why."""


def build(definition: Definition, form: Any, row: Row | None, kind: str, *, after: str = "") -> tuple[Definition, str]:
    """The definition with the row as the form says, and the row's id.

    Raises NotSaved with errors put at the fields. A new row (*row* None) goes after the row *after*, else into the
    group of the form's ``inside``.
    """
    definition, taken = _with_list(definition, form, row, kind)
    cells = {**_cells(definition, form, row, kind), **taken}
    inside = form.inside.data or ""
    if row is None:
        made: Row = {"id": new_id(definition), **{key: value for key, value in cells.items() if value is not None}}
        follows = after if after and around(definition, after) == inside else None
        changed = add_row(definition, made, after=follows, into=None if follows else inside or None)
        row_id = str(made["id"])
    else:
        row_id = str(row["id"])
        changed = update_row(definition, row_id, **cells)
        if inside != around(definition, row_id):
            changed = move_into(changed, row_id, inside or None)
    if _report(changed, form, row_id):
        raise NotSaved
    return changed, row_id


def _cells(definition: Definition, form: Any, row: Row | None, kind: str) -> dict[str, Any]:
    """The cells of the row; None takes one away. Cells that the page does not show stay."""
    before: Mapping[str, Any] = row or {}
    cells: dict[str, Any] = {"type": "repeat" if kind == "matrix" else kind}
    if row is not None and row["type"] != cells["type"]:
        cells |= dict.fromkeys(_OF_TYPE)
        before = {key: value for key, value in before.items() if key not in _OF_TYPE}
    for cell in _TEXTS:
        if cell in form:
            cells[cell] = texts(form[cell].data, before.get(cell)) or None
    for cell in (*_LINES, "default"):
        if cell in form:
            cells[cell] = (form[cell].data or "").strip() or None
    if "image" in form:
        cells["image"] = form.image.data or None
    if "depends" in form:
        _depend(cells, form, before)
    if "required" in form:
        cells["required"] = ((form.required_if.data or "").strip() or True) if form.required.data else None
    if "read_only" in form:
        cells["read_only"] = True if form.read_only.data else None
    if "use" in form:
        cells["use"] = form.use.data or None
    _drawing(cells, form, before, kind)
    if "rows_source" in form:
        source = {"source": form.rows_source.data, "filter": (form.rows_filter.data or "").strip()}
        cells["rows_from"] = {key: value for key, value in source.items() if value} if source["source"] else None
    wish = (form.name.data or "").strip()
    own = before.get("name")
    cells["name"] = wish or own or free_name(definition, name_from(cells.get("label") or {}, kind.lower()))
    return cells


def _depend(cells: dict[str, Any], form: Any, before: Mapping[str, Any]) -> None:
    """Which choices fit, from the question they depend on; a condition that was written anew stands."""
    known = fits(before.get("choice_filter"))
    was = known[1] if known and any(each.value == known[1] for each in form.depends.choices) else ""
    wish = form.depends.data or ""
    if cells.get("choice_filter") == (before.get("choice_filter") or None) and wish != was:
        cells["choice_filter"] = cascade.condition(wish, wish) if wish else None


def _drawing(cells: dict[str, Any], form: Any, before: Mapping[str, Any], kind: str) -> None:
    """Appearance and settings of the type: the words and numbers the page does not know stay."""
    words = str(before.get("appearance") or "").split()
    if kind in types.CONTAINERS:
        words = [word for word in words if word != "matrix"] + (["matrix"] if kind == "matrix" else [])
        cells["appearance"] = " ".join(words) or None
        return
    known = question_types.get(kind).appearances
    if "appearance" in form:
        kept = [word for word in words if word not in known]
        cells["appearance"] = " ".join([*(form.appearance.data or []), *kept]) or None
    if form.parameters:
        given = dict(before.get("parameters") or {})
        for name, key in form.parameters.items():
            value = (form[name].data or "").strip()
            given.pop(key, None)
            if value:
                given[key] = _number(value)
        cells["parameters"] = given or None


def _number(text: str) -> Any:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _with_list(definition: Definition, form: Any, row: Row | None, kind: str) -> tuple[Definition, dict[str, Any]]:
    """The definition with the question's list as it was written, and the cell that names it."""
    if "other_list" not in form or kind == "yes_no":
        return definition, {}
    if form.other_list.data:
        return definition, {"list": form.other_list.data}
    if "choices" not in form:
        return definition, {"list": row.get("list") if row else None}
    now = row.get("list") if row and not list_source(definition, row.get("list")) else None
    try:
        found = lists.from_text(
            form.choices.data or "",
            languages(definition),
            choice_list(definition, now),
            _columns(definition, form, now),
        )
    except lists.BadLine as fault:
        _fail(form.choices, str(fault))
        raise NotSaved from None
    if not found:
        _fail(form.choices, _("Write the choices, one on each line, or take a list that is there."))
        raise NotSaved
    _check_fit(definition, form, found)
    wish = (form.name.data or "").strip() or name_from(form.label.data.texts, "choices")
    name = now or lists.free_list(definition, wish)
    return set_choices(definition, name, found), {"list": name}


def _check_fit(definition: Definition, form: Any, found: list[dict[str, Any]]) -> None:
    """Refuse choices of which none belongs to an answer of the question they depend on; raises NotSaved."""
    wish = (form.depends.data or "") if "depends" in form else ""
    known = fits(form.choice_filter.data) if "choice_filter" in form else None
    column = known[0] if known and known[1] == wish else wish
    answers = {str(each["name"]) for each in cascade.choices_of(definition, wish)}
    if answers and not any(str(each.get(column, "")) in answers for each in found):
        example = sorted(answers)[0]
        _fail(
            form.choices,
            _(
                "No choice says which answer it belongs to, so none would ever be offered. Write the answer at the end"
                " of each line, for example: | %(code)s",
                code=example,
            ),
        )
        raise NotSaved


def _columns(definition: Definition, form: Any, now: str | None) -> dict[str, list[dict[str, Any]]]:
    """Columns that the lines of the list may have, with the choices that can stand in them."""
    found = cascade.columns(definition, now)
    wish = (form.depends.data or "") if "depends" in form else ""
    above = cascade.choices_of(definition, wish)
    return found if not above or above in found.values() else {**found, wish: above}


def _fail(field: Any, message: str) -> None:
    field.errors = [*field.errors, message]


def _report(definition: Definition, form: Any, row_id: str) -> bool:
    """Put the errors of the row at the fields of the page; whether one was put."""
    row = find_row(definition, row_id)
    found = False
    for problem in check(definition):
        about = problem.row == row_id or (problem.list is not None and problem.list == row.get("list"))
        if not about or problem.level != "error":
            continue
        field = _field_of(problem, form)
        if field is not None:
            found = True
            message = str(problem.message)
            _fail(field, f"{message} {problem.repair}" if problem.repair else message)
            if problem.offset is not None and field.short_name == _PLACES.get(problem.cell):
                field.fault_at = problem.offset
    return found


def _field_of(problem: Problem, form: Any) -> Any:
    """The field at which a problem can be repaired on this page; None where there is none."""
    if problem.cell == "parameters":
        return next((form[name] for name in form.parameters), None)
    name = "choices" if problem.list is not None else _PLACES.get(problem.cell, "")
    if name == "choices" and name not in form:
        name = "other_list"
    return form[name] if name in form else None  # noqa: SIM401 - a form has no get()
