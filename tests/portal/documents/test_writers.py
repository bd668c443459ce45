from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path
from shutil import which
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from portal.documents import Chart, Column, Document, Paragraph, Run, Series, Table, fragment, write
from portal.documents.palette import TONES
from portal.documents.pictures import MemoryCache
from portal.text import Content

from .samples import SENTENCE, report

needs_pdftotext = pytest.mark.skipif(which("pdftotext") is None, reason="poppler-utils is not installed")


def pdf_text(data: bytes, tmp_path: Path, *options: str) -> str:
    path = tmp_path / "made.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def open_word(data: bytes):
    return docx.Document(io.BytesIO(data))


def test_word_has_real_headings_numbered_paragraphs_and_the_language(written):
    file = open_word(written(report(), "docx"))
    styles = {line.text: line.style.name for line in file.paragraphs}
    assert styles["Дунд хугацааны тайлан"] == "Title"
    assert styles["Тойм"] == "Heading 1"
    numbered = [line for line in file.paragraphs if line._p.pPr is not None and line._p.pPr.numPr is not None]
    assert numbered[0].text.startswith(SENTENCE)
    ids = [line._p.pPr.numPr.numId.val for line in numbered]
    assert ids[0] == ids[1] != ids[2] == ids[3] != ids[4] == ids[5]
    assert file.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "mn-MN"
    assert file.core_properties.language == "mn-MN"


def test_word_repeats_the_head_of_a_table_and_names_its_rows(written):
    table = open_word(written(report(), "docx")).tables[-1]
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")).endswith("Бүх зөвлөмж")
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None
    assert [cell.text for cell in table.rows[1].cells] == [
        "116.1",
        "Үндэсний хөтөлбөр боловсруулах",
        "◐\u00a0Хэсэгчлэн хэрэгжсэн",
        "2026.03.05",
        "50%",
    ]


def test_word_lays_the_annex_across_and_counts_its_pages(written):
    file = open_word(written(report(), "docx"))
    assert [section.orientation for section in file.sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
    assert file.sections[1].page_width > file.sections[1].page_height
    fields = file.sections[0].footer._element.xml
    assert "PAGE" in fields
    assert "NUMPAGES" in fields


def test_word_describes_every_picture(written):
    file = open_word(written(report(), "docx"))
    descriptions = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]
    assert len(descriptions) == 5
    assert descriptions[0].endswith("Хэрэгжээгүй 20.")


def test_word_keeps_endnotes_as_endnotes(written):
    with zipfile.ZipFile(io.BytesIO(written(report(), "docx"))) as archive:
        notes = archive.read("word/endnotes.xml").decode()
        assert "Тогтоол 204" in notes
        assert "endnoteReference" in archive.read("word/document.xml").decode()
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))


def test_word_uses_the_template_of_an_office(written):
    office = docx.Document()
    office.add_paragraph("энэ мөр үлдэхгүй")
    office.sections[0].footer.paragraphs[0].text = "Албан хэрэгцээнд"
    office.styles["Normal"].font.name = "Arial"
    kept = io.BytesIO()
    office.save(kept)
    file = open_word(written(report(), "docx", kept.getvalue()))
    assert "энэ мөр үлдэхгүй" not in [line.text for line in file.paragraphs]
    assert file.sections[0].footer.paragraphs[0].text == "Албан хэрэгцээнд"
    assert file.styles["Normal"].font.name == "Arial"


@needs_pdftotext
@pytest.mark.parametrize(("language", "title"), [("mn", "Дунд хугацааны тайлан"), ("en", "Mid-term report")])
def test_pdf_is_tagged_and_its_mongolian_can_be_read(written, tmp_path, language, title):
    data = written(report(language), "pdf")
    assert b"pdfuaid" in data
    assert b"/MarkInfo" in data or b"/StructTreeRoot" in data
    text = " ".join(pdf_text(data, tmp_path).split())
    assert SENTENCE in text
    assert title in text
    assert "О.Амгаланбаатар" in text


@needs_pdftotext
def test_pdf_shows_letters_no_font_has_as_squares_instead_of_failing(written, tmp_path):
    text = pdf_text(
        written(Document("Гарчиг", "mn", (Paragraph("Өмнө \U0001f9ea\u1820\U000f0000 Дараа"),)), "pdf"), tmp_path
    )
    assert "Өмнө" in text
    assert "Дараа" in text


@needs_pdftotext
def test_pdf_repeats_the_head_of_a_table_on_every_page(written, tmp_path):
    pages = pdf_text(written(report(rows=500), "pdf"), tmp_path).split("\f")
    with_rows = [page for page in pages if "116." in page]
    assert len(with_rows) > 10
    assert all("Биелэлт" in page for page in with_rows)
    assert "116.500" in with_rows[-1]


