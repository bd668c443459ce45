"""How the rows of a form hang together: names and places, who depends on whom, in which order to compute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.forms.definition.model import CONTAINERS, Definition, Problem, Row, references, walk
from portal.forms.expressions import ExpressionError, Parsed, Scope, parse
from portal.forms.messages import _l

EVALUATED = ("relevant", "calculation", "repeat_count", "rows_filter")
"""Cells whose value other answers wait for."""


def make_scope(definition: Definition) -> Scope:
    """The names of the form for expressions; of two rows with one name the first counts."""
    paths: dict[str, tuple[str, ...]] = {}
    containers: dict[str, tuple[str, ...]] = {}
    kinds: dict[str, set[str]] = {"group": set(), "repeat": set()}
    for row, parents in walk(definition):
        name = row.get("name") or ""
        if not name or name in paths:
            continue
        paths[name] = tuple(parent.get("name") or "" for parent in parents if parent["type"] == "repeat")
        containers[name] = tuple(parent.get("name") or "" for parent in parents)
        if row["type"] in CONTAINERS:
            kinds[row["type"]].add(name)
    return Scope(paths, frozenset(kinds["repeat"]), frozenset(kinds["group"]), containers)


def parsed_cell(row: Row, cell: str) -> Parsed | None:
    """The expression of a cell; None where there is none. Raises ExpressionError."""
    value = (row.get("rows_from") or {}).get("filter") if cell == "rows_filter" else row.get(cell)
    if not isinstance(value, str) or not value.strip():
        return None
    if cell in ("required", "read_only") and value.strip().lower() in ("yes", "no", "true", "false"):
        return None
    return parse(value)


def said(value: Any) -> bool:
    """What ``required`` and ``read_only`` say when they are no expression."""
    return value is True or (isinstance(value, str) and value.strip().lower() in ("yes", "true", "true()"))


def waits_for(row: Row, parents: tuple[Row, ...]) -> set[str]:
    """Names whose values must be known before this row can be settled."""
    name = row.get("name") or ""
    names: set[str] = {parents[-1].get("name") or ""} if parents else set()
    for cell in EVALUATED:
        try:
            parsed = parsed_cell(row, cell)
        except ExpressionError:
            continue
        if parsed is not None:
            # A running total may read its own answer in the row before; rows are settled one after another.
            names |= parsed.refs - ({name} if _looks_back(parsed.tree, name) else set())
    return names


def _looks_back(tree: Any, name: str) -> bool:
    """Whether every reference to *name* stands in indexed-repeat()."""

    def plain(node: Any) -> bool:
        if not isinstance(node, list) or not node:
            return False
        if node[0] == "ref":
            return bool(node[1] == name)
        if node[:2] == ["call", "indexed-repeat"]:
            return any(plain(part) for part in node[4::2])
        return any(plain(part) for part in node[1:])

    return not plain(tree)


def order(definition: Definition) -> tuple[list[str], list[str]]:
    """Names in the order in which they can be settled, and a cycle of names where there is one (else empty).

    Rows inside a group or repeat come after it, everything else keeps the order of the form where it can.
    """
    needs = {row.get("name") or "": waits_for(row, parents) for row, parents in walk(definition)}
    place = {name: index for index, name in enumerate(needs)}

    def first(name: str) -> Iterator[str]:
        return iter(sorted(needs[name] & needs.keys(), key=place.__getitem__))

    done: list[str] = []
    state: dict[str, int] = {}
    for start in needs:
        stack = [] if start in state else [(start, first(start))]
        state.setdefault(start, 1)
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[name] = 2
                done.append(name)
                stack.pop()
            elif state.get(following) == 1:
                trail = [each for each, _rest in stack]
                return done, [*trail[trail.index(following) :], following]
            elif following not in state:
                state[following] = 1
                stack.append((following, first(following)))
    return done, []


def cycles(definition: Definition) -> list[Problem]:
    """One problem when rows wait for one another, with their names."""
    _done, circle = order(definition)
    if not circle:
        return []
    rows = {row.get("name"): row for row, _parents in walk(definition)}
    first = rows[circle[0]]
    cell = next((cell for cell in EVALUATED if parsed_cell(first, cell)), "calculation")
    return [
        Problem(
            "cycle",
            _l("These rows wait for one another: %(names)s.", names=" → ".join(circle)),
            first["id"],
            cell,
            repair=_l("Take one of the references out."),
        )
    ]


def label_references(row: Row) -> set[str]:
    """Names in ``${…}`` of label and hint."""
    return {name for cell in ("label", "hint") for text in (row.get(cell) or {}).values() for name in references(text)}
