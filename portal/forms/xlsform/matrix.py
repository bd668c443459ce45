"""A matrix whose rows are choices or records, in the words of XLSForm: a repeat with a count and indexed lookups."""

from __future__ import annotations

import re
from collections.abc import Collection

from portal.forms.definition.model import Row

MADE = "portal_made"
"""The column that marks rows which only other programs need; an import leaves them out."""

Line = dict[str, str]


def file_of(source: str) -> str:
    """The name, without ``.csv``, of the file in which other programs find the rows of *source*."""
    return "rows_" + re.sub(r"\W+", "_", source.partition(":")[2] or source)


def count(row: Row) -> str:
    """How many rows there are: as many as choices or records pass the filter."""
    return f"count({_items(row)})"


def lines(row: Row, taken: Collection[str]) -> list[Line]:
    """The rows that begin the repeat: which row it is, and the choice or record it is about, which nobody changes."""
    name = str(row["name"])
    number, about = (_free(f"{name}_{word}", taken) for word in ("number", "row"))
    source = str(row["rows_from"]["source"])
    chosen = source.removeprefix("choices:")
    kind = f"select_one {chosen}" if source.startswith("choices:") else f"select_one_from_file {file_of(source)}.csv"
    return [
        {"type": "calculate", "name": number, "calculation": "position(..)", MADE: "yes"},
        {
            "type": kind,
            "name": about,
            "calculation": f"{_items(row)}[position() = ${{{number}}}]/name",
            "appearance": "minimal",
            "read_only": "yes",
            MADE: "yes",
        },
    ]


def _items(row: Row) -> str:
    source = str(row["rows_from"]["source"])
    listed = source.removeprefix("choices:") if source.startswith("choices:") else file_of(source)
    where = str(row["rows_from"].get("filter") or "").strip()
    return f"instance('{listed}')/root/item" + (f"[{where}]" if where else "")


def _free(wish: str, taken: Collection[str]) -> str:
    name, number = wish, 2
    while name in taken:
        name, number = f"{wish}_{number}", number + 1
    return name
