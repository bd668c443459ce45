from __future__ import annotations

from urllib.parse import unquote

import pytest

from portal.documents import MIME_TYPES, content_disposition, file_name

from .samples import report


def test_a_file_is_named_after_its_document_and_day():
    assert file_name(report(), "docx") == "Дунд хугацааны тайлан 2026-11-23.docx"
    assert file_name(report("en"), "pdf") == "Mid-term report 2026-11-23.pdf"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('a/b\\c:d*e?"f<g>h|i', "a b c d e f g h i.csv"),
        ("../../etc/passwd", "etc passwd.csv"),
        ("нэг\r\nSet-Cookie: x", "нэг Set-Cookie x.csv"),
        ("con", "_con.csv"),
        ("   ", "document.csv"),
        ("тайлан\u202egnp", "тайлан gnp.csv"),
    ],
)
def test_a_name_holds_nothing_a_system_refuses(title, name):
    assert file_name(title, "csv") == name


def test_a_long_title_is_cut_between_words():
    name = file_name("Хүний эрхийн " * 20, "pdf")
    assert len(name.encode()) < 200
    assert name.endswith(("эрхийн.pdf", "Хүний.pdf"))


def test_a_download_keeps_its_mongolian_name_exactly():
    name = "Дунд хугацааны тайлан 2026.docx"
    header = content_disposition(name)
    assert header.isascii()
    assert unquote(header.partition("filename*=UTF-8''")[2]) == name
    assert header.startswith('attachment; filename="2026.docx"')


def test_no_name_breaks_out_of_the_header():
    header = content_disposition('a"; filename="b.exe\r\nX: y.pdf')
    assert header.count('"') == 2
    assert "\r" not in header
    assert "\n" not in header


def test_every_format_has_its_type():
    assert set(MIME_TYPES) == {"docx", "pdf", "xlsx", "html", "csv", "json"}
