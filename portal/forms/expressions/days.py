"""Dates and times as numbers: days since 1970-01-01, the time of day as a fraction, the zone not counted."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

_EPOCH = date(1970, 1, 1).toordinal()
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
FIRST, LAST = 1 - _EPOCH, date.max.toordinal() - _EPOCH
"""The days of 0001-01-01 and 9999-12-31."""

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "mn": tuple(f"{number}-р сар" for number in range(1, 13)),
}
_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "mn": ("Да", "Мя", "Лх", "Пү", "Ба", "Бя", "Ня"),
}


def of_date(text: str) -> float:
    """Days of ``YYYY-MM-DD``; NaN where that is no day of the calendar."""
    found = _DATE.fullmatch(text)
    if found is None:
        return math.nan
    try:
        return float(date(int(found[1]), int(found[2]), int(found[3])).toordinal() - _EPOCH)
    except ValueError:
        return math.nan


def of_time(text: str) -> float:
    """Fraction of the day of ``HH:MM``, seconds, decimals and a zone allowed after it; else NaN."""
    found = _TIME.fullmatch(text)
    if found is None:
        return math.nan
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return math.nan
    return ((hour * 60 + minute) * 60 + second + float(found[4] or 0)) / 86400


def of(text: str) -> float:
    """Days of a date, of a date-time (``T`` or a blank between) or of a time; else NaN."""
    if len(text) < 5 or not text[0].isdigit():
        return math.nan
    if len(text) == 10:
        return of_date(text)
    if len(text) > 11 and text[10] in "T ":
        return of_date(text[:10]) + of_time(text[11:])
    return of_time(text)


def to_date(days: float) -> str:
    """The day as ``YYYY-MM-DD``; empty where *days* is NaN or outside the years 1 to 9999."""
    if not FIRST <= days < LAST + 1:
        return ""
    return (date(1970, 1, 1) + timedelta(days=math.floor(days))).isoformat()


def clock(days: float) -> tuple[float, int, int, int, int]:
    """Whole days, hour, minute, second, millisecond; milliseconds are rounded half up."""
    whole = float(math.floor(days))
    millis = math.floor((days - whole) * 86400000 + 0.5)
    if millis >= 86400000:
        whole, millis = whole + 1, 0
    second, milli = divmod(millis, 1000)
    return whole, second // 3600, second // 60 % 60, second % 60, milli


def to_moment(days: float) -> str:
    """The moment as ``YYYY-MM-DDTHH:MM:SS.mmm``; empty where there is none."""
    if not FIRST <= days < LAST + 1:
        return ""
    whole, hour, minute, second, milli = clock(days)
    return f"{to_date(whole)}T{hour:02}:{minute:02}:{second:02}.{milli:03}" if to_date(whole) else ""


def formatted(days: float, pattern: str, locale: str, with_time: bool) -> str:
    """``format-date`` and ``format-date-time``: ``%Y %y %m %n %b %d %e %a``, and with time ``%H %h %M %S %3``.

    Other letters after ``%`` stay as they are. Empty where *days* is no moment.
    """
    if not FIRST <= days < LAST + 1:
        return ""
    whole, hour, minute, second, milli = clock(days) if with_time else (float(math.floor(days)), 0, 0, 0, 0)
    text = to_date(whole)
    if not text:
        return ""
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    parts = {
        "Y": f"{year:04}",
        "y": f"{year % 100:02}",
        "m": f"{month:02}",
        "n": str(month),
        "b": _MONTHS.get(locale, _MONTHS["en"])[month - 1],
        "d": f"{day:02}",
        "e": str(day),
        "a": _WEEKDAYS.get(locale, _WEEKDAYS["en"])[(int(whole) + 3) % 7],
        "%": "%",
    }
    if with_time:
        parts |= {"H": f"{hour:02}", "h": str(hour), "M": f"{minute:02}", "S": f"{second:02}", "3": f"{milli:03}"}
    return re.sub("%(.)", lambda found: parts.get(found[1], found[0]), pattern, flags=re.DOTALL)
