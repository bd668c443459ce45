"""Answers as files: XLSX with a sheet for each table and a code book, CSV (zipped where there are several), JSON."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO

from portal.documents.cleaning import clean, neutralise
from portal.documents.sheetcells import OPTIONS, SheetFormats
from portal.forms.answers_tables import MAIN, Answers, OutRow, OutTable, meta_cells
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY
from portal.forms.engine.tables import labeller
from portal.forms.messages import pick
from portal.i18n import LazyString, _, _l, force_locale, pgettext

FORMATS = ("xlsx", "csv", "json")
META: dict[str, tuple[str, LazyString]] = {
    "receipt": ("_receipt", _l("Receipt")),
    "uid": ("_uuid", _l("Id of the sender's device")),
    "version": ("_version", _l("Version of the form")),
    "state": ("_state", _l("Status")),
    "period": ("_period", _l("Period")),
    "received_at": ("_received", _l("Arrived")),
    "subject": ("_subject", _l("About")),
    "organisation": ("_organisation", _l("Organisation")),
    "person": ("_person", _l("Person")),
}
"""What stands before the answers: name in the submission → heading for programs, heading for people."""
INDEX = ("_index", _l("Number"))
INNER = (
    ("_parent_table_name", _l("Table around it")),
    ("_parent_index", _l("Number in the table around it")),
    ("_receipt", _l("Receipt")),
    ("_row", _l("Row")),
)
HEAD: dict[str, Any] = {"bold": True, "bg_color": "#e4e8ec", "text_wrap": True}
_BAD_SHEET = re.compile(r"[\[\]:*?/\\]")


def write(answers: Answers, format: str, locale: str) -> BinaryIO:
    """The file, open at its first byte. Raises ValueError for an unknown format."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    with force_locale(locale):
        if format == "xlsx":
            _xlsx(answers, out, locale)
        elif format == "csv":
            _csv(answers, out, locale)
        elif format == "json":
            _json(answers, out, locale)
        else:
            raise ValueError(f"no format {format!r}; there are {', '.join(FORMATS)}")
    out.seek(0)
    return out


def is_zip(answers: Answers, format: str) -> bool:
    """Whether the CSV comes as several files in one."""
    return format == "csv" and len(answers.tables) > 1


def _heads(answers: Answers, table: OutTable, locale: str) -> tuple[list[str], list[str]]:
    """Headings for programs and for people."""
    meta = [INDEX, *META.values()] if table.key == MAIN else [INDEX, *INNER]
    codes = [code for code, _title in meta] + [out.column.key for out in table.columns.values()]
    titles = [str(title) for _code, title in meta] + [clean(out.head(locale)) for out in table.columns.values()]
    return codes, titles


def _cells(answers: Answers, row: OutRow, titles: Mapping[str, str], locale: str) -> list[Any]:
    if row.table == MAIN:
        return [row.index, *meta_cells(row.meta, list(META), locale), *row.cells]
    table = answers.tables[row.table]
    around = answers.tables[table.parent].name or answers.tables[MAIN].name or "answers"
    key = titles.get(row.key, row.key) if answers.locale else row.key
    return [row.index, around, row.parent_index, row.meta["receipt"], key, *row.cells]


def sheet_names(tables: Sequence[OutTable], more: Sequence[str]) -> list[str]:
    """Names of sheets: at most 31 characters, each once whatever the case, no sign that spreadsheets refuse."""
    found: list[str] = []
    for raw in [*(table.name or pgettext("form", "Answers") for table in tables), *more]:
        base = _BAD_SHEET.sub("_", raw).strip("'") or "_"
        name, number = base[:31], 1
        while name.casefold() in {each.casefold() for each in found}:
            number += 1
            name = f"{base[: 31 - len(str(number)) - 1]}_{number}"
        found.append(name)
    return found


def _xlsx(answers: Answers, out: BinaryIO, locale: str) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(out, OPTIONS | {"constant_memory": True})
    formats = SheetFormats(book, locale)
    names = sheet_names(list(answers.tables.values()), [_("Code book")])
    sheets: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for name, table in zip(names, answers.tables.values(), strict=False):
        sheet = sheets[table.key] = book.add_worksheet(name)
        codes, titles = _heads(answers, table, locale)
        heads = [titles, codes] if answers.locale else [codes]
        sheet.set_column(0, len(codes) - 1, 18)
        for line, head in enumerate(heads):
            for place, text in enumerate(head):
                look: dict[str, Any] = HEAD if line == 0 else {"italic": True}
                formats.write(sheet, line, place, text, **look)
        sheet.freeze_panes(len(heads), 1)
        lines[table.key] = len(heads)
    titles_of = answers.row_titles() if answers.locale else {}
    for row in answers.rows():
        sheet, line = sheets[row.table], lines[row.table]
        for place, value in enumerate(_cells(answers, row, titles_of, locale)):
            formats.write(sheet, line, place, clean(value) if isinstance(value, str) else value)
        lines[row.table] = line + 1
    book_sheet = book.add_worksheet(names[-1])
    book_sheet.set_column(0, 8, 20)
    for line, cells in enumerate(code_book(answers)):
        for place, value in enumerate(cells):
            formats.write(book_sheet, line, place, value, **(HEAD if line == 0 else {}))
    book.close()


