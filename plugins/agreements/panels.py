"""What the module shows on the first page and on that of an administrative unit."""

from __future__ import annotations

from collections import Counter
from typing import Any

from portal.api import Identity, Panel, Record, clock, db, func, records, reference

from . import progress, queries
from .models import Agreement
from .quarters import STATES, TONES, next_owed, quarters
from .statuses import IN_FORCE, KIND
from .statuses import STATUSES as AGREEMENT_STATUSES
from .statuses import TONES as AGREEMENT_TONES


def home(user: Identity) -> list[Panel]:
    """For those who make agreements how many stand where; for a local government its own and its next report."""
    found = []
    if user.can("agreements.make"):
        found.append(_overview(user))
    if user.can("agreements.report") and user.orgs:
        found += _own(user)
    return found


def _overview(user: Identity) -> Panel:
    year = clock.today().year
    stmt = (
        records.rows(user, KIND, Record.status, func.count())
        .join(Agreement, Agreement.record_id == Record.id)
        .where(Agreement.year == year, Agreement.cancelled_on.is_(None))
        .group_by(Record.status)
    )
    counted: Counter[str] = Counter({row[0]: row[1] for row in db.session.execute(stmt)})
    every = len(reference.first_level())
    signed = counted["signed"] + counted["closed"]
    context = {
        "year": year,
        "every": every,
        "signed": signed,
        "sent": counted["sent"],
        "draft": counted["draft"],
        "missing": max(0, every - sum(counted.values())),
    }
    return Panel("agreements/_home.html", context, order=40)


def _own(user: Identity) -> list[Panel]:
    """The newest agreement of the reader's local government, and the one before where a report on it is owed."""
    stmt = (
        queries.agreement_list(user)
        .where(Agreement.party_id.in_(user.orgs), Record.status.in_(("sent", *IN_FORCE)))
        .order_by(Agreement.year.desc())
        .limit(2)
    )
    rows = list(db.session.execute(stmt))
    reported = progress.reports(row.id for row in rows if row.status in IN_FORCE)
    listed: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        of_year = []
        if row.status in IN_FORCE:
            of_year = quarters(row.year, row.signed_on, {each.period for each in reported[row.id]})
        owed = next_owed(of_year)
        if place and not (owed is not None and owed.owed):
            continue
        url = progress.fill_url(row.id, owed.period) if owed is not None and owed.owed else ""
        listed.append({"row": row, "next": owed, "url": url})
    context = {
        "listed": listed,
        "states": STATES,
        "tones": TONES,
        "statuses": AGREEMENT_STATUSES,
        "status_tones": AGREEMENT_TONES,
    }
    return [Panel("agreements/_own.html", context, order=20)]


def unit(unit_id: int, user: Identity) -> list[Panel]:
    """The agreements with a unit, the newest first; nothing where there is none to see."""
    stmt = queries.agreement_list(user).where(Agreement.unit_id == unit_id).order_by(Agreement.year.desc()).limit(10)
    rows = list(db.session.execute(stmt))
    if not rows:
        return []
    return [Panel("agreements/_unit.html", {"rows": rows, "statuses": AGREEMENT_STATUSES, "tones": AGREEMENT_TONES})]
