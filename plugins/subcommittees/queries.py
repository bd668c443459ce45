"""Reading tasks."""

from __future__ import annotations

from typing import Any

from portal.api import Content, Grant, Identity, Organisation, Record, Select, User, clock, db, or_, records, select

from .models import Task, TaskReport
from .reports import Report, sent
from .statuses import OPEN


def task_list(user: Identity) -> Select[Any]:
    """The visible tasks with sub-committee, desk officer and progress."""
    return (
        records.rows(
            user,
            "task",
            Record.id,
            Record.title,
            Record.sort_mn,
            Record.sort_en,
            Record.status,
            Record.due_on,
            Record.changed_at,
            Record.org_id,
            Record.owner_id,
            Organisation.short.label("org"),
            User.name.label("owner"),
            Task.progress,
        )
        .join(Task, Task.record_id == Record.id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .outerjoin(User, User.id == Record.owner_id)
    )


def overdue() -> Any:
    """The condition of a task that is open after its due date."""
    return (Record.due_on < clock.today()) & Record.status.in_(OPEN)


def task(record_id: int) -> Any:
    """A task's own row with the names of its sub-committee and desk officer."""
    stmt = (
        select(Task, Organisation.name.label("org"), User.name.label("owner"))
        .join(Record, Record.id == Task.record_id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .outerjoin(User, User.id == Record.owner_id)
        .where(Task.record_id == record_id)
    )
    return db.session.execute(stmt).one()


def reports(record_id: int) -> list[Report]:
    """The reports on a task, the newest first: those written on the module's page and those sent in by a form."""
    stmt = (
        select(TaskReport.text, TaskReport.progress, TaskReport.created_at, User.name.label("author"))
        .outerjoin(User, User.id == TaskReport.author_id)
        .where(TaskReport.task_id == record_id)
        .order_by(TaskReport.id)
    )
    written = [Report(row.created_at, row.author or "", row.progress, row.text) for row in db.session.execute(stmt)]
    return sorted([*written, *sent(record_id)], key=lambda each: each.created_at)[::-1]


def sub_committees() -> list[tuple[int, Content]]:
    """The sub-committees of today, by name."""
    today = clock.today()
    stmt = (
        select(Organisation.id, Organisation.name)
        .where(
            Organisation.kind == "sub_committee", or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today)
        )
        .order_by(Organisation.sort_mn)
    )
    return [(row.id, row.name) for row in db.session.execute(stmt)]


def desk_officers() -> list[tuple[int, str, int]]:
    """The desk officers of today: account, name, sub-committee."""
    today = clock.today()
    stmt = (
        select(User.id, User.name, Grant.org_id)
        .join(Grant, Grant.user_id == User.id)
        .join(Organisation, Organisation.id == Grant.org_id)
        .where(
            Grant.role == "desk_officer",
            Organisation.kind == "sub_committee",
            Grant.valid_from <= today,
            or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
            User.disabled_at.is_(None),
        )
        .order_by(User.name)
    )
    return [(row.id, row.name, row.org_id) for row in db.session.execute(stmt)]
