"""The table of values (XLSX) as it is read in a limited child process: nothing of the application."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .parsed import InputRefused
from .sheets import Table, find_table, read_sheets, text_of
from .wording import squash

NAMES = ("period", "by", "category", "value", "note", "reason")
"""The columns that are read; each is known by its name in brackets at the end of its head."""
READ = f"{__name__}:read"
"""The target for the limited child process."""
LIMIT = 5_000
"""Values of one file."""

_NAME = re.compile(r"\[([a-z]{1,20})\]\s*$")


def name_of(header: str) -> str | None:
    """The column a head names at its end, or whose bare name it is."""
    found = _NAME.search(header)
    name = found[1] if found else squash(header)
    return name if name in NAMES else None


def find_values(sheets: Iterable[tuple[str, list[list[Any]]]]) -> Table | None:
    """The table of values in a workbook, or None."""
    return find_table(sheets, name_of, frozenset({"period", "value"}))


def read(data: bytes) -> list[Any]:
    """The rows as [number in the sheet, text by column]; raises InputRefused."""
    if not data.startswith(b"PK"):
        raise InputRefused("file_unknown")
    table = find_values(read_sheets(data))
    if table is None:
        raise InputRefused("values_columns")
    if len(table.rows) > LIMIT:
        raise InputRefused("too_many_rows", limit=LIMIT)
    return [[number, {name: text_of(value) for name, value in cells.items()}] for number, cells in table.rows]
