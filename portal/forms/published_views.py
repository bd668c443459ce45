"""The public page of approved answers, and the same as a file."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal import clock, documents
from portal.documents.registry import DataColumn
from portal.forms import published, queries
from portal.forms.blueprint import bp
from portal.i18n import _, current_locale, pgettext
from portal.routing import PUBLIC

PAGE = 50
FORMATS = ("csv", "json", "xlsx")


@bp.get("/f/<token>/published", permission=PUBLIC)
def published_answers(token: str) -> ResponseReturnValue:
    """What was approved, the newest first; with ``format`` all of it as CSV, JSON or XLSX."""
    record, form, version = queries.by_token(token)
    asked = published.questions(version, current_locale())
    if version is None or not asked or record.status not in ("published", "closed"):
        raise NotFound
    if format_ := request.args.get("format", ""):
        return _file(version, asked, format_)
    total = published.count(record.id)
    last = max(1, -(-total // PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), last)
    return render_template(
        "forms/published.html",
        record=record,
        form=form,
        questions=asked,
        lines=list(published.lines(version, current_locale(), (number - 1) * PAGE, PAGE)),
        total=total,
        number=number,
        last=last,
        formats=FORMATS,
    )


def _file(version: Any, asked: list[published.Question], format_: Any) -> Response:
    if format_ not in FORMATS:
        raise NotFound
    columns = [DataColumn("_day", _("Day"), "date"), *(DataColumn(each.name, each.label) for each in asked)]
    rows = ({"_day": line.day, **line.answers} for line in published.lines(version, current_locale()))
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    out.writelines(documents.export_rows(columns, rows, format_, current_locale()))
    out.seek(0)
    name = f"{pgettext('file', 'answers')}-{version.form_id}-{clock.today().isoformat()}.{format_}"
    response: Response = send_file(out, mimetype="application/octet-stream")
    response.headers["Content-Type"] = documents.MIME_TYPES[format_]
    response.headers["Content-Disposition"] = documents.content_disposition(name)
    return response
