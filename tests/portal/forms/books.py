"""Workbooks for tests, written from tables in plain text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import canonicalize

from xlsxwriter import Workbook

Sheets = Mapping[str, Sequence[Sequence[str]]]


def table(text: str) -> list[list[str]]:
    """``a | b`` lines as cells; blank lines are left out."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").split("\n") if line.strip()]


def workbook(sheets: Sheets) -> bytes:
    """An .xlsx with those sheets, all cells text."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell != "":
                    sheet.write_string(number, at, cell)
    book.close()
    return buffer.getvalue()


def xform(content: bytes) -> str:
    """What pyxform, the reference, makes of a workbook; attributes in one order, as XML does not order them."""
    from pyxform.xls2xform import convert

    return canonicalize(convert(xlsform=content, validate=False, pretty_print=True, form_name="data").xform)


def form(survey: str, choices: str = "", settings: str = "") -> dict[str, Any]:
    """Sheets of a small form."""
    sheets = {"survey": table(survey)}
    if choices:
        sheets["choices"] = table(choices)
    sheets["settings"] = table(settings or "form_title | form_id | version\nTest | test | 1")
    return sheets
