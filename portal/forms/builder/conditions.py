"""A condition put together from a question, a comparison and a value, for those who do not write expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.forms import fields
from portal.forms.builder.outline import label_of, language_of
from portal.forms.definition import Definition, Row, walk
from portal.forms.definition.model import CONTAINERS, choice_list
from portal.forms.messages import pick
from portal.i18n import _, _l
from portal.text import fold

OPERATORS = {
    "is": _l("is"),
    "is_not": _l("is not"),
    "more": _l("is more than (later than)"),
    "less": _l("is less than (earlier than)"),
    "least": _l("is at least"),
    "most": _l("is at most"),
    "answered": _l("is answered"),
    "empty": _l("is not answered"),
}
JOINS = {"and": _l("both must hold"), "or": _l("one of the two is enough")}
_SIGNS = {"is": "=", "is_not": "!=", "more": ">", "less": "<", "least": ">=", "most": "<="}
_ORDERED = frozenset({"more", "less", "least", "most"})
MOST_CHOICES = 200
"""Choices the helper offers; of longer lists the code is typed."""


@dataclass(frozen=True)
class Asked:
    """A question that a condition may ask: name, label, its language where not the reader's, choices (code, label)."""

    name: str
    label: str
    lang: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class CannotWrite(ValueError):
    """A condition that makes no sense; the text says what to change. ``part`` is ``question`` or ``value``."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


def questions(definition: Definition, locale: str, row_id: str | None = None) -> list[Asked]:
    """The questions whose answers a condition of the row may ask, in the order of the form."""
    found = []
    for row, _parents in walk(definition):
        if row["id"] == row_id or row["type"] in CONTAINERS or not row.get("name"):
            continue
        if not fields.get(row["type"]).stores:
            continue
        choices = choice_list(definition, row.get("list"))
        few = choices if len(choices) <= MOST_CHOICES else []
        labels = tuple((str(each["name"]), pick(each.get("label"), locale, str(each["name"]))) for each in few)
        found.append(Asked(str(row["name"]), label_of(row, locale), language_of(row, locale), labels))
    return found


def write(definition: Definition, name: str, operator: str, value: str) -> str:
    """The expression; raises CannotWrite. *value* is a code or a label of a choice, a number, a date or a text."""
    row = next((row for row, _p in walk(definition) if row.get("name") == name and name), None)
    if row is None or row["type"] in CONTAINERS:
        raise CannotWrite("question", _("Choose the question."))
    if operator in ("answered", "empty"):
        return f"${{{name}}} {'!=' if operator == 'answered' else '='} ''"
    if operator not in _SIGNS:
        raise CannotWrite("question", _("Choose a comparison."))
    value = value.strip()
    if not value:
        raise CannotWrite("value", _("Enter the value the answer is compared with."))
    field = fields.get(row["type"])
    if field.multiple:
        if operator in _ORDERED:
            raise CannotWrite("question", _("Several choices have no order. Take “is” or “is not”."))
        chosen = f"selected(${{{name}}}, {_quoted(_code(definition, row, value))})"
        return chosen if operator == "is" else f"not({chosen})"
    return f"${{{name}}} {_SIGNS[operator]} {_literal(definition, row, value)}"


def joined(before: str, added: str, join: str) -> str:
    """Two conditions as one; brackets keep what was there together."""
    before = before.strip()
    if not before:
        return added
    mixed = (join == "and" and " or " in before) or (join == "or" and " and " in before)
    return f"({before}) {join} {added}" if mixed else f"{before} {join} {added}"


def _literal(definition: Definition, row: Row, value: str) -> str:
    kind = fields.get(row["type"]).index
    if kind == "number":
        number = value.replace(" ", "").replace("\u00a0", "").replace(",", ".")
        try:
            float(number)
        except ValueError:
            raise CannotWrite("value", _("Enter a number.")) from None
        return number
    if kind == "date":
        try:
            return f"date('{date.fromisoformat(value.replace('.', '-')).isoformat()}')"
        except ValueError:
            raise CannotWrite("value", _("Enter a date as year.month.day, such as 2026.11.23.")) from None
    return _quoted(_code(definition, row, value))


def _code(definition: Definition, row: Row, value: str) -> str:
    """The code of the choice that *value* names by code or label; any value where the choices are not of the form."""
    choices: Sequence[dict[str, Any]] = choice_list(definition, row.get("list"))
    if not choices or any(each["name"] == value for each in choices):
        return value
    wanted = fold(value)
    for each in choices:
        if wanted in (fold(text) for text in (each.get("label") or {}).values()):
            return str(each["name"])
    some = ", ".join(str(each["name"]) for each in choices[:12])
    raise CannotWrite("value", _("%(value)s is none of the choices: %(choices)s.", value=value, choices=some))


def _quoted(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    raise CannotWrite("value", _("A value cannot have both kinds of quotes."))
