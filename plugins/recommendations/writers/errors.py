"""A file with the errors of its rows written into it, so that it can be corrected and sent again."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..importers.indicator_table import find_values
from ..importers.own_table import find_own_table
from ..importers.parsed import InputRefused
from ..importers.rated_table import find_rated_table
from ..importers.sheets import Table, read_sheets
from ..importers.uhri import find_uhri
from ..importers.upr_info import decode, separator_of

AUTHOR = "portal"
Problem = tuple[str, str, str]
"""Header of the column, its title for the reader, what is wrong."""

_COLOUR = "FFFFC7CE"
_LONGEST = 32_000


def mark(data: bytes, kind: str, problems: Sequence[Sequence[Any]], titles: Sequence[str]) -> bytes:
    """*data* (``xlsx`` or ``csv``) with a last column that says what is wrong with each row.

    *problems* are (row, header of the column, its title, text). The first of *titles* heads the new column; a column
    with any of them is the one of an earlier time and is used again. In a sheet the cells at fault are coloured and
    have a comment.
    """
    rows: dict[int, list[Problem]] = defaultdict(list)
    for row, column, title, text in problems:
        rows[int(row)].append((str(column), str(title), str(text)))
    return _sheet(data, rows, titles) if kind == "xlsx" else _text(data, rows, titles)


def _said(found: list[Problem]) -> str:
    return "\n".join(f"{title}: {text}" if title else text for _column, title, text in found)[:_LONGEST]


def _text(data: bytes, rows: dict[int, list[Problem]], titles: Sequence[str]) -> bytes:
    text = decode(data).lstrip("\n")
    separator = separator_of(text)
    table = list(csv.reader(io.StringIO(text), delimiter=separator))
    head = table[0]
    place = next((number for number, name in enumerate(head) if name.strip() in titles), len(head))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    for number, cells in enumerate(table, 1):
        if not any(cells) and number not in rows:
            writer.writerow(cells)
            continue
        said = titles[0] if number == 1 else _said(rows.get(number, []))
        writer.writerow(
            [*cells, *[""] * (place - len(cells)), said] if len(cells) <= place else _put(cells, place, said)
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _put(cells: list[str], place: int, said: str) -> list[str]:
    return [*cells[:place], said, *cells[place + 1 :]]


def _sheet(data: bytes, rows: dict[int, list[Problem]], titles: Sequence[str]) -> bytes:
    import openpyxl
    from openpyxl.cell.cell import Cell
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    sheets = read_sheets(data)
    table: Table | None = find_own_table(sheets) or find_rated_table(sheets) or find_uhri(sheets) or find_values(sheets)
    if table is None:
        raise InputRefused("columns_unknown", found=[])
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[table.sheet]
    fault = PatternFill("solid", start_color=_COLOUR, end_color=_COLOUR)
    head = [sheet.cell(table.header_row, column).value for column in range(1, sheet.max_column + 1)]
    place = next((number for number, name in enumerate(head, 1) if str(name).strip() in titles), len(head) + 1)
    _forget(sheet, table.header_row, place)
    title = sheet.cell(table.header_row, place, titles[0])
    title.font = Font(bold=True)
    sheet.column_dimensions[title.column_letter].width = 60
    columns = {table.headers[name]: column + 1 for name, column in table.columns.items()}
    columns |= {name: column + 1 for name, column in table.columns.items()}
    for row, found in rows.items():
        last = sheet.cell(row, place, _said(found))
        last.alignment = Alignment(wrap_text=True, vertical="top")
        last.fill = fault
        by_cell: dict[int, list[str]] = defaultdict(list)
        for name, _title, text in found:
            if name in columns:
                by_cell[columns[name]].append(text)
        for column, texts in by_cell.items():
            cell = sheet.cell(row, column)
            if isinstance(cell, Cell):
                cell.fill = fault
                cell.comment = Comment("\n".join(texts)[:_LONGEST], AUTHOR, height=120, width=320)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _forget(sheet: Any, header: int, place: int) -> None:
    """Take away what an earlier time has marked."""
    from openpyxl.styles import PatternFill

    for cells in sheet.iter_rows(min_row=header + 1):
        for cell in cells:
            if cell.column == place:
                cell.value = None
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()
            elif cell.column == place:
                cell.fill = PatternFill()
