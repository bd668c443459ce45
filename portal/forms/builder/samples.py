"""Test answers: something fitting for every question, so that an author sees the form as it is when it is filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from portal.forms.definition import Compiled
from portal.forms.engine import Answers, Context, Item, all_items, evaluate, pages, start, with_row
from portal.forms.fields.base import parameter
from portal.i18n import _

ROUNDS = 4
"""Answers make further questions appear; so many times they are answered too."""
_NUMBERS = (3, 1, 0, 10, 25, 50, 100, 1_000, 2026, 100_000)


def fill(compiled: Compiled, context: Context, answers: Answers | None = None) -> Answers:
    """Answers with something in every empty question that is asked; what was typed stays."""
    found = dict(answers) if answers else start(compiled, context)
    for _round in range(ROUNDS):
        result = evaluate(compiled, found, context, "draft")
        drawn = [item for page in pages(compiled, result, context) for item in all_items(page.items)]
        found = result.values
        empty = [item for item in drawn if _to_fill(item)]
        for item in drawn:
            if item.node.kind == "repeat" and item.can_add and not item.rows:
                found = with_row(compiled, found, item.path)
        if not empty:
            break
        for item in empty:
            found = _answered(compiled, context, found, item)
    return evaluate(compiled, found, context, "draft").values


def _to_fill(item: Item) -> bool:
    field = item.node.field
    return item.node.kind == "question" and field.stores and not item.read_only and item.value in (None, "", [])


def _answered(compiled: Compiled, context: Context, answers: Answers, item: Item) -> Answers:
    """The answers with the first candidate that the form takes, without one where it takes none."""
    for value in _candidates(item, context):
        tried = put(answers, item.path, value)
        result = evaluate(compiled, tried, context, "draft")
        if result.error(item.path) is None:
            return result.values
    return answers


def put(answers: Answers, path: str, value: Any) -> Answers:
    """The answers with *value* at *path* (``clause[0].progress``)."""
    head, dot, rest = path.partition(".")
    if not dot:
        return {**answers, path: value}
    name, _bracket, index = head.rstrip("]").partition("[")
    rows = list(answers.get(name) or [])
    rows[int(index)] = put(rows[int(index)], rest, value)
    return {**answers, name: rows}


def _candidates(item: Item, context: Context) -> Iterator[Any]:
    row, kind = item.node.row, item.node.row["type"]
    if item.options:
        names: Sequence[str] = [option.name for option in item.options]
        yield from ([[name] for name in names[:20]] if item.node.field.multiple else names[:20])
        return
    index = item.node.field.index
    if item.node.field.example:
        yield item.node.field.example
    elif kind == "range":
        yield parameter(row, "start", 1)
    elif index == "number":
        yield from _NUMBERS
    elif kind == "date":
        yield from ((context.today + timedelta(days=days)).isoformat() for days in (0, 30, -30, 365, -3650, -12000))
    else:
        yield from _texts(kind, context)


def _texts(kind: str, context: Context) -> Iterator[str]:
    known = {
        "time": "10:30",
        "dateTime": f"{context.today.isoformat()}T10:30",
        "email": "example@example.mn",
        "phone": "99112233",
        "register_number": "УБ90010112",
        "acknowledge": "OK",
    }
    if kind in known:
        yield known[kind]
    elif kind not in ("file", "image"):
        yield _("Example")