@needs_pdftotext
def test_pdf_keeps_a_row_on_one_page_unless_it_is_higher_than_a_page(written, tmp_path):
    rows = [[f"эхлэл{number}", "үг " * 200 + f"төгсгөл{number}"] for number in range(60)]
    table = Table([Column("№", 1), Column("Зөвлөмж", 3)], [*rows, ["урт", "үг " * 5000 + "сүүлчийнх"]])
    pages = [page.split() for page in pdf_text(written(Document("x", "mn", (table,)), "pdf"), tmp_path).split("\f")]
    first, last = (
        [next(place for place, page in enumerate(pages) if f"{word}{number}" in page) for number in range(60)]
        for word in ("эхлэл", "төгсгөл")
    )
    assert len(set(first)) > 3
    assert first == last
    assert "сүүлчийнх" in pages[-2]


@needs_pdftotext
def test_pdf_breaks_no_word_in_the_head_of_a_table(written, tmp_path):
    columns = ["Байр суурь", "Бүрэн хэрэгжсэн", "Хэсэгчлэн хэрэгжсэн", "Хэрэгжээгүй", "Үнэлээгүй", "Нийт"]
    table = Table([Column(columns[0], 2), *columns[1:]], [["Хүлээн авсан", 1, 2, 3, 4, 10]])
    text = pdf_text(written(Document("x", "mn", (table,)), "pdf"), tmp_path)
    assert {word for title in columns for word in title.split()} <= set(text.split())


@pytest.mark.parametrize("format_", ["docx", "pdf"])
@needs_pdftotext
def test_the_head_of_a_page_is_the_title_of_the_document(written, tmp_path, format_):
    if format_ == "docx":
        file = open_word(written(report(), "docx"))
        assert file.sections[0].header.paragraphs[0].text == "Дунд хугацааны тайлан"
        return
    second = pdf_text(written(report(), "pdf"), tmp_path).split("\f")[1]
    assert second.splitlines()[0] == "Дунд хугацааны тайлан"


def test_excel_has_numbers_as_numbers_dates_as_dates_and_a_chart(written):
    book = openpyxl.load_workbook(io.BytesIO(written(report(), "xlsx")))
    matrix = book.worksheets[-1]
    rows = list(matrix.iter_rows(values_only=True))
    assert rows[0] == ("№", "Зөвлөмж", "Үнэлгээ", "Огноо", "Биелэлт")
    assert rows[1] == ("116.1", "Үндэсний хөтөлбөр боловсруулах", "Хэсэгчлэн хэрэгжсэн", datetime(2026, 3, 5), 0.5)  # noqa: DTZ001
    assert matrix["D2"].number_format == 'yyyy"."mm"."dd'
    assert matrix["E2"].number_format == "0.0%"
    assert matrix.freeze_panes == "B2"
    assert [len(sheet._charts) for sheet in book.worksheets] == [0, 1, 1, 1, 1, 0, 0]
    assert SENTENCE in " ".join(str(cell.value) for cell in book.worksheets[0]["A"])


def test_a_title_that_looks_like_an_address_stays_a_title(written):
    chart = Chart("bar", "Баяр!A1", ["a"], [Series("b", [1])])
    with zipfile.ZipFile(io.BytesIO(written(Document("x", "mn", (chart,)), "xlsx"))) as archive:
        drawn = archive.read("xl/charts/chart1.xml").decode()
    assert "<a:t>Баяр!A1</a:t>" in drawn


def sheets(data: bytes) -> list[str]:
    return openpyxl.load_workbook(io.BytesIO(data)).sheetnames[1:]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("mn", ["Зөвлөмжийн хэрэгжилт", "Хэрэгжилт сэдвээр", "Явц", "Хариу", "Гэрээ", "Бүх зөвлөмж"]),
        (
            "en",
            [
                "Implementation of the…", "Implementation by theme", "Явц", "Хариу", "Гэрээ", "All recommendations",
            ],
        ),
    ],
)  # fmt: skip
def test_excel_sheets_are_named_by_what_they_show(written, language, names):
    assert sheets(written(report(language), "xlsx")) == names


def test_a_table_can_have_a_short_name_for_its_sheet(written):
    table = Table(["a"], [["b"]], caption="Нэр урттай хүснэгт", name=Content.of(mn="Товч", en="Short"))
    chart = Chart("bar", "Урт гарчиг", ["a"], [Series("b", [1])], name="Зураглал")
    plain = Table(["a"], [["b"]])
    assert sheets(written(Document("x", "en", (table, chart, plain)), "xlsx")) == ["Short", "Зураглал", "Sheet"]


