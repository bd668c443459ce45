"""Every morning: a mail to those who are to answer a challenge, once before it is due and once after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.api import JobSpec, Record, clock, db, select, transaction

from .. import notices
from ..models import Assessment, Challenge
from ..settings import setting
from . import publishing


def remind(progress: Any) -> dict[str, int]:
    """Tell those who are to answer what is due soon, and what became overdue yesterday."""
    today = clock.today()
    soon, late = today + timedelta(days=setting("remind_days")), today - timedelta(days=1)
    stmt = (
        select(Record, Challenge)
        .join(Challenge, Challenge.record_id == Record.id)
        .where(Record.status == "open", Record.due_on.in_((soon, late)))
    )
    mails = 0
    for record, row in db.session.execute(stmt).all():
        with transaction():
            _hand_on(record, row)
            mails += notices.challenged(record, "late" if record.due_on == late else "soon")
    return {"mails": mails}


def _hand_on(record: Record, row: Challenge) -> None:
    """Where who was asked may answer no more, somebody else of the rater's organisation is asked."""
    rated = db.session.get_one(Record, row.assessment_id)
    able = publishing.answerers(rated, db.session.get_one(Assessment, row.assessment_id))
    if record.owner_id not in {each.id for each in able}:
        record.owner_id = next((each.id for each in able if each.org_id == rated.org_id), None)


JOBS = [JobSpec("remind", remind, "15 8 * * *")]
