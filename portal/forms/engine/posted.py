"""Names of fields on an HTML page, and answers from what it posts.

===========================  ===================================================================================
``q.progress``               the question ``progress`` of the form; several choices post the name several times
``q.clause.0.progress``      ``progress`` in the first row of the repeat ``clause``; nested: ``q.house.0.person.2.age``
``q.clause.0._key``          the key of that row (hidden); rows without it are new
``q.clause.0._delete``       when not empty, the row is left out
``q.clause``                 marks (empty, hidden) that the repeat was on the page, also when it has no rows
===========================  ===================================================================================

Paths of the engine count rows alike, so ``clause[0].progress`` and ``q.clause.0.progress`` are the same field. A
question that was not on the page is absent from what is posted and keeps its answer; so that unticked boxes are
told from absent ones, each select posts its name once with an empty value (hidden) before the boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from portal.forms.definition.compiler import Compiled, Node
from portal.forms.definition.model import MOST_LEVELS
from portal.forms.engine.settle import MOST_ROWS
from portal.forms.engine.state import KEY, NEW, Answers

PREFIX = "q."
DELETE = "_delete"


class Posted(Protocol):
    """What werkzeug's MultiDict offers and all that is needed of it."""

    def lists(self) -> Iterable[tuple[str, list[str]]]:
        """Names with all their values."""


def field_name(path: str) -> str:
    """The name of a field: ``clause[0].progress`` → ``q.clause.0.progress``."""
    return PREFIX + path.replace("[", ".").replace("]", "") if "[" in path else PREFIX + path


def field_id(path: str) -> str:
    """The id of a field in HTML, to which an error summary links."""
    return field_name(path).replace(".", "-")


def field_path(name: str) -> str:
    """The path of a field name: ``q.clause.0.progress`` → ``clause[0].progress``."""
    out = ""
    for part in name.removeprefix(PREFIX).split("."):
        out += f"[{part}]" if part.isdecimal() else f".{part}" if out else part
    return out


def parse_html(compiled: Compiled, posted: Posted, keep: Mapping[str, Any] | None = None) -> Answers:
    """The answers of a posted page, as typed; evaluate() reads and checks them.

    *keep* holds the answers so far: what was not on the page is taken from there. Names the form does not have,
    hidden, calculated and read-only questions are ignored.
    """
    known, single = _known(compiled), _single(compiled)
    top: Answers = {}
    heads: dict[str, _Head] = {"q": (top, known[()], ())}
    for name, values in posted.lists():
        asked = single.get(name)
        if asked is not None and len(values) == 1:
            top[asked] = values[0]
            continue
        head, _dot, last = name.rpartition(".")
        found = heads.get(head)
        if found is None:
            found = heads[head] = _row(head, heads, known)
        target, fields, _path = found
        if last not in fields:
            continue
        node = fields[last]
        if node is None or (len(values) == 1 and node.kind == "question" and not node.field.multiple):
            target[last] = values[-1]
        elif node.kind == "repeat":
            target.setdefault(last, {})
        elif node.field.multiple:
            target[last] = [value for value in values if value]
        else:
            target[last] = values[-1] or next((value for value in values if value), "")
    return _merged(top, keep)


_Fields = Mapping[str, Node | None]
_Head = tuple[Answers, _Fields, tuple[str, ...]]
_NOWHERE: _Head = ({}, {}, ())


def _known(compiled: Compiled) -> Mapping[tuple[str, ...], _Fields]:
    """What can be posted in each repeat (``()``: outside), made once per form; None stands for the marks of a row."""
    found: dict[tuple[str, ...], dict[str, Node | None]] | None = compiled.memo.get("posted")
    if found is None:
        found = {(): {}}
        for node in compiled.nodes:
            if node.kind == "repeat":
                found[node.path][node.name] = node
                found[(*node.path, node.name)] = {KEY: None, DELETE: None}
            elif node.kind == "question" and node.field.stores and node.field.fills and node.read_only is not True:
                found[node.path][node.name] = node
        compiled.memo["posted"] = found
    return found


def _single(compiled: Compiled) -> Mapping[str, str]:
    """The questions outside of repeats that have one answer, by the names of their fields: most of what is posted."""
    found: dict[str, str] | None = compiled.memo.get("posted single")
    if found is None:
        found = {
            PREFIX + node.name: node.name
            for node in _known(compiled)[()].values()
            if node is not None and node.kind == "question" and not node.field.multiple
        }
        compiled.memo["posted single"] = found
    return found


def _row(head: str, heads: dict[str, _Head], known: Mapping[tuple[str, ...], _Fields]) -> _Head:
    """The row that ``q.house.0`` means, made where it is met for the first time; nowhere if the form has none."""
    outer, _dot, index = head.rpartition(".")
    around, _dot, repeat = outer.rpartition(".")
    if not around or not index.isdecimal() or len(index) > 5 or head.count(".") > MOST_LEVELS * 2:
        return _NOWHERE
    if around not in heads:
        heads[around] = _row(around, heads, known)
    target, fields, path = heads[around]
    node = fields.get(repeat)
    if node is None or node.kind != "repeat":
        return _NOWHERE
    row: Answers = target.setdefault(repeat, {}).setdefault(index, {})
    return row, known[(*path, repeat)], (*path, repeat)


def _merged(posted: Answers, kept: Mapping[str, Any] | None) -> Answers:
    """Answers of a page over those there were; rows, which stand as index → answers, become lists."""
    answers: Answers = {**(kept or {}), **posted}
    for name, value in posted.items():
        if type(value) is dict:
            answers[name] = _rows(value, (kept or {}).get(name))
    return answers


def _rows(rows: Mapping[str, Answers], kept: Any) -> list[Answers]:
    before = {str(row.get(KEY)): row for row in kept if isinstance(row, dict)} if isinstance(kept, list) else {}
    out: list[Answers] = []
    for index in sorted(rows, key=int)[: MOST_ROWS + 1]:
        row = rows[index]
        if not row or row.pop(DELETE, ""):
            continue
        made = _merged(row, before.get(row.get(KEY) or ""))
        if not made.get(KEY):
            made.pop(KEY, None)
        out.append(made)
    return out


def with_row(compiled: Compiled, answers: Answers, path: str) -> Answers:
    """The answers with one more row in the repeat at *path* (``clause``, ``house[0].person``).

    The row takes its first answers at the next evaluation. Raises KeyError where there is no such repeat.
    """
    *around, last = path.split(".")
    if not around:
        if compiled.by_name[last].kind != "repeat":
            raise KeyError(path)
        return {**answers, last: [*(answers.get(last) or []), {NEW: True}]}
    name, _bracket, index = around[0].rstrip("]").partition("[")
    rows = list(answers.get(name) or [])
    try:
        rows[int(index)] = with_row(compiled, rows[int(index)], ".".join((*around[1:], last)))
    except (ValueError, IndexError):
        raise KeyError(path) from None
    return {**answers, name: rows}
