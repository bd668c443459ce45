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
from importlib.util import find_spec
from typing import Any, BinaryIO
from unicodedata import is_normalized

from portal.documents.cleaning import clean, neutralise
from portal.forms.answers.columns import Dress
from portal.forms.answers.tables import MAIN, Answers, OutTable, Plan
from portal.forms.engine import KEY
from portal.i18n import LazyString, _, _l, force_locale, ngettext, pgettext

FORMATS = ("xlsx", "csv", "json", "sav")
SPSS = find_spec("pyreadstat") is not None and find_spec("pandas") is not None
"""Whether files for SPSS can be written: the extra ``spss`` is installed."""
META: dict[str, tuple[str, LazyString]] = {
    "id": ("_id", _l("Number of the submission")),
    "receipt": ("_receipt", _l("Receipt")),
    "uid": ("_uuid", _l("Id of the sender's device")),
    "revision": ("_revision", _l("Revision")),
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
    ("_submission__id", _l("Number of the submission")),
    ("_submission__uuid", _l("Id of the sender's device")),
    ("_receipt", _l("Receipt")),
    ("_row", _l("Row")),
)
ODK_KEY = ("KEY", _l("Key"))
ODK_PARENT = ("PARENT_KEY", _l("Key of the row around it"))
_BAD_SHEET = re.compile(r"[\[\]:*?/\\]")


def formats() -> tuple[str, ...]:
    """What is offered here."""
    return FORMATS if SPSS else FORMATS[:-1]


