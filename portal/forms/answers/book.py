"""A spreadsheet of answers, read in a process of its own: XLSX, XLS, ODS, CSV, or a zip of CSV files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePath
from typing import Any

from portal.child import ChildFailed, run_limited
from portal.documents.cleaning import is_formula
from portal.forms.messages import Own, Text, _l, dump, restore
from portal.forms.xlsform.workbook import (
    BIGGEST_FILE,
    BIGGEST_UNPACKED,
    Sheet,
    Unreadable,
    csv_lines,
    read_sheets,
    table,
)

MOST_COLUMNS = 2_000
MOST_FILES = 60
_SECONDS = 60.0
_MEGABYTES = 1024
_GAVE_UP = _l("The file could not be read: it takes too much time or memory, or is damaged.")


class BadBook(Exception):
    """A file that cannot be read: a code and words for the reader."""

    def __init__(self, code: str, message: Text | Own) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def read(content: bytes, filename: str) -> list[Sheet]:
    """The sheets of a file of a stranger; raises BadBook."""
    try:
        answer = json.loads(
            run_limited(f"{__name__}:answer", content, filename, seconds=_SECONDS, megabytes=_MEGABYTES)
        )
    except ChildFailed:
        raise BadBook("gave_up", _GAVE_UP) from None
    if "code" in answer:
        raise BadBook(answer["code"], restore(answer["message"]))
    return [
        Sheet(name, headings, [(number, cells) for number, cells in rows]) for name, headings, rows in answer["sheets"]
    ]


def answer(content: bytes, filename: str) -> str:
    """What the child does."""
    try:
        sheets = _sheets(content, filename)
    except Unreadable as refused:
        return json.dumps({"code": refused.code, "message": dump(refused.message)})
    return json.dumps({"sheets": [[sheet.name, sheet.headings, sheet.rows] for sheet in sheets]})


def _sheets(content: bytes, filename: str) -> list[Sheet]:
    ending = PurePath(filename).suffix.lower()
    if len(content) > BIGGEST_FILE:
        raise Unreadable("too_big", _l("The file is larger than %(limit)s MB.", limit=BIGGEST_FILE // 1_000_000))
    if ending == ".csv":
        return [_csv(PurePath(filename).stem, content)]
    if ending == ".zip":
        return _zipped(content)
    return read_sheets(content, filename, MOST_COLUMNS)


def _csv(name: str, content: bytes) -> Sheet:
    """One table; the apostrophe that our export puts before what could be run is taken away again."""
    return table(name, [[_unescaped(cell) for cell in line] for line in csv_lines(content)])


def _unescaped(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and is_formula(cell[1:]) else cell


def _zipped(content: bytes) -> list[Sheet]:
    found: list[Sheet] = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members: list[Any] = [each for each in archive.infolist() if not each.is_dir()]
            if len(members) > MOST_FILES or sum(each.file_size for each in members) > BIGGEST_UNPACKED:
                raise Unreadable("too_big", _l("The file unpacks to more than answers can be."))
            for each in members:
                if PurePath(each.filename).suffix.lower() == ".csv":
                    found.append(_csv(PurePath(each.filename).stem, archive.read(each)))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise Unreadable("damaged", _l("The file is damaged and cannot be opened.")) from None
    if not found:
        raise Unreadable("no_csv", _l("There is no CSV file in the zip."))
    return found
