"""Answers from a spreadsheet, on the page: look first, then take over; many rows in the background."""

# mypy: allow-untyped-calls
from __future__ import annotations

import secrets
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import insert
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import Forbidden, NotFound

from portal import clock, jobs, storage
from portal.db import db, transaction
from portal.forms import queries
from portal.forms.answers import importing
from portal.forms.answers import reading as answers
from portal.forms.blueprint import bp
from portal.forms.filling import files as fill_files
from portal.forms.offline import rescue
from portal.forms.slots import slots
from portal.i18n import _, _l, current_locale, ngettext
from portal.people import identity
from portal.people.identity import Identity, current
from portal.records import File, Record
from portal.ui.forms import Form, fields

BUILD = "forms.build"
KINDS = frozenset({"xlsx", "xls", "ods", "csv", "zip", "json"})
JOB_FROM = 200
"""New rows from which the import runs in the background."""
MOST_SHOWN = 200
"""Problems that a page shows."""


class AnswersForm(Form):
    """A spreadsheet of answers, or a file of unsent ones."""

    file = fields.FileField(
        _l("File of answers"),
        validators=[fields.InputRequired(_l("Choose the file."))],
        kinds=KINDS,
        max_bytes=20_000_000,
        description=_l(
            "XLSX, XLS, ODS, CSV, or a zip of CSV files, up to 20 MB, laid out as this form's own download; or a"
            " JSON file of unsent answers, saved on a device that filled the form without a network."
        ),
    )


def open_form(user: Identity, record_id: int) -> Record:
    """The form into which *user* may import; raises NotFound and Forbidden."""
    record = answers.open_form(user, record_id)
    if not may_import(user, record_id):
        raise Forbidden
    return record


def may_import(user: Identity, record_id: int) -> bool:
    """Whether *user*, who may edit the form, may also fill it: what is imported is sent in by them."""
    record, form, _version = queries.by_id(record_id)
    slot = slots.get(form.slot)
    return user.can(BUILD) and (slot is None or slot.fills(user, record))


def _owner(record_id: int, user: Identity) -> str:
    """What a file that waits for its import belongs to: the form and the person."""
    return f"import:{record_id}:{user.id}"


def _keep(user: Identity, record_id: int, upload: FileStorage, content: bytes) -> str:
    """Keep a file until it is imported, at most two days as what was typed and never sent."""
    import hashlib

    uid = secrets.token_urlsafe(16)
    with transaction():
        db.session.execute(
            insert(File).values(
                uid=uid,
                stored_as=storage.keep(content),
                name=storage.safe_name(upload.filename or "answers.xlsx"),
                mime="application/octet-stream",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                purpose=fill_files.purposes(_owner(record_id, user))[0],
                created_by_id=user.id,
                created_at=clock.now(),
            )
        )
    return uid


def chosen(user: Identity, record_id: int, uid: str) -> tuple[bytes, str]:
    """Content and name of a file that was looked at before; raises NotFound."""
    file = fill_files.find(_owner(record_id, user), uid)
    with storage.current().open(file.stored_as) as stream:
        return stream.read(), file.name


def _waiting(user: Identity, record: Record, uid: str) -> importing.Plan:
    """The plan of a file that was looked at before; raises NotFound."""
    return importing.plan(user, record, *chosen(user, record.id, uid))


@bp.route("/<int:record_id>/answers/import", methods=["GET", "POST"], permission=BUILD, endpoint="import_answers")
def look(record_id: int) -> ResponseReturnValue:
    """Choose a file and see what would happen; nothing is stored but the file."""
    user = current()
    record = open_form(user, record_id)
    form: Any = AnswersForm()
    made, waiting = None, ""
    if form.validate_on_submit():
        content = form.file.data.read()
        if rescue.is_carried(content):
            kept = _keep(user, record_id, form.file.data, content)
            return redirect(url_for("forms.import_carried", record_id=record_id, file=kept), 303)
        made = importing.plan(user, record, content, form.file.data.filename or "")
        if made.ok and (made.rows or made.changed):
            waiting = _keep(user, record_id, form.file.data, content)
    code = 422 if request.method == "POST" and not form.language_switched and not (made and made.ok) else 200
    return _page(record, form, made, waiting), code


