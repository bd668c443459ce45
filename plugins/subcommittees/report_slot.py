"""The one place that offers the form builder a form for reports on tasks.

The form of the slot has a row for the task. While none is published, reports are written on the module's own page.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement

from portal.api import Identity, NotFound, Record, Slot, _l, forms, records

from . import queries
from .reports import SLOT
from .statuses import OPEN

NEEDS: Final = ("task", "progress", "done")
ROWS: Final = "records:task"


def slot() -> Slot:
    """What the module uses a form for."""
    return Slot(
        SLOT,
        _l("Report on a task"),
        "task",
        "task_report",
        NEEDS,
        {ROWS: rows},
        fill_permission="subcommittees.report",
        about=reported_by,
    )


def reported_by(user: Identity) -> ColumnElement[bool]:
    """The tasks on which *user* reports, as a condition on their headers: those of which ``rows`` are given."""
    return Record.status.in_(OPEN) & records.editable(user)


def rows(user: Identity, record_id: int) -> list[dict[str, Any]]:
    """The task itself, with its due date and the progress so far.

    Raises Forbidden and NotFound for those who do not report on it, and NotFound where it is closed.
    """
    record = records.get(user, record_id, "task", "edit")
    if record.status not in OPEN:
        raise NotFound
    values = {
        "due_on": record.due_on.isoformat() if record.due_on else "",
        "last_progress": queries.task(record.id)[0].progress,
    }
    return [{"id": record.id, "label": record.title, "values": values}]


def fill_url(record_id: int) -> str:
    """Where a report on a task is filled in; empty where no form is published."""
    form = forms.published_for(SLOT)
    return forms.fill_url(form, record_id) if form is not None else ""


def is_published() -> bool:
    """Whether there is a form for reports."""
    return forms.published_for(SLOT) is not None


def new_url() -> str:
    """Where the form is made in the form builder."""
    return forms.new_url(SLOT)
