"""CSV of a document's tables: UTF-8 with BOM for Excel, RFC 4180, nothing a spreadsheet could run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from portal.documents.cleaning import neutralise
from portal.documents.layout import LaidCell, LaidTable, Layout

BOM = "\ufeff"


def write_tables(layout: Layout) -> bytes:
    """Every table of *layout*; where there are several, each under its title and apart by an empty line.

    Numbers and dates are written for machines (1234.5, 2026-11-23), texts as they stand, made harmless.
    """
    out = io.StringIO(BOM)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    tables = layout.tables()
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if len(tables) > 1 and table.caption:
            writer.writerow([neutralise(f"{table.label}. {table.caption}")])
        _table(writer, table)
    return out.getvalue().encode()


def _table(writer: Any, table: LaidTable) -> None:
    writer.writerow([neutralise(column.title) for column in table.columns])
    writer.writerows(_row(row) for row in (*table.head, *table.body))


def _row(row: Sequence[LaidCell]) -> list[str]:
    return [_value(cell) for cell in row]


def _value(cell: LaidCell) -> str:
    match cell.value:
        case None | str():
            return neutralise(cell.text)
        case datetime():
            return cell.value.isoformat(" ")
        case date():
            return cell.value.isoformat()
    return str(cell.value)
