"""A point on the earth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from portal.forms.fields.base import Labels, Parameter, Parse, Part, QuestionType, Refused, Row, plain_text
from portal.forms.fields.number import read_number
from portal.forms.messages import Text, _l

_PAIR = re.compile(r"([^\s,;]+\.\d+)\s*,\s*([^\s,;]+\.\d+)")
_NO_POINT = _l(
    "Write latitude and longitude as two numbers with a blank between: %(example)s.", example="47.91847 106.91770"
)
_TOO_FAR = _l(
    "There is no such place: the latitude, from -90 to 90, comes first, then the longitude, from -180 to 180."
)
_PARTS: tuple[tuple[str, Text], ...] = (
    ("_latitude", _l("latitude")),
    ("_longitude", _l("longitude")),
    ("_altitude", _l("altitude in metres")),
    ("_accuracy", _l("accuracy in metres")),
)


class Geopoint(QuestionType):
    """A point; the answer is the text of XForms: latitude, longitude and, where known, altitude and accuracy."""

    name = "geopoint"
    title = _l("Location")
    xls = "geopoint"
    index = ""
    parameters = MappingProxyType(
        {"capture-accuracy": Parameter("number", _l("Accuracy that is good enough, in metres"), xls=True)}
    )

    def parser(self, row: Row) -> Parse:
        """Two to four numbers with blanks, commas or semicolons between, as typed, copied from a map or sent."""

        def parse(raw: Any) -> str:
            text = plain_text(raw)
            try:
                numbers = [read_number(each) for each in _divided(text)]
            except Refused:
                raise Refused("location", _NO_POINT) from None
            return " ".join(map(_plain, _checked(numbers)))

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """``47.91847, 106.91770 (±12 m)``."""
        numbers = point(value)
        if not numbers:
            return str(value)
        near = f" (±{numbers[3]:.0f} m)" if len(numbers) > 3 else ""
        return f"{numbers[0]:.5f}, {numbers[1]:.5f}{near}"

    def columns(self, row: Row, choices: Sequence[str] = ()) -> list[Part]:
        """Four columns of numbers."""
        return [Part(suffix, "number", title=title) for suffix, title in _PARTS]

    def cells(self, value: Any, row: Row, choices: Sequence[str] = ()) -> list[Any]:
        """The numbers, None for those that are not known."""
        return [*point(value), None, None, None, None][:4]


def point(value: Any) -> list[float]:
    """The two to four numbers of an answer; none where it is no point."""
    try:
        return [float(each) for each in str(value).split()] if len(str(value).split()) in (2, 3, 4) else []
    except ValueError:
        return []


def _divided(text: str) -> list[str]:
    """The numbers in a text; a comma divides only where it cannot be the point of a number."""
    if len(text) > 200:
        return []
    if found := _PAIR.fullmatch(text):
        return [found[1], found[2]]
    return [part for each in re.split(r"[;\s]+", text) if (part := each.strip(",°"))]


def _checked(numbers: Sequence[float]) -> Sequence[float]:
    if len(numbers) not in (2, 3, 4):
        raise Refused("location", _NO_POINT)
    if not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
        raise Refused("location_range", _TOO_FAR)
    if any(abs(number) > 100_000 for number in numbers[2:]) or any(number < 0 for number in numbers[3:]):
        raise Refused("location", _NO_POINT)
    return numbers


def _plain(number: float) -> str:
    text = f"{number:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
