"""Every morning: what values are due, and a mail to the focal points, once before and once after."""

from __future__ import annotations

from typing import Any

from portal.api import JobSpec, Record, absolute, db, exists, format_date, jobs, select, transaction, update

from ..indicator_models import Indicator, IndicatorValue
from ..register import arranging
from . import people, service
from .words import ASKED, KIND


def remind(progress: Any) -> dict[str, int]:
    """Bring every indicator's status up to date; write to its focal point 30 days before and when it is overdue."""
    mails = 0
    stmt = (
        select(Record, Indicator)
        .join(Indicator, Indicator.record_id == Record.id)
        .where(Record.kind == KIND, Record.status.in_(ASKED))
        .order_by(Record.id)
    )
    for record, row in db.session.execute(stmt).all():
        with transaction():
            owed = service.keep_due(record, row)
            if owed is None or owed.status == "current":
                continue
            said = f"{owed.period.code} {owed.status}"
            if row.reminded == said:
                continue
            mails += _send(record, owed)
            # what was written is no change of the definition, so it is set past the history
            db.session.execute(
                update(Indicator)
                .where(Indicator.record_id == row.record_id)
                .values(reminded=said)
                .execution_options(synchronize_session=False)
            )
    return {"mails": mails}


def _send(record: Record, owed: Any) -> int:
    """A mail to the focal point, in the own language: that a value is due, or waits to be published.

    Where the one who is named has left the body, its focal points of today are told.
    """
    told = people.of_body(record.org_id)
    named = [each for each in told if each.id == record.owner_id]
    if record.owner_id is None:
        return 0
    main = arranging.accounts(record.org_id) if record.org_id is not None else []
    return sum(_mail(person, record, owed) for person in named or [each for each in told if each.id in main])


def _mail(person: Any, record: Record, owed: Any) -> int:
    entered = select(
        exists().where(
            IndicatorValue.indicator_id == record.id,
            IndicatorValue.period == owed.period.code,
            IndicatorValue.is_latest.is_(True),
            IndicatorValue.value.is_not(None),
        )
    )
    jobs.mail.send(
        person.email,
        "recommendations/indicator",
        person.locale,
        address=absolute("recommendations.indicator", record_id=str(record.id)),
        day=format_date(owed.due_on, "medium", locale=person.locale),
        late=owed.status == "overdue",
        entered=bool(db.session.scalar(entered)),
    )
    return 1


JOBS = [JobSpec("indicators", remind, "20 8 * * *")]
