"""From the bytes of a file to sheets of text cells, with the checks that come before any parsing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePath

from portal.forms.messages import Text, _l
from portal.text import UnreadableText, nfc

BIGGEST_FILE = 20_000_000
BIGGEST_UNPACKED = 100_000_000
MOST_MEMBERS = 2_000
MOST_ROWS = 60_000
MOST_COLUMNS = 300
_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)(\d+)"')


class Unreadable(Exception):
    """A file that cannot be read at all: a code and what to do."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Sheet:
    """A sheet: its name as written, its headings by column, its rows with their numbers in the file (from 1)."""

    name: str
    headings: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def cells(self) -> list[list[str]]:
        """Headings and rows as they stood."""
        return [self.headings, *(row for _number, row in self.rows)]


def read_sheets(content: bytes, filename: str, columns: int = MOST_COLUMNS) -> list[Sheet]:
    """The sheets of an .xlsx, .xls, .ods or .csv file, each at most *columns* wide; raises Unreadable."""
    if len(content) > BIGGEST_FILE:
        raise Unreadable("too_big", _l("The file is larger than %(limit)s MB.", limit=BIGGEST_FILE // 1_000_000))
    ending = PurePath(filename).suffix.lower()
    if ending == ".csv":
        return _from_csv(content)
    if content[:4] == b"PK\x03\x04":
        _check_zip(content, columns)
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if ending not in (".xls", ""):
            raise Unreadable("encrypted", _l("The file is protected by a password. Save it without one."))
    else:
        raise Unreadable("not_a_workbook", _l("This is not a spreadsheet. Choose an .xlsx, .xls, .ods or .csv file."))
    return _from_workbook(content, columns)


def _check_zip(content: bytes, columns: int) -> None:
    """Refuse what would fill the memory, and files with macros."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > BIGGEST_UNPACKED:
            raise Unreadable("too_big", _l("The file unpacks to more than a form can be."))
        if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
            raise Unreadable("macros", _l("The file contains macros. Save it as .xlsx without them."))
        for member in members:
            if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                _check_extent(archive.read(member), columns)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise Unreadable("damaged", _l("The file is damaged and cannot be opened.")) from None


def _check_extent(sheet: bytes, columns: int) -> None:
    """Refuse a sheet whose cells reach so far that reading it as a table would fill the memory."""
    for found in _CELL.finditer(sheet):
        if int(found[2]) > MOST_ROWS or len(found[1]) > 3 or _number(found[1]) > columns:
            raise Unreadable(
                "too_big",
                _l(
                    "A sheet reaches to cell %(cell)s; at most %(rows)s rows and %(columns)s columns are read. "
                    "Delete what is empty beyond the form.",
                    cell=(found[1] + found[2]).decode(),
                    rows=MOST_ROWS,
                    columns=columns,
                ),
            )


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def letter(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _from_workbook(content: bytes, columns: int) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for name in book.sheet_names:
            found = book.get_sheet_by_name(name)
            if found.total_height > MOST_ROWS + 1 or found.total_width > columns:
                raise Unreadable("too_big", _l("The sheet %(name)s is too large for a form.", name=name))
            rows = found.to_python(skip_empty_area=False)
            sheets.append(table(name, [[_text(cell) for cell in row] for row in rows]))
        return sheets
    except PasswordError:
        raise Unreadable("encrypted", _l("The file is protected by a password. Save it without one.")) from None
    except (CalamineError, ValueError, OSError):
        raise Unreadable("damaged", _l("The file is damaged and cannot be opened.")) from None


def _text(value: object) -> str:
    """A cell as XLSForm tools read it: whole numbers without a point, no blanks around, hard blanks plain."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    try:
        return nfc(str(value).replace("\u00a0", " ").replace("\r\n", "\n").replace("\r", "\n")).strip()
    except UnreadableText:
        raise Unreadable("unreadable", _l("The file contains characters that cannot be stored.")) from None


def table(name: str, rows: list[list[str]]) -> Sheet:
    """A sheet from its cells: the first line that is not empty holds the headings."""
    sheet = Sheet(name.strip())
    for number, row in enumerate(rows, 1):
        if not any(row):
            continue
        if not sheet.headings:
            sheet.headings = row
        else:
            sheet.rows.append((number, row))
    return sheet


def _from_csv(content: bytes) -> list[Sheet]:
    """The CSV form of XLSForm: a line with the sheet's name in the first column, its lines below with that empty."""
    sheets: list[Sheet] = []
    for number, cells in enumerate(csv_lines(content), 1):
        if cells and cells[0]:
            sheets.append(Sheet(cells[0]))
        if sheets and any(cells[1:]):
            if not sheets[-1].headings:
                sheets[-1].headings = cells[1:]
            else:
                sheets[-1].rows.append((number, cells[1:]))
    return sheets


def csv_lines(content: bytes) -> list[list[str]]:
    """The cells of a CSV file, divided by commas or, as some offices' Excel does, by semicolons; raises Unreadable."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
        first = text.partition("\n")[0]
        divider = ";" if first.count(";") > first.count(",") else ","
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=divider))
    except UnicodeDecodeError:
        raise Unreadable("encoding", _l("The text of the file is not in UTF-8. Save it as “CSV UTF-8”.")) from None
    except csv.Error:
        raise Unreadable("damaged", _l("The file is damaged and cannot be opened.")) from None
    if len(lines) > MOST_ROWS:
        raise Unreadable("too_big", _l("The file has too many rows for a form."))
    return [[_text(cell) for cell in line] for line in lines]
