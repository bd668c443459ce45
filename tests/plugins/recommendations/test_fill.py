"""A list of the UN filled with ratings: only the fourth column changes; the register as such a list."""

import io
import os
import re
import shutil
import subprocess
import zipfile

import docx
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from plugins.recommendations.commands import fill_command
from plugins.recommendations.files import filling, importing
from plugins.recommendations.importers import read
from plugins.recommendations.models import Recommendation
from plugins.recommendations.ratings import queries
from portal import cli
from portal.api import Identity, Record, db, force_locale, format_date, records

from .conftest import now
from .importers.builders import HEADERS, Row, saved, with_parts, word
from .test_importing import upload

ROWS = [
    "Theme: Health",
    Row("116.1 Build hospitals (Peru) (Chile);", groups=["Children"], sdgs=["3 - GOOD HEALTH AND WELL-BEING"]),
    Row("116.2 Train doctors (Cuba);", comment="Said by hand"),
    Row("116.3 Act (Norway);"),
    "Theme: Other",
    Row("116.4 Stop (Viet Nam);", position="Noted"),
]


def cells(data):
    """Every cell of every row of the first table as python-docx reads it."""
    return [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(data)).tables[0].rows]


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: (archive.read(info), info.date_time) for info in archive.infolist()}


def differing(before, after):
    """Where two tables differ: (row, column)."""
    old, new = cells(before), cells(after)
    assert [len(row) for row in old] == [len(row) for row in new]
    return {
        (row, column)
        for row, (one, other) in enumerate(zip(old, new, strict=True), 1)
        for column, (a, b) in enumerate(zip(one, other, strict=True), 1)
        if a != b
    }


@pytest.fixture
def imported(sign_in, coordinator):
    """The list in the register; the list."""
    data = word(3, ROWS)
    browser = sign_in(coordinator)
    browser.post(upload(browser, data) + "/confirm")
    return data


def record(number):
    return db.session.get_one(
        Record, db.session.scalar(select(Recommendation.record_id).where(Recommendation.number == number))
    )


@pytest.fixture
def rated(imported, rate, coordinator, mojha):
    """The first three rated by the Government: one in English only, one as a draft."""
    rate(coordinator, mojha, record("116.1"), "not", days=400, reason="Long ago")
    rate(coordinator, mojha, record("116.1"), "partially", reason="Two hospitals\nare <built> & open")
    rate(coordinator, mojha, record("116.2"), "fully")
    rate(coordinator, mojha, record("116.3"), "fully", publish=False, reason="A draft nobody may see")
    return imported


def fill(data, **asked):
    return filling.fill(Identity(), data, "list.docx", **{"voice": "government", "language": "en", **asked})


def test_only_the_empty_cells_of_the_fourth_column_are_filled(rated):
    done = fill(rated)
    assert (done.filled, done.kept, done.unrated, done.unknown) == (["116.1"], ["116.2"], ["116.3", "116.4"], [])
    assert differing(rated, done.data) == {(3, 4)}
    text = cells(done.data)[2][3].split("\n")
    day = next(each.rated_on for each in queries.ratings(Identity(), record("116.1").id) if each.is_latest)
    with force_locale("en"):
        assert text[0] == f"Partially implemented ({format_date(day)})"
    assert text[1:] == [
        "Two hospitals",
        "are <built> & open",
        "Evidence",
        "- Law or other act: Law of 2024 (https://example.org/law)",
        "Next step",
        "Adopt the bill",
    ]
    before, after = parts(rated), parts(done.data)
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml"}


def test_a_filled_cell_is_replaced_only_where_that_is_asked_for(rated):
    done = fill(rated, overwrite=True)
    assert (done.filled, done.kept) == (["116.1", "116.2"], [])
    assert differing(rated, done.data) == {(3, 4), (4, 4)}
    assert "Said by hand" not in cells(done.data)[3][3]
    again = fill(done.data)
    assert (again.filled, again.kept) == ([], ["116.1", "116.2"])
    assert differing(done.data, again.data) == set()


def test_ratings_are_written_in_the_language_asked_for_and_others_are_named(rated):
    done = fill(rated, language="mn")
    assert "Хэсэгчлэн хэрэгжсэн" in cells(done.data)[2][3]
    assert "Үндэслэл" in cells(done.data)[2][3]
    assert done.untranslated == ["116.1"]
    assert fill(rated).untranslated == []


