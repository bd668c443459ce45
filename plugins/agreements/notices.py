"""Mails of the module: that something waits, never what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.api import (
    Grant,
    JobSpec,
    Record,
    User,
    absolute,
    clock,
    db,
    format_date,
    format_quarter,
    jobs,
    or_,
    select,
    settings_of,
)

from . import progress
from .models import Agreement
from .quarters import quarters
from .statuses import IN_FORCE


def _officers() -> Any:
    """Agreement with address and language of each local officer of its other party."""
    today = clock.today()
    return (
        select(Record.id, Agreement.year, Agreement.signed_on, User.email, User.locale)
        .join(Agreement, Agreement.record_id == Record.id)
        .join(Grant, Grant.org_id == Agreement.party_id)
        .join(User, User.id == Grant.user_id)
        .where(
            Grant.role == "local_officer",
            Grant.valid_from <= today,
            or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
            User.disabled_at.is_(None),
        )
        .distinct()
    )


def sent(record_id: int) -> None:
    """Write to the local government that an agreement lies before it; nothing where it went further meanwhile."""
    for row in db.session.execute(_officers().where(Record.id == record_id, Record.status == "sent")).all():
        jobs.mail.send(row.email, "agreements/sent", row.locale, address=_address(row.id))


def remind(report: Any) -> dict[str, int]:
    """Every morning: ask for the reports that are due soon, and for those that became overdue yesterday."""
    today = clock.today()
    rows = db.session.execute(
        _officers().where(Record.status.in_(IN_FORCE), Agreement.year.in_((today.year, today.year - 1)))
    ).all()
    filled = progress.reports({row.id for row in rows})
    before = timedelta(days=settings_of("agreements")["remind_days"])
    mails = 0
    for row in rows:
        for quarter in quarters(row.year, row.signed_on, {each.period for each in filled[row.id]}, today):
            soon = quarter.state == "due" and quarter.deadline - today == before
            late = quarter.state == "overdue" and today - quarter.deadline == timedelta(days=1)
            if soon or late:
                jobs.mail.send(
                    row.email,
                    "agreements/report",
                    row.locale,
                    address=_address(row.id),
                    quarter=format_quarter(row.year, quarter.number, row.locale),
                    day=format_date(quarter.deadline, "medium", row.locale),
                    late=late,
                )
                mails += 1
    return {"mails": mails}


def _address(record_id: int) -> str:
    return absolute("agreements.show", record_id=str(record_id))


JOBS = [JobSpec("remind", remind, "0 8 * * *")]
