"""Reading answers: a reference gives one value near by and a list from rows elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from portal.forms.expressions.parser import Tree
from portal.forms.expressions.scope import Frame, Scope
from portal.forms.expressions.values import Value, int_or_nan, to_number

Run = Callable[[Frame], Value]


def _shared(here: tuple[str, ...], there: tuple[str, ...]) -> int:
    depth = 0
    while depth < len(here) and depth < len(there) and here[depth] == there[depth]:
        depth += 1
    return depth


def reference(scope: Scope, name: str, target: str) -> Run:
    """``${target}`` read from the row *name*.

    In the same row or in a row around it: one value, ``''`` when unanswered. In rows of another repeat: the list
    of the values of all its relevant rows. A repeat: a list with one member per row. A group: ``''``.
    """
    here, there = scope.paths[name], scope.paths[target]
    depth = _shared(here, there)
    rest = there[depth:]
    if target in scope.repeats:
        return _rows(depth, (*rest, target))
    if target in scope.groups:
        return lambda frame: ""
    if rest:
        return _members(depth, rest, target)
    if depth == 0:
        return lambda frame: frame.chain[0].get(target, "")
    return lambda frame: frame.chain[depth].get(target, "")


def _walk(seen: dict[str, Any], repeats: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for row in seen.get(repeats[0]) or ():
        if len(repeats) == 1:
            yield row.seen
        else:
            yield from _walk(row.seen, repeats[1:])


def _members(depth: int, rest: tuple[str, ...], target: str) -> Run:
    def members(frame: Frame) -> list[Value]:
        found = [row[target] for row in _walk(frame.chain[depth], rest) if target in row]
        frame.env.spend(len(found))
        return found

    return members


def _rows(depth: int, repeats: tuple[str, ...]) -> Run:
    def rows(frame: Frame) -> list[Value]:
        found: list[Value] = [float(number + 1) for number, _row in enumerate(_walk(frame.chain[depth], repeats))]
        frame.env.spend(len(found))
        return found

    return rows


def row_number(scope: Scope, name: str, argument: Tree) -> Run:
    """``position(..)``: the number of the row, from 1; ``../..`` climbs further; 1 outside of repeats."""
    path = scope.paths[name]
    if argument[0] == "ref":
        depth = path.index(argument[1]) + 1 if argument[1] in path else 0
    else:
        around = scope.containers.get(name, path)
        around = around[: max(len(around) - argument[1] + 1, 0)]
        depth = sum(1 for container in around if container in scope.repeats or container in path)
    if depth <= 0:
        return lambda frame: 1.0
    return lambda frame: float(frame.numbers[depth - 1])


def indexed(scope: Scope, name: str, target: str, indexes: dict[str, Run]) -> Run:
    """``indexed-repeat(${target}, ${repeat}, number, …)``: the answer in that row, ``''`` where there is none.

    A repeat around the target for which no number is given is read in the row at hand, else in its first row.
    """
    here, there = scope.paths[name], scope.paths[target]
    shared = _shared(here, there)

    def read(frame: Frame) -> Value:
        seen = frame.chain[0]
        for depth, repeat in enumerate(there):
            rows = seen.get(repeat) or ()
            if repeat in indexes:
                number = int_or_nan(to_number(indexes[repeat](frame)))
            else:
                number = float(frame.numbers[depth]) if depth < shared else 1.0
            if not 1 <= number <= len(rows):
                return ""
            seen = rows[int(number) - 1].seen
        return seen.get(target, "")

    return read
