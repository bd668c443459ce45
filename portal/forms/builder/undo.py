"""Undo and redo: every act on the draft, one step at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms import service, steps
from portal.forms.blueprint import bp
from portal.forms.builder.base import BUILD, opened, posted_version
from portal.forms.builder.history import lines
from portal.forms.definition import Definition, walk
from portal.forms.definition.difference import difference
from portal.forms.models import Form, FormStep
from portal.i18n import _
from portal.records import Record, StaleVersion

PAGES = ("settings", "lists_of", "texts")
"""Pages beside the editor on which acts are undone."""


@dataclass(frozen=True)
class Ways:
    """What the two buttons would do, in words; empty where there is nothing to do."""

    undo: str
    redo: str


def ways(form: Form) -> Ways:
    """What can be undone and redone now: the act in a few words, as its first line in the history."""
    found = steps.ways(form)
    undo, redo = found.get("undo"), found.get("redo")
    return Ways(
        _act(undo.definition, form.definition) if undo else "", _act(form.definition, redo.definition) if redo else ""
    )


def _act(before: Definition, after: Definition) -> str:
    told = lines(difference(before, after))
    if not told:
        return _("no change")
    label, old, new = told[0]
    text = f"{label} {new or old}" if len(told) == 1 else f"{label} {new or old} …"
    return text if len(text) <= 90 else f"{text[:88].rstrip()}…"


@bp.post("/<int:record_id>/edit/undo", permission=BUILD)
def undo(record_id: int) -> ResponseReturnValue:
    """Take the last act back, whoever did it."""
    return _go(record_id, "undo")


@bp.post("/<int:record_id>/edit/redo", permission=BUILD)
def redo(record_id: int) -> ResponseReturnValue:
    """Make the act again that was taken back last."""
    return _go(record_id, "redo")


def _go(record_id: int, way: steps.Direction) -> ResponseReturnValue:
    user, record, _form = opened(record_id)
    version = posted_version()
    try:
        step = service.step_back(user, record, version=version, way=way)
    except StaleVersion:
        flash(_("Somebody changed the form meanwhile. Look at the change, then undo or redo once more."), "warning")
        return _back(record, None)
    if step is None:
        flash(_("There is nothing to undo.") if way == "undo" else _("There is nothing to redo."), "warning")
    return _back(record, step)


def _back(record: Record, step: FormStep | None) -> ResponseReturnValue:
    """To the page the button stood on; in the editor to the first row the step was about that is there."""
    if (page := request.form.get("back", "")) in PAGES:
        if step is not None:
            flash(_("Undone.") if step_was_undone() else _("Made again."), "success")
        return redirect(url_for(f"forms.{page}", record_id=record.id), 303)
    there = {each for each in (_row(change) for change in (step.changes if step else ())) if each}
    ids = [row_id for row_id in _ids(service.form_of(record)) if row_id in there]
    where = ids[0] if ids else None
    return redirect(
        url_for("forms.edit", record_id=record.id, at=where, _anchor=f"row-{where}" if where else None), 303
    )


def step_was_undone() -> bool:
    """Whether the request undoes."""
    return request.endpoint == "forms.undo"


def _row(change: dict[str, list[str]]) -> str:
    at = change["at"]
    return at[1] if at and at[0] == "row" else ""


def _ids(form: Form) -> list[str]:
    return [row["id"] for row, _parents in walk(form.definition)]
