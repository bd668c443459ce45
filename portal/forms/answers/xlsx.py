"""A workbook of answers, its XML written directly: rows go out as they are read, in constant memory.

Every text is an inline string, which no program takes for a formula; one that looks like a formula is marked so that
it stays a text when somebody edits it.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, BinaryIO
from unicodedata import is_normalized

from portal.documents.cleaning import clean, is_formula
from portal.forms.answers.columns import Dress
from portal.forms.answers.exporting import code_book, heads, lines, sheet_names
from portal.forms.answers.tables import MAIN, Answers
from portal.forms.xlsform.workbook import letter
from portal.i18n import _

MOST_ROWS = 1_048_576
"""Rows of a sheet; what is more stands on a second one."""
LONGEST = 32_767
_EXACT = 10**15
_AT_ONCE = 10_000
"""Pieces of rows that are written together."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCS = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BOLD, _ITALIC, _MOMENT, _DAY, _QUOTED, _WRAPPED, _BOTH = range(1, 8)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font><font><i/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE4E8EC"/></patternFill></fill></fills>'
    "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
    '<cellStyleXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="8">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyAlignment="1">'
    '<alignment wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def text_cell(text: str, style: int = 0) -> str:
    """What stands after the address of a cell that holds *text*."""
    if (
        not style
        and text.isprintable()
        and text[:1].isalnum()
        and text[-1] != " "
        and len(text) <= LONGEST
        and (text.isascii() or is_normalized("NFC", text))
    ):  # nearly all: nothing to clean, to quote or to keep blanks of
        if "&" in text or "<" in text or ">" in text:
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f'" t="inlineStr"><is><t>{text}</t></is></c>'
    if not (text.isprintable() and text[:1].isalnum() and (text.isascii() or is_normalized("NFC", text))):
        text = clean(text)
        quoted, wrapped = is_formula(text), "\n" in text
        style = style or (_BOTH if quoted and wrapped else _QUOTED if quoted else _WRAPPED if wrapped else 0)
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text or "\t" in text else ""
    look = f' s="{style}"' if style else ""
    return f'"{look} t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _moment(moment: datetime) -> str:
    days = (moment.replace(tzinfo=None, microsecond=0) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - the day from which Excel counts
    return f'" s="{_MOMENT}"><v>{days:.10f}</v></c>'


def _day(day: date) -> str:
    return f'" s="{_DAY}"><v>{(day - date(1899, 12, 30)).days}</v></c>'


DRESS = Dress(text_cell, _moment, _day)


class _Sheet:
    """The rows of one table, on as many sheets as they need."""

    def __init__(self, name: str, head: list[list[str]], out: Any, part: int = 1) -> None:
        self.name, self.head, self.out, self.part = name, head, out, part
        self.line = 0
        self.waiting: list[str] = []
        self.letters = [f'<c r="{letter(place)}' for place in range(max(map(len, head)))]
        frozen = len(head)
        pane = (
            f'<pane xSplit="1" ySplit="{frozen}" topLeftCell="B{frozen + 1}" activePane="bottomRight" state="frozen"/>'
        )
        columns = f'<cols><col min="1" max="{len(self.letters)}" width="18" customWidth="1"/></cols>'
        out.write(
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView>'
            f"</sheetViews>{columns}<sheetData>".encode()
        )
        for number, line in enumerate(head):
            self.write([text_cell(text, _ITALIC if number else _BOLD) if text else None for text in line])

    @property
    def full(self) -> bool:
        """Whether no further row has room."""
        return self.line >= MOST_ROWS

    def write(self, cells: Sequence[Any]) -> None:
        """A row: dressed texts, numbers, None."""
        self.line += 1
        line = str(self.line)
        found = self.waiting
        found.append(f'<row r="{line}">')
        for address, cell in zip(self.letters, cells, strict=False):
            if cell is None:
                continue
            if type(cell) is str:
                found.append(address + line + cell)
            elif -_EXACT < cell < _EXACT:
                found.append(f'{address}{line}"><v>{cell}</v></c>')
            else:
                found.append(address + line + text_cell(str(cell)))
        found.append("</row>")
        if len(found) > _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write the rows that wait: one row at a time costs more than its cells."""
        self.out.write("".join(self.waiting).encode())
        self.waiting.clear()

    def end(self) -> None:
        """Close the sheet."""
        self.flush()
        self.out.write(b"</sheetData></worksheet>")


def write(answers: Answers, out: BinaryIO, locale: str) -> None:
    """A sheet for each table and the code book. The first table goes into the file as it is read, the others after."""
    tables = list(answers.tables.values())
    names = sheet_names(tables, [_("Code book")])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        book = _Book(archive)
        main = book.open(names[0])
        sheets = {MAIN: _Sheet(names[0], heads(answers, tables[0], locale), main)}
        later: list[tuple[str, Any]] = []
        for name, table in zip(names[1:], tables[1:], strict=False):
            spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
            later.append((name, spool))
            sheets[table.key] = _Sheet(name, heads(answers, table, locale), spool)
        try:
            for key, cells in lines(answers, DRESS, locale):
                sheet = sheets[key]
                if sheet.full:
                    sheet.end()
                    sheets[key] = sheet = _next(book, sheet, key, later)
                sheet.write(cells)
            for sheet in sheets.values():
                sheet.end()
            sheets[MAIN].out.close()
            for name, spool in later:
                spool.seek(0)
                with book.open(name) as member:
                    while piece := spool.read(1 << 16):
                        member.write(piece)
        finally:
            for _name, spool in later:
                spool.close()
        head, *rows = code_book(answers)
        with book.open(names[-1]) as member:
            last = _Sheet(names[-1], [head], member)
            for row in rows:
                last.write([text_cell(text) if text else None for text in row])
            last.end()
        book.finish()


def _next(book: _Book, sheet: _Sheet, key: str, later: list[tuple[str, Any]]) -> _Sheet:
    """A further sheet for a table that is full."""
    part = sheet.part + 1
    name = f"{sheet.name[:24]} ({part})"
    if key == MAIN:
        sheet.out.close()
        return _Sheet(sheet.name, sheet.head, book.open(name), part)
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by write()
    later.append((name, spool))
    return _Sheet(sheet.name, sheet.head, spool, part)


class _Book:
    """The parts of a workbook around its sheets."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names: list[str] = []

    def open(self, name: str) -> Any:
        """The next sheet, to be written."""
        self.names.append(name)
        return self.archive.open(f"xl/worksheets/sheet{len(self.names)}.xml", "w", force_zip64=True)

    def finish(self) -> None:
        """Write what names the sheets."""
        numbers = range(1, len(self.names) + 1)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
        )
        self.archive.writestr(
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{parts}</Types>',
        )
        self.archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
        self.archive.writestr("xl/_rels/workbook.xml.rels", _relations(*targets, ("styles", "styles.xml")))
        sheets = "".join(
            f'<sheet name="{_attribute(name)}" sheetId="{n}" r:id="rId{n}"/>'
            for n, name in zip(numbers, self.names, strict=True)
        )
        self.archive.writestr(
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCS}/relationships"><sheets>{sheets}</sheets></workbook>',
        )
        self.archive.writestr("xl/styles.xml", _STYLES)


def _relations(*found: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCS}/relationships/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(found, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
