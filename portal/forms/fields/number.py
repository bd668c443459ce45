"""Numbers: whole, with decimals, money, from a range."""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import Any

from portal.forms.fields.base import Labels, Parameter, Parse, QuestionType, Refused, Row, parameter
from portal.forms.messages import _l

BIGGEST = 2**53 - 1
"""The largest whole number that browsers, spreadsheets and JSON readers keep exactly."""
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f']")
_NOT_A_NUMBER = _l("Write a number, such as 12.5.")
_NOT_WHOLE = _l("Write a whole number, such as 12.")
_TOO_BIG = _l("This number is too large to be kept exactly. Write a smaller one.")


def read_number(raw: Any) -> float | int:
    """A number from what people type: ``1 234 567,5``, ``1,234,567.5``, ``50%`` is refused. Raises Refused."""
    if type(raw) is int:
        return raw
    if type(raw) is float:
        if not math.isfinite(raw):
            raise Refused("number", _NOT_A_NUMBER)
        return raw
    if type(raw) is not str:
        raise Refused("number", _NOT_A_NUMBER)
    if raw.isdigit() and raw.isascii() and len(raw) < 16:
        return int(raw)
    text = _BLANKS.sub("", raw).replace("\u2212", "-")
    if "," in text:
        text = _points(text)
    if not _NUMBER.fullmatch(text) or len(text) > 400:
        raise Refused("number", _NOT_A_NUMBER)
    number = float(text)
    if abs(number) > 1e300:
        raise Refused("number_size", _TOO_BIG)
    return number


def _points(text: str) -> str:
    """Commas divide thousands, or one comma stands for the point."""
    if "." in text:
        # The last mark is the point, as in 1,234.5 and 1.234,5.
        thousands, point = (",", ".") if text.rindex(".") > text.rindex(",") else (".", ",")
        return text.replace(thousands, "").replace(point, ".")
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text.replace(",", ".", 1)


def shown(value: Any) -> str:
    """``1,234,567.5`` in both languages."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        value = int(value)
    return f"{value:,}"


class Decimal(QuestionType):
    """A number with decimals."""

    name = "decimal"
    title = _l("Number with decimals")
    xls = "decimal"
    index = "number"
    kind = "number"

    def parser(self, row: Row) -> Parse:
        """Whole numbers are kept whole."""

        def parse(raw: Any) -> float | int:
            number = read_number(raw)
            if abs(number) <= BIGGEST and number == int(number):
                return int(number)
            return number

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """With a comma between thousands."""
        return shown(value)


class Integer(Decimal):
    """A whole number."""

    name = "integer"
    title = _l("Whole number")
    xls = "integer"

    def parser(self, row: Row) -> Parse:
        """Between -(2^53 - 1) and 2^53 - 1."""

        def parse(raw: Any) -> int:
            number = read_number(raw)
            if number != int(number):
                raise Refused("integer", _NOT_WHOLE)
            if not -BIGGEST <= number <= BIGGEST:
                raise Refused("number_size", _TOO_BIG)
            return int(number)

        return parse


class Money(Decimal):
    """An amount in tögrög, at most two decimals."""

    name = "money"
    title = _l("Money (₮)")

    def parser(self, row: Row) -> Parse:
        """The sign ₮ may be typed."""
        decimal = super().parser(row)

        def parse(raw: Any) -> float | int:
            if isinstance(raw, str):
                raw = raw.replace("₮", "").replace("төг", "").strip(" .") or "?"
            number: float | int = decimal(raw)
            if abs(number) > BIGGEST / 100:
                raise Refused("number_size", _TOO_BIG)
            return number if isinstance(number, int) else round(number, 2)

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """``1,234,567 ₮``."""
        return f"{shown(value)} ₮"


class Range(Decimal):
    """A number from a row of equal steps, drawn as a slider."""

    name = "range"
    title = _l("Number from a range")
    xls = "range"
    parameters = MappingProxyType(
        {
            "start": Parameter("number", _l("Lowest number"), xls=True),
            "end": Parameter("number", _l("Highest number"), xls=True),
            "step": Parameter("number", _l("Step between numbers"), xls=True),
        }
    )

    def parser(self, row: Row) -> Parse:
        """Between start and end (1 and 10), on a step (1)."""
        decimal = super().parser(row)
        start, end, step = (parameter(row, name, default) for name, default in _RANGE)
        low, high = min(start, end), max(start, end)

        def parse(raw: Any) -> float | int:
            number: float | int = decimal(raw)
            steps = (number - start) / step if step else 0.0
            if not low <= number <= high or abs(steps - round(steps)) > 1e-6:
                raise Refused(
                    "range",
                    _l(
                        "Choose a number from %(low)s to %(high)s in steps of %(step)s.",
                        low=shown(low),
                        high=shown(high),
                        step=shown(abs(step)),
                    ),
                )
            return number

        return parse

    def check_row(self, row: Row) -> list[tuple[str, str, Any]]:
        """The step must not be 0."""
        if parameter(row, "step", 1) == 0:
            return [("parameters", "range_step", _l("The step of a range cannot be 0."))]
        return []


_RANGE = (("start", 1.0), ("end", 10.0), ("step", 1.0))
