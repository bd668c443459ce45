"""Readers of the files of the field: OHCHR's thematic lists (DOCX), the exports of UHRI (XLSX) and UPR Info (CSV),
and the portal's own table (XLSX).

They know nothing of the database, the application or the portal, and run in a limited child process::

    parsed = Parsed.load(run_limited(READ, data, filename, session, country))
    checked = check_states(parsed.rows, find_state, nearest)

``InputRefused`` (raised here; the portal's class of the same name arrives) and ``RowProblem`` carry codes;
``message`` turns them into words.
"""

from __future__ import annotations

from typing import Any

from .archive import FILE_LIMIT, archive_kind, check_size, kind_of
from .messages import MESSAGES, message
from .own_table import NAMES, find_own_table, read_own_table
from .parsed import NOTED, SUPPORTED, TEXT_LIMIT, InputRefused, Parsed, ParsedRow, RowProblem, Variant, cycle_of_session
from .rated_table import RATED_NAMES, find_rated_table, read_rated_table
from .sheets import day_of, read_sheets
from .states import StateCheck, check_states
from .thematic import read_thematic_list
from .uhri import find_uhri, read_uhri
from .upr_info import decode, is_upr_info, number_of, read_upr_info
from .wording import goal_of

__all__ = [
    "FILE_LIMIT",
    "MESSAGES",
    "NAMES",
    "NOTED",
    "RATED_NAMES",
    "READ",
    "READ_RATED",
    "SUPPORTED",
    "TEXT_LIMIT",
    "InputRefused",
    "Parsed",
    "ParsedRow",
    "RowProblem",
    "StateCheck",
    "Variant",
    "check_states",
    "cycle_of_session",
    "day_of",
    "decode",
    "find_rated_table",
    "goal_of",
    "message",
    "number_of",
    "read",
    "read_in_child",
    "read_rated_table",
    "read_thematic_list",
    "read_upr_info",
    "sniff",
]

READ = f"{__name__}:read_in_child"
"""The target for the limited child process; arguments as of ``read``, result for ``Parsed.load``."""
READ_SHEETS = f"{__name__}.sheets:read_sheets"
"""Reads every sheet of a workbook, in a child process."""

READ_RATED = f"{__name__}:read_rated_table"
"""The same for a table of ratings."""


def sniff(data: bytes, filename: str = "") -> str:
    """``docx``, ``xlsx`` or ``csv``, by the content; the name only tells a text of another kind what it is.

    Raises InputRefused for everything else, by its own code.
    """
    check_size(data)
    if kind_of(data) == "zip":
        return archive_kind(data)
    ending = filename.rpartition(".")[2].lower()
    if ending in ("docx", "docm", "doc", "xlsx", "xlsm", "xls"):
        raise InputRefused("file_damaged")
    if ending not in ("csv", "txt", "tsv", "") and not is_upr_info(data):
        raise InputRefused("file_type", found=ending.upper())
    return "csv"


def read(
    data: bytes,
    filename: str = "",
    session: int | None = None,
    country: str | None = None,
    cycle: int | None = None,
) -> Parsed:
    """Read a file of a known kind; *session*, *country* and *cycle* choose one review of a file with several."""
    kind = sniff(data, filename)
    if kind == "docx":
        return read_thematic_list(data)
    if kind == "csv":
        return read_upr_info(data, session, country)
    sheets = read_sheets(data)
    if table := find_own_table(sheets):
        return read_own_table(table, session, country, cycle)
    if table := find_uhri(sheets):
        return read_uhri(table, session, country, cycle)
    first = next((row for _, rows in sheets for row in rows if any(row)), [])
    raise InputRefused("columns_unknown", found=[str(cell)[:60] for cell in first if cell != ""][:16])


def read_in_child(
    data: bytes,
    filename: str = "",
    session: int | None = None,
    country: str | None = None,
    cycle: int | None = None,
) -> dict[str, Any]:
    """``read`` with a result that travels between processes."""
    return read(data, filename, session, country, cycle).dump()
