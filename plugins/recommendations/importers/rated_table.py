"""The table of ratings (XLSX) that somebody has filled in: its rows as texts by the name of the column.

The head of each column ends with its name in brackets, as in the table of recommendations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .archive import archive_kind, check_size, kind_of
from .parsed import InputRefused
from .sheets import Table, day_of, find_table, read_sheets, text_of
from .wording import normal

RATED_NAMES = (
    "recommendation",
    "draft",
    "rating",
    "rated_on",
    "reasons_mn",
    "reasons_en",
    "next_mn",
    "next_en",
    "methods",
    "evidence_kind",
    "evidence",
    "evidence_url",
)
"""The columns that are read; ``recommendation`` is the record's number, ``draft`` what was there when it was made."""

_NAME = re.compile(r"\[([a-z_]{1,30})\]\s*$")


def rated_name(header: str) -> str | None:
    """The column that a head names at its end."""
    found = _NAME.search(header)
    return found[1] if found and found[1] in RATED_NAMES else None


def find_rated_table(sheets: Iterable[tuple[str, list[list[Any]]]]) -> Table | None:
    """The table of ratings in a workbook, or None."""
    return find_table(sheets, rated_name, frozenset({"recommendation", "rating"}))


def read_rated_table(data: bytes) -> dict[str, Any]:
    """``columns`` and ``rows`` as [number in the sheet, text by column]; raises InputRefused."""
    check_size(data)
    if kind_of(data) != "zip" or archive_kind(data) != "xlsx":
        raise InputRefused("file_type", found="")
    table = find_rated_table(read_sheets(data))
    if table is None:
        raise InputRefused("columns_unknown", found=[])
    rows = []
    for number, values in table.rows:
        texts = {}
        for name, value in values.items():
            day = day_of(value) if name == "rated_on" else None
            try:
                texts[name] = day or normal(text_of(value))
            except UnicodeError:
                texts[name] = ""
                texts["_characters"] = name
        rows.append([number, texts])
    return {"columns": list(table.columns), "rows": rows}
