"""The 22 units and where the agreement of a year with each of them stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.api import Content, Identity, _, _l, db, documents, reference

from . import progress, queries
from .models import Agreement
from .quarters import Quarter, quarters
from .statuses import IN_FORCE, STATUSES, TONES

NONE = "none"
STATES = {NONE: _l("none yet"), **{key: STATUSES[key] for key in ("draft", "sent", "signed", "closed")}}
STATE_TONES = {NONE: "warning", **TONES}


@dataclass(frozen=True)
class Line:
    """A unit in a year: its agreement and state (``none`` where there is none), quarters where it is in force."""

    unit_id: int
    code: str
    unit: Content
    state: str
    record_id: int | None
    number: str
    clauses: int
    quarters: Sequence[Quarter]


def lines(user: Identity, year: int) -> list[Line]:
    """A line for each first-level unit in the reader's alphabetical order: three queries, and one for reports."""
    listed = queries.agreement_list(user)
    found: dict[int, Any] = {
        row.unit_id: row
        for row in db.session.execute(listed.where(Agreement.year == year, Agreement.cancelled_on.is_(None)))
    }
    ids = [row.id for row in found.values()]
    numbers = queries.count_clauses(ids) if ids else {}
    reported = progress.reports(row.id for row in found.values() if row.status in IN_FORCE)
    made = []
    for unit in reference.first_level():
        row = found.get(unit.id)
        if row is None:
            made.append(Line(unit.id, unit.code, unit.name, NONE, None, "", 0, ()))
            continue
        of_year: Sequence[Quarter] = ()
        if row.status in IN_FORCE:
            of_year = quarters(year, row.signed_on, {each.period for each in reported[row.id]})
        made.append(
            Line(
                unit.id,
                unit.code,
                unit.name,
                row.status,
                row.id,
                row.number,
                numbers.get(row.id, 0),
                of_year,
            )
        )
    return made


def counts(listed: Sequence[Line]) -> Counter[str]:
    """How many units are in each of STATES."""
    return Counter(line.state for line in listed)


def overdue(listed: Sequence[Line]) -> int:
    """How many quarterly reports are overdue."""
    return sum(quarter.state == "overdue" for line in listed for quarter in line.quarters)


def picture(listed: Sequence[Line], year: int) -> documents.Map:
    """The country as squares, each with the state of its agreement."""
    tones: dict[Any, Any] = {STATE_TONES[key]: STATES[key] for key in ("draft", "sent", "signed", NONE)}
    return documents.Map(
        title=_("Agreements for %(year)s", year=year),
        tiles={line.code: documents.Tile(line.clauses or "–", STATE_TONES[line.state]) for line in listed},  # type: ignore[arg-type]
        names={line.code: line.unit for line in listed},
        legend=tones,
        value_title=_("Clauses"),
    )
