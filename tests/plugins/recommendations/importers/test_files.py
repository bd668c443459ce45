"""Files that are refused whole, each by its own code; and reading inside the limited child process."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.recommendations.importers import (
    MESSAGES,
    READ,
    InputRefused,
    Parsed,
    archive,
    message,
    read,
    read_thematic_list,
    sniff,
)
from portal.child import InputRefused as Refused
from portal.child import run_limited

from .builders import Row, answer, export, sheet, uhri, uhri_row, with_parts, word

BOOKS = (
    uhri([uhri_row(), uhri_row("116.2 Act (Peru)", ("Peru",))]),
    sheet(["number", "cycle", "text_en"], [["116.1", 3, "Act"]]),
)
GOOD = word(3, ["Theme: Health", Row("1.1 Act (Peru)"), Row("1.2 Stop (Cuba)", position="Noted")])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def code_of(data, name="list.docx"):
    with pytest.raises(InputRefused) as caught:
        read(data, name)
    return caught.value.code


def with_flag(data):
    """The archive with the mark of encryption on every member."""
    out = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = out.find(signature)
        while place >= 0:
            flags = struct.unpack_from("<H", out, place + offset)[0]
            struct.pack_into("<H", out, place + offset, flags | 1)
            place = out.find(signature, place + 4)
    return bytes(out)


def archive_of(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def test_the_kind_is_found_by_the_content_whatever_the_name():
    assert sniff(GOOD, "list.csv") == "docx"
    assert sniff(export([answer()]), "export.ods") == "csv"
    assert sniff(export([answer()], encoding="utf-16"), "export.csv") == "csv"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (GOOD[: len(GOOD) // 2], "file_damaged"),
        (GOOD[:-400], "file_damaged"),
        (b"PK\x03\x04 nothing more", "file_damaged"),
        (b"just some words", "file_damaged"),
        (OLE, "file_old_office"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        (with_flag(GOOD), "file_encrypted"),
        (b"%PDF-1.7 ...", "file_type"),
        (b"{\\rtf1 }", "file_type"),
        (b"<html><table></table></html>", "file_type"),
        (b"\x89PNG\r\n\x1a\n", "file_type"),
        (archive_of(xl__workbook_dot_xml="<workbook/>"), "file_damaged"),
        (archive_of(ppt__presentation_dot_xml="<p/>"), "file_type"),
        (archive_of(notes_dot_txt="hello"), "file_type"),
        (with_parts(GOOD, word__vbaProject_dot_bin=b"macro"), "file_macro"),
        (with_parts(GOOD, word__document_dot_xml=b"<w:document"), "file_damaged"),
        (with_parts(GOOD, word__document_dot_xml=b"<document/>"), "no_table"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_code(data, code):
    assert code_of(data) == code


def test_a_macro_file_is_known_by_its_content_type():
    types = zipfile.ZipFile(io.BytesIO(GOOD)).read("[Content_Types].xml")
    macro = types.replace(b"wordprocessingml.document.main+xml", b"ms-word.document.macroEnabled.main+xml")
    assert code_of(with_parts(GOOD, **{"[Content_Types].xml": macro})) == "file_macro"


def test_a_damaged_member_is_refused():
    data = bytearray(GOOD)
    info = zipfile.ZipFile(io.BytesIO(GOOD)).getinfo("word/document.xml")
    for place in range(info.header_offset + 60, info.header_offset + 90):
        data[place] ^= 0xFF
    assert code_of(bytes(data)) == "file_damaged"


def test_a_file_over_the_limit_is_refused():
    assert code_of(GOOD + bytes(archive.FILE_LIMIT)) == "file_too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x "boom">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
        "<!doctype a>",
    ],
)
def test_entities_and_document_types_are_refused_in_every_part(encoding, doctype):
    part = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<a>text</a>'.encode(encoding)
    assert code_of(with_parts(GOOD, word__document_dot_xml=part)) == "file_dtd"
    assert code_of(with_parts(GOOD, customXml__item9_dot_xml=part)) == "file_dtd"


def test_an_archive_that_grows_too_much_is_refused_before_it_is_unpacked():
    assert code_of(with_parts(GOOD, word__media_dot_bin=bytes(6 * 1024 * 1024))) == "file_bomb"
    assert code_of(with_parts(GOOD, word__media_dot_bin=bytes(41 * 1024 * 1024))) == "file_bomb"


def test_an_archive_of_too_many_parts_is_refused():
    many = {f"word__part{number}_dot_bin": b"" for number in range(2001)}
    assert code_of(with_parts(GOOD, **many)) == "file_bomb"


def test_an_archive_with_one_name_twice_is_refused():
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning, match="Duplicate name"):
        made.writestr("word/document.xml", "<a/>")
    assert code_of(out.getvalue()) == "file_damaged"


def test_deeply_nested_xml_is_refused():
    depth = 5000
    part = b"<a>" * depth + b"</a>" * depth
    assert code_of(with_parts(GOOD, word__document_dot_xml=part)) == "file_damaged"


def test_a_list_travels_through_the_child_process():
    assert Parsed.load(run_limited(READ, GOOD, "list.docx")) == read_thematic_list(GOOD)
    data = export([answer("Old", session="9"), answer("New", session="22")])
    assert Parsed.load(run_limited(READ, data, "export.csv", 22)) == read(data, "export.csv", 22)


def test_a_refusal_travels_through_the_child_process():
    with pytest.raises(Refused) as caught:
        run_limited(READ, word(3, [], header=("A", "B", "C", "D")), "list.docx")
    assert (caught.value.code, caught.value.where) == ("layout", {"found": ["A", "B", "C", "D"]})


def test_every_refusal_has_words():
    text = message("several_sessions", {"found": [9, 22]}, str)
    assert text == "The file holds several sessions: 9, 22. Choose one."
    assert message("state_unknown", {"value": "X", "nearest": []}, str).endswith("Did you mean: –?")
    assert message("never heard of", {}, str) == MESSAGES["crashed"]


def test_the_readers_load_nothing_of_the_application():
    loaded = run_limited("tests.plugins.recommendations.importers.loaded:modules")
    assert not [name for name in loaded if name.partition(".")[0] in ("flask", "sqlalchemy", "babel")]
    assert [name for name in loaded if name.startswith("portal")] == ["portal", "portal.child"]


def outcome(data, name):
    """The rows read and refused, or the code of the refusal."""
    try:
        found = read(data, name)
    except InputRefused as refused:
        return refused.code
    return len(found.rows) + len(found.refused)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=40))
@settings(max_examples=150, deadline=None)
def test_a_file_damaged_anywhere_is_read_or_refused_but_never_crashes(place, noise):
    damaged = GOOD[:place] + noise + GOOD[place + len(noise) :]
    assert outcome(damaged, "list.docx") in {*MESSAGES, 1, 2}


@given(st.binary(min_size=1, max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_but_never_crash(noise):
    for data in (noise, b"Text,From,Response\n" + noise, export([answer()]) + noise):
        assert outcome(data, "export.csv") in {*MESSAGES, *range(1, 202)}


@given(st.sampled_from(BOOKS), st.floats(0, 0.999), st.binary(min_size=1, max_size=40))
@settings(max_examples=120, deadline=None)
def test_a_workbook_damaged_anywhere_is_read_or_refused_but_never_crashes(data, share, noise):
    place = int(len(data) * share)
    assert outcome(data[:place] + noise + data[place + len(noise) :], "book.xlsx") in {*MESSAGES, 1, 2}


def test_a_workbook_travels_through_the_child_process():
    for data in BOOKS:
        assert Parsed.load(run_limited(READ, data, "book.xlsx")) == read(data, "book.xlsx")


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"])
def test_xml_that_is_no_xml_in_a_workbook_is_refused(member):
    hollow = with_parts(BOOKS[0], **{member.replace("/", "__").replace(".", "_dot_"): b"<worksheet><sheetData><row"})
    assert code_of(hollow, "book.xlsx") in MESSAGES


def test_a_cell_of_a_megabyte_is_refused_at_once():
    found = read_thematic_list(word(3, [Row("1.1 " + "(Peru) " * 150_000), Row("1.2 Act (Cuba)")]))
    assert [problem.code for problem in found.refused] == ["text_too_long"]
    assert [row.number for row in found.rows] == ["1.2"]
