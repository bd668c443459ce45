"""Judging the States of a file by a list of States that the caller brings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from .parsed import ParsedRow, RowProblem, Variant

T = TypeVar("T")

_AND = re.compile(r"\s+(?:and|&)\s+")


@dataclass(frozen=True)
class StateCheck(Generic[T]):
    """Rows whose States are all known, what each name stands for, and the rows refused for a State."""

    rows: tuple[ParsedRow, ...]
    found: dict[str, T]
    refused: tuple[RowProblem, ...]


def check_states(
    rows: Iterable[ParsedRow],
    find_state: Callable[[str], T | None],
    nearest: Callable[[str], Sequence[str]],
    column: str = "",
) -> StateCheck[T]:
    """Look up every State of *rows*.

    *find_state* gives the caller's State for a name or None, *nearest* the names to offer instead. "Brazil and
    Spain" becomes two States where it is not one; two names of one State in a row count once. A row with an
    unknown State is refused with ``state_unknown`` (params ``value``, ``nearest``).
    """
    found: dict[str, T] = {}
    good: list[ParsedRow] = []
    refused: list[RowProblem] = []
    for row in rows:
        unknown: list[str] = []
        variants = tuple(
            Variant(variant.text, tuple(_known(variant.states, find_state, found, unknown))) for variant in row.variants
        )
        if unknown:
            refused += [
                RowProblem(row.row, column, "state_unknown", {"value": name, "nearest": list(nearest(name))})
                for name in dict.fromkeys(unknown)
            ]
            continue
        states: dict[int, str] = {}
        for variant in variants:
            for name in variant.states:
                states.setdefault(_place(found, found[name]), name)
        good.append(replace(row, variants=variants, states=tuple(states.values())))
    return StateCheck(tuple(good), found, tuple(refused))


def _known(
    names: Sequence[str], find_state: Callable[[str], T | None], found: dict[str, T], unknown: list[str]
) -> list[str]:
    """The names of known States, each State once; others are added to *unknown*."""
    kept: dict[int, str] = {}
    for written in names:
        parts = [written]
        if _look_up(written, find_state, found) is None:
            split = _AND.split(written)
            if len(split) > 1 and all(_look_up(part, find_state, found) is not None for part in split):
                parts = split
            else:
                unknown.append(written)
                continue
        for part in parts:
            kept.setdefault(_place(found, found[part]), part)
    return list(kept.values())


def _look_up(name: str, find_state: Callable[[str], T | None], found: dict[str, T]) -> T | None:
    if name not in found and (state := find_state(name)) is not None:
        found[name] = state
    return found.get(name)


def _place(found: dict[str, T], state: T) -> int:
    """One number per State, equal for equal States (they need not be hashable)."""
    return list(found.values()).index(state)
