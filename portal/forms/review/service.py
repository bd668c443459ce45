"""What happens to a submission afterwards: approved, sent back with a note, corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal import audit
from portal.db import db, emit, transaction
from portal.forms import notices, service, sources
from portal.forms.access import first_of
from portal.forms.engine import Answers, Context, evaluate
from portal.forms.filling import files as fill_files
from portal.forms.models import Form, FormVersion, Submission
from portal.forms.submissions import Invalid, SentBefore, event_of, has_files, index, mark
from portal.people.identity import Identity
from portal.records import Record, StaleVersion


def judge(
    user: Identity,
    row: Submission,
    *,
    state: str,
    note: str = "",
    marks: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> None:
    """Approve a submission, or send it back with a note and remarks on questions (path → remark).

    Its sender is told by mail. Raises ValueError for a return of an anonymous one (nobody is there to correct it) and
    StaleVersion where *revision* is not the stored one.
    """
    if state == "returned" and row.anonymous:
        raise ValueError("an anonymous submission cannot be returned")
    with transaction():
        _check_revision(row, revision)
        row.state, row.note = state, note.strip()
        row.marks = dict(marks or {}) if state == "returned" else {}
        db.session.flush()
        if state == "returned":
            notices.returned(row)
        emit(event_of(f"forms.{state}", row))


def reopen(user: Identity, row: Submission, *, revision: int | None = None) -> None:
    """Take an approval back: what was published of it is gone at once. Raises StaleVersion."""
    with transaction():
        _check_revision(row, revision)
        if row.state == "approved":
            row.state = "submitted"
            db.session.flush()
            emit(event_of("forms.reopened", row))


def approve_all(user: Identity, form_id: int, chosen: Mapping[int, int]) -> int:
    """Approve those of *chosen* (id → revision) that have arrived and were not changed since; returns how many."""
    done = 0
    with transaction():
        stmt = select(Submission).where(Submission.form_id == form_id, Submission.id.in_(list(chosen)))
        for row in db.session.scalars(stmt.with_for_update().execution_options(populate_existing=True)):
            if row.state == "submitted" and row.revision == chosen[row.id]:
                row.state, row.note, row.marks = "approved", "", {}
                db.session.flush()
                emit(event_of("forms.approved", row))
                done += 1
    return done


def _check_revision(row: Submission, revision: int | None) -> None:
    db.session.refresh(row)
    if revision is not None and row.revision != revision:
        raise StaleVersion(db.session.get_one(Record, row.form_id))


def correct(
    user: Identity,
    form: Form,
    row: Submission,
    *,
    revision: int,
    answers: Answers,
    context: Context | None = None,
    reason: str = "",
) -> None:
    """Store other answers for a submission: old, new and *reason* are in the history; it waits for approval again.

    Raises Invalid, StaleVersion, SentBefore (the period was changed to one already reported on) and ValueError for
    an anonymous one: only its sender knows what was meant.
    """
    if row.anonymous:
        raise ValueError("an anonymous submission cannot be corrected")
    version = db.session.get_one(FormVersion, row.version_id)
    compiled = service.compiled(version)
    context = context or sources.context(user, form, compiled, row.subject_id)
    if has_files(compiled):
        context = replace(context, files=fill_files.uids(row.uid))
    result = evaluate(compiled, answers, context, "submit")
    if not result.ok:
        raise Invalid(result)
    period = str(result.values.get("period") or "")[:20]
    key = row.once_key and ":".join([*row.once_key.split(":")[:2], period, row.once_key.rsplit(":", 1)[1]])
    try:
        with transaction(), audit.acting(user.id if user.signed_in else None, reason.strip()):
            _check_revision(row, revision)
            row.answers, row.digest, row.state = result.values, mark(compiled, result.values), "submitted"
            row.marks = {}
            row.period, row.once_key = period, key
            db.session.flush()
            index(row)
            fill_files.settle(row.uid)
            emit(event_of("forms.corrected", row))
    except IntegrityError:
        raise SentBefore(first_of(key), once=True) from None
