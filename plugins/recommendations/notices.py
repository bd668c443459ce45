"""Mails of the module: that something waits, never what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.api import (
    JobSpec,
    Record,
    User,
    absolute,
    clock,
    db,
    format_date,
    jobs,
    select,
)

from .models import Challenge
from .settings import setting


def waits(record_id: int, user_id: int, status: str) -> None:
    """Write to an account that a rating was handed over to it, returned to it, or published."""
    _send(user_id, "recommendations/rating", address=_address("assessment", record_id), status=status)


def challenged(record: Record) -> None:
    """Write to the one who is to answer a challenge."""
    if record.owner_id is not None:
        _challenge(record, "new")


def answered(record_id: int, user_id: int) -> None:
    """Write to the one who challenged that there is an answer."""
    _send(user_id, "recommendations/answered", address=_address("challenge", record_id))


def responsible(record_id: int, user_id: int) -> None:
    """Write to a focal point that the own body answers for a recommendation now."""
    _send(user_id, "recommendations/responsible", address=_address("recommendation", record_id))


def translated(record_id: int, user_id: int, act: str) -> None:
    """Write to the one who proposed a Mongolian text what became of it."""
    _send(user_id, "recommendations/translated", address=_address("translation", record_id), act=act)


def remind(progress: Any) -> dict[str, int]:
    """Every morning: tell those who are to answer what is due soon, and what became overdue yesterday."""
    today = clock.today()
    soon, late = today + timedelta(days=setting("remind_days")), today - timedelta(days=1)
    stmt = (
        select(Record)
        .join(Challenge, Challenge.record_id == Record.id)
        .where(Record.status == "open", Record.due_on.in_((soon, late)), Record.owner_id.is_not(None))
    )
    mails = 0
    for record in db.session.scalars(stmt).all():
        mails += _challenge(record, "late" if record.due_on == late else "soon")
    return {"mails": mails}


def _challenge(record: Record, reason: str) -> int:
    due = record.due_on
    return _send(
        record.owner_id or 0,
        "recommendations/challenge",
        address=_address("challenge", record.id),
        reason=reason,
        due=due,
    )


def _send(user_id: int, template: str, *, due: Any = None, **context: Any) -> int:
    """A mail to an account, in its language; how many were sent."""
    stmt = select(User.email, User.locale).where(User.id == user_id, User.disabled_at.is_(None))
    row = db.session.execute(stmt).one_or_none()
    if row is None:
        return 0
    day = format_date(due, "medium", locale=row.locale) if due else ""
    jobs.mail.send(row.email, template, row.locale, day=day, **context)
    return 1


def _address(page: str, record_id: int) -> str:
    return absolute(f"recommendations.{page}", record_id=str(record_id))


JOBS = [JobSpec("remind", remind, "15 8 * * *")]
