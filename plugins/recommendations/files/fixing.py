"""The file that was sent, with what is wrong written into it, for the sender to correct and send again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.api import (
    LOCALES,
    ChildFailed,
    DataColumn,
    InputRefused,
    _,
    _l,
    current_locale,
    documents,
    force_locale,
    run_limited,
)

from .. import importers, writers
from ..importers import Parsed
from .shown import column_title, problem_text

SECONDS, MEGABYTES = 60, 1000
TITLE: Final = _l("Errors of the import")
"""The head of the column that is added; a reader passes it over when the file comes back."""

_COLUMNS: Final = (
    DataColumn("row", _l("Row"), "integer"),
    DataColumn("column", _l("Column")),
    DataColumn("message", _l("What is wrong")),
)


class CannotMark(Exception):
    """The errors cannot be written into the file; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Marked:
    """A file with its errors, and the ending of its kind."""

    data: bytes
    ending: str


def with_errors(data: bytes, file_name: str, parsed: Parsed, problems: Iterable[Mapping[str, Any]]) -> Marked:
    """*data* with *problems* (plain RowProblems), in the reader's language; raises CannotMark.

    A table gets a column with the errors of each row, a sheet also coloured cells with comments; of a Word document
    a list of the errors is made (XLSX).
    """
    found = list(problems)
    kind = {"thematic_list": "docx", "upr_info": "csv"}.get(parsed.format, "xlsx")
    if kind == "docx":
        return Marked(_listed(found), "xlsx")
    together = {row.row: row.source_rows for row in parsed.rows}
    marks = [
        [row, each["column"], column_title(each["column"]), problem_text(each)]
        for each in found
        for row in together.get(each["row"], (each["row"],))
    ]
    return Marked(marked(data, kind, marks), kind)


def marked(data: bytes, kind: str, marks: list[list[Any]]) -> bytes:
    """*data* with *marks* (row, column, its title, what is wrong) written into it; raises CannotMark."""
    titles = [str(TITLE), *_titles()]
    try:
        made: bytes = run_limited(writers.MARK, data, kind, marks, titles, seconds=SECONDS, megabytes=MEGABYTES)
    except InputRefused as refused:
        raise CannotMark(importers.message(refused.code, refused.where, _)) from None
    except ChildFailed as failed:
        raise CannotMark(importers.message(failed.code, {}, _)) from None
    return made


def _titles() -> list[str]:
    found = []
    for locale in LOCALES:
        with force_locale(locale):
            found.append(str(TITLE))
    return found


def _listed(problems: Iterable[Mapping[str, Any]]) -> bytes:
    rows = (
        {"row": each["row"], "column": column_title(each["column"]), "message": problem_text(each)} for each in problems
    )
    return b"".join(documents.export_rows(_COLUMNS, rows, "xlsx", current_locale()))
