"""The quarters of a year in which progress is reported, and when each report is due."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from portal.api import _l, clock, format_quarter, lazy_pgettext

DAYS_TO_REPORT = 20
"""A report is due this many days after the end of its quarter."""

STATES = {
    "filled": lazy_pgettext("quarter", "filled"),
    "overdue": lazy_pgettext("quarter", "overdue"),
    "due": lazy_pgettext("quarter", "due"),
    "later": lazy_pgettext("quarter", "not yet"),
    "none": _l("before the signing"),
}
TONES = {"filled": "success", "overdue": "danger", "due": "warning", "later": "neutral", "none": "neutral"}
OWED = ("overdue", "due")


@dataclass(frozen=True)
class Quarter:
    """A quarter of an agreement's year: its *period* (``2026-Q1``), last day, deadline, and one of STATES."""

    year: int
    number: int
    ends_on: date
    deadline: date
    state: str

    @property
    def period(self) -> str:
        """How the form names the quarter."""
        return period(self.year, self.number)

    @property
    def opens_on(self) -> date:
        """The day from which its report can be filled in: the one after its last."""
        return self.ends_on + timedelta(days=1)

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return format_quarter(self.year, self.number)

    @property
    def owed(self) -> bool:
        """Whether its report waits to be filled in now."""
        return self.state in OWED


def period(year: int, number: int) -> str:
    """The code of a quarter, ``2026-Q1``."""
    return f"{year}-Q{number}"


def last_day(year: int, number: int) -> date:
    """The last day of a quarter."""
    following = date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)
    return following - timedelta(days=1)


def deadline(year: int, number: int) -> date:
    """The last day on which the report of a quarter is in time."""
    return last_day(year, number) + timedelta(days=DAYS_TO_REPORT)


def quarters(year: int, signed_on: date | None, filled: Collection[str], today: date | None = None) -> list[Quarter]:
    """The four quarters of an agreement signed on *signed_on*; *filled* are the periods reported on.

    A quarter that ended before the signing is owed by nobody; before the end of a quarter nothing is due.
    """
    day = today or clock.today()
    found = []
    for number in range(1, 5):
        end, limit = last_day(year, number), deadline(year, number)
        if period(year, number) in filled:
            state = "filled"
        elif signed_on is None or end < signed_on:
            state = "none"
        elif day <= end:
            state = "later"
        else:
            state = "due" if day <= limit else "overdue"
        found.append(Quarter(year, number, end, limit, state))
    return found


def next_owed(listed: list[Quarter]) -> Quarter | None:
    """The first quarter whose report is owed, else the one that comes next; ``None`` where all are filled."""
    return next((q for q in listed if q.owed), None) or next((q for q in listed if q.state == "later"), None)
