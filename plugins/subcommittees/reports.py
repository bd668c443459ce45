"""Reports on a task that were sent in by the form of the slot, and what all reports look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from portal.api import forms

SLOT: Final = "subcommittees.report"
WORDS: Final = ("done", "hindered", "next_step")
"""Names of the questions whose answers the page of a task shows as the words of a report."""
COUNTED: Final = ("submitted", "approved")
"""States of a submission that count as a report; one sent back for correction does not."""


@dataclass(frozen=True)
class Report:
    """A report on a task: one that was *sent* in by a form, or one that was written here."""

    created_at: datetime
    author: str
    progress: int
    text: str
    sent: forms.SubmissionView | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The page of the form that was sent in."""
        return self.sent.url if self.sent else ""


def sent(record_id: int) -> list[Report]:
    """The reports on a task that were sent in by a form, the oldest first."""
    found = []
    for one in forms.submissions_for(record_id, SLOT):
        row = _row(one.answers, record_id) if one.state in COUNTED else None
        if row is not None:
            words = "\n".join(str(row[name]) for name in WORDS if row.get(name))
            found.append(Report(one.submitted_at, one.by, int(row["progress"]), words, one))
    return found


def _row(answers: Mapping[str, Any] | None, record_id: int) -> Mapping[str, Any] | None:
    """The row of the task with a progress; None where there is none: who may not report gets no row to fill."""
    for row in (answers or {}).get("task") or ():
        if str(row.get("_key", "")) == str(record_id) and _is_percent(row.get("progress")):
            return dict(row)
    return None


def _is_percent(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 100
