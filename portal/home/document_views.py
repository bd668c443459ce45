"""Making a document of a record: choose language and format, wait for the job, fetch the file."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from portal import documents, jobs, records
from portal.documents.registry import NotMade, registry
from portal.i18n import LOCALES, _l, current_locale, force_locale
from portal.people import identity
from portal.people.identity import current
from portal.records.queries import url_of
from portal.routing import SIGNED_IN, Blueprint
from portal.ui.chrome import LANGUAGE_NAMES
from portal.ui.forms import Form, as_choices, fields

bp = Blueprint("documents", __name__, template_folder="templates")

FORMATS = {
    "docx": _l("Word (DOCX)"),
    "pdf": _l("PDF"),
    "xlsx": _l("Excel (XLSX)"),
    "html": _l("Web page (HTML)"),
}


class MakeForm(Form):
    """The file that is wanted."""

    format = fields.RadioField(_l("Format"))
    language = fields.RadioField(_l("Language"))


@bp.route("/<name>/<int:record_id>", methods=["GET", "POST"], permission=SIGNED_IN)
def make(name: str, record_id: int) -> ResponseReturnValue:
    """Choose and start."""
    user = current()
    record = records.get(user, record_id)
    kind = registry.document(name)
    if kind.record_kind != record.kind:
        raise NotFound
    if not user.can(kind.permission):
        raise Forbidden
    form = MakeForm(data={"format": kind.formats[0], "language": current_locale()})
    form.format.choices = as_choices([(each, FORMATS[each]) for each in kind.formats])
    form.language.choices = as_choices([(each, LANGUAGE_NAMES[each]) for each in LOCALES])
    if form.validate_on_submit():
        job = jobs.start(
            user.id,
            "core.document",
            title=_l("A document is being made"),
            permission=kind.permission,
            kind=name,
            record_id=record.id,
            format=form.format.data,
            language=form.language.data,
        )
        return redirect(url_for("jobs.show", uid=job.uid), 303)
    code = 422 if request.method == "POST" and not form.language_switched else 200
    back = url_of(records.kinds.live(record.kind), record.id)
    return render_template("home/document.html", form=form, kind=kind, record=record, back=back), code


def make_document(progress: jobs.Progress, kind: str, record_id: int, format: str, language: str) -> dict[str, Any]:
    """The job: build the content as the account sees it, write the file; a refusal says what to do."""
    user = identity.of_user(progress.user_id) if progress.user_id is not None else None
    if user is None:
        raise jobs.Refused(_l("This account can no longer make the document."))
    with force_locale(language):
        progress.step(1, 3)
        try:
            content = registry.build(user, kind, record_id, language)
        except NotMade as error:
            raise jobs.Refused(error.message) from None
        progress.step(2, 3)
        data = documents.write(content, format)
        title = records.get(user, record_id).title
        progress.file(data, documents.file_name(title.text(language), format))
        progress.step(3, 3)
    return {}