def test_each_voice_fills_with_its_own_and_a_draft_goes_in_for_nobody(rated, coordinator, rate, identity, forum):
    rate(identity("cs_editor", org=forum), forum, record("116.4"), "not", reason="Nothing was done")
    assert fill(rated, voice="civil_society").filled == ["116.4"]
    own = filling.fill(coordinator, rated, "list.docx", voice="government", language="en")
    assert own.unrated == ["116.3", "116.4"]
    assert "A draft nobody may see" not in str(cells(own.data))


def test_a_paragraph_that_the_register_does_not_have_is_named(rated):
    more = word(3, [*ROWS, Row("116.99 Unheard of (Peru);")])
    assert fill(more).unknown == ["116.99"]


CSV = b"Text,From,Response,Session\r\nA,Peru,Noted,36\r\n"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [(word(4, [Row("6.1 Act (Peru)")]), "list.docx", "layout_no_comments"), (CSV, "info.csv", "fill_docx")],
)
def test_a_file_without_the_column_is_refused(app, data, name, code):
    with pytest.raises(importing.FileRefused) as caught:
        filling.fill(Identity(), data, name, voice="government", language="en")
    assert caught.value.code == code


def test_what_word_keeps_beside_the_text_stays(rated):
    """Comments in the XML, a look of the empty paragraph, a nested table, content controls."""
    document = docx.Document(io.BytesIO(rated))
    cell = document.tables[0].rows[2].cells[3]
    cell.paragraphs[0].paragraph_format.space_before = 50_800
    run = document.tables[0].rows[2].cells[2].paragraphs[0].runs[0]
    run.font.size, run.font.name = 101_600, "Calibri"
    inner = document.tables[0].rows[5].cells[2].add_table(1, 1)
    inner.rows[0].cells[0].text = "inner"
    data = saved(document)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")
    marked = with_parts(data, word__document_dot_xml=xml.replace(b"<w:body>", b"<w:body><!-- kept --><?keep me?>"))
    done = fill(marked)
    assert differing(marked, done.data) == {(3, 4)}
    after = zipfile.ZipFile(io.BytesIO(done.data)).read("word/document.xml")
    assert b"<!-- kept --><?keep me?>" in after
    filled = docx.Document(io.BytesIO(done.data)).tables[0].rows[2].cells[3]
    first = filled.paragraphs[0].runs[-1]
    assert {paragraph.paragraph_format.space_before for paragraph in filled.paragraphs} == {50_800}
    assert (first.font.size, first.font.name, first.bold) == (101_600, "Calibri", True)


def test_the_page_gives_the_file_to_the_one_who_sent_it(rated, sign_in, as_role, org, client):
    stranger = as_role("desk_officer", org=org("other"))
    sent = {"voice": "government", "language": "en"}
    page = _post(stranger, rated, **sent)
    assert page.status_code == 200
    assert "116.3, 116.4" in page.text
    address = re.search(r'href="([^"]*/files/[^"]+)"', page.text)[1]
    with stranger.get(address) as answer:
        assert differing(rated, answer.get_data()) == {(3, 4)}
    assert as_role("desk_officer", org=org("third")).get(address).status_code == 404
    assert now(select(records.File.name)) == "list (filled).docx"
    _post(stranger, rated, **sent)
    assert len(list(db.session.scalars(select(records.File.id)))) == 1
    assert stranger.get(address).status_code == 404
    refused = _post(stranger, word(4, [Row("6.1 Act (Peru)")]), **sent)
    assert refused.status_code == 422
    assert "This list has no column for comments" in refused.text
    assert client.get("/recommendations/fill").status_code in (302, 303)


def _post(browser, data, **values):
    return browser.post(
        "/recommendations/fill?lang=en",
        data={"file": (io.BytesIO(data), "list.docx"), **values},
        content_type="multipart/form-data",
    )


