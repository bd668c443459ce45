"""What a page's plan says of a question's type: how the browser reads it, what is said of what it cannot read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portal.forms.definition import Node
from portal.forms.fields import Refused
from portal.forms.fields.base import parameter
from portal.forms.fields.text import CONFIRMED

_FAR = "91 0"
PROBES: Mapping[str, tuple[str, ...]] = {
    "text": (),
    "integer": ("?", "1.5", "9" * 18),
    "decimal": ("?", "9" * 308),
    "money": ("?", "9" * 18),
    "range": ("?", "1000000000000000.5", "9" * 308),
    "date": ("?", "2026-02-30", "1700-01-01"),
    "time": ("?",),
    "dateTime": ("2026-01-01", "2026-01-01T?", "?T10:00", "2026-02-30T10:00", "1700-01-01T10:00"),
    "email": ("?",),
    "phone": ("?",),
    "register_number": ("?", "УБ90993012"),
    "select_one": (),
    "select_multiple": (),
    "rank": (),
    "acknowledge": (),
    "unit": (),
    "organisation": (),
    "record": (),
    "calculate": (),
    "hidden": (),
    "office": (),
    "geopoint": ("?", _FAR),
    "file": ("?",),
    "image": ("?",),
    "signature": ("?",),
}
"""The types that filling.js reads, with texts that they refuse: what they say then goes along."""
WITH_LABELS = frozenset({"select_one", "select_multiple", "rank", "unit", "organisation", "record", "office"})
"""The types whose answers are shown by the labels of choices."""


def references(tree: Any) -> Iterator[str]:
    """Names of the answers that a tree reads."""
    if isinstance(tree, list) and tree:
        if tree[0] == "ref":
            yield tree[1]
        for part in tree[1:]:
            yield from references(part)


def timed(tree: Any) -> bool:
    """Whether a tree asks for the day or the time: a form drawn whole may be filled long after it was drawn."""
    if not isinstance(tree, list) or not tree:
        return False
    return tree[:2] in (["call", "today"], ["call", "now"]) or any(timed(part) for part in tree[1:])


def calls(tree: Any) -> Iterator[list[Any]]:
    """Parts of a tree that read more than answers: lists, labels, properties, answers of last time, itself."""
    if isinstance(tree, list) and tree:
        if tree[0] in ("items", "last", "self") or (
            tree[0] == "call" and tree[1] in ("pulldata", "jr:choice-name", "property", "position", "once")
        ):
            yield tree
        for part in tree[1:]:
            yield from calls(part)


def columns(tree: Any) -> Iterator[str]:
    """Columns of items that a condition reads."""
    if isinstance(tree, list) and tree:
        if tree[0] == "col":
            yield tree[1]
        for part in tree[1:]:
            yield from columns(part)


def free(node: Node) -> bool:
    """Whether people answer the question."""
    return node.field.fills and node.calculation is None and node.read_only is not True


def reader(node: Node) -> Any:
    """The type and what its reader must know; "?" for a type that filling.js does not read."""
    kind, row = node.row["type"], node.row
    if kind not in PROBES or node.field.name != kind:
        return "?"
    if kind == "text":
        lines = "multiline" in str(row.get("appearance") or "") or parameter(row, "rows", 1) > 1
        return [kind, int(parameter(row, "max_length", 10_000)), int(lines)]
    if kind == "range":
        return [kind, *(parameter(row, name, first) for name, first in (("start", 1), ("end", 10), ("step", 1)))]
    if kind == "acknowledge":
        return [kind, str(CONFIRMED)]
    return kind


def refusals(node: Node, given: Any) -> list[tuple[str, str]]:
    """What the type of a question says of answers it cannot read; *given* is its ``reader``."""
    found = []
    kind = node.row["type"]
    limit = given[1] + 1 if kind == "text" and isinstance(given, list) else 0
    for probe in ("x" * limit,) if limit > 0 else PROBES.get(kind, ()):
        try:
            node.parse(probe)
        except Refused as refused:
            words = str(refused.message)
            found.append((refused.code, words.replace(str(limit), "{}", 1) if limit else words))
    return found
