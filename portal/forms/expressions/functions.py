"""The functions that only look at their values; those that need the form stand in interpreter.py."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from portal.forms.expressions import days
from portal.forms.expressions.faults import LONGEST_TEXT, Fault
from portal.forms.expressions.values import (
    NAN,
    Value,
    int_or_nan,
    power,
    rounded,
    to_number,
    to_text,
    to_truth,
    words,
)

_BLANKS = " \t\r\n"


def flat(values: tuple[Value, ...]) -> list[Value]:
    """Members of lists and single values in one row."""
    out: list[Value] = []
    for value in values:
        if type(value) is list:
            out.extend(value)
        else:
            out.append(value)
    return out


def limited(text: str) -> str:
    """The text itself; raises Fault ``limit_text`` when it is too long."""
    if len(text) > LONGEST_TEXT:
        raise Fault("limit_text")
    return text


def _answered(values: tuple[Value, ...]) -> list[float]:
    """Numbers of all members that are not empty: an unanswered question adds nothing."""
    return [to_number(value) for value in flat(values) if value != ""]


def _sum(*values: Value) -> float:
    total = 0.0
    for number in _answered(values):
        total += number
    return total


def _extreme(values: tuple[Value, ...], larger: bool) -> float:
    numbers = _answered(values)
    if not numbers or any(number != number for number in numbers):
        return NAN
    return max(numbers) if larger else min(numbers)


def _floor(value: Value) -> float:
    number = to_number(value)
    whole = int_or_nan(number)
    return whole - 1.0 if number < whole else whole


def _ceiling(value: Value) -> float:
    number = to_number(value)
    whole = int_or_nan(number)
    return whole + 1.0 if number > whole else whole


def _round(value: Value, digits: Value = 0.0) -> float:
    number = int_or_nan(to_number(digits))
    if number != number:
        return NAN
    return rounded(to_number(value), int(max(-400.0, min(400.0, number))))


def _sqrt(value: Value) -> float:
    number = to_number(value)
    return math.sqrt(number) if number >= 0 else NAN


def _substr(value: Value, start: Value, end: Value = None) -> str:
    """0-based, the end not included, negative places counted from the end."""
    text = to_text(value)
    low = int_or_nan(to_number(start))
    high = float(len(text)) if end is None else int_or_nan(to_number(end))
    if low != low or high != high:
        return ""
    low, high = (min(max(at + len(text) if at < 0 else at, 0.0), float(len(text))) for at in (low, high))
    return text[int(low) : int(high)]


def _translate(value: Value, old: Value, new: Value) -> str:
    source, target = to_text(old), to_text(new)
    table: dict[int, str] = {}
    for index, char in enumerate(source):
        table.setdefault(ord(char), target[index : index + 1])
    return to_text(value).translate(table)


def _date(value: Value) -> str:
    number = to_number(value)
    return days.to_date(number)


def _decimal_time(value: Value) -> float:
    number = to_number(value)
    return number - _floor(number)


def _selected_at(value: Value, index: Value) -> str:
    chosen, at = words(value), int_or_nan(to_number(index))
    return chosen[int(at)] if 0 <= at < len(chosen) else ""


def _coalesce(*values: Value) -> Value:
    for value in values:
        if to_text(value) != "":
            return value if type(value) is not list else value[0]
    return ""


def _before(value: Value, mark: Value) -> str:
    head, found, _tail = to_text(value).partition(to_text(mark)) if to_text(mark) else ("", "", "")
    return head if found else ""


def _after(value: Value, mark: Value) -> str:
    return to_text(value).partition(to_text(mark))[2] if to_text(mark) else to_text(value)


def _spaces(value: Value) -> str:
    return " ".join(words(value))


PURE: Mapping[str, Callable[..., Value]] = {
    "abs": lambda value: abs(to_number(value)),
    "boolean": to_truth,
    "boolean-from-string": lambda value: to_text(value) in ("true", "1"),
    "ceiling": _ceiling,
    "coalesce": _coalesce,
    "concat": lambda *values: limited("".join([to_text(value) for value in flat(values)])),
    "contains": lambda value, part: to_text(part) in to_text(value),
    "count": lambda value: float(len(value)) if type(value) is list else 1.0,
    "count-non-empty": lambda value: float(sum(1 for member in flat((value,)) if to_text(member) != "")),
    "count-selected": lambda value: float(len(words(value))),
    "date": _date,
    "date-time": lambda value: days.to_moment(to_number(value)),
    "decimal-date-time": to_number,
    "decimal-time": _decimal_time,
    "ends-with": lambda value, part: to_text(value).endswith(to_text(part)),
    "floor": _floor,
    "int": lambda value: int_or_nan(to_number(value)),
    "join": lambda mark, *values: limited(to_text(mark).join([to_text(value) for value in flat(values)])),
    "max": lambda *values: _extreme(values, True),
    "min": lambda *values: _extreme(values, False),
    "normalize-space": _spaces,
    "not": lambda value: not to_truth(value),
    "number": to_number,
    "pow": lambda base, exponent: power(to_number(base), to_number(exponent)),
    "round": _round,
    "selected": lambda value, choice: to_text(choice).strip(_BLANKS) in words(value),
    "selected-at": _selected_at,
    "sqrt": _sqrt,
    "starts-with": lambda value, part: to_text(value).startswith(to_text(part)),
    "string": to_text,
    "string-length": lambda value: float(len(to_text(value))),
    "substr": _substr,
    "substring-after": _after,
    "substring-before": _before,
    "sum": _sum,
    "translate": _translate,
}
"""Every function that needs nothing but its values."""