def test_the_command_fills_and_says_what_it_did(app, monkeypatch, tmp_path, rated):
    monkeypatch.setattr(cli, "_application", [app])
    source, out = tmp_path / "list.docx", tmp_path / "out.docx"
    source.write_bytes(rated)
    done = CliRunner().invoke(fill_command, [str(source), str(out), "--voice", "government"])
    assert done.exit_code == 0, done.output
    assert "filled 1\n" in done.output
    assert "filled already, left as they are (1): 116.2" in done.output
    assert "no published rating (2): 116.3, 116.4" in done.output
    assert differing(rated, out.read_bytes()) == {(3, 4)}
    source.write_bytes(word(4, [Row("6.1 Act (Peru)")]))
    refused = CliRunner().invoke(fill_command, [str(source), str(out), "--voice", "nhri"])
    assert refused.exit_code == 1
    assert "Take the register itself as a list of the UN instead" in refused.stderr
    assert CliRunner().invoke(fill_command, [str(source), str(out)]).exit_code == 2


def test_the_real_list_of_the_un_is_filled_and_only_its_fourth_column_differs(
    sign_in, coordinator, mojha, rate, sample_data, tmp_path
):
    data = (sample_data / "ohchr_thematic_list_sample_cycle3_slovenia.docx").read_bytes()
    browser = sign_in(coordinator)
    browser.post(upload(browser, data, cycle="3") + "/confirm")
    ids = list(db.session.scalars(select(Recommendation.record_id).order_by(Recommendation.number_sort)))
    for place, record_id in enumerate(ids[:12]):
        rate(coordinator, mojha, db.session.get_one(Record, record_id), ("fully", "partially", "not")[place % 3])
    done = filling.fill(Identity(), data, "slovenia.docx", voice="government", language="en")
    assert (len(done.filled), len(done.unrated), done.unknown, done.country) == (12, 203, [], "SI")
    changed = differing(data, done.data)
    assert {column for _row, column in changed} == {4}
    numbered = {row[0].split()[0]: place for place, row in enumerate(cells(data), 1) if row[0][:1].isdigit()}
    assert {row for row, _column in changed} == {numbered[number] for number in done.filled}
    before, after = parts(data), parts(done.data)
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml"}
    printed = _pages(done.data, tmp_path)
    assert printed is None or printed.count("Law of 2024") == 12


def _pages(data, folder):
    """The text of the document as LibreOffice prints it; None without LibreOffice."""
    office, reader = shutil.which("soffice"), shutil.which("pdftotext")
    if office is None or reader is None:
        return None
    source = folder / "filled.docx"
    source.write_bytes(data)
    environment = {**os.environ, "HOME": str(folder)}
    subprocess.run(
        [office, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=900,
        env=environment,
    )
    return subprocess.run([reader, str(folder / "filled.pdf"), "-"], check=True, capture_output=True).stdout.decode()


def test_the_register_as_a_list_of_the_un_is_read_back_the_same(rated, client, sign_in, coordinator):
    got = client.get("/recommendations/export.docx?cycle=3&fill=government&language=en").get_data()
    assert tuple(cells(got)[0]) == HEADERS[3]
    header = docx.Document(io.BytesIO(got)).sections[0].header.paragraphs[0].text
    assert header == "UPR of Mongolia (3rd Cycle - 36th Session)"
    assert "By UN paragraph: 4" in docx.Document(io.BytesIO(got)).paragraphs[1].text
    before, after = read(rated, "a.docx"), read(got, "b.docx")
    assert (after.country, after.cycle, after.session, after.refused) == ("Mongolia", 3, 36, ())
    for old, new in zip(before.rows, after.rows, strict=True):
        same = ("number", "text", "states", "position", "themes", "groups", "sdgs", "heading")
        assert [getattr(old, name) for name in same] == [getattr(new, name) for name in same]
    assert after.rows[0].comment.startswith("Partially implemented")
    assert after.rows[2].comment == ""
    browser = sign_in(coordinator)
    preview = upload(browser, got)
    assert "Nothing would change" in browser.get(f"{preview}?lang=en").text


def test_a_list_of_the_un_is_of_one_review(rated, client, sign_in, coordinator):
    browser = sign_in(coordinator)
    browser.post(upload(browser, word(2, [Row("1.1 Act (Peru)", themes=["D29 Domestic violence"])])) + "/confirm")
    answer = client.get("/recommendations/export.docx?position=supported&lang=en")
    assert answer.status_code == 303
    assert "position=supported" in answer.location
    assert "A list of the UN is of one review" in client.get(answer.location).text
