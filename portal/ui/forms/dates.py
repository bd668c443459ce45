"""Days, moments and times of day."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

import wtforms
from wtforms.validators import ValidationError

from portal import clock
from portal.i18n import _, format_date

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)


class DateField(wtforms.Field):
    """A day, by the browser's own control; data is a date or None. ``first`` and ``last`` limit it."""

    widget = wtforms.widgets.DateInput()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        first: date = FIRST_DAY,
        last: date = LAST_DAY,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.first, self.last = first, last
        self.render_kw = {"min": first.isoformat(), "max": last.isoformat(), **(self.render_kw or {})}

    def _value(self) -> str:
        if self.data is not None:
            return str(self.data.isoformat())
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``2026-11-23`` or, where a browser has no control for dates, ``2026.11.23``; raises ValueError."""
        if not valuelist:
            return
        self.data = None
        text = valuelist[0].strip().rstrip(".")
        if not text:
            return
        found = re.fullmatch(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})", text)
        try:
            if found is None:
                raise ValueError(text)
            self.data = date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:
            raise ValueError(_("Enter a date that exists, as year.month.day, such as 2026.11.23.")) from None

    def pre_validate(self, form: Any) -> None:
        """Hold the day against its limits."""
        if self.data is not None and not self.first <= self.data <= self.last:
            raise ValidationError(
                _(
                    "Enter a date between %(first)s and %(last)s.",
                    first=format_date(self.first),
                    last=format_date(self.last),
                )
            )


class DateTimeField(wtforms.Field):
    """A moment, typed in the portal's zone; data is an aware datetime (UTC) or None."""

    widget = wtforms.widgets.DateTimeLocalInput()

    def _value(self) -> str:
        if self.data is not None:
            return str(self.data.astimezone(clock.zone()).strftime("%Y-%m-%dT%H:%M"))
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``2026-11-23T14:05``; raises ValueError in words."""
        if not valuelist:
            return
        self.data = None
        text = valuelist[0].strip().replace(" ", "T").replace(".", "-")
        if not text:
            return
        try:
            local = datetime.fromisoformat(text)
            if local.tzinfo is not None or not FIRST_DAY <= local.date() <= LAST_DAY:
                raise ValueError(text)
        except ValueError:
            raise ValueError(_("Enter a date and a time, such as 2026.11.23 14:05.")) from None
        self.data = local.replace(tzinfo=clock.zone()).astimezone(UTC)


class TimeField(wtforms.Field):
    """A time of day on the 24-hour clock; data is a time or None."""

    widget = wtforms.widgets.TimeInput()

    def _value(self) -> str:
        if self.data is not None:
            return str(self.data.strftime("%H:%M"))
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``14:05``; raises ValueError in words."""
        if not valuelist:
            return
        self.data = None
        text = valuelist[0].strip()
        if not text:
            return
        found = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)(:[0-5]\d)?", text)
        if found is None:
            raise ValueError(_("Enter a time, such as 14:05."))
        self.data = time(int(found[1]), int(found[2]))


class NotBefore:
    """A day that is not before the one in the field *other*; either may be empty."""

    def __init__(self, other: str, message: Any = None) -> None:
        self.other, self.message = other, message

    def __call__(self, form: Any, field: Any) -> None:
        """Raise where the order is wrong."""
        start = form[self.other].data
        if field.data is not None and start is not None and field.data < start:
            text = self.message or _("Enter a date that is not before the first one.")
            raise ValidationError(str(text))
