"""Answers in which words stand: looked for in every answer, whether its question is marked for filters or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, column, false, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from portal.db import db
from portal.forms.definition import Compiled
from portal.forms.models import Submission
from portal.text import fold

MOST_WORDS = 6


def with_words(compiled: Compiled | None) -> Callable[[str], ColumnElement[bool]]:
    """Submissions in whose answers every word stands, as text or in the label of a choice; or with that receipt."""

    def where(text: str) -> ColumnElement[bool]:
        receipt = "".join(text.split()).upper()
        words = [_word(compiled, word) for word in text.split()[:MOST_WORDS]]
        return or_(Submission.receipt == receipt, and_(*words) if words else false())

    return where


def _word(compiled: Compiled | None, word: str) -> ColumnElement[bool]:
    """Answers that hold *word*, in the ways it may be written: databases do not fold Cyrillic alike."""
    ways = {word, word.lower(), word.upper(), word.capitalize()}
    wanted = fold(word)
    codes = {
        str(item["name"])
        for items in (compiled.lists.values() if compiled else ())
        for item in items
        if any(wanted in fold(str(each)) for each in _labels(item))
    }
    texts, text, is_text = _texts()
    said = [text.icontains(way, autoescape=True) for way in sorted(ways)]
    if codes:
        said.append(text.in_(sorted(codes)))
    return select(literal_column("1")).select_from(texts).where(is_text, or_(*said)).correlate(Submission).exists()


def _texts() -> tuple[Any, Any, ColumnElement[bool]]:
    """Every text in the answers of a submission, however deep: a table, its text, which of its rows are texts."""
    if db.engine.dialect.name == "postgresql":
        found: Any = func.jsonb_path_query(Submission.answers, literal_column("'$.**'")).table_valued(
            column("value", JSONB), name="said"
        )
        found = found.render_derived()
        return (
            found,
            found.c.value.op("#>>", return_type=Text())(literal_column("'{}'")),
            func.jsonb_typeof(found.c.value) == "string",
        )
    found = func.json_tree(Submission.answers).table_valued("atom", "type", name="said")
    return found, found.c.atom, found.c.type == "text"


def _labels(item: Mapping[str, Any]) -> list[Any]:
    label = item.get("label")
    return list(label.values()) if isinstance(label, Mapping) else [label or ""]
