"""Open work goes along when a role is handed over (``portal.people.admin.hand_over``)."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import or_, select

from portal import audit, clock
from portal.db import db, transaction
from portal.people.models import Grant
from portal.records import queries
from portal.records.models import Record

BACK: Final = timedelta(days=7)
"""How far back a day may lie on which roles were handed over: for as long the portal may have been away."""
DAY: Final = timedelta(days=1)

_SEAT = (Grant.role, Grant.org_id, Grant.unit_id, Grant.function)


def pass_on(_progress: Any = None) -> int:
    """Give the open records of who handed a role over to the successor; returns how many. Runs every hour.

    The successor is who holds the same role, in the same organisation and unit and with the same function, from the
    day after on. Who still holds a role in the organisation keeps what waits for them.
    """
    count = 0
    for org_id, old, new in _successions():
        with transaction(), audit.acting(None):
            stmt = select(Record).where(Record.org_id == org_id, Record.owner_id == old, queries.waiting())
            for record in db.session.scalars(stmt.order_by(Record.id)):
                record.owner_id = new
                count += 1
    return count


def _successions() -> list[tuple[int, int, int]]:
    """Organisation, who left it and who came: of the days up to today."""
    today = clock.today()
    stmt = select(Grant.user_id, *_SEAT, Grant.valid_from, Grant.valid_to).where(Grant.org_id.is_not(None))
    begun = defaultdict(list)
    for row in db.session.execute(stmt.where(Grant.valid_from.between(today - BACK, today)).order_by(Grant.id)):
        begun[row[1:5], row.valid_from].append(row.user_id)
    ended = list(db.session.execute(stmt.where(Grant.valid_to.between(today - BACK - DAY, today - DAY))))
    there = select(Grant.user_id, Grant.org_id).where(
        Grant.user_id.in_([row.user_id for row in ended]),
        Grant.valid_from <= today,
        or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
    )
    stays = {tuple(row) for row in db.session.execute(there)}
    found = []
    for row in ended:
        successor = next(iter(begun[row[1:5], row.valid_to + DAY]), None)
        if successor not in (None, row.user_id) and (row.user_id, row.org_id) not in stays:
            found.append((row.org_id, row.user_id, successor))
    return found