def write(answers: Answers, format: str, locale: str) -> BinaryIO:
    """The file, open at its first byte. Raises ValueError for an unknown format."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
    with force_locale(locale):
        if format == "xlsx":
            from portal.forms.answers.xlsx import write as xlsx

            xlsx(answers, out, locale)
        elif format == "csv":
            _csv(answers, out, locale)
        elif format == "json":
            _json(answers, out, locale)
        elif format == "sav" and SPSS:
            from portal.forms.answers.spss import write as spss

            spss(answers, out, locale)
        else:
            raise ValueError(f"no format {format!r}; there are {', '.join(formats())}")
    out.seek(0)
    return out


def is_zip(answers: Answers, format: str) -> bool:
    """Whether several files come in one."""
    return format == "sav" or (format == "csv" and len(answers.tables) > 1)


def own_columns(answers: Answers, table: OutTable) -> list[tuple[str, LazyString]]:
    """What stands before the questions: headings for programs and for people."""
    if answers.layout == "odk":
        return [ODK_KEY, *META.values()] if table.key == MAIN else [ODK_KEY, ODK_PARENT, INNER[-1]]
    return [INDEX, *META.values()] if table.key == MAIN else [INDEX, *INNER]


def _heads(answers: Answers, table: OutTable, locale: str) -> tuple[list[str], list[str]]:
    """Headings for programs and for people."""
    meta = own_columns(answers, table)
    codes = [code for code, _title in meta] + [out.column.key for out in table.columns.values()]
    titles = [str(title) for _code, title in meta] + [clean(out.head(locale)) for out in table.columns.values()]
    return codes, titles


def lines(answers: Answers, dress: Dress, locale: str) -> Iterator[tuple[str, list[Any]]]:
    """The key of the table and the cells of every row, dressed for a file."""
    titles = answers.row_titles() if answers.locale else {}
    text = dress.text
    odk = answers.layout == "odk"
    names = dict(zip(answers.tables, sheet_names(list(answers.tables.values()), []), strict=True))
    around = {key: text(names[table.parent]) for key, table in answers.tables.items()}
    for key, index, parent, row_key, sent, cells, path in answers.rows(dress):
        if key == MAIN:
            yield key, [text(path) if odk else index, *sent.cells(dress, locale), *cells]
            continue
        of_row = text(titles.get(row_key, row_key)) if row_key else None
        if odk:
            yield key, [text(path), text(path.rpartition("/")[0]), of_row, *cells]
        else:
            known = (None, None) if sent.anonymous else (text(str(sent.id)), text(sent.uid))
            yield key, [index, around[key], parent, *known, text(sent.receipt), of_row, *cells]


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


def heads(answers: Answers, table: OutTable, locale: str) -> list[list[str]]:
    """The lines of headings: labels and codes, or codes alone."""
    codes, titles = _heads(answers, table, locale)
    return [titles, codes] if answers.locale else [codes]


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
        _("Texts that are missing"),
    ]
    for table in answers.tables.values():
        for out in table.columns.values():
            node, compiled = out.asked.node, out.asked.compiled
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
                _missing(label, listed),
            ]


def _missing(label: Mapping[str, str], choices: Sequence[Mapping[str, Any]]) -> str:
    """The languages in which names stand in place of texts, and of how many choices."""
    found = []
    for code, name in (("mn", _("Mongolian")), ("en", _("English"))):
        lacking = sum(isinstance(item.get("label"), Mapping) and not item["label"].get(code) for item in choices)
        if not label.get(code):
            found.append(name)
        if lacking:
            found.append(
                ngettext("%(language)s: %(num)s choice", "%(language)s: %(num)s choices", lacking, language=name)
            )
    return ", ".join(found)


def _choice(item: Mapping[str, Any]) -> str:
    label = item.get("label")
    texts = label if isinstance(label, Mapping) else {"mn": label or "", "en": label or ""}
    return f"{item['name']} = {texts.get('mn', '')} | {texts.get('en', '')}"


def safe(text: str) -> str:
    """A text as a cell of CSV: clean, and behind an apostrophe where it could be run."""
    if text.isprintable() and text[:1].isalnum() and (text.isascii() or is_normalized("NFC", text)):
        return text
    return neutralise(clean(text))


def moment_text(moment: datetime) -> str:
    """``2026-10-01 14:05:00``."""
    return moment.isoformat(" ", "seconds")[:19]


def _csv(answers: Answers, out: BinaryIO, locale: str) -> None:
    """UTF-8 with the mark that Excel needs; a text that could be run stands behind an apostrophe."""
    files: dict[str, Any] = {}
    for table in answers.tables.values():
        raw = out if len(answers.tables) == 1 else tempfile.TemporaryFile()  # noqa: SIM115 - closed below
        text = io.TextIOWrapper(raw, "utf-8-sig", newline="")
        writer = csv.writer(text)
        *labels, codes = heads(answers, table, locale)
        writer.writerows([neutralise(each) for each in line] for line in labels)
        writer.writerow(codes)
        files[table.key] = (text, writer)
    dress = Dress(safe, moment_text, date.isoformat)
    if len(files) == 1:
        files[MAIN][1].writerows(cells for _key, cells in lines(answers, dress, locale))
        files[MAIN][0].detach()
        return
    try:
        writers = {key: writer.writerow for key, (_text, writer) in files.items()}
        for key, cells in lines(answers, dress, locale):
            writers[key](cells)
        names = sheet_names(list(answers.tables.values()), [])
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, (text, _writer) in zip(names, files.values(), strict=True):
                with archive.open(zipfile.ZipInfo(f"{name}.csv"), "w", force_zip64=True) as member:
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
    dress = Dress(str, moment_text, date.isoformat)
    for number, (sent, values, plan) in enumerate(answers.documents()):
        if answers.locale:
            values = _labelled(answers, plan, values, titles)
        meta = dict(zip([code for code, _t in META.values()], sent.cells(dress, locale), strict=True))
        each = json.dumps(meta | {"answers": values}, ensure_ascii=False, default=str)
        out.write(f"{',' if number else ''}\n{each}".encode("utf-8", "replace"))
    out.write(b"\n]}\n")


def _labelled(answers: Answers, plan: Plan, values: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Answers by the labels of their questions, choices by theirs; numbers stay numbers."""
    locale, found = answers.locale or "", {}

    def put(text: str, name: str, value: Any) -> None:
        found[text if text not in found else f"{text} ({name})"] = value

    for name, asked, before, _choices, _places in plan.columns:
        if (value := values.get(name)) is not None:
            if asked.node.field.choices or asked.node.source:
                value = asked.node.field.format(value, locale, answers.sayer(asked, before))
            put((asked.node.row.get("label") or {}).get(locale) or name, name, value)
    for name, inner in plan.inner:
        rows = values.get(name)
        put(
            answers.tables[inner.key].label.get(locale) or name,
            name,
            [
                {"_row": titles.get(str(row.get(KEY)), str(row.get(KEY, "")))} | _labelled(answers, inner, row, titles)
                for row in (rows if isinstance(rows, list) else ())
            ],
        )
    return found
