"""Choices that follow the answer to another question by a column of their list: ``aimag = ${aimag}``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from portal.forms.definition.model import Definition, Problem, Row, choice_list
from portal.forms.expressions import NAME
from portal.forms.messages import _l

_FITS = re.compile(rf"\s*({NAME})\s*=\s*\$\{{\s*({NAME})\s*\}}\s*")
_NAMED = 5


def fits(choice_filter: Any) -> tuple[str, str] | None:
    """Column and question of ``aimag = ${aimag}``; None for any other condition."""
    found = _FITS.fullmatch(choice_filter) if isinstance(choice_filter, str) else None
    return (found[1], found[2]) if found else None


def lost(definition: Definition, rows: list[tuple[Row, tuple[Row, ...]]]) -> Iterator[Problem]:
    """Choices that belong to no answer of the question above, so that nobody is ever offered them."""
    by_name = {row.get("name"): row for row, _parents in rows}
    for row, _parents in rows:
        known = fits(row.get("choice_filter"))
        above = by_name.get(known[1]) if known else None
        answers = {str(each["name"]) for each in choice_list(definition, above.get("list"))} if above else set()
        if known is None or not answers:
            continue
        own = choice_list(definition, row.get("list"))
        found = [str(each["name"]) for each in own if str(each.get(known[0], "")) not in answers]
        if found:
            yield Problem(
                "choices_never_offered",
                _l(
                    "Choices that belong to no answer to %(question)s are never offered: %(choices)s.",
                    question=known[1],
                    choices=", ".join(found[:_NAMED]) + (", …" if len(found) > _NAMED else ""),
                ),
                row["id"],
                "choice_filter",
                level="warning",
                repair=_l("Say of each choice which answer it belongs to."),
            )
