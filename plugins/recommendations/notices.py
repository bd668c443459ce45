"""Mails of the module: that something waits, never what it says."""

from __future__ import annotations

from typing import Any

from portal.api import (
    Record,
    User,
    absolute,
    db,
    format_date,
    jobs,
    select,
)


def waits(record_id: int, user_id: int, status: str) -> None:
    """Write to an account that a rating was handed over to it, returned to it, or published."""
    _send(user_id, "recommendations/rating", address=_address("assessment", record_id), status=status)


def answered(record_id: int, user_id: int) -> None:
    """Write to the one who challenged that there is an answer."""
    _send(user_id, "recommendations/answered", address=_address("challenge", record_id))


def responsible(record_id: int, user_id: int) -> None:
    """Write to a focal point that the own body answers for a recommendation now."""
    _send(user_id, "recommendations/responsible", address=_address("recommendation", record_id))


def translated(record_id: int, user_id: int, act: str) -> None:
    """Write to the one who proposed a Mongolian text what became of it."""
    _send(user_id, "recommendations/translated", address=_address("translation", record_id), act=act)


def many_wait(user_id: int, status: str, number: int) -> None:
    """Write once to an account that so many ratings were handed over to it, or published."""
    act = {"submitted": "validate", "validated": "publish"}.get(status, "")
    address = absolute("recommendations.together_page", **({"act": act} if act else {}))
    _send(user_id, "recommendations/ratings", address=address, status=status, number=number)


def challenged(record: Record, reason: str = "new") -> int:
    """Write to the one who is to answer a challenge that it is new, due soon or late; how many mails were sent."""
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
