"""Charts of the answers, and all of them as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from flask import Response, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, clock, jobs
from portal.db import db, transaction
from portal.documents import content_disposition
from portal.forms import queries
from portal.forms.answers import charts, exporting, listing
from portal.forms.answers import reading as answers
from portal.forms.answers.tables import Answers, Layout
from portal.forms.blueprint import bp
from portal.forms.engine.tables import Multiple
from portal.forms.models import Submission
from portal.i18n import LOCALES, _l, current_locale, pgettext
from portal.people import identity
from portal.people.identity import Identity, current
from portal.records import Record

READ = "forms.read"
MULTIPLE = ("both", "text", "split")
"""How several choices go out: as one text, as columns of 0 and 1, or both."""
LAYOUTS = ("kobo", "odk")
"""How rows of tables inside the form name the row around them."""
JOB_FROM = 2_000
"""Submissions from which an export runs in the background."""
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
    anonymous = listing.is_anonymous(record)
    counts = queries.counts(record_id)
    return render_template(
        "forms/summary.html",
        record=record,
        figures=charts.figures(record_id, anonymous, user),
        anonymous=anonymous,
        total=sum(number for state, number in counts.items() if state != "returned"),
        least=charts.SMALLEST,
    )


@bp.get("/<int:record_id>/answers/export", permission=READ)
def export_answers(record_id: int) -> ResponseReturnValue:
    """All answers as a file, with codes or with the texts of a language; noted in the history.

    Many are written by a job, whose page shows how far it is and offers the file.
    """
    user = current()
    record = answers.open_form(user, record_id)
    format_, labels = request.args.get("format", "xlsx"), request.args.get("labels", current_locale())
    multiple: Any = request.args.get("multiple", "both")
    layout: Any = request.args.get("layout", "kobo")
    if format_ not in exporting.formats() or labels not in (*LOCALES, "codes"):
        abort(400)
    if multiple not in MULTIPLE or layout not in LAYOUTS:
        abort(400)
    if _many(record_id):
        job = jobs.start(
            user.id,
            "core.forms_export",
            title=_l("Answers are being written to a file"),
            permission=READ,
            record_id=record_id,
            format=format_,
            labels=labels,
            multiple=multiple,
            layout=layout,
        )
        return redirect(url_for("jobs.show", uid=job.uid), 303)
    out, name = written(user, record, format_, labels, multiple, layout)
    response: Response = send_file(out, mimetype=MIMES[name.rpartition(".")[2]])
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _many(record_id: int) -> bool:
    """Whether there are so many answers that a job writes them; as quick for many as for few."""
    stmt = select(Submission.id).where(Submission.form_id == record_id).order_by(Submission.received_at)
    return db.session.scalar(stmt.offset(JOB_FROM - 1).limit(1)) is not None


def written(
    user: Identity,
    record: Record,
    format: str,
    labels: str,
    multiple: Multiple = "both",
    layout: Layout = "kobo",
    step: Callable[[int, int], None] | None = None,
) -> tuple[BinaryIO, str]:
    """The file and its name; that it was written is in the history."""
    locale = None if labels == "codes" or format == "sav" else labels
    found = Answers(user, record, locale, multiple, step, layout=layout)
    out = exporting.write(found, format, current_locale() if labels == "codes" else labels)
    with transaction():
        audit.note("exported", entity="portal_form", entity_id=record.id, record_id=record.id)
    ending = "zip" if exporting.is_zip(found, format) else format
    return out, f"{pgettext('file', 'answers')}-{record.id}-{clock.today().isoformat()}.{ending}"


def export_in_background(
    progress: jobs.Progress, record_id: int, format: str, labels: str, multiple: Multiple, layout: Layout = "kobo"
) -> dict[str, Any]:
    """The job: write the file as the account may read it."""
    user = identity.of_user(progress.user_id) if progress.user_id is not None else None
    try:
        if user is None or not user.can(READ):
            raise Forbidden
        record = answers.open_form(user, record_id)
    except (NotFound, Forbidden):
        raise jobs.Refused(_l("This account can no longer read the answers.")) from None
    with audit.acting(user.id):
        out, name = written(user, record, format, labels, multiple, layout, progress.step)
    with out:
        progress.file(out, name)
    return {}


bp.record(lambda state: jobs.register("forms_export", export_in_background))