def code_book(answers: Answers) -> Iterator[list[Any]]:
    """A heading, then a line for each column: table, name, type, labels, choices with their texts, versions."""
    yield [
        _("Table"),
        _("Column"),
        _("Type"),
        _("Text in Mongolian"),
        _("Text in English"),
        _("Choices (code = Mongolian | English)"),
        _("Versions"),
    ]
    nodes = {node.id: (node, compiled) for compiled in reversed(answers.compiled.values()) for node in compiled.nodes}
    for table in answers.tables.values():
        for out in table.columns.values():
            node, compiled = nodes[out.column.row]
            label = out.column.label
            listed = compiled.lists.get(str(node.row.get("list")), ()) if not out.column.choice else ()
            texts = [_choice(item) for item in listed[:200]]
            versions = ", ".join(map(str, out.versions))
            yield [
                table.name,
                out.column.key,
                node.row["type"],
                clean(str(label.get("mn") or "")),
                clean(str(label.get("en") or "")),
                clean("\n".join(texts)),
                versions,
            ]


def _choice(item: Mapping[str, Any]) -> str:
    label = item.get("label")
    texts = label if isinstance(label, Mapping) else {"mn": label or "", "en": label or ""}
    return f"{item['name']} = {texts.get('mn', '')} | {texts.get('en', '')}"


def _csv(answers: Answers, out: BinaryIO, locale: str) -> None:
    """UTF-8 with the mark that Excel needs; a text that could be run stands behind an apostrophe."""
    files: dict[str, Any] = {}
    for table in answers.tables.values():
        raw = tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
        writer = csv.writer(text)
        codes, titles = _heads(answers, table, locale)
        if answers.locale:
            writer.writerow([neutralise(each) for each in titles])
        writer.writerow(codes)
        files[table.key] = (text, writer)
    titles_of = answers.row_titles() if answers.locale else {}
    for row in answers.rows():
        files[row.table][1].writerow([_plain(value) for value in _cells(answers, row, titles_of, locale)])
    try:
        if len(files) == 1:
            _copy(files[MAIN][0], out)
            return
        names = sheet_names(list(answers.tables.values()), [])
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, (text, _writer) in zip(names, files.values(), strict=True):
                with archive.open(zipfile.ZipInfo(f"{name}.csv"), "w") as member:
                    _copy(text, member)
    finally:
        for text, _writer in files.values():
            text.close()


def _copy(text: io.TextIOWrapper, out: Any) -> None:
    text.flush()
    raw: Any = text.buffer
    raw.seek(0)
    while piece := raw.read(65_536):
        out.write(piece)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return neutralise(clean(value)) if isinstance(value, str) else value


def _json(answers: Answers, out: BinaryIO, locale: str) -> None:
    """One object: the form, then every submission with its answers nested as the form nests them."""
    head = {
        "form": {"id": answers.record.id, "title": dict(answers.record.title.texts)},
        "language": answers.locale,
        "versions": [version.number for version in answers.versions],
    }
    text = json.dumps(head, ensure_ascii=False)
    out.write(f'{text[:-1]}, "submissions": ['.encode())
    titles = answers.row_titles() if answers.locale else {}
    labels: dict[int, Any] = {}
    for number, (row, compiled) in enumerate(answers.documents()):
        label = labels.setdefault(id(compiled), labeller(compiled, answers.locale, answers.known))
        values = row["answers"]
        if answers.locale:
            values = _labelled(compiled, compiled.top, values, answers.locale, label, titles)
        meta = dict(zip([code for code, _t in META.values()], meta_cells(row, list(META), locale), strict=True))
        each = json.dumps(meta | {"answers": values}, ensure_ascii=False, default=str)
        out.write(f"{',' if number else ''}\n{each}".encode("utf-8", "replace"))
    out.write(b"\n]}\n")


def _labelled(
    compiled: Compiled,
    nodes: Sequence[Node],
    values: Mapping[str, Any],
    locale: str,
    label: Any,
    titles: Mapping[str, str],
) -> dict[str, Any]:
    """Answers by the labels of their questions, choices by theirs; numbers stay numbers."""
    found: dict[str, Any] = {}
    for node in nodes:
        text = pick(node.row.get("label"), locale, node.name)
        text = text if text not in found else f"{text} ({node.name})"
        value = values.get(node.name)
        if node.kind == "group":
            found |= _labelled(compiled, node.children, values, locale, label, titles)
        elif node.kind == "repeat":
            rows = value if isinstance(value, list) else []
            found[text] = [
                {"_row": titles.get(str(row.get(KEY)), str(row.get(KEY, "")))}
                | _labelled(compiled, node.children, row, locale, label, titles)
                for row in rows
            ]
        elif value is not None:
            choose = node.field.choices or node.source
            found[text] = node.field.format(value, locale, partial(label, node)) if choose else value
    return found
