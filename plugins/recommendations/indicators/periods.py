"""Periods of values (2024, 2024-H1, 2024-Q3, 2024-05, a day), and which one an indicator owes next."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Final

from portal.api import _, clock, format_date, format_quarter

FIRST_YEAR: Final = 1950
REMIND: Final = 30
"""Days before a value is due on which its focal point is reminded."""
_CODE = re.compile(r"([0-9]{4})(?:-(?:H([12])|Q([1-4])|([0-9]{2})(?:-([0-9]{2}))?))?", re.ASCII)


class BadPeriod(ValueError):
    """A text that names no period."""


@dataclass(frozen=True)
class Period:
    """A time of which there is a value, both days included."""

    code: str
    begins_on: date
    ends_on: date

    @property
    def label(self) -> str:
        """The period in the reader's language."""
        return label(self.code)


def read(text: str) -> Period:
    """The period of a code, such as somebody types it; raises BadPeriod."""
    code = text.strip().upper().replace("/", "-").replace(".", "-").replace(" ", "")
    found = _CODE.fullmatch(code)
    if found is None or not FIRST_YEAR <= int(found[1]) <= 2200:
        raise BadPeriod(text)
    year = int(found[1])
    half, quarter, month, day = (int(part) if part else None for part in found.groups()[1:])
    try:
        if day is not None and month is not None:
            one = date(year, month, day)
            return Period(code, one, one)
        first, last = 1, 12
        if half is not None:
            first, last = half * 6 - 5, half * 6
        elif quarter is not None:
            first, last = quarter * 3 - 2, quarter * 3
        elif month is not None:
            first = last = month
        return Period(code, date(year, first, 1), _end(year, last))
    except ValueError:
        raise BadPeriod(text) from None


def label(code: str) -> str:
    """A stored code in the reader's language."""
    found = _CODE.fullmatch(code)
    if found is None:
        return code
    year, half, quarter, month, day = found.groups()
    if day:
        return format_date(date.fromisoformat(code))
    if half:
        return _("%(year)s, first half", year=year) if half == "1" else _("%(year)s, second half", year=year)
    if quarter:
        return format_quarter(int(year), int(quarter))
    return f"{year}-{month}" if month else year


def _end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def schedule(months: int, first_year: int) -> Iterator[Period]:
    """The periods of which values are asked, without end."""
    for number in count(1):
        passed = number * months
        year, month = first_year + (passed - 1) // 12, (passed - 1) % 12 + 1
        if months % 12 == 0:
            yield read(str(first_year + (number - 1) * (months // 12)))
        elif months == 6:
            yield read(f"{year}-H{month // 6}")
        elif months == 3:
            yield read(f"{year}-Q{month // 3}")
        else:
            ends_on = _end(year, month)
            begins = passed - months
            begins_on = date(first_year + begins // 12, begins % 12 + 1, 1)
            yield Period(f"{year}-{month:02}", begins_on, ends_on)


@dataclass(frozen=True)
class Due:
    """The first period of which there is no published value, and by when there should be."""

    period: Period
    due_on: date

    @property
    def status(self) -> str:
        """What the indicator's header says of it: current, due or overdue."""
        today = clock.today()
        if self.due_on < today:
            return "overdue"
        return "due" if self.due_on - today <= timedelta(days=REMIND) else "current"


def due(months: int, first_year: int, due_days: int, known: Collection[str]) -> Due:
    """What is owed next, where *known* are the codes of the periods with a published value."""
    period = next(each for each in schedule(months, first_year) if each.code not in known)
    return Due(period, period.ends_on + timedelta(days=due_days))
