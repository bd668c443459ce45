"""Taking what people send in: each once, checked by the engine, with a receipt."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.db import db, emit, transaction
from portal.forms import drafts, removed, service, sources
from portal.forms.access import GRACE, check_open, once_key
from portal.forms.codes import RECEIPT, new_code
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY, Answers, Context, Result, evaluate
from portal.forms.fields.text import Meta
from portal.forms.filling import files as fill_files
from portal.forms.models import AnswerIndex, Form, FormVersion, Saved, Submission, ordered_id, random_id
from portal.forms.versions import Versions
from portal.people.identity import Identity
from portal.records import Record


@dataclass(frozen=True)
class Submitted:
    """The event after a submission is stored; ids only, and of an anonymous one only the form's."""

    name: str
    record_id: int | None
    ids: Mapping[str, int]


class Invalid(Exception):
    """Answers that cannot be taken; ``result`` says which and why."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"{len(result.errors)} errors")
        self.result = result


class SentBefore(Exception):
    """The same id with other answers, or (*once*) a second submission where one is allowed.

    ``submission`` is the first one.
    """

    def __init__(self, submission: Submission | None, once: bool = False) -> None:
        super().__init__(submission.id if submission else None)
        self.submission, self.once = submission, once


def answered(node: Node) -> bool:
    """Whether people answer the question themselves: it is no calculation, hidden value or fixed text."""
    free = node.calculation is None and node.read_only is not True
    return node.kind == "question" and node.field.stores and node.field.fills and free


def mark(compiled: Compiled, answers: Answers) -> str:
    """The hash of what somebody answered, whatever the order; what the form computes itself is left out."""

    def own(nodes: Sequence[Node], values: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for node in nodes:
            value = values.get(node.name)
            if node.kind == "group":
                found |= own(node.children, values)
            elif node.kind == "repeat":
                rows = value if isinstance(value, list) else ()
                found[node.name] = [{KEY: row.get(KEY), **own(node.children, row)} for row in rows]
            elif value is not None and answered(node):
                found[node.name] = value
        return found

    text = json.dumps(own(compiled.top, answers), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def submit(
    user: Identity,
    record: Record,
    form: Form,
    version: FormVersion,
    *,
    uid: str,
    answers: Answers,
    language: str,
    subject_id: int | None = None,
    context: Context | None = None,
    admit: Callable[[Submission], None] | None = None,
    coming: frozenset[str] = frozenset(),
) -> Submission:
    """Check and store; the same *uid* with the same answers gives the submission there is.

    *context* is what the page was drawn with, made here where it is not given. *admit* is called with the stored row
    in the same transaction and stops it by raising. *coming* are ids of files that arrive later. Whether the form
    takes something is asked of the version in use, whichever was filled. Raises Invalid, Closed, SentBefore, and
    ValueError for a *uid* that is none. Of an anonymous form nothing of its sender is kept: no account, no
    organisation, no time of day, no language, no entry in the history.
    """
    uid = str(uuid.UUID(uid))
    compiled = service.compiled(version)
    context = context or sources.context(user, form, compiled, subject_id)
    before = by_uid(uid)
    if before is not None:
        context = sources.as_before(context, compiled, before.answers, answers)
    if has_files(compiled):
        context = replace(context, files=fill_files.uids(uid) | coming)
    result = evaluate(compiled, answers, context, "submit")
    digest = mark(compiled, result.values)
    if before is not None:
        return _same(before, digest)
    removed.check(uid)
    in_use = db.session.get(FormVersion, form.published_id) if form.published_id else None
    check_open(record, in_use or version, GRACE)
    if not result.ok:
        raise Invalid(result)
    row = _row(user, form, version, result.values, subject_id)
    row.update(uid=uid, digest=digest, language="" if row["anonymous"] else language)
    try:
        with transaction():
            _queue_up(record, in_use or version, alone=admit is not None or has_files(compiled))
            stored = _store(row)
            if in_use is None or in_use.id != version.id or compiled.index:
                _write_index(stored, Versions(stored.form_id))
            if has_files(compiled):
                fill_files.settle(uid)
            db.session.execute(delete(Saved).where(Saved.uid == uid))
            if user.signed_in and not stored.anonymous:
                drafts.forget(user, uid)
            if admit is not None:
                admit(stored)
            emit(event_of("forms.submitted", stored))
    except IntegrityError:
        if (before := by_uid(uid)) is not None:
            return _same(before, digest)
        if row["once_key"] is None:
            raise
        first = db.session.scalar(select(Submission).where(Submission.once_key == row["once_key"]))
        raise SentBefore(first, once=True) from None
    return stored


def has_files(compiled: Compiled) -> bool:
    """Whether the form asks for files."""
    return any(node.field.file for node in compiled.questions)


def _row(user: Identity, form: Form, version: FormVersion, values: Answers, subject_id: int | None) -> dict[str, Any]:
    anonymous = bool(service.settings_of(version).get("anonymous"))
    if anonymous:
        device = {node.name for node in service.compiled(version).questions if isinstance(node.field, Meta)}
        values = {name: value for name, value in values.items() if name not in device}
    period = str(values.get("period") or "")[:20]
    now = clock.now()
    return {
        "id": random_id() if anonymous else ordered_id(now),
        "form_id": form.record_id,
        "version_id": version.id,
        "subject_id": subject_id,
        "period": period,
        "answers": values,
        "anonymous": anonymous,
        "once_key": once_key(user, form.record_id, version, subject_id, period),
        "receipt": new_code(RECEIPT),
        "org_id": None if anonymous or not user.orgs else user.orgs[0],
        "submitted_by_id": None if anonymous else user.id,
        "received_at": _day(clock.today()) if anonymous else now,
    }


def _store(row: dict[str, Any]) -> Submission:
    """Add a submission; an anonymous one past the history, whose entries have a moment and an order."""
    if not row["anonymous"]:
        made = Submission(**row)
        db.session.add(made)
        db.session.flush()
        return made
    db.session.execute(insert(Submission).values(state="submitted", note="", revision=1, **row))
    return db.session.get_one(Submission, row["id"])


def lock(form_id: int) -> None:
    """Let one transaction at a time count the places of a form, use its invitations or settle its files."""
    stmt = select(Form.record_id).where(Form.record_id == form_id)
    db.session.execute(stmt.with_for_update(key_share=True))  # files that arrive refer to the form, and need not wait


def _queue_up(record: Record, version: FormVersion, alone: bool) -> None:
    """One after the other where places are counted, an invitation is used or files may come in another request.

    Where places are counted, ask again whether one is left. Before the row is stored: its reference to the form is a
    weaker lock, and two of those would wait for each other.
    """
    limited = bool(service.settings_of(version).get("limit"))
    if limited or alone:
        lock(record.id)
    if limited:
        check_open(record, version, GRACE)


def event_of(name: str, row: Submission) -> Submitted:
    """The event that something happened to a submission; of an anonymous one nobody learns which."""
    ids = {"form_id": row.form_id} if row.anonymous else {"form_id": row.form_id, "submission_id": row.id}
    return Submitted(name, row.subject_id or row.form_id, ids)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), clock.zone())


def _same(before: Submission, digest: str) -> Submission:
    if before.digest != digest:
        raise SentBefore(before)
    return before


def anonymous_of(form_id: int, receipt: str) -> Submission | None:
    """The anonymous submission of a form with that receipt."""
    stmt = select(Submission).where(Submission.receipt == receipt, Submission.form_id == form_id)
    return db.session.scalar(stmt.where(Submission.anonymous.is_(True)))


def by_uid(uid: str) -> Submission | None:
    """The submission with that client-made id."""
    return db.session.scalar(select(Submission).where(Submission.uid == uid))


def state_of(receipt: str) -> str | None:
    """What became of what was sent, by its receipt; None where there is nothing."""
    return db.session.scalar(select(Submission.state).where(Submission.receipt == receipt))


def index(row: Submission, known: Versions | None = None) -> None:
    """Write the index of a submission's answers anew, as the newest version reads them; *known* are the versions."""
    db.session.execute(delete(AnswerIndex).where(AnswerIndex.submission_id == row.id))
    _write_index(row, known or Versions(row.form_id))


def _write_index(row: Submission, known: Versions) -> None:
    found = [
        {
            "submission_id": row.id,
            "ordinal": ordinal,
            "row_id": entry.row,
            "path": entry.path,
            "position": entry.position,
            "text": entry.text,
            "number": entry.number,
            "day": date.fromisoformat(entry.date) if entry.date else None,
        }
        for ordinal, entry in enumerate(known.of(row.version_id).entries(row.answers))
    ]
    if found:
        db.session.execute(insert(AnswerIndex), found)
