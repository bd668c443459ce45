"""Charts of the answers, and all of them as a file."""

from __future__ import annotations

from flask import Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue

from portal import audit, clock
from portal.db import transaction
from portal.documents import content_disposition
from portal.forms import answers, answers_charts, answers_export, answers_list, queries
from portal.forms.answers_tables import Answers
from portal.forms.blueprint import bp
from portal.i18n import LOCALES, current_locale, pgettext
from portal.people.identity import current

READ = "forms.read"
MIMES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}


@bp.get("/<int:record_id>/summary", permission=READ)
def summary(record_id: int) -> ResponseReturnValue:
    """A chart for each question that is marked for it, with its numbers."""
    user = current()
    record = answers.open_form(user, record_id)
    anonymous = answers_list.is_anonymous(record)
    counts = queries.counts(record_id)
    return render_template(
        "forms/summary.html",
        record=record,
        figures=answers_charts.figures(record_id, anonymous, user),
        anonymous=anonymous,
        total=sum(number for state, number in counts.items() if state != "returned"),
        least=answers_charts.SMALLEST,
    )


@bp.get("/<int:record_id>/answers/export", permission=READ)
def export_answers(record_id: int) -> ResponseReturnValue:
    """All answers as XLSX, CSV or JSON, with codes or with the texts of a language; noted in the history."""
    user = current()
    record = answers.open_form(user, record_id)
    format_, labels = request.args.get("format", "xlsx"), request.args.get("labels", current_locale())
    if format_ not in answers_export.FORMATS or labels not in (*LOCALES, "codes"):
        abort(400)
    found = Answers(user, record, None if labels == "codes" else labels)
    out = answers_export.write(found, format_, current_locale() if labels == "codes" else labels)
    with transaction():
        audit.note("exported", entity="portal_form", entity_id=record_id, record_id=record_id)
    ending = "zip" if answers_export.is_zip(found, format_) else format_
    name = f"{pgettext('file', 'answers')}-{record_id}-{clock.today().isoformat()}.{ending}"
    response: Response = send_file(out, mimetype=MIMES[ending])
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
