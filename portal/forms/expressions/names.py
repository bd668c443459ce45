"""Functions of the language: their names, how many values they take, which arguments are written in a special way."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from portal.forms.messages import Text, _l


class Arity(NamedTuple):
    """How many values a function takes; ``high`` is None where there is no limit."""

    low: int
    high: int | None

    @property
    def words(self) -> str:
        """For a message: ``2``, ``1-3`` or ``1…``."""
        if self.high is None:
            return f"{self.low}…"
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


FUNCTIONS: Mapping[str, Arity] = {
    "abs": Arity(1, 1),
    "boolean": Arity(1, 1),
    "boolean-from-string": Arity(1, 1),
    "ceiling": Arity(1, 1),
    "coalesce": Arity(1, None),
    "concat": Arity(0, None),
    "contains": Arity(2, 2),
    "count": Arity(1, 1),
    "count-non-empty": Arity(1, 1),
    "count-selected": Arity(1, 1),
    "date": Arity(1, 1),
    "date-time": Arity(1, 1),
    "decimal-date-time": Arity(1, 1),
    "decimal-time": Arity(1, 1),
    "ends-with": Arity(2, 2),
    "false": Arity(0, 0),
    "floor": Arity(1, 1),
    "format-date": Arity(2, 2),
    "format-date-time": Arity(2, 2),
    "if": Arity(3, 3),
    "indexed-repeat": Arity(3, 7),
    "int": Arity(1, 1),
    "join": Arity(1, None),
    "jr:choice-name": Arity(2, 2),
    "max": Arity(1, None),
    "min": Arity(1, None),
    "normalize-space": Arity(0, 1),
    "not": Arity(1, 1),
    "now": Arity(0, 0),
    "number": Arity(0, 1),
    "once": Arity(1, 1),
    "position": Arity(1, 1),
    "pow": Arity(2, 2),
    "property": Arity(1, 1),
    "pulldata": Arity(4, 4),
    "regex": Arity(2, 2),
    "round": Arity(1, 2),
    "selected": Arity(2, 2),
    "selected-at": Arity(2, 2),
    "sqrt": Arity(1, 1),
    "starts-with": Arity(2, 2),
    "string": Arity(0, 1),
    "string-length": Arity(0, 1),
    "substr": Arity(2, 3),
    "substring-after": Arity(2, 2),
    "substring-before": Arity(2, 2),
    "sum": Arity(1, None),
    "today": Arity(0, 0),
    "translate": Arity(3, 3),
    "true": Arity(0, 0),
}
SELF_WHEN_EMPTY = frozenset({"string", "number", "string-length", "normalize-space"})
"""Functions that take the question's own answer when called with nothing."""


def nearest(name: str, known: Mapping[str, object] | frozenset[str] | set[str]) -> Text | str:
    """A hint `` Did you mean x?`` with the nearest of *known*, empty where nothing is near."""
    close = difflib.get_close_matches(name, list(known), 1, 0.7)
    return _l(" Did you mean %(found)s?", found=close[0]) if close else ""
