"""The blueprint that the pages of the module stand on, and what they share."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import Blueprint, Identity, Record, _, flash, records, redirect, render_template, request, url_for

from .permissions import may
from .words import RECORD_KIND

bp = Blueprint("reports", __name__, template_folder="templates")


def with_form(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form; a refused one has the status 422."""
    code = 422 if request.method == "POST" and not form.language_switched else 200
    return render_template(template, form=form, **context), code


def back_to(record: Record, anchor: str = "") -> ResponseReturnValue:
    """To the page of a report."""
    return redirect(url_for(".show", record_id=record.id) + anchor, 303)


def for_writing(user: Identity, record_id: int) -> tuple[Record, ResponseReturnValue | None]:
    """The header of a report to change; with an answer instead of a page where it is locked. Raises Forbidden."""
    record = records.get(user, record_id, RECORD_KIND, "edit")
    if record.status == "final":
        return record, locked(record)
    return record, None


def locked(record: Record) -> ResponseReturnValue:
    """A final report is not changed."""
    flash(_("This report is final. Open it again before you change it."), "danger")
    return back_to(record)


def writable(user: Identity, record: Record) -> bool:
    """Whether *user* may write on the report now."""
    return record.status == "draft" and may(user, "reports.write", record) and records.can_edit(user, record)