class TakeForm(Form):
    """Why answers are corrected, where some are."""

    file = fields.HiddenField()
    reason = fields.TextAreaField(
        _l("Why the answers are corrected"),
        validators=[
            fields.InputRequired(_l("Say why: it is kept in the history of every answer.")),
            fields.Length(max=1000),
        ],
        rows=2,
        description=_l("Kept in the history of every answer that is corrected."),
    )


def _page(record: Record, form: Any, made: Any, waiting: str = "", take: Any = None) -> str:
    shown = made.problems[:MOST_SHOWN] if made else []
    return render_template(
        "forms/answers_import.html",
        record=record,
        form=form,
        made=made,
        waiting=waiting,
        take=take or TakeForm(formdata=None, data={"file": waiting}),
        report={"problems": shown},
        more=len(made.problems) - len(shown) if made else 0,
    )


@bp.post("/<int:record_id>/answers/import/take", permission=BUILD, endpoint="take_answers")
def take(record_id: int) -> ResponseReturnValue:
    """Take over what was looked at; the file is judged once more."""
    user = current()
    record = open_form(user, record_id)
    uid = request.form.get("file", "")
    if not uid:
        abort(400)
    made = _waiting(user, record, uid)
    form: Any = TakeForm()
    if made.ok and made.changed and not form.validate_on_submit():
        return _page(record, AnswersForm(formdata=None), made, uid, form), 422
    reason = str(form.reason.data or "")
    if made.ok and len(made.rows) + len(made.changed) >= JOB_FROM:
        job = jobs.start(
            user.id,
            "core.forms_import",
            title=_l("Answers are being imported"),
            permission=BUILD,
            record_id=record_id,
            file=uid,
            reason=reason,
        )
        return redirect(url_for("jobs.show", uid=job.uid), 303)
    count = importing.carry_out(user, record, made, reason=reason) if made.ok else 0
    if not made.ok:
        return _page(record, AnswersForm(formdata=None), made), 409
    flash(said(count, len(made.changed)), "success")
    return redirect(url_for("forms.answers", record_id=record_id), 303)


def said(count: int, changed: int = 0) -> str:
    """What was done, in words."""
    if not count and not changed:
        return _("All answers of the file were there already.")
    texts = []
    if count:
        texts.append(ngettext("%(num)s answer is imported.", "%(num)s answers are imported.", count))
    if changed:
        texts.append(ngettext("%(num)s answer is corrected.", "%(num)s answers are corrected.", changed))
    return " ".join(texts)


def import_in_background(progress: jobs.Progress, record_id: int, file: str, reason: str = "") -> dict[str, Any]:
    """The job: judge the file once more and take it over as a whole."""
    user = identity.of_user(progress.user_id) if progress.user_id is not None else None
    if user is None:
        raise jobs.Refused(_l("This account can no longer import answers."))
    try:
        record = open_form(user, record_id)
        made = _waiting(user, record, file)
    except (NotFound, Forbidden):
        raise jobs.Refused(_l("This account can no longer import answers.")) from None
    count = importing.carry_out(user, record, made, progress, reason) if made.ok else 0
    if not made.ok:
        first = next(each for each in made.problems if each.level == "error")
        where = " ".join(filter(None, (first.sheet, first.cell)))
        raise jobs.Refused(f"{where}: {first.message}" if where else str(first.message))
    with_words = jobs.everywhere(lambda: said(count, len(made.changed)))
    progress.conclude(with_words.text(current_locale()))
    return {"new": count, "changed": len(made.changed), "same": made.same}


bp.record(lambda state: jobs.register("forms_import", import_in_background))
