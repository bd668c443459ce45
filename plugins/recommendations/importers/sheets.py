"""The sheets of a workbook as rows of values, read with a library and within limits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from .archive import open_workbook
from .parsed import InputRefused
from .wording import squash

ROW_LIMIT = 50_000
"""Rows of a sheet; a country has some hundred recommendations in a cycle."""
COLUMN_LIMIT = 200

_CELL = re.compile(rb'\br="([A-Z]{1,5})([0-9]{1,9})"')
_HEADER_ROWS = 10
"""Rows among which the one with the names of the columns is looked for."""
_DAY_ZERO = date(1899, 12, 30)
"""Day 0 of Excel's serial numbers, counted so that those after February 1900 are right."""
_LAST_SERIAL = 73_050
"""The last day of 2099."""
_DATE_FORMS = ("%Y-%m-%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Table:
    """A sheet with the names of its columns; ``rows`` are (number in the sheet, value by name), blank ones left out.

    ``headers`` are the names as written and ``columns`` their places from 0, by the name they stand for.
    """

    sheet: str
    header_row: int
    headers: dict[str, str]
    columns: dict[str, int]
    rows: list[tuple[int, dict[str, Any]]]


def read_sheets(data: bytes) -> list[tuple[str, list[list[Any]]]]:
    """Every sheet as (name, rows of values); raises InputRefused."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    with open_workbook(data) as book:
        for name in book.names(r"xl/worksheets/[^/]*\.xml"):
            _check_extent(book.raw(name))
    try:
        found = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [(name, found.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in found.sheet_names]
    except PasswordError:
        raise InputRefused("file_encrypted") from None
    except (CalamineError, ValueError, OSError):
        raise InputRefused("file_damaged") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the library's Rust raises on a file it did not expect
            raise
        raise InputRefused("file_damaged") from None


def _check_extent(sheet: bytes) -> None:
    """Refuse a sheet whose cells reach so far that reading it as a table would fill the memory."""
    for found in _CELL.finditer(sheet):
        row, column = int(found[2]), _column(found[1])
        if row > ROW_LIMIT + _HEADER_ROWS:
            raise InputRefused("too_many_rows", limit=ROW_LIMIT)
        if column > COLUMN_LIMIT:
            raise InputRefused("sheet_extent", cell=found[0].decode()[3:-1])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def find_table(
    sheets: Iterable[tuple[str, list[list[Any]]]], name_of: Callable[[str], str | None], required: frozenset[str]
) -> Table | None:
    """The first table of which a row among the first ten has all *required* columns.

    *name_of* gives the name a header stands for, None for columns that are not read.
    """
    for sheet, rows in sheets:
        for place, cells in enumerate(rows[:_HEADER_ROWS]):
            headers: dict[str, str] = {}
            columns: dict[str, int] = {}
            for column, cell in enumerate(cells):
                name = name_of(cell) if isinstance(cell, str) else None
                if name is not None and name not in columns:
                    columns[name], headers[name] = column, squash(cell)
            if required <= columns.keys():
                return Table(sheet, place + 1, headers, columns, _rows(rows, place, columns))
    return None


def _rows(rows: list[list[Any]], header: int, columns: dict[str, int]) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    for number, cells in enumerate(rows[header + 1 :], header + 2):
        values = {name: cells[column] for name, column in columns.items() if column < len(cells)}
        if any(text_of(value) for value in values.values()):
            found.append((number, values))
    return found


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without a point, days as ISO, line ends as line feeds, no blanks around."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n").strip()


def day_of(value: Any) -> str | None:
    """A cell as a day (ISO), "" for none: a date, one of Excel's serial numbers, or a text; None where it is no day."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = text_of(value)
    if text in ("", "-"):
        return ""
    if re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]+)?", text, re.ASCII) and 1 <= float(text) <= _LAST_SERIAL:
        return (_DAY_ZERO + timedelta(days=int(float(text)))).isoformat()
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text[:40], form).date().isoformat()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
