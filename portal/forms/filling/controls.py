"""Which control a question gets on a page."""

from __future__ import annotations

from typing import Any

from portal.forms.engine import Item
from portal.forms.fields.base import parameter

MOST_RADIOS = 10
"""Up to so many choices are all shown; more make a list to open."""
MOST_STEPS = 11
MOST_COLUMNS = 6
"""A matrix with more columns is drawn as one card for each row."""
DRAWN = frozenset({"columns-pack", "columns", "horizontal", "no-buttons"})
"""Appearances that show every choice, however many there are."""
GROUPED = frozenset({"radios", "likert", "boxes", "rank", "steps", "module", "signature"})
"""Controls of several inputs: their label is the legend of a group."""

_PLAIN = {
    "integer": "whole",
    "range": "whole",
    "decimal": "number",
    "money": "number",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "email": "email",
    "phone": "phone",
    "file": "file",
    "image": "file",
    "geopoint": "place",
    "signature": "signature",
    "acknowledge": "tick",
    "note": "note",
    "unknown": "fixed",
    "rank": "rank",
    "select_multiple": "boxes",
}


def control(item: Item, tight: bool = False) -> str:
    """The kind of control of a question; *tight* in the cells of a matrix."""
    if item.type == "note":
        return "note"
    if (item.read_only and not item.locks) or item.type == "unknown":
        return "fixed"
    if item.node.field.template:
        return "module"
    if item.type == "text":
        lines = "multiline" in item.appearance or parameter(item.node.row, "rows", 1) > 1
        return "lines" if lines else "line"
    if item.type == "range" and not tight and len(steps(item)) <= MOST_STEPS:
        return "steps"
    if item.type in _PLAIN:
        return _picker(item, _PLAIN[item.type])
    if item.node.field.choices or item.node.source:
        return _one(item, tight)
    return "line"


def _picker(item: Item, kind: str) -> str:
    """A picker shows nothing of what it cannot read: what was typed wrong is shown in a line of text."""
    if kind in ("date", "time", "datetime") and item.value and not _readable(str(item.value), kind):
        return "line"
    return kind


def _readable(text: str, kind: str) -> bool:
    shape = {"date": "0000-00-00", "time": "00:00", "datetime": "0000-00-00T00:00"}[kind]
    return "".join("0" if c.isdecimal() and c.isascii() else c for c in text) == shape


def _one(item: Item, tight: bool) -> str:
    if tight or item.node.source or {"minimal", "autocomplete"} & item.appearance:
        return "select"
    if "likert" in item.appearance:
        return "likert"
    shown = item.appearance & DRAWN or any(option.picture for option in item.options)
    return "radios" if shown or len(item.options) <= MOST_RADIOS else "select"


def way(item: Item) -> str:
    """How the choices of a question are laid out, as the last part of a class of CSS."""
    if any(option.picture for option in item.options):
        return "pictures"
    known = {"columns-pack": "buttons", "columns": "columns", "horizontal": "side"}
    return next((known[word] for word in known if word in item.appearance), "")


def is_table(item: Item) -> bool:
    """Whether a repeat is drawn as a table: a matrix of a few plain questions."""
    asked = [child for child in item.node.children if child.kind != "question" or child.field.asks]
    return item.node.matrix and len(asked) <= MOST_COLUMNS and all(child.kind == "question" for child in asked)


def anchor(item: Item, tight: bool = False) -> str:
    """The id of the input to which the error summary leads."""
    return f"{item.id}-0" if control(item, tight) in GROUPED else item.id


def steps(item: Item) -> list[str]:
    """The numbers of a range, at most MOST_STEPS + 1 of them."""
    row = item.node.row
    low, high, step = parameter(row, "start", 1), parameter(row, "end", 10), abs(parameter(row, "step", 1)) or 1
    low, high = min(low, high), max(low, high)
    count = min(int((high - low) / step + 1e-6) + 1, MOST_STEPS + 1)
    return [_plain(low + index * step) for index in range(count)]


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.6f}".rstrip("0").rstrip(".")


def limit(item: Item) -> int:
    """The most characters of a text, 0 where nothing is said."""
    return int(parameter(item.node.row, "max_length", 0)) if item.type == "text" else 0


def lines(item: Item) -> int:
    """The height of a field of several lines."""
    return max(3, min(int(parameter(item.node.row, "rows", 4)), 20))


def described_by(item: Item, *more: Any) -> str:
    """The ids of hint, error and last answer."""
    found = [f"{item.id}-hint"] if item.hint or (item.speaks and item.node.row.get("hint")) else []
    found += [f"{item.id}-last"] if item.previous else []
    found += [f"{item.id}-form"] if item.type == "geopoint" else []
    found += [f"{item.id}-error"] if item.error else []
    return " ".join(found)
