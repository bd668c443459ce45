"""Values of expressions and how they turn into one another: text, number, truth, list.

Empty is ``''``. Numbers are 64-bit floats, NaN where a text is no number. A list is what a reference into a repeat
gives: its members in row order; where one value is wanted, the first.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from portal.forms.expressions import days

Value = Any
"""str, float, bool or list of str and float."""
NAN = math.nan
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_WIDE = Context(prec=700)
_BLANKS = " \t\r\n"


def number_text(number: float) -> str:
    """A number as text: no exponent, whole numbers without a point, ``NaN``, ``Infinity``."""
    if number != number:
        return "NaN"
    if number in (math.inf, -math.inf):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e16:
        return str(int(number))
    text = repr(number)
    if "e" not in text:
        return text.removesuffix(".0")
    text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def to_text(value: Value) -> str:
    """XPath ``string()``."""
    if type(value) is str:
        return value
    if type(value) is float:
        return number_text(value)
    if type(value) is bool:
        return "true" if value else "false"
    return to_text(value[0]) if value else ""


def text_number(text: str) -> float:
    """The number that a text stands for: digits, or the days of a date, date-time or time; else NaN."""
    text = text.strip(_BLANKS)
    if _NUMBER.fullmatch(text):
        return float(text)
    return days.of(text)


def to_number(value: Value) -> float:
    """XPath ``number()``, dates and times counting as days."""
    if type(value) is float:
        return value
    if type(value) is str:
        return text_number(value) if value else NAN
    if type(value) is bool:
        return 1.0 if value else 0.0
    return to_number(value[0]) if value else NAN


def to_truth(value: Value) -> bool:
    """XPath ``boolean()``: a number that is neither 0 nor NaN, a text or list that is not empty.

    A list with a single empty answer is empty, as it is for a single reference.
    """
    if type(value) is bool:
        return value
    if type(value) is float:
        return value == value and value != 0.0
    if type(value) is str:
        return value != ""
    return any(to_truth(member) if type(member) is str else True for member in value)


def rounded(number: float, digits: int) -> float:
    """Half up on the digits as printed: 2.5 → 3, -2.5 → -2, 1.005 at two digits → 1.01."""
    if number != number or number in (math.inf, -math.inf):
        return number
    if digits > 20 or (digits >= 0 and abs(number) >= 1e22):
        return number
    if digits < -308:
        return 0.0
    how = ROUND_HALF_UP if number >= 0 else ROUND_HALF_DOWN
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), how, _WIDE)) + 0.0


def power(base: float, exponent: float) -> float:
    """*base* multiplied by itself *exponent* times; NaN for exponents that are not whole or beyond ±1024.

    Repeated multiplication, because the two engines' own power functions differ in the last digit.
    """
    if exponent != exponent or exponent != int_or_nan(exponent) or abs(exponent) > 1024:
        return NAN
    out = 1.0
    for _ in range(int(abs(exponent))):
        out *= base
    if exponent < 0:
        return divided(1.0, out)
    return out


def int_or_nan(number: float) -> float:
    """The whole part of *number*, towards zero."""
    if number != number or number in (math.inf, -math.inf):
        return number
    return float(math.trunc(number)) + 0.0


def divided(a: float, b: float) -> float:
    """IEEE division: by zero gives an infinity, zero by zero NaN."""
    if b != 0.0:
        return a / b
    if a == 0.0 or a != a or b != b:
        return NAN
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def remainder(a: float, b: float) -> float:
    """What is left after division, with the sign of *a*."""
    if b == 0.0 or a in (math.inf, -math.inf):
        return NAN
    return math.fmod(a, b)


def words(value: Value) -> list[str]:
    """The choices of a select_multiple answer: divided by ASCII blanks, tabs and line ends."""
    text = to_text(value)
    for blank in "\t\r\n":
        text = text.replace(blank, " ")
    return [word for word in text.split(" ") if word]


def _pair(op: str, a: Value, b: Value) -> bool:
    if op in ("=", "!="):
        if type(a) is bool or type(b) is bool:
            same = to_truth(a) == to_truth(b)
        elif type(a) is float or type(b) is float:
            same = to_number(a) == to_number(b)
        else:
            same = a == b
        return same if op == "=" else not same
    x, y = to_number(a), to_number(b)
    if op == "<":
        return x < y
    if op == "<=":
        return x <= y
    return x > y if op == ">" else x >= y


def compare(op: str, a: Value, b: Value) -> bool:
    """XPath comparison; with a list it is true when it is for some member.

    Against a truth value a list counts as one truth value. NaN compares false, except by ``!=``.
    """
    if type(a) is list and type(b) is not bool:
        return any(compare(op, member, b) for member in a)
    if type(b) is list and type(a) is not bool:
        return any(_pair(op, a, member) for member in b)
    return _pair(op, a, b)
