"""Taking answers out for good: what was sent in error, twice, or to spoil a public form."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select
from werkzeug.exceptions import Forbidden
from wtforms.validators import InputRequired, Length

from portal import audit, storage
from portal.db import db, emit, transaction
from portal.forms import changes, removed
from portal.forms.answers import reading as answers
from portal.forms.blueprint import bp
from portal.forms.filling import files as fill_files
from portal.forms.models import Submission
from portal.forms.submissions import event_of
from portal.i18n import _, _l
from portal.people.identity import current
from portal.records import File, StaleVersion
from portal.ui.forms import Form, VersionField, fields

BUILD = "forms.build"


class RemoveForm(Form):
    """Why answers go."""

    version = VersionField()
    why = fields.StringField(
        _l("Why the answers are removed"),
        validators=[InputRequired(), Length(max=300)],
        description=_l("It stands in the history, with your name."),
    )


def remove(read: answers.Read, *, revision: int | None, why: str) -> None:
    """Delete a submission with its index and files, and note in the history that, by whom and why.

    A device that sends it once more is told (portal.forms.removed). The entries about it that are in the history stay,
    as all of the history does; of an anonymous one there is none with answers. Raises StaleVersion where it was changed
    since *revision*.
    """
    row = read.row
    files = select(File).where(File.purpose.in_(fill_files.purposes(row.uid)), File.record_id.is_(None))
    with transaction(), audit.acting(read.user.id, why.strip()):
        db.session.refresh(row, with_for_update=True)
        if revision is not None and row.revision != revision:
            raise StaleVersion(read.record)
        kept = list(db.session.scalars(files))
        for file in kept:
            db.session.delete(file)
        emit(event_of("forms.removed", row))
        removed.note(row)
        changes.note(row.id, row.form_id, "removed", anonymous=row.anonymous)
        audit.note(
            "removed",
            entity="portal_form",
            entity_id=row.form_id,
            record_id=row.form_id,
            receipt=[row.receipt, None],
        )
        db.session.execute(delete(Submission).where(Submission.id == row.id))
        db.session.expunge(row)
    for file in kept:
        storage.current().delete(file.stored_as)


@bp.route(
    "/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/remove",
    methods=["GET", "POST"],
    permission=BUILD,
)
def remove_submission(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Ask why, then remove."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_judge:
        raise Forbidden
    form: Any = RemoveForm(data={"version": read.row.revision})
    if form.validate_on_submit():
        remove(read, revision=form.version.data, why=form.why.data)
        flash(_("The answers are removed."), "success")
        return redirect(url_for("forms.answers", record_id=record_id), 303)
    back = url_for("forms.submission", record_id=record_id, submission_id=submission_id)
    code = 422 if request.method == "POST" and not form.language_switched else 200
    files = fill_files.named(read.row.uid)
    return render_template("forms/submission_remove.html", read=read, form=form, back=back, files=files), code
