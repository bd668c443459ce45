"""Where an expression stands: which names there are, in which repeats, and the answers around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.forms.expressions.faults import STEPS, Fault

Path = tuple[str, ...]
"""Names of the repeats around a row, outermost first."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of a form: where each stands, which are repeats or groups, which list a select takes."""

    paths: Mapping[str, Path]
    """Repeats around each question, repeat and group."""
    repeats: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    containers: Mapping[str, Path] = field(default_factory=dict)
    """Groups and repeats around each name, outermost first (for ``..``)."""


class Env:
    """What an evaluation may know besides the answers; one per submission, shared by its frames.

    ``items(list)`` gives the items of a list as mappings with ``name``, ``label`` and further columns;
    ``choice_label(question, value)`` the label of a choice in the reader's language;
    ``last(name, frame)`` the answer of last time.
    """

    __slots__ = ("choice_label", "items", "last", "left", "locale", "now", "properties", "today", "total")

    def __init__(
        self,
        *,
        today: str = "",
        now: str = "",
        locale: str = "en",
        properties: Mapping[str, str] | None = None,
        items: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _list: (),
        choice_label: Callable[[str, str], str] = lambda _question, value: value,
        last: Callable[[str, Frame], Any] = lambda _name, _frame: "",
        total: int = 5_000_000,
    ) -> None:
        self.today = today
        self.now = now
        self.locale = locale
        self.properties = properties or {}
        self.items = items
        self.choice_label = choice_label
        self.last = last
        self.left = STEPS
        self.total = total

    def spend(self, steps: int) -> None:
        """Count steps; raises Fault ``limit_steps`` when this evaluation or the whole submission has no more."""
        self.left -= steps
        self.total -= steps
        if self.left < 0 or self.total < 0:
            raise Fault("limit_steps")


class Frame:
    """The answers at one place: the form itself or one row of a repeat.

    ``seen`` maps names to values as expressions see them (numbers as float, several choices joined, irrelevant
    questions absent) and repeats to the list of their row frames. ``chain`` is the ``seen`` of the form, of the
    outer row, … and of this row; ``numbers`` are the row numbers from 1, outermost first.
    """

    __slots__ = ("chain", "dot", "env", "item", "numbers", "seen")

    def __init__(self, env: Env, parent: Frame | None = None, number: int = 1) -> None:
        self.env = env
        self.seen: dict[str, Any] = {}
        self.chain: tuple[dict[str, Any], ...] = (self.seen,) if parent is None else (*parent.chain, self.seen)
        self.numbers: tuple[int, ...] = () if parent is None else (*parent.numbers, number)
        self.dot: Any = ""
        self.item: Mapping[str, Any] | None = None


def seen(value: Any) -> Any:
    """A stored answer as expressions see it: float, text, or choices joined by a blank."""
    kind = type(value)
    if kind is str:
        return value
    if kind is int or kind is float:
        return float(value)
    if kind is list:
        return " ".join(map(str, value))
    if kind is bool:
        return "true" if value else "false"
    return ""
