"""Changing tasks."""

from __future__ import annotations

from datetime import date

from portal.api import Content, Event, Identity, Organisation, Record, clock, db, emit, records, transaction

from . import queries
from .models import Task, TaskReport
from .statuses import OPEN


class TaskClosed(Exception):
    """A report on a task that is done or cancelled."""


def create(
    user: Identity,
    *,
    title: Content,
    description: Content,
    org_id: int,
    owner_id: int | None,
    due_on: date | None,
    from_id: int | None = None,
    unit_id: int | None = None,
) -> Record:
    """Give a task to the sub-committee *org_id*; it follows from the record *from_id*.

    The ministry above the sub-committee may edit it, the organisation of the giver may read it.
    """
    with transaction():
        parent = db.session.get(Organisation, org_id)
        seen = {user.orgs[0]: "read"} if user.orgs else {}
        if parent is not None and parent.parent_id is not None:
            seen[parent.parent_id] = "edit"
        seen.pop(org_id, None)
        record = records.create(
            user,
            kind="task",
            title=title,
            org_id=org_id,
            owner_id=owner_id,
            unit_id=unit_id,
            due_on=due_on,
            status="open",
            text=[description],
            shared_with=sorted(seen.items()),
            links=[(from_id, "follows")] if from_id is not None else (),
        )
        db.session.add(Task(record_id=record.id, description=description, outcome=Content()))
        db.session.flush()
        emit(Event("subcommittees.task_given", record.id))
    return record


def edit(
    user: Identity,
    record: Record,
    *,
    version: int,
    title: Content,
    description: Content,
    org_id: int,
    owner_id: int | None,
    due_on: date | None,
) -> None:
    """Change a task; raises StaleVersion."""
    with transaction():
        records.update(
            user,
            record,
            version=version,
            title=title,
            org_id=org_id,
            owner_id=owner_id,
            due_on=due_on,
            text=[description],
        )
        _row(record).description = description


def report(user: Identity, record: Record, *, version: int, text: str, progress: int) -> None:
    """Add a progress report; a task that was not started is in progress from now on. Raises TaskClosed."""
    if record.status not in OPEN:
        raise TaskClosed
    with transaction():
        records.update(user, record, version=version, status="in_progress")
        row = _row(record)
        row.progress = progress
        db.session.add(
            TaskReport(task_id=record.id, text=text, progress=progress, author_id=user.id, created_at=clock.now())
        )


def follow(record_id: int, *, sent: bool) -> None:
    """Take the progress of an open task from its newest report, however it was made; *sent*: one was sent just now.

    What is about no task, or about one that is closed, changes nothing.
    """
    row = db.session.get(Task, record_id)
    record = db.session.get(Record, record_id) if row is not None else None
    if row is None or record is None or record.status not in OPEN:
        return
    newest = next(iter(queries.reports(record_id)), None)
    with transaction():
        row.progress = newest.progress if newest is not None else 0
        if sent and newest is not None:
            record.status = "in_progress"


def close(user: Identity, record: Record, *, version: int, status: str, outcome: Content) -> None:
    """Close a task as ``done`` or ``cancelled`` with what came of it. Raises TaskClosed where it is closed."""
    if record.status not in OPEN or status in OPEN:
        raise TaskClosed
    with transaction():
        records.update(user, record, version=version, status=status)
        row = _row(record)
        row.outcome = outcome
        row.closed_on = clock.today()
        if status == "done":
            row.progress = 100
        emit(Event("subcommittees.task_closed", record.id))


def reopen(user: Identity, record: Record, *, version: int | None = None) -> None:
    """Open a closed task again."""
    with transaction():
        records.update(user, record, version=version, status="in_progress")
        _row(record).closed_on = None


def _row(record: Record) -> Task:
    row = db.session.get(Task, record.id)
    if row is None:
        raise LookupError(record.id)
    return row
