"""The files of a report, opened again by the programs that readers use."""

from __future__ import annotations

import io
import shutil
import subprocess

import docx
import openpyxl
import pytest

from plugins.reports import service
from plugins.reports.documents import build
from portal.documents import write

from .conftest import slot, text

SENTENCE = "Өвөрхангай аймагт хүүхдийн эрхийг хамгаалах үйлчилгээ бүх суманд хүрлээ."


@pytest.fixture
def document(report, coordinator):
    part = slot(report, "summary")
    service.write(coordinator, report, service.Written(part.id, part.version, text(SENTENCE, "It reached every soum.")))
    return build(coordinator, report.id, "mn")


def figures_of(rows):
    """Label → number of the table of figures."""
    return {row[0].lstrip("✓◐✗–● ").strip(): str(row[1]) for row in rows}


def word_tables(data):
    tables = docx.Document(io.BytesIO(data)).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in tables]


def sheets(data):
    return [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(data))]


def starting(tables, title):
    return next(table for table in tables if table and table[0][0] == title)


def test_word_keeps_the_text_the_figures_and_every_recommendation(document):
    data = write(document, "docx")
    paragraphs = "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)
    assert SENTENCE in paragraphs
    assert "3 зөвлөмжөөс 2 нь энэ талын нийтэлсэн үнэлгээтэй." in paragraphs
    annex = starting(word_tables(data), "№")
    assert [row[0] for row in annex[1:]] == ["116.1", "116.2", "116.10"]
    assert annex[1][1] == "Хүүхдийн эрхийг хамгаалах 116.1"
    assert "Тогтоол 204" in annex[1][6]


def test_the_spreadsheet_has_numbers_and_dates_that_calculate(document):
    found = sheets(write(document, "xlsx"))
    annex = starting(found, "№")
    assert annex[1][5].date().isoformat() == "2026-09-01"
    assert annex[1][0] == "116.1"
    held = starting(found, "Огноо")
    assert held[1][4] == 30
    assert held[-1][4] == 30
    assert held[1][0].date().isoformat() == "2026-03-05"
    numbers = starting(found, "Үзүүлэлт")
    assert numbers[1][1] == 3
    assert any(SENTENCE in str(row[0]) for row in found[0])


def test_all_three_files_say_the_same_numbers(document):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    word = figures_of(starting(word_tables(write(document, "docx")), "Үзүүлэлт")[1:])
    excel = figures_of(starting(sheets(write(document, "xlsx")), "Үзүүлэлт")[1:])
    assert word == excel
    pdf = write(document, "pdf")
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    lines = run.stdout.decode().splitlines()
    # the lines of a paragraph stand apart in a PDF
    assert SENTENCE in " ".join(" ".join(lines).split())
    for label, number in word.items():
        start = label.split()[0]
        assert any(line.lstrip(" ✓◐✗–●").startswith(start) and f" {number} " in f"{line} " for line in lines), label
