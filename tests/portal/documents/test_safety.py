from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from dataclasses import dataclass
from shutil import which

import docx
import openpyxl
import pytest

from portal.documents import (
    Annex,
    Chart,
    Document,
    Heading,
    ListBlock,
    Paragraph,
    Run,
    Series,
    Signature,
    SignatureBlock,
    Table,
    export_rows,
)
from portal.documents.cleaning import is_formula, neutralise, web_address

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
]
INJECTIONS = [
    "{{7*7}}",
    "{% for x in y %}",
    "${7*7}",
    '#import "/etc/passwd"',
    "#sys.inputs",
    '#read("x")',
    '#image("x")',
    "$7 * 7$",
    "*bold* _it_ @ref <label>",
    "<script>alert(1)</script>",
    "]] #panic() [[",
    '\\"); #panic(',
]


@dataclass(frozen=True)
class Plain:
    key: str
    title: str
    type: str = "text"
    labels: None = None


def everywhere(text: str) -> Document:
    return Document(
        f"Гарчиг {text}",
        "mn",
        (
            Heading(1, text),
            Paragraph([text, Run(text, bold=True, note=text)], numbered=True),
            ListBlock([text]),
            Chart("bar", text, [text], [Series(text, [1]), Series("б", [2])], unit=text, alt=text),
            Table([text], [[text]], caption=text),
            SignatureBlock([Signature(text, text, text)], text),
            Annex(text),
        ),
        subtitle=text,
        organisation=text,
        contents=True,
    )


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_a_formula_is_known_in_every_disguise(text):
    assert is_formula(text)
    assert neutralise(text).startswith("'")


@pytest.mark.parametrize("text", ["", "Өгүүлбэр", "1+1=2", "116.1", " 5", "а@б.мн"])
def test_ordinary_text_stays_as_it_is(text):
    assert neutralise(text) == text


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_no_cell_of_a_workbook_is_a_formula(written, text):
    book = openpyxl.load_workbook(io.BytesIO(written(everywhere(text), "xlsx")))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell for cell in cells if cell.data_type == "s" and is_formula(cell.value) and not cell.quotePrefix] == []


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_no_cell_of_a_csv_file_begins_a_formula(written, text):
    exported = b"".join(export_rows([Plain(text, text)], [{text: text}], "csv", "mn"))
    for data in (written(everywhere(text), "csv"), exported):
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert not [cell for row in rows for cell in row if is_formula(cell)]


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_no_cell_of_an_exported_workbook_is_a_formula(text):
    data = b"".join(export_rows([Plain("a", text)], [{"a": text}], "xlsx", "mn"))
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}


def test_text_of_an_excel_formula_reaches_json_and_word_unchanged(written):
    (row,) = json.loads(b"".join(export_rows([Plain("a", "A")], [{"a": "=1+1"}], "json", "mn")))
    assert row == {"a": "=1+1"}
    assert docx.Document(io.BytesIO(written(everywhere("=1+1"), "docx"))).tables[-1].cell(1, 0).text == "=1+1"


@pytest.mark.skipif(which("pdftotext") is None, reason="poppler-utils is not installed")
def test_what_people_write_is_never_read_as_markup_by_the_typesetter(written, tmp_path):
    rows = [[text] for text in INJECTIONS]
    path = tmp_path / "x.pdf"
    path.write_bytes(written(Document("Гарчиг", "mn", (Table(["Бичвэр"], rows),)), "pdf"))
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    lines = [line.strip() for line in done.stdout.decode().splitlines()]
    assert [text for text in INJECTIONS if text not in lines] == []
    assert "49" not in lines


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx", "html", "csv"])
def test_no_writer_stumbles_over_markup(written, format_, text):
    data = written(everywhere(text), format_)
    if format_ == "html":
        assert "<script" not in data.decode()
        assert not re.search(r">\s*49\s*<", data.decode())
    elif format_ == "docx":
        assert text in [line.text for line in docx.Document(io.BytesIO(data)).paragraphs]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        " vbscript:x",
        "//x",
        "http://a b",
        "x",
        "java\nscript:x",
    ],
)
def test_only_plain_addresses_become_links(written, address):
    assert web_address(address) == ""
    data = written(Document("x", "mn", (Paragraph(Run("холбоос", href=address)),)), "html").decode()
    assert "<a " not in data
    assert "холбоос" in data


@pytest.mark.parametrize("address", ["https://upr.mn/?a=1&b=2", "mailto:a@b.mn", "tel:+976111"])
def test_addresses_of_the_web_mail_and_telephone_become_links(address):
    assert web_address(address) == address
