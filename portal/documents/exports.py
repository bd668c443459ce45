"""Rows of a dataset or list as a file, streamed: CSV, JSON and XLSX, labels in a language, nothing that runs."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, get_args

from portal import clock
from portal.documents.charts import speaking
from portal.documents.cleaning import clean, neutralise
from portal.documents.text import resolve
from portal.i18n import gettext as _
from portal.text import Content

ExportFormat: TypeAlias = Literal["csv", "xlsx", "json"]
ROWS_A_SHEET = 1_048_575
"""Rows an Excel sheet holds below its head; what is more goes on to another sheet."""

_CHUNK = 65_536


class ExportColumn(Protocol):
    """What an export asks of a column; ``portal.api.DataColumn`` is one.

    ``type`` is one of ``text content integer number percent money date datetime select list``; ``labels`` maps the
    codes of a select or list to texts.
    """

    @property
    def key(self) -> str:
        """The key of the column in a row."""

    @property
    def title(self) -> Any:
        """Its title, possibly looked up when shown."""

    @property
    def type(self) -> str:
        """How its values are written."""

    @property
    def labels(self) -> Mapping[str, Any] | None:
        """Texts of the codes."""


Row: TypeAlias = Mapping[str, Any]


def export_rows(
    columns: Sequence[ExportColumn],
    rows: Iterable[Row],
    format: ExportFormat | str,
    locale: str,
    *,
    codes: bool = False,
) -> Iterator[bytes]:
    """*rows* as a file in pieces; memory does not grow with their number.

    CSV (UTF-8 with BOM, RFC 4180) and XLSX have titles, labels, contents and dates as readers of *locale* want
    them; with ``codes`` the keys and codes instead, for machines. JSON is an array of objects by key, with codes,
    contents in every language and ISO dates. A text that a spreadsheet could run is made harmless in CSV and is a
    text in XLSX. Titles and labels are looked up before the first piece, so pieces may be taken without an
    application. Raises ValueError for an unknown format.
    """
    if format not in get_args(ExportFormat):
        raise ValueError(f"no format {format!r}; there are {', '.join(get_args(ExportFormat))}")
    with speaking(locale):
        heads = [each.key if codes else clean(str(each.title)) for each in columns]
        labels = [{code: clean(str(text)) for code, text in (each.labels or {}).items()} for each in columns]
        yes, no = _("Yes"), _("No")
    keys = [each.key for each in columns]
    if format == "json":
        return _json(keys, rows)
    readers = [_reader(known if not codes else {}, locale, ("1", "0") if codes else (yes, no)) for known in labels]
    table = ([read(row.get(key)) for key, read in zip(keys, readers, strict=True)] for row in rows)
    if format == "csv":
        return _csv(heads, table)
    return _xlsx(heads, [each.type for each in columns], table, locale)


def _reader(labels: Mapping[str, str], locale: str, truth: tuple[str, str]) -> Callable[[Any], Any]:
    """A function from a value of a column to what stands in its cell: None, text, number, date or datetime."""

    def read(value: Any) -> Any:
        match value:
            case None:
                return None
            case bool():
                return truth[0] if value else truth[1]
            case str():
                return labels.get(value) or clean(value)
            case int() | float():
                return value
            case datetime():
                return value.astimezone(clock.zone()).replace(tzinfo=None, microsecond=0)
            case date():
                return value
            case Decimal():
                return int(value) if value == value.to_integral_value() else float(value)
            case Content():
                return resolve(value, locale)[0]
            case list() | tuple() | set() | frozenset():
                return "; ".join(str(read(each)) for each in value)
        return clean(str(value))

    return read


def _csv(heads: list[str], table: Iterable[list[Any]]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow([neutralise(head) for head in heads])
    for row in table:
        writer.writerow([neutralise(value) if type(value) is str else _machine(value) for value in row])
        if out.tell() > _CHUNK:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _machine(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else value


def _json(keys: list[str], rows: Iterable[Row]) -> Iterator[bytes]:
    pieces = ["["]
    size = 0
    for number, row in enumerate(rows):
        text = json.dumps({key: row.get(key) for key in keys}, ensure_ascii=False, default=_plain)
        pieces.append(f"{',' if number else ''}\n{text}")
        size += len(text)
        if size > _CHUNK:
            yield "".join(pieces).encode("utf-8", "replace")
            pieces, size = [], 0
    pieces.append("\n]\n")
    yield "".join(pieces).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    match value:
        case Content():
            return dict(value.texts)
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case set() | frozenset():
            return sorted(value)
    return str(value)


def _xlsx(heads: list[str], types: list[str], table: Iterable[list[Any]], locale: str) -> Iterator[bytes]:
    """A row at a time into a temporary file, which XlsxWriter wants whole before its first byte."""
    import xlsxwriter

    from portal.documents.sheetcells import OPTIONS, SheetFormats

    with tempfile.TemporaryFile() as out:
        book = xlsxwriter.Workbook(out, OPTIONS | {"constant_memory": True})
        formats = SheetFormats(book, locale)
        kinds: dict[int, Any] = {place: kind for place, kind in enumerate(types) if kind in {"percent", "money"}}
        sheet, line = None, 0
        for row in table:
            if sheet is None or line > ROWS_A_SHEET:
                sheet, line = _sheet(book, formats, heads, types), 1
            for place, value in enumerate(row):
                formats.write(sheet, line, place, value, kinds.get(place, ""))
            line += 1
        if sheet is None:
            _sheet(book, formats, heads, types)
        book.close()
        out.seek(0)
        while piece := out.read(_CHUNK):
            yield piece


def _sheet(book: Any, formats: Any, heads: list[str], types: list[str]) -> Any:
    sheet = book.add_worksheet()
    for place, (head, kind) in enumerate(zip(heads, types, strict=True)):
        wide = 40 if kind in {"text", "content", "list"} else 16
        sheet.set_column(place, place, max(wide, len(head) + 2) if len(head) < 40 else wide)
    for place, head in enumerate(heads):
        formats.write(sheet, 0, place, head, bold=True, bg_color="#e4e8ec", text_wrap=True)
    sheet.freeze_panes(1, 0)
    return sheet
