"""Days and times of day. Stored as text: ``2026-10-01``, ``14:05``, ``2026-10-01T14:05``."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from portal.forms.fields.base import Labels, Parse, QuestionType, Refused, Row
from portal.forms.messages import _l

_DATE = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})\.?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_NO_DATE = _l("Write the day as year, month, day: 2026.11.23.")
_NO_TIME = _l("Write the time as hour and minute: 14:05.")
_NO_DAY = _l("There is no such day in the calendar.")


def read_date(text: str) -> str:
    """``2026-10-01`` from that, ``2026.10.1`` or ``2026/10/01``; raises Refused."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise Refused("date", _NO_DATE)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Refused("date_missing", _NO_DAY) from None
    if not 1800 <= day.year <= 2200:
        raise Refused("date_range", _l("The year must be between 1800 and 2200."))
    return day.isoformat()


def read_time(text: str) -> tuple[str, str]:
    """The time as ``14:05`` (seconds only where they are not 0), and the zone as written; raises Refused."""
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise Refused("time", _NO_TIME)
    seconds = f":{found[3]}" if found[3] and found[3] != "00" else ""
    return f"{int(found[1]):02}:{found[2]}{seconds}", found[4] or ""


def _text(raw: Any, refused: Refused) -> str:
    if not isinstance(raw, str) or len(raw) > 60:
        raise refused
    return raw


class Date(QuestionType):
    """A day."""

    name = "date"
    title = _l("Date")
    xls = "date"
    index = "date"
    kind = "date"

    def parser(self, row: Row) -> Parse:
        """A day of the calendar between 1800 and 2200."""
        return lambda raw: read_date(_text(raw, Refused("date", _NO_DATE)))

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """``2026.10.01``."""
        return str(value).replace("-", ".")


class Time(QuestionType):
    """A time of day."""

    name = "time"
    title = _l("Time of day")
    xls = "time"
    index = "text"

    def parser(self, row: Row) -> Parse:
        """Hour and minute; a zone is dropped, the time is the one on the wall."""
        return lambda raw: read_time(_text(raw, Refused("time", _NO_TIME)))[0]


class DateTime(QuestionType):
    """A day with a time of day."""

    name = "dateTime"
    title = _l("Date and time")
    xls = "dateTime"
    index = "date"
    kind = "datetime"

    def parser(self, row: Row) -> Parse:
        """Day, ``T`` or a blank, time; a zone is kept when it was sent."""

        def parse(raw: Any) -> str:
            text = _text(raw, Refused("datetime", _NO_DATE)).strip().replace(" ", "T", 1)
            day, found, clock = text.partition("T")
            if not found:
                raise Refused("datetime", _l("Write the day and the time: 2026.11.23 14:05."))
            time, zone = read_time(clock)
            return f"{read_date(day)}T{time}{zone}"

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """``2026.10.01 14:05``."""
        day, _found, time = str(value).partition("T")
        return f"{day.replace('-', '.')} {time[:5]}".strip()
