"""Dates, times and numbers as Mongolian offices write them, and in English.

Every function takes ``locale``, the reader's by default. Months of the official date take their ordinal ending
from CLDR's month names; CLDR's own long form ("оны арван нэгдүгээр сарын") is correct but no office writes it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from portal import clock
from portal.i18n.texts import current_locale

Style = Literal["short", "medium", "official", "official_day"]
Number = int | float | Decimal

_ROMAN = ("I", "II", "III", "IV")
_NARROW = "\u00a0"


def format_date(value: date | None, style: Style = "short", locale: str | None = None) -> str:
    """A day; ``""`` for None. A datetime is first taken to the portal's zone.

    ==============  =====================================  ================
    style           mn                                     en
    ==============  =====================================  ================
    short           2026.11.23                             23 Nov 2026
    medium          2026 оны 11-р сарын 23                 23 November 2026
    official        2026 оны 11 дүгээр сарын 23            23 November 2026
    official_day    2026 оны 11 дүгээр сарын 23-ны өдөр    23 November 2026
    ==============  =====================================  ================
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _local(value).date()
    return _date(locale or current_locale(), value, style)


@lru_cache(maxsize=8192)
def _date(locale: str, value: date, style: Style) -> str:
    if locale == "mn":
        if style == "short":
            return f"{value.year:04}.{value.month:02}.{value.day:02}"
        if style == "medium":
            return f"{value.year} оны {value.month}-р сарын {value.day}"
        text = f"{value.year} оны {value.month:02} {month_suffix(value.month)} сарын {value.day:02}"
        return text if style == "official" else f"{text}-{day_ending(value.day)} өдөр"
    return f"{value.day} {_months(locale, 'abbreviated' if style == 'short' else 'wide')[value.month - 1]} {value.year}"


@lru_cache(maxsize=8)
def _months(locale: str, width: str) -> tuple[str, ...]:
    from babel import Locale

    names = Locale.parse(locale).months["format"][width]
    return tuple(names[month] for month in range(1, 13))


@lru_cache(maxsize=12)
def month_suffix(month: int) -> str:
    """The ordinal ending of a month's number, "дүгээр" (1, 4, 9, 11) or "дугаар": the end of CLDR's ordinal."""
    ordinal = _months("mn", "wide")[month - 1].split()[-2]
    return ordinal[-len("дүгээр") :]


def day_ending(day: int) -> str:
    """The genitive of a day's number, "ний" or "ны", by the vowels of its last spoken word.

    нэг, дөрөв and ес have front vowels; all tens (арав, хорь, гуч) and the other units have back vowels.
    """
    if not 1 <= day <= 31:
        raise ValueError(f"{day} is no day of a month")
    return "ний" if day % 10 in {1, 4, 9} else "ны"


def format_date_range(start: date | None, end: date | None, locale: str | None = None) -> str:
    """From–to in the short style; one day where both are the same; open ends stay open ("2026.11.02 –")."""
    first, last = format_date(start, locale=locale), format_date(end, locale=locale)
    if first == last:
        return first
    return f"{first} – {last}".strip()


def format_time(value: time | datetime | None, locale: str | None = None) -> str:
    """The time of day on the 24-hour clock, "14:05"; a datetime is first taken to the portal's zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = _local(value).time()
    return f"{value.hour:02}:{value.minute:02}"


def format_datetime(value: datetime | None, style: Style = "short", locale: str | None = None) -> str:
    """A moment in the portal's zone, "2026.11.23 14:05"; raises ValueError where it has no zone."""
    if value is None:
        return ""
    return f"{format_date(value, style, locale)} {format_time(value)}"


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(clock.zone())


def format_quarter(year: int, quarter: int, locale: str | None = None) -> str:
    """A quarter of a year: "2026 оны IV улирал", "Q4 2026"; raises ValueError for a quarter not in 1..4."""
    if not 1 <= quarter <= 4:
        raise ValueError(f"{quarter} is no quarter")
    if (locale or current_locale()) == "mn":
        return f"{year} оны {_ROMAN[quarter - 1]} улирал"
    return f"Q{quarter} {year}"


def format_number(value: Number | None, locale: str | None = None) -> str:
    """A number with its thousands apart and at most three decimals: "1,234,567.891"."""
    return "" if value is None else _number(locale or current_locale(), value, "#,##0.###")


def format_percent(value: Number | None, locale: str | None = None) -> str:
    """A share (0.345) as percent with at most one decimal: "34.5%"."""
    return "" if value is None else _number(locale or current_locale(), value, "#,##0.#%")


def format_money(value: Number | None, locale: str | None = None) -> str:
    """Tugriks: "1,234,567 ₮" in Mongolian, "MNT 1,234,567" in English; whole, joined by a no-break space."""
    if value is None:
        return ""
    chosen = locale or current_locale()
    amount = _number(chosen, value, "#,##0")
    return f"{amount}{_NARROW}₮" if chosen == "mn" else f"MNT{_NARROW}{amount}"


@lru_cache(maxsize=8192)
def _number(locale: str, value: Number, pattern: str) -> str:
    from babel.numbers import format_decimal, format_percent

    return (format_percent if pattern.endswith("%") else format_decimal)(value, pattern, locale=locale)
