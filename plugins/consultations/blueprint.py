"""The blueprint that all pages of the module are registered on."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import Blueprint, Record, flash, meetings, redirect, render_template, request, url_for

bp = Blueprint("consultations", __name__, template_folder="templates")


def form_page(
    template: str, form: Any, refused: meetings.MeetingRefused | None = None, **context: Any
) -> ResponseReturnValue:
    """A page with a form: 422 where it was sent and is not right, 409 where the state of the minutes refused it.

    What was typed stays in the form, whatever the answer.
    """
    code = 422 if request.method == "POST" and not form.language_switched else 200
    if refused is not None:
        form.form_errors.append(refused.message)
        code = 409
    return render_template(template, form=form, **context), code


def turned_down(refused: meetings.MeetingRefused, back: str) -> ResponseReturnValue:
    """Go back with the words of a refusal."""
    flash(refused.message, "danger")
    return redirect(back, 303)


def page_of(record: Record) -> str:
    """The address of a consultation's page."""
    return url_for("consultations.show", record_id=record.id)
