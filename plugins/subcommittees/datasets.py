"""The tasks as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.api import DataColumn, Dataset, Identity, Record, _l, db

from . import queries
from .statuses import STATUSES


def task_rows(user: Identity, status: str = "") -> Iterator[dict[str, Any]]:
    """A row per visible task, the earliest due first."""
    stmt = queries.task_list(user).order_by(Record.due_on.is_(None), Record.due_on, Record.id)
    if status:
        stmt = stmt.where(Record.status == status)
    for row in db.session.execute(stmt.execution_options(yield_per=500)):
        yield {
            "id": row.id,
            "title": row.title,
            "sub_committee": row.org,
            "desk_officer": row.owner,
            "due_on": row.due_on,
            "progress": row.progress,
            "status": row.status,
        }


DATASETS = [
    Dataset(
        "subcommittees.tasks",
        _l("Sub-committee tasks"),
        (
            DataColumn("id", _l("Number"), "integer"),
            DataColumn("title", _l("Task"), "content"),
            DataColumn("sub_committee", _l("Sub-committee"), "content"),
            DataColumn("desk_officer", _l("Desk officer")),
            DataColumn("due_on", _l("Due"), "date"),
            DataColumn("progress", _l("Progress, %"), "integer"),
            DataColumn("status", _l("Status"), "select", STATUSES),
        ),
        task_rows,
        filters=("status",),
        permission="subcommittees.read",
    ),
]
