"""One or several from a list."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from portal.forms.fields.base import Labels, Parameter, Parse, Part, QuestionType, Refused, Row, plain_text
from portal.forms.messages import _l

MOST = 1000
"""Choices one answer may hold."""


class SelectOne(QuestionType):
    """One choice.

    Drawn one below the other, with ``minimal`` as a drop-down, ``likert`` as a scale, ``columns-pack`` as buttons.
    """

    name = "select_one"
    title = _l("One choice")
    xls = "select_one"
    choices = True
    appearances: ClassVar[tuple[str, ...]] = (
        "minimal",
        "columns-pack",
        "likert",
        "horizontal",
        "columns",
        "no-buttons",
    )
    parameters = MappingProxyType(
        {
            "randomize": Parameter("text", _l("Mix the order"), xls=True),
            "seed": Parameter("text", _l("Seed of the order"), xls=True),
            "value": Parameter("text", _l("Column of the value"), xls=True),
            "label": Parameter("text", _l("Column of the label"), xls=True),
        }
    )

    def parser(self, row: Row) -> Parse:
        """The name of a choice; whether it is in the list is checked by the engine."""
        return plain_text

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """The label of the choice."""
        return label(value) if isinstance(value, str) else str(value)


class SelectMultiple(SelectOne):
    """Several choices, as boxes to tick. The answer is a list of names, each once."""

    name = "select_multiple"
    title = _l("Several choices")
    xls = "select_multiple"
    multiple = True
    appearances: ClassVar[tuple[str, ...]] = ("columns-pack", "horizontal", "columns", "no-buttons")

    def parser(self, row: Row) -> Parse:
        """A list of names, or one text with blanks between them."""

        def parse(raw: Any) -> list[str]:
            names = raw.split() if isinstance(raw, str) else raw
            if not isinstance(names, list) or len(names) > MOST:
                raise Refused("choices", _l("Choose from the list."))
            return list(dict.fromkeys(plain_text(name) for name in names if name != ""))

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """The labels, with commas."""
        return ", ".join(label(str(name)) for name in value) if isinstance(value, list) else str(value)

    def columns(self, row: Row, choices: Sequence[str] = ()) -> list[Part]:
        """One column of names, then one of 0 and 1 for each choice: ``needs``, ``needs/water``."""
        return [Part(), *(Part(f"/{choice}", "flag", choice) for choice in choices)]

    def cells(self, value: Any, row: Row, choices: Sequence[str] = ()) -> list[Any]:
        """Names with blanks between; flags empty where nothing was answered."""
        if not isinstance(value, list):
            return [None] * (len(choices) + 1)
        chosen = set(value)
        return [" ".join(map(str, value)), *(int(choice in chosen) for choice in choices)]


class Rank(SelectMultiple):
    """All choices in an order; kept and shown, asked as several choices in the order they are ticked."""

    name = "rank"
    title = _l("Choices in order")
    xls = "rank"
    appearances: ClassVar[tuple[str, ...]] = ()


class Reference(QuestionType):
    """Something the portal knows; the answer is its id, the choices come from the caller."""

    appearances = ("minimal",)

    def parser(self, row: Row) -> Parse:
        """The id as text."""
        return plain_text

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """Its title."""
        return label(str(value))


class Unit(Reference):
    """An administrative unit; the answer is its code."""

    name = "unit"
    title = _l("Administrative unit")
    source = "units"


class Organisation(Reference):
    """An organisation of the portal."""

    name = "organisation"
    title = _l("Organisation")
    source = "organisations"


class Office(Reference):
    """An office of an organisation and the person who holds it on the day of the answer."""

    name = "office"
    title = _l("Office and its holder")
    source = "offices"


class RecordOf(Reference):
    """A record of the portal, of the kind in the parameter ``kind``."""

    name = "record"
    title = _l("Record of the portal")
    source = "records:"
    parameters = MappingProxyType({"kind": Parameter("text", _l("Kind of record"))})

    def check_row(self, row: Row) -> list[tuple[str, str, Any]]:
        """A kind is needed."""
        if not (row.get("parameters") or {}).get("kind"):
            return [("parameters", "kind_missing", _l("Say which kind of record can be chosen."))]
        return []


class File(QuestionType):
    """A file; the answer is the id under which it is kept."""

    name = "file"
    title = _l("File")
    xls = "file"
    file = True
    index = ""
    parameters = MappingProxyType({"max-size": Parameter("integer", _l("Largest size, in megabytes"))})

    def parser(self, row: Row) -> Parse:
        """An id: letters, digits and hyphens. Whether it is a file of this form is checked by the caller."""

        def parse(raw: Any) -> str:
            text = plain_text(raw)
            if len(text) > 64 or not text.replace("-", "").replace("_", "").isalnum() or not text.isascii():
                raise Refused("file", _l("Choose the file again."))
            return text

        return parse


class Image(File):
    """A picture."""

    name = "image"
    title = _l("Picture")
    xls = "image"
    appearances = ("new",)
    parameters = MappingProxyType({"max-pixels": Parameter("integer", _l("Longest side, in pixels"), xls=True)})


class Signature(File):
    """A name, drawn or typed; either way the answer is the id of a PNG picture."""

    name = "signature"
    title = _l("Signature")
    xls = "image"
    xls_appearance = "signature"
    example = "signature"
    parameters = MappingProxyType({})
