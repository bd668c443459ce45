"""Readers of the files of the field: OHCHR's thematic lists (DOCX) and UPR Info's export (CSV).

They know nothing of the database, the application or the portal, and run in a limited child process::

    parsed = Parsed.load(run_limited(READ, data, filename, session, country))
    checked = check_states(parsed.rows, find_state, nearest)

``InputRefused`` (raised here; the portal's class of the same name arrives) and ``RowProblem`` carry codes;
``message`` turns them into words.
"""

from __future__ import annotations

from typing import Any

from .archive import FILE_LIMIT, check_size, kind_of, open_word
from .messages import MESSAGES, message
from .parsed import (
    NOTED,
    SUPPORTED,
    TEXT_LIMIT,
    InputRefused,
    Parsed,
    ParsedRow,
    RowProblem,
    Variant,
    cycle_of_session,
)
from .states import StateCheck, check_states
from .thematic import read_thematic_list
from .upr_info import decode, is_upr_info, number_of, read_upr_info

__all__ = [
    "FILE_LIMIT",
    "MESSAGES",
    "NOTED",
    "READ",
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
    "decode",
    "message",
    "number_of",
    "read",
    "read_in_child",
    "read_thematic_list",
    "read_upr_info",
    "sniff",
]

READ = f"{__name__}:read_in_child"
"""The target for the limited child process; arguments as of ``read``, result for ``Parsed.load``."""


def sniff(data: bytes, filename: str = "") -> str:
    """``thematic_list`` or ``upr_info``, by the content; the name only tells a text of another kind what it is.

    Raises InputRefused for everything else, by its own code.
    """
    check_size(data)
    if kind_of(data) == "zip":
        with open_word(data):
            return "thematic_list"
    ending = filename.rpartition(".")[2].lower()
    if ending in ("docx", "docm", "doc"):
        raise InputRefused("file_damaged")
    if ending not in ("csv", "txt", "tsv", "") and not is_upr_info(data):
        raise InputRefused("file_type", found=ending.upper())
    return "upr_info"


def read(data: bytes, filename: str = "", session: int | None = None, country: str | None = None) -> Parsed:
    """Read a file of a known kind; *session* and *country* choose one review of a file with several (CSV only)."""
    if sniff(data, filename) == "thematic_list":
        return read_thematic_list(data)
    return read_upr_info(data, session, country)


def read_in_child(
    data: bytes, filename: str = "", session: int | None = None, country: str | None = None
) -> dict[str, Any]:
    """``read`` with a result that travels between processes."""
    return read(data, filename, session, country).dump()
