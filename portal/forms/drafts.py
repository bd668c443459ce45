"""What people with an account have typed and not sent; of anonymous forms nothing is kept."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlalchemy.orm.exc import StaleDataError

from portal import clock
from portal.db import db, transaction
from portal.forms import service
from portal.forms.engine import Answers
from portal.forms.models import Draft, Form, FormVersion
from portal.people.identity import Identity
from portal.records import Record


def keep(
    user: Identity,
    form: Form,
    version: FormVersion,
    *,
    uid: str,
    answers: Answers,
    subject_id: int | None,
    period: str = "",
) -> datetime:
    """Keep what somebody with an account has typed so far; it need not be right. Returns the moment it was kept.

    Raises ValueError for an anonymous form, of which nothing is kept beside a name.
    """
    if service.settings_of(version).get("anonymous"):
        raise ValueError("no drafts of anonymous forms")
    try:
        return _keep(user, form, version, uid, answers, subject_id, period)
    except (IntegrityError, StaleDataError):  # two pages at once kept the first draft, or one sent it: the later stays
        return _keep(user, form, version, uid, answers, subject_id, period)


def _keep(
    user: Identity,
    form: Form,
    version: FormVersion,
    uid: str,
    answers: Answers,
    subject_id: int | None,
    period: str,
) -> datetime:
    now = clock.now()
    with transaction():
        row = find(user, form, subject_id, period)
        if row is None:
            place = _place(user, form, subject_id, period)
            row = Draft(form_id=form.record_id, user_id=user.id, subject_id=subject_id, place=place, period=period[:20])
            db.session.add(row)
        row.uid, row.answers, row.version_id, row.saved_at = str(uuid.UUID(uid)), answers, version.id, now
        db.session.flush()
    return now


def _place(user: Identity, form: Form, subject_id: int | None, period: str) -> str:
    return f"{form.record_id}:{user.id}:{subject_id or 0}:{period[:20]}"


def find(user: Identity, form: Form, subject_id: int | None, period: str = "") -> Draft | None:
    """What *user* has typed into the form about that record and period and not sent."""
    return db.session.scalar(select(Draft).where(Draft.place == _place(user, form, subject_id, period)))


def forget(user: Identity, uid: str) -> None:
    """Remove the draft that was sent as *uid*."""
    db.session.execute(delete(Draft).where(Draft.user_id == user.id, Draft.uid == uid))


def waiting(user: Identity) -> list[Any]:
    """The drafts of *user*, the newest first: ``form_id subject_id period saved_at title subject``."""
    about = aliased(Record)
    stmt = (
        select(
            Draft.form_id,
            Draft.subject_id,
            Draft.period,
            Draft.saved_at,
            Record.title,
            about.title.label("subject"),
        )
        .join(Record, Record.id == Draft.form_id)
        .outerjoin(about, about.id == Draft.subject_id)
        .where(Draft.user_id == user.id, Record.status == "published")
        .order_by(Draft.saved_at.desc())
        .limit(50)
    )
    return list(db.session.execute(stmt))
