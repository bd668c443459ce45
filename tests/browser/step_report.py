"""A mid-term report of the NGO Forum as Word, PDF and Excel; the files are opened with other programs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from tests.browser.person import Person

SUMMARY = {
    "mn": "Өмнөговь, Ховд аймагт зөвлөмжийн хэрэгжилт удаашралтай байна.",
    "en": "Implementation is slow in Ömnögovi and Khovd.",
}
FORMATS = {"docx": "Word (DOCX)", "pdf": "PDF", "xlsx": "Excel (XLSX)"}


def _words_of(path: Path) -> str:
    """All words of a file, read by a program that had no part in making it."""
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    if path.suffix == ".pdf":
        if shutil.which("pdftotext") is None:
            pytest.skip("there is no pdftotext on this machine (poppler-utils)")
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
        return done.stdout.decode("utf-8")
    book = openpyxl.load_workbook(path)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    book.close()
    return "\n".join(str(value) for row in rows for value in row if value is not None)


def _make(forum: Person, report: int, format_: str, folder: Path) -> Path:
    t = forum.t.of("reports")
    forum.open(f"/reports/{report}/make")
    forum.tick(t("File"), t(FORMATS[format_]))
    forum.tick(t("Language"), t("Mongolian") if t.lang == "mn" else t("English"))
    forum.press(t("Make the file"))
    forum.main.get_by_role("link", name=t("Download")).wait_for(timeout=60_000)
    path = forum.download(t("Download"), folder)
    assert path.suffix == f".{format_}"
    return path


def write_report(visit: Any, folder: Path, number: str) -> None:
    """Begin a report, write its summary, make the three files and read them."""
    t = visit.t.of("reports")
    forum = visit("forum")
    forum.open("/reports/new")
    forum.tick(t("Kind of report"), t("Mid-term report"))
    forum.press(t("Begin"))
    forum.sees(t("The report is begun. Its figures are there already; now write its parts."))
    report = forum.record_id
    title = forum.main.get_by_role("heading", level=1).inner_text().strip()
    forum.follow(t("Summary"), exact=False)
    forum.say(t("Text"), **SUMMARY).press(t("Save"))
    forum.sees(t("The part is saved."))
    for format_ in FORMATS:
        said = " ".join(_words_of(_make(forum, report, format_, folder)).split())
        for wanted in (title, SUMMARY[t.lang]):
            assert " ".join(wanted.split()) in said, f"{wanted} is not in the {format_}"
        assert number in said
