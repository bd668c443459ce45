"""Demo reports: the quarterly form, published, and what the local governments filled in."""

from __future__ import annotations

import uuid
from typing import Any

from portal.api import Identity, Record, clock, form_building, form_filling, form_publishing

from . import progress, queries
from .demo_texts import BEHIND, REPORTED, STOPPED, SUMMARY
from .quarters import last_day

LATE = ("MN-046", "MN-051", "MN-063")
"""Units whose last report of last year, and that of the third quarter of this, is missing."""
LATE_NOW = (*LATE, "MN-061")
"""Dornod has an officer: here one sees what such a reader is asked to do."""


def publish(demo: Any) -> Any:
    """The form of the slot, made from the shipped one: its header and its version."""
    coordinator = demo.user("coordinator")
    form = form_building.create(coordinator, slot=progress.slot())
    return form, form_publishing.publish(coordinator, form, version=None)


def report(demo: Any, form: Any, agreement: Record, code: str) -> None:
    """Every quarter of an agreement's year that is over, but for those who are late."""
    year = queries.facts(agreement.id).row.year
    today = clock.today()
    who = {"MN-043": "khovd", "MN-061": "dornod"}.get(code, "coordinator")
    for number in range(1, 5):
        missing = (code in LATE and number == 4) if year < today.year else (code in LATE_NOW and number == 3)
        if last_day(year, number) < today and not missing:
            _send(demo.user(who), form, agreement, f"{year}-Q{number}", number)


def _send(user: Identity, form: Any, agreement: Record, period: str, number: int) -> None:
    header, version = form
    percent, words = REPORTED[number - 1]
    rows: list[dict[str, Any]] = []
    for clause in queries.clauses(agreement.id):
        row: dict[str, Any] = {"_key": str(clause.id), "light": "green", "progress": percent, "done": words}
        if clause.number == 3 and number < 4:
            row |= {"light": "amber", "progress": percent - 10, "done": BEHIND}
        elif clause.number == 5 and number == 1:
            row = {"_key": str(clause.id), "light": "red", "progress": 0, "reason": STOPPED}
        rows.append(row)
    form_filling.submit(
        user,
        header,
        form_building.form_of(header),
        version,
        uid=str(uuid.uuid4()),
        answers={"period": period, "clause": rows, "summary": SUMMARY},
        language="mn",
        subject_id=agreement.id,
    )
