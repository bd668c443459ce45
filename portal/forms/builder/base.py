"""What every page of the builder begins with: the form one may edit, and the version it was opened at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import records
from portal.forms import service, steps
from portal.forms.builder import clash as clashes
from portal.forms.definition import Definition
from portal.forms.models import Form
from portal.i18n import _
from portal.people.identity import Identity, current
from portal.records import Record, StaleVersion

BUILD = "forms.build"


def opened(record_id: int) -> tuple[Identity, Record, Form]:
    """The form with that id for a reader who may change it; raises NotFound and Forbidden as records do."""
    user = current()
    record = records.get(user, record_id, service.KIND, "edit")
    return user, record, service.form_of(record)


def posted_version() -> int:
    """The version a button was drawn with; a request without one is refused."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        abort(400)
    return int(text)


def basis(record: Record, form: Form) -> Definition:
    """The draft as the page had it that was sent; as it is now where that is not known or nothing was sent."""
    text = request.form.get("version", "")
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < record.version:
        return steps.at(form, int(text)) or form.definition
    return form.definition


def save(user: Identity, record: Record, version: int, definition: Definition) -> bool:
    """Keep *definition*, made from ``basis()``, together with what others saved meanwhile; raises as the service.

    Whether others had saved is returned.
    """
    merged = service.save(user, record, version=version, definition=definition, decide=clashes.decided)
    if merged:
        flash(_("Somebody else changed the form meanwhile. Both changes stand."), "info")
    return merged


AUTO = "_auto"
"""What a page adds that saves by itself while somebody writes: the answer is a few words and no page."""


def is_auto() -> bool:
    """Whether the page saves by itself."""
    return AUTO in request.form


def autosave(user: Identity, record: Record, version: int, before: Definition, made: Definition) -> ResponseReturnValue:
    """Keep *made* where it is not what stands, and say the version the page goes on from.

    ``merged``: others had saved, so that the page must be drawn anew before it is written on.
    """
    if made == before and version == record.version:
        return {"version": version, "merged": False}
    merged = save(user, record, version, made)
    return {"version": record.version, "merged": merged}


def not_yet() -> ResponseReturnValue:
    """The answer to a page that saves by itself while something on it is not right yet: nothing was kept."""
    return {"wrong": True}, 422


def changed(
    user: Identity, record: Record, form: Form, version: int, change: Callable[[Definition], Definition]
) -> None:
    """Save the draft as *change* makes it; raises StaleVersion, and NotFound where what it changes is not there."""
    try:
        made = change(basis(record, form))
    except (KeyError, IndexError, ValueError):
        if version != record.version:
            raise StaleVersion(record) from None
        abort(404)
    save(user, record, version, made)


def answer(template: str, form: Any = None, **context: Any) -> ResponseReturnValue:
    """A page; 422 where a form was sent that cannot be taken as it is."""
    wrong = form is not None and request.method == "POST" and not form.language_switched and bool(form.errors)
    return render_template(template, form=form, **context), 422 if wrong else 200


def to_editor(record: Record, row_id: str = "", *, marked: bool = False) -> ResponseReturnValue:
    """Back to the editor, to the row where one is named; *marked*: it is shown as what was just made."""
    at, anchor = (row_id or None) if marked else None, f"row-{row_id}" if row_id else None
    return redirect(url_for("forms.edit", record_id=record.id, at=at, _anchor=anchor), 303)