def test_excel_sheets_have_names_excel_takes(written):
    captions = [f"[{n}]:*?/\\ " + "х" * 50 for n in range(3)] + ["Хүснэгт", "ХҮСНЭГТ", "History", "'a'", "[]", "a" * 31]
    tables = tuple(Table(["a"], [["b"]], caption=caption) for caption in captions)
    names = sheets(written(report(extra=tables), "xlsx"))
    assert len({name.casefold() for name in names}) == len(names)
    assert max(map(len, names)) <= 31
    assert not [name for name in names if re.search(r"[\[\]:*?/\\]", name) or name != name.strip("' ")]
    assert {"Хүснэгт", "ХҮСНЭГТ 2", "History 2", "a" * 31} <= set(names)


def test_a_link_leads_to_a_sheet_with_an_apostrophe_in_its_name(written):
    data = written(Document("x", "en", (Table(["a"], [["b"]], caption="Women's rights"),)), "xlsx")
    front = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert front["A2"].hyperlink.location == "'Women''s rights'!A1"


def test_a_text_longer_than_a_cell_is_cut_and_says_so(written):
    book = openpyxl.load_workbook(io.BytesIO(written(Document("x", "mn", (Table(["a"], [["ү" * 40_000]]),)), "xlsx")))
    value = book.worksheets[-1]["A2"].value
    assert len(value) == 32_767
    assert value.endswith("…")


def test_excel_keeps_large_numbers_and_old_dates_exactly(written):
    row = [12345678901234567890, date(1206, 5, 1), 0, float("nan"), -5.5]
    data = written(Document("x", "mn", (Table(list("abcde"), [row]),)), "xlsx")
    values = next(openpyxl.load_workbook(io.BytesIO(data)).worksheets[-1].iter_rows(min_row=2, values_only=True))
    assert values == ("12345678901234567890", "1206-05-01", 0, None, -5.5)


def test_html_is_a_page_that_stands_alone_and_fetches_nothing(written):
    text = written(report(), "html").decode()
    assert text.startswith("<!DOCTYPE html>")
    assert '<html lang="mn">' in text
    assert SENTENCE in text
    assert '<th scope="col"' in text
    assert '<th scope="row"' in text
    assert "src=" not in text
    assert "@import" not in text


def test_a_rating_on_a_page_has_its_colour_its_sign_and_its_words(written):
    badge = '<span class="status status-warning">Хэсэгчлэн хэрэгжсэн</span>'
    assert fragment(report()).count(badge) == 4
    page = written(report(), "html").decode()
    assert badge in page
    for tone, ink in TONES.items():
        assert f".status-{tone} {{ background: {ink.pale}; color: {ink.dark}; }}" in page
        assert f'.status-{tone}::before {{ content: "{ink.sign}";' in page


def test_a_fragment_for_a_page_has_no_style_and_no_title_of_its_own():
    text = fragment(report())
    assert text.startswith("<article")
    assert "<style" not in text
    assert "style=" not in text
    assert "<h1" not in text
    assert hasattr(text, "__html__")


def test_csv_has_a_bom_and_every_table(written):
    text = written(report(), "csv").decode()
    assert text.startswith("\ufeff")
    assert "116.1,Үндэсний хөтөлбөр боловсруулах,Хэсэгчлэн хэрэгжсэн,2026-03-05,0.5\r\n" in text
    assert text.count("\r\n\r\n") == 5


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx", "html", "csv"])
def test_every_format_takes_500_rows(written, format_):
    data = written(Document("x", "mn", report(rows=500).blocks[-1:]), format_)
    if format_ == "docx":
        assert len(open_word(data).tables[0]._tbl.tr_lst) == 501
    elif format_ == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(data)).worksheets[1].max_row == 501
    else:
        assert data.count(b"116.") == 500 or format_ == "pdf"


@pytest.mark.parametrize("format_", ["docx", "pdf", "xlsx", "html", "csv"])
def test_an_empty_document_can_be_written(written, format_):
    empty = (Table(["a"], []), Chart("bar", "b", [], [Series("c", [])]), Paragraph(""), Paragraph([Run("", note="d")]))
    assert written(Document("x", "en", empty), format_)
    assert written(Document("x", "en", ()), format_)


def test_pictures_are_drawn_once_and_kept_for_the_next_time(tmp_path):
    cache = MemoryCache()
    first = write(Document("x", "mn", report().blocks[5:6]), "docx", cache=cache)
    assert len(cache._kept) == 1
    second = write(Document("x", "mn", report().blocks[5:6]), "docx", cache=cache)
    assert len(open_word(first).inline_shapes) == len(open_word(second).inline_shapes) == 1


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="no format 'rtf'"):
        write(report(), "rtf")


def test_a_web_process_that_makes_a_pdf_loads_no_engine():
    program = """
import sys
from portal.documents import Chart, Document, Series, write
assert write(Document("x", "mn", (Chart("bar", "b", ["a"], [Series("c", [1])]),)), "pdf").startswith(b"%PDF")
print(sorted({"docx", "typst", "vl_convert", "xlsxwriter", "openpyxl"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
