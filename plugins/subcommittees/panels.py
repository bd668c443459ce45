"""What the module shows on the first page."""

from __future__ import annotations

from portal.api import Identity, Panel, Record, case, clock, db, func, records, select

from .statuses import OPEN


def home(user: Identity) -> list[Panel]:
    """For those who read tasks: how many are open and how many overdue, in one query."""
    if not user.can("subcommittees.read"):
        return []
    late = func.count(case((Record.due_on < clock.today(), 1)))
    stmt = select(func.count(), late).where(Record.kind == "task", Record.status.in_(OPEN), records.visible(user))
    open_, overdue = db.session.execute(stmt).one()
    return [Panel("subcommittees/_home.html", {"open": open_, "overdue": overdue}, order=30)]
