"""Text and what people are reached by: lines, e-mail, phone, register number."""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import Any

from portal.forms.fields.base import Labels, Parameter, Parse, QuestionType, Refused, Row, parameter, plain_text
from portal.forms.messages import Text, _l

_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@(?:[^\s@.,;<>\"]+\.)+[^\s@.,;<>\"]{2,}")
_PHONE = re.compile(r"\d{8}|\+\d{7,15}", re.ASCII)
_EXAMPLE = "УБ90010112"
_REGISTER = re.compile(r"[А-ЯЁӨҮ]{2}[0-9]{8}")


class TextType(QuestionType):
    """One line, or several with the appearance ``multiline``; with ``mongolian`` a keyboard without Ө and Ү will do."""

    name = "text"
    title = _l("Text")
    appearances = ("multiline", "mongolian")
    parameters = MappingProxyType(
        {
            "rows": Parameter("integer", _l("Lines shown"), xls=True),
            "max_length": Parameter("integer", _l("Longest text, in characters")),
        }
    )

    def parser(self, row: Row) -> Parse:
        """Text up to ``max_length`` code points, 10,000 where nothing is said."""
        limit = int(parameter(row, "max_length", 10_000))
        lines = "multiline" in str(row.get("appearance") or "") or parameter(row, "rows", 1) > 1

        def parse(raw: Any) -> str:
            text = plain_text(raw)
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            if not lines and "\n" in text:
                text = " ".join(text.split("\n"))
            if len(text) > limit:
                raise Refused(
                    "too_long",
                    _l(
                        "The text has %(length)s characters; at most %(limit)s are allowed. Shorten it.",
                        length=len(text),
                        limit=limit,
                    ),
                )
            return text

        return parse


class Email(QuestionType):
    """An e-mail address."""

    name = "email"
    title = _l("E-mail address")

    def parser(self, row: Row) -> Parse:
        """An address with one @ and a domain."""

        def parse(raw: Any) -> str:
            text = plain_text(raw)
            if len(text) > 254 or not _EMAIL.fullmatch(text):
                raise Refused("email", _l("Write an e-mail address such as bat@example.mn."))
            return text

        return parse


class Phone(QuestionType):
    """A phone number: eight digits in Mongolia, else with + and the code of the country."""

    name = "phone"
    title = _l("Phone number")

    def parser(self, row: Row) -> Parse:
        """Digits only; blanks, hyphens and brackets are dropped and +976 too."""

        def parse(raw: Any) -> str:
            digits = re.sub(r"[\s().\u2010-\u2015-]", "", plain_text(raw))
            if digits.startswith("00"):
                digits = "+" + digits[2:]
            if digits.startswith("+976") and len(digits) == 12:
                digits = digits[4:]
            if not _PHONE.fullmatch(digits):
                raise Refused(
                    "phone",
                    _l("Write a phone number of 8 digits, or one that begins with + and the code of the country."),
                )
            return digits

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """``9911 2233``."""
        text = str(value)
        return f"{text[:4]} {text[4:]}" if len(text) == 8 and text.isdigit() else text


def register_birthday(number: str) -> date | None:
    """The day of birth in a register number: YYMMDD after two letters, the month plus 20 from the year 2000 on.

    None where there is no such day.
    """
    year, month, day = int(number[2:4]), int(number[4:6]), int(number[6:8])
    century = 1900 if month <= 12 else 2000
    try:
        return date(century + year, month if month <= 12 else month - 20, day)
    except ValueError:
        return None


class RegisterNumber(QuestionType):
    """The register number of a citizen of Mongolia: two letters and eight digits that begin with the birthday."""

    name = "register_number"
    title = _l("Register number")
    index = ""

    def parser(self, row: Row) -> Parse:
        """In capitals; the day of birth in it must exist."""

        def parse(raw: Any) -> str:
            text = "".join(plain_text(raw).upper().split())
            if not _REGISTER.fullmatch(text):
                raise Refused(
                    "register_number",
                    _l("A register number has two Cyrillic letters and eight digits: %(example)s.", example=_EXAMPLE),
                )
            if register_birthday(text) is None:
                raise Refused(
                    "register_number_date",
                    _l("This register number contains no day of birth. Compare it with the identity card."),
                )
            return text

        return parse


def kept(raw: Any) -> str | int | float:
    """A number as it is, text in normal form; raises Refused for anything else."""
    if type(raw) in (int, float):
        return raw  # type: ignore[no-any-return]
    return plain_text(raw)


class Hidden(QuestionType):
    """A value that the form carries along and nobody sees."""

    name = "hidden"
    title = _l("Hidden value")
    xls = "hidden"
    asks = False
    fills = False

    def parser(self, row: Row) -> Parse:
        """Text or a number, as it comes."""
        return kept


class Calculate(QuestionType):
    """An answer that the form calculates itself; text or number."""

    name = "calculate"
    title = _l("Calculation")
    xls = "calculate"
    asks = False
    fills = False

    def parser(self, row: Row) -> Parse:
        """Text or a number, as it was calculated."""
        return kept


class Note(QuestionType):
    """A text to read; it has no answer."""

    name = "note"
    title = _l("Text to read")
    xls = "note"
    stores = False
    fills = False
    index = ""


class Acknowledge(QuestionType):
    """A box to tick, for consent: the answer is ``OK``."""

    name = "acknowledge"
    title = _l("Confirmation")
    xls = "acknowledge"

    def parser(self, row: Row) -> Parse:
        """Anything that is ticked."""

        def parse(raw: Any) -> str:
            if raw is True or raw in ("OK", "on", "1", "yes", "true"):
                return "OK"
            raise Refused("acknowledge", _l("Tick the box."))

        return parse

    def format(self, value: Any, locale: str, label: Labels) -> str:
        """A word instead of the code."""
        return str(CONFIRMED) if value == "OK" else str(value)


CONFIRMED: Text = _l("Confirmed")


class Meta(QuestionType):
    """What the device knows: kept by XLSForm and by those who send it, never asked on the page."""

    asks = False
    fills = False

    def __init__(self, name: str, title: Text, xls: str = "") -> None:
        self.name = name  # type: ignore[misc]
        self.title = title  # type: ignore[misc]
        self.xls = xls or name  # type: ignore[misc]
