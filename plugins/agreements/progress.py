"""The one place that talks with the form builder about quarterly progress.

Where no form is published for the slot, nothing is offered to fill in, and nothing fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from portal.api import Content, Identity, NotFound, Record, Slot, _l, exists, forms, or_, records

from . import queries
from .models import Agreement
from .statuses import IN_FORCE, KIND

SLOT = "agreements.progress"
TEMPLATE = "quarterly_progress"
NEEDS = ("period", "clause")
ROWS = "records:clause"
PERCENT, LIGHT, WORDS = "progress", "light", ("done", "reason", "note")
"""Names of questions in a row: the progress in percent, the traffic light, what was done or why not."""
COUNTED = ("submitted", "approved")
"""States of a submission that count as a report; one returned for correction does not."""
TONES = {"green": "success", "amber": "warning", "red": "danger"}
"""What a row's traffic light (question ``light``) looks like."""
_PERIOD = re.compile(r"(\d{4})\D{0,3}Q?([1-4])", re.IGNORECASE)


@dataclass(frozen=True)
class ClauseReport:
    """What was reported on one clause in one quarter.

    ``percent`` is ``None`` where no number was given, ``tone`` that of the traffic light, empty where none was.
    """

    percent: float | None
    text: str
    tone: str = ""


@dataclass(frozen=True)
class Report:
    """A submitted quarterly report: ``period`` such as ``2026-Q1``, its page, and what it says by id of the clause."""

    id: int
    uid: str
    period: str
    submitted_at: datetime | None
    by: str
    clauses: Mapping[int, ClauseReport] = field(default_factory=dict)
    sent: forms.SubmissionView | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The page of the form that was sent in."""
        return self.sent.url if self.sent else ""


def slot() -> Slot:
    """What the module uses a form for: one row for each clause of the agreement."""
    return Slot(
        SLOT,
        _l("Quarterly progress on an agreement"),
        KIND,
        TEMPLATE,
        NEEDS,
        {ROWS: rows},
        fill_permission="agreements.report",
        about=reported_by,
    )


def reported_by(user: Identity) -> ColumnElement[bool]:
    """The agreements about which *user* reports, as a condition on their headers: those of which ``rows`` are given."""
    own = exists().where(Agreement.record_id == Record.id, Agreement.party_id.in_(user.orgs))
    return Record.status.in_(IN_FORCE) & or_(own, records.editable(user))


def rows(user: Identity, record_id: int) -> list[dict[str, Any]]:
    """The clauses of agreement *record_id* as rows of the form.

    Raises NotFound where *user* is of neither party, whoever may read the agreement, and before it is signed.
    """
    agreement = records.get(user, record_id, KIND)
    own = queries.facts(agreement.id).row.party_id in user.orgs
    if agreement.status not in IN_FORCE or not (own or records.can_edit(user, agreement)):
        raise NotFound
    return [
        {
            "id": clause.id,
            "label": _numbered(clause.number, clause.text),
            "values": {"number": clause.number, "due_on": clause.due_on.isoformat() if clause.due_on else ""},
        }
        for clause in queries.clauses(agreement.id)
        if clause.number
    ]


def _numbered(number: int, text: Content) -> Content:
    return Content({lang: f"{number}. {each}" for lang, each in text.texts.items()}, text.states)


def _published() -> Any:
    return forms.published_for(SLOT)


def fill_url(record_id: int, period: str) -> str:
    """Where the report of a quarter is filled in; empty where no form is published."""
    return fill_urls(record_id, [period]).get(period, "")


def fill_urls(record_id: int, periods: Iterable[str]) -> dict[str, str]:
    """The addresses of several quarters by period; empty where no form is published."""
    wanted = list(periods)
    form = _published() if wanted else None
    if form is None:
        return {}
    return {each: forms.fill_url(form, record_id=record_id, period=each) for each in wanted}


def new_url() -> str:
    """Where the form is made in the form builder; empty where one is published."""
    return "" if _published() is not None else forms.new_url(SLOT)


def reports(record_ids: Iterable[int]) -> dict[int, list[Report]]:
    """The quarterly reports of agreements, the earliest quarter first; of two on one quarter the later counts."""
    wanted = list(record_ids)
    found: dict[int, list[Report]] = {record_id: [] for record_id in wanted}
    if not wanted:
        return found
    for record_id, submissions in forms.submissions_of(wanted, SLOT).items():
        by_period: dict[str, Report] = {}
        for one in submissions:
            if one.state in COUNTED and (made := _report(one)) is not None:
                by_period[made.period] = made
        found[record_id] = sorted(by_period.values(), key=lambda each: each.period)
    return found


def _report(submission: Any) -> Report | None:
    """A submission as a report; ``None`` where it names no quarter or says nothing on any clause.

    Who is of neither party gets no rows to fill, so what they send in is no report.
    """
    answers: Mapping[str, Any] = submission.answers or {}
    named = _PERIOD.search(str(submission.period or answers.get("period") or ""))
    if named is None:
        return None
    clauses = {}
    for row in answers.get("clause") or ():
        key = str(row.get("_key", ""))
        if key.isdigit():
            clauses[int(key)] = ClauseReport(_number(row.get(PERCENT)), _words(row), TONES.get(str(row.get(LIGHT)), ""))
    if not clauses:
        return None
    return Report(
        submission.id,
        submission.uid,
        f"{named[1]}-Q{named[2]}",
        submission.submitted_at,
        submission.by,
        clauses,
        submission,
    )


def _number(value: Any) -> float | None:
    try:
        return None if value is None or value == "" else float(value)
    except (TypeError, ValueError):
        return None


def _words(row: Mapping[str, Any]) -> str:
    return "\n".join(str(row[name]) for name in WORDS if row.get(name))


def latest(listed: Iterable[Report]) -> dict[int, tuple[str, ClauseReport]]:
    """The last thing reported on each clause: the quarter and what it says."""
    found: dict[int, tuple[str, ClauseReport]] = {}
    for report in listed:
        found |= {clause: (report.period, said) for clause, said in report.clauses.items()}
    return found
