"""Workbooks for tests, written from tables in plain text."""

from __future__ import annotations

import csv
import io
import struct
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


def xls(sheets: Sheets) -> bytes:
    """The same as an old .xls: the records of BIFF8 (MS-XLS) as the one stream of a compound file (MS-CFB)."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def sheet(rows: Sequence[Sequence[str]]) -> bytes:
        cells = [
            record(0x0204, struct.pack("<HHHHB", number, at, 0, len(cell), 1) + cell.encode("utf-16-le"))
            for number, row in enumerate(rows)
            for at, cell in enumerate(row)
            if cell
        ]
        return bof(0x10) + b"".join(cells) + record(0x0A, b"")

    def bof(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 1997, 0, 6))

    bodies = [sheet(rows) for rows in sheets.values()]
    at = len(bof(5)) + sum(4 + 8 + 2 * len(name) for name in sheets) + 4
    bounds = b""
    for name, body in zip(sheets, bodies, strict=True):
        bounds += record(0x85, struct.pack("<IHBB", at, 0, len(name), 1) + name.encode("utf-16-le"))
        at += len(body)
    stream = bof(5) + bounds + record(0x0A, b"") + b"".join(bodies)
    return _compound("Workbook", stream.ljust(4096, b"\0"))


def _compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream of 4 to 60 kB: header, table of sectors, directory, the stream."""
    none, end, sectors = 0xFFFFFFFF, 0xFFFFFFFE, -(-len(stream) // 512)
    assert 4096 <= len(stream) <= 60_000
    head = struct.pack("<QQQHHHHH6xIIIIIIIIII", 0xE11AB1A1E011CFD0, 0, 0, 0x3E, 3, 0xFFFE, 9, 6, *(0, 1, 1, 0, 4096),
                       *(end, 0, end, 0, 0))  # fmt: skip
    chain = [0xFFFFFFFD, end, *range(3, 2 + sectors), end]
    table = struct.pack("<128I", *chain, *[none] * (128 - len(chain)))

    def entry(text: str, kind: int, child: int, first: int, size: int) -> bytes:
        raw = text.encode("utf-16-le") + b"\0\0"
        return raw.ljust(64, b"\0") + struct.pack("<HBBIII36xIQ", len(raw), kind, 1, none, none, child, first, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, none, 2, len(stream))
    return head.ljust(512, b"\xff") + table + folder.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def csv_form(sheets: Sheets) -> bytes:
    """The same as the CSV of XLSForm: the name of a sheet in the first column, its lines below."""
    out = io.StringIO()
    writer = csv.writer(out)
    for name, rows in sheets.items():
        writer.writerow([name])
        writer.writerows(["", *row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
