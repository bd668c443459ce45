"""Cells and tables in one language: what a reader sees and what a spreadsheet calculates with."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from portal import clock
from portal.documents.layout import Align, LaidCell, LaidColumn, LaidTable, Typed
from portal.documents.model import Cell, CellKind, CellLike, Column, Table
from portal.documents.palette import TONES
from portal.documents.text import Piece, Run, pieces, resolve
from portal.i18n import LazyString, format_date, format_datetime, format_money, format_number, format_percent
from portal.i18n import gettext as _
from portal.text import Content

_NUMBERS: frozenset[CellKind] = frozenset({"integer", "number", "percent", "money"})
_BREAKS = re.compile(r"[\s/–-]")
_LETTERS = {False: 86, True: 134}
"""Letters that a row of a table has room for, upright and across the page; a table of many columns is set smaller."""
MANY = 5
"""A table of more columns is set in smaller letters."""
_SMALLER = 9.5 / 8.5
_PADDING = 2.5
_LONGEST_WORD = 20
_WHOLE = _NUMBERS | {"date"}
_SIDES: dict[CellKind, Align] = dict.fromkeys(_NUMBERS, "end")


def _cell(value: CellLike) -> Cell:
    if isinstance(value, Cell):
        return value
    if isinstance(value, Run):
        return Cell(runs=(value,))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return Cell(runs=value)
    return Cell(value)


def _kind(cell: Cell) -> CellKind:
    if cell.kind:
        return cell.kind
    match cell.value:
        case bool():
            return "text"
        case int():
            return "integer"
        case float() | Decimal():
            return "number"
        case datetime():
            return "datetime"
        case date():
            return "date"
    return "rating" if cell.tone else "text"


def show_value(value: Any, kind: CellKind, language: str) -> str:
    """*value* as a reader of *language* sees it; empty for None. Texts are cleaned."""
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case int() | float() | Decimal():
            if kind == "percent":
                return format_percent(value, language)
            return format_money(value, language) if kind == "money" else format_number(value, language)
        case datetime():
            return format_datetime(value, locale=language) if kind != "date" else format_date(value, locale=language)
        case date():
            return format_date(value, locale=language)
    return resolve(value, language)[0]


def _typed(value: Any, shown: str) -> Typed:
    """*value* for a spreadsheet, which knows neither decimals nor time zones."""
    match value:
        case None | bool() | str() | Content() | LazyString():
            return shown or None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime():
            return value.astimezone(clock.zone()).replace(tzinfo=None, microsecond=0)
        case int() | float() | date():
            return value
    return shown


def _finite(value: Any) -> Any:
    return None if isinstance(value, float | Decimal) and not math.isfinite(value) else value


def lay_cell(given: CellLike, side: Align | Literal[""], language: str, notes: list[str]) -> LaidCell:
    """A cell of a column whose side is *side* (``""``: numbers at the end, texts at the start)."""
    cell = _cell(given)
    kind = _kind(cell)
    given_value = _finite(cell.value)
    shown = show_value(given_value, kind, language)
    if cell.runs:
        parts = pieces(cell.runs, language, notes)
        shown = shown or "".join(part.text for part in parts)
    elif isinstance(cell.value, Content):
        parts = pieces(cell.value, language, notes)
    else:
        parts = (Piece(shown),) if shown else ()
    align = side or _SIDES.get(kind, "start")
    value = _typed(given_value, shown)
    sign = TONES[cell.tone].sign if cell.tone and shown else ""
    return LaidCell(parts, value, kind, align, cell.tone, sign, cell.bold)


def lay_table(
    table: Table, language: str, notes: list[str], label: str = "", caption: str = "", wide: bool = False
) -> LaidTable:
    """*table* in *language*, *wide* where it stands across the page.

    Texts of its endnotes are appended to *notes*. A column gets more than its share where its longest word asks for it.
    """
    columns = [each if isinstance(each, Column) else Column(each) for each in table.columns]
    given = list(table.widths) or [each.width for each in columns]
    known = [width for width in given if width > 0]
    usual = sum(known) / len(known) if known else 1.0
    widths = [width if width > 0 else usual for width in given]
    rows = tuple(
        tuple(lay_cell(cell, column.align, language, notes) for cell, column in zip(row, columns, strict=True))
        for row in table.rows
    )
    extra = max(table.header_rows - 1, 0)
    titles = [resolve(column.title, language)[0] for column in columns]
    letters = _LETTERS[wide] * (_SMALLER if len(columns) > MANY else 1)
    needs = []
    for place, title in enumerate(titles):
        bold = table.row_headers and not place
        needs.append(max(_longest(title, True), *(_room(row[place], bold) for row in rows), 0) + _PADDING)
    shares = _shares(widths, [need / letters for need in needs])
    laid = tuple(
        LaidColumn(title, share, _side(column, rows[extra:], place))
        for place, (title, column, share) in enumerate(zip(titles, columns, shares, strict=True))
    )
    name = resolve(table.name, language)[0].strip() or caption
    tight = sum(needs) >= letters
    return LaidTable(label, caption, name, laid, rows[:extra], rows[extra:], table.row_headers, table.counted, tight)


def _longest(text: str, bold: bool) -> float:
    """The room of the longest word of *text* in letters; one that is longer than words are may be broken."""
    longest = max((len(word) for word in _BREAKS.split(text) if len(word) <= _LONGEST_WORD), default=0)
    return longest * (1.1 if bold else 1)


def _room(cell: LaidCell, bold: bool) -> float:
    """The room of the longest word of a cell, of the whole of a number or a date; a sign stays with its first word."""
    if cell.kind in _WHOLE:
        return len(cell.text)
    return _longest(cell.text, bold or cell.bold or bool(cell.tone)) + (2 if cell.sign else 0)


def _shares(wanted: Sequence[float], needs: Sequence[float]) -> list[float]:
    """*wanted* as parts of the whole, none below its need: those that have more give way in proportion."""
    if sum(needs) >= 1:
        return [need / sum(needs) for need in needs]
    held: set[int] = set()
    while True:
        free = 1 - sum(needs[place] for place in held)
        whole = sum(width for place, width in enumerate(wanted) if place not in held)
        shares = [needs[place] if place in held else width / whole * free for place, width in enumerate(wanted)]
        short = {place for place, share in enumerate(shares) if share < needs[place]} - held
        if not short:
            return shares
        held |= short


def _side(column: Column, rows: Sequence[Sequence[LaidCell]], place: int) -> Align:
    """The title stands where the cells below it stand."""
    if column.align:
        return column.align
    return rows[0][place].align if rows else "start"
