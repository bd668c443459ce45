"""Mails of the module: that something waits, never what it says."""

from __future__ import annotations

from portal.api import Record, User, absolute, db, format_date, jobs, select


def task_given(record_id: int) -> None:
    """Write to the desk officer of a new task; nothing where it waits for nobody, or for the one who gave it."""
    stmt = (
        select(User.email, User.locale, Record.due_on)
        .join(Record, Record.owner_id == User.id)
        .where(Record.id == record_id, Record.owner_id != Record.created_by_id, User.disabled_at.is_(None))
    )
    row = db.session.execute(stmt).one_or_none()
    if row is None:
        return
    due = format_date(row.due_on, "medium", locale=row.locale) if row.due_on else ""
    address = absolute("subcommittees.task", record_id=str(record_id))
    jobs.mail.send(row.email, "subcommittees/task_given", row.locale, address=address, due=due)
