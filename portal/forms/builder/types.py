"""The kinds of rows a builder offers: their groups, signs and explanations, and which cells each has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms import fields
from portal.forms.definition import Row
from portal.i18n import _l

CONTAINERS = ("group", "repeat", "matrix")


@dataclass(frozen=True)
class Offer:
    """A kind of row as the builder offers it; ``matrix`` and ``yes_no`` are kinds of the builder only."""

    name: str
    title: Any
    text: Any
    icon: str


_SIGNS: Mapping[str, tuple[str, Any]] = {
    "text": ("writing-sign", _l("A word, a sentence or several lines.")),
    "email": ("mail", _l("Checked for how an address is written.")),
    "phone": ("device-mobile", _l("A telephone number, with or without the code of the country.")),
    "register_number": ("id", _l("Two letters and eight digits, checked against the day of birth in them.")),
    "integer": ("number", _l("Counts and years: 0, 12, 340.")),
    "decimal": ("number", _l("Measures with decimals: 12.5.")),
    "money": ("briefcase", _l("An amount in tögrög.")),
    "range": ("adjustments", _l("A number between two ends, in steps: 1 to 5.")),
    "date": ("calendar", _l("A day, chosen in a calendar.")),
    "time": ("clock", _l("An hour and a minute.")),
    "dateTime": ("calendar-event", _l("A day with an hour.")),
    "yes_no": ("toggle-right", _l("Two buttons: yes and no.")),
    "select_one": ("circle-dot", _l("One answer from a list: buttons, a drop-down or a scale.")),
    "select_multiple": ("checklist", _l("As many answers from a list as apply.")),
    "rank": ("list-numbers", _l("Answers from a list, the most important first.")),
    "acknowledge": ("circle-check", _l("One box to tick: a consent, for example.")),
    "file": ("paperclip", _l("A document from the computer or the phone.")),
    "image": ("photo", _l("A photo, taken now or chosen.")),
    "signature": ("edit", _l("Drawn with a finger or the mouse, or a typed name.")),
    "geopoint": ("target", _l("A place on the map: two numbers, or where the device is now.")),
    "unit": ("map-pin", _l("An aimag, the capital or a district, from the list of the portal.")),
    "organisation": ("building", _l("An organisation, from the list of the portal.")),
    "office": ("user-check", _l("An office and who holds it on the day of the answer, from the directory.")),
    "record": ("link", _l("A recommendation, a task or another record of the portal.")),
    "note": ("info-circle", _l("A text between questions, without an answer.")),
    "group": ("folder", _l("Questions that belong together; in a form with pages, a page.")),
    "repeat": ("stack", _l("The same questions several times: for every person, for every event.")),
    "matrix": ("table", _l("A table: a row for each clause, recommendation or choice, a column for each question.")),
    "calculate": ("refresh", _l("A value worked out from other answers; people do not see it.")),
    "hidden": ("eye-off", _l("A value that the form keeps and nobody sees.")),
    "start": ("clock", _l("The form notes it by itself.")),
    "end": ("clock", _l("The form notes it by itself.")),
    "today": ("calendar", _l("The form notes it by itself.")),
    "username": ("user", _l("The form notes it by itself.")),
    "deviceid": ("device-laptop", _l("The form notes it by itself.")),
    "phonenumber": ("device-mobile", _l("The form notes it by itself.")),
    "useremail": ("mail", _l("The form notes it by itself.")),
}
_TITLES: Mapping[str, Any] = {
    "yes_no": _l("Yes or no"),
    "group": _l("Group of questions"),
    "repeat": _l("Questions that repeat"),
    "matrix": _l("Table of questions"),
}
_GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_l("Text"), ("text", "email", "phone", "register_number")),
    (_l("Choices"), ("select_one", "select_multiple", "yes_no", "rank", "acknowledge")),
    (_l("Numbers"), ("integer", "decimal", "money", "range")),
    (_l("Date, time and place"), ("date", "time", "dateTime", "geopoint")),
    (_l("Files"), ("file", "image", "signature")),
    (_l("From the portal"), ("unit", "organisation", "office", "record")),
    (_l("Order and explanation"), ("note", "group", "repeat", "matrix")),
    (_l("Worked out by the form"), ("calculate", "hidden", "today", "start", "end", "username", "useremail")),
)
_RARE = frozenset({"deviceid", "phonenumber"})
"""Types that only other programs fill; kept where a form has them, not offered."""

RARE_SETTINGS = frozenset({"randomize", "seed", "value", "label"})
"""Settings of types that few forms need: they stand further down."""

APPEARANCES: Mapping[str, Any] = {
    "multiline": _l("Several lines"),
    "mongolian": _l("Written in Mongolian, with buttons for letters that keyboards lack"),
    "minimal": _l("Drop-down list"),
    "likert": _l("Scale from left to right"),
    "horizontal": _l("Side by side"),
    "columns-pack": _l("Buttons"),
    "columns": _l("In columns"),
    "no-buttons": _l("Pictures only; the words are read aloud"),
    "new": _l("Only a new photo, none from the gallery"),
}

ASKED = frozenset({"required", "constraint", "default", "read_only", "calculation", "appearance", "hint"})
"""Cells of what people answer, beside those that every row has."""


def kind_of(row: Row) -> str:
    """The kind of a row as the builder names it: its type, or ``matrix``."""
    if row["type"] == "repeat" and "matrix" in str(row.get("appearance") or "").split():
        return "matrix"
    return str(row["type"])


def offer(kind: str) -> Offer:
    """How a kind is shown; a type of a module, or one that is not installed, has a sign and no explanation."""
    known = fields.is_known(kind)
    icon, text = _SIGNS.get(kind, ("puzzle" if known else "help-circle", ""))
    title = _TITLES.get(kind) or (fields.get(kind).title if known else kind)
    return Offer(kind, title, text, icon)


def groups() -> list[tuple[Any, list[Offer]]]:
    """Everything that can be added, by group; types of modules come last."""
    found = [(title, [offer(name) for name in names]) for title, names in _GROUPS]
    named = {name for _title, names in _GROUPS for name in names} | _RARE
    further = [offer(name) for name in fields.known() if name not in named]
    return [*found, (_l("From modules"), further)] if further else found


def can_add(kind: str) -> bool:
    """Whether the builder offers the kind."""
    return any(each.name == kind for _title, offers in groups() for each in offers)


def others(kind: str) -> list[tuple[Any, list[Offer]]]:
    """What a row of *kind* can be made into: containers into containers, all else into all else."""
    inside = kind in CONTAINERS
    found = []
    for title, offers in groups():
        kept = [each for each in offers if (each.name in CONTAINERS) == inside and each.name != "yes_no"]
        if kept:
            found.append((title, kept))
    if not any(each.name == kind for _title, offers in found for each in offers):
        found.append((_l("Now"), [offer(kind)]))
    return found


def first_use(kind: str) -> list[str]:
    """What the answers to a new question are used for until somebody decides otherwise: choices are counted."""
    if kind in CONTAINERS:
        return []
    field = fields.get("select_one" if kind == "yes_no" else kind)
    return ["filter", "chart"] if field.choices and field.index else []


def title_of(row: Row) -> Any:
    """What a row is called in the form: its kind; yes or no where its list says so."""
    if row["type"] == "select_one" and row.get("list") == "yes_no":
        return _TITLES["yes_no"]
    return offer(kind_of(row)).title


def cells_of(kind: str) -> frozenset[str]:
    """The parts of the question page that a kind has."""
    if kind == "group":
        return frozenset({"label", "relevant"})
    if kind in CONTAINERS:
        return frozenset({"label", "hint", "relevant", "rows"})
    field = fields.get("select_one" if kind == "yes_no" else kind)
    if not field.asks:
        worked = {"calculate": {"calculation", "relevant", "use"}, "hidden": {"default", "calculation", "use"}}
        return frozenset({"label", *worked.get(kind, ())})
    found = {"label", "hint", "relevant"}
    if field.stores and field.fills:
        found |= ASKED
        if field.index:
            found.add("use")
    if field.file:
        found -= {"constraint", "default", "calculation", "read_only"}
    if field.choices and kind != "yes_no":
        found |= {"choices", "choice_filter"}
    elif field.source:
        found.add("choice_filter")
    return frozenset(found)
