"""What is done with all ticked questions at once: moved, doubled, cut out, removed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from flask import abort, flash, request
from flask.typing import ResponseReturnValue

from portal.forms import pieces
from portal.forms.blueprint import bp
from portal.forms.builder.base import BUILD, changed, opened, posted_version, to_editor
from portal.forms.builder.edit import using
from portal.forms.builder.pieces import ticked
from portal.forms.definition import Definition, Row, remove_row
from portal.forms.definition.pieces import put, take
from portal.forms.definition.shape import shape
from portal.i18n import _, current_locale, ngettext

_SAID = 8
"""Questions that are named in a message."""


@bp.post("/<int:record_id>/edit/rows", permission=BUILD)
def rows(record_id: int) -> ResponseReturnValue:
    """Do with the ticked questions what ``act`` says: ``up``, ``down``, ``double``, ``cut`` or ``remove``."""
    user, record, form = opened(record_id)
    act = request.form.get("act", "")
    if act not in ("up", "down", "double", "cut", "remove"):
        abort(400)
    version = posted_version()
    ids = ticked(form)
    if not ids:
        return to_editor(record)
    if act in ("up", "down"):
        changed(user, record, form, version, lambda definition: moved(definition, ids, -1 if act == "up" else 1))
        return to_editor(record, ids[0])
    if act == "double":
        return _double(record_id, ids, version)
    asking = using(form.definition, ids, current_locale())
    if act == "cut":
        pieces.copy(user, record, {**take(form.definition, ids), "form": record.id})
    changed(user, record, form, version, lambda definition: without(definition, ids))
    flash(_gone(act, len(ids)), "success")
    if asking:
        names = ", ".join(asking[:_SAID])
        flash(_("These ask for an answer that is not there now: %(names)s.", names=names), "warning")
    return to_editor(record)


def _gone(act: str, count: int) -> str:
    if act == "cut":
        return ngettext(
            "%(num)s row is cut out and on your clipboard.", "%(num)s rows are cut out and on your clipboard.", count
        )
    return ngettext(
        "%(num)s row is removed. “Undo” brings it back.", "%(num)s rows are removed. “Undo” brings them back.", count
    )


def _double(record_id: int, ids: Sequence[str], version: int) -> ResponseReturnValue:
    user, record, form = opened(record_id)
    made: list[str] = []

    def change(definition: Definition) -> Definition:
        doubled, new = put(definition, take(definition, ids), after=ids[-1])
        made.extend(new)
        return definition if shape(doubled) else doubled

    if shape(put(form.definition, take(form.definition, ids))[0]):
        flash(_("With these questions the form would be larger than a form may be."), "danger")
        return to_editor(record, ids[0])
    changed(user, record, form, version, change)
    flash(_("The copies stand under their originals."), "success")
    return to_editor(record, made[0] if made else "", marked=True)


def without(definition: Definition, ids: Collection[str]) -> Definition:
    """The definition without those rows and what is in them; raises KeyError where one is not there."""
    for row_id in ids:
        definition = remove_row(definition, row_id)
    return definition


def moved(definition: Definition, ids: Collection[str], step: int) -> Definition:
    """The definition with those rows one place higher (-1) or lower (1) in their group; at its end they stay."""
    turn: Callable[[Sequence[Row]], list[Row]] = (lambda rows: list(rows)) if step < 0 else (lambda rows: [*rows][::-1])

    def level(rows: Sequence[Row]) -> list[Row]:
        found = turn([{**row, "children": level(row["children"])} if row.get("children") else row for row in rows])
        for at in range(1, len(found)):
            if found[at]["id"] in ids and found[at - 1]["id"] not in ids:
                found[at - 1], found[at] = found[at], found[at - 1]
        return turn(found)

    return {**definition, "survey": level(definition["survey"])}
