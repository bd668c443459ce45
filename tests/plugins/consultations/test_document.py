"""The minutes as a paper, opened again by another program."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from werkzeug.exceptions import NotFound

from plugins.consultations import service
from plugins.consultations.documents import build
from portal import documents, meetings
from portal.db import transaction
from portal.text import Content

from .conftest import spoken


def words(user, record_id, locale):
    file = Document(BytesIO(documents.write(build(user, record_id, locale), "docx")))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in file.paragraphs] + cells)


@pytest.fixture
def full(officer, consultation, minutes, org):
    with transaction():
        meetings.add_item(
            officer,
            consultation,
            title=Content.of(mn="UPR гэж юу вэ", en="What the UPR is"),
            speaker_org_id=org("mfa").id,
        )
        meetings.add_attendance(officer, consultation, category="civil_society", name="Sarantuya", named=True)
        meetings.add_attendance(officer, consultation, category="citizen", name="Pseudonym", organisation="Buyant")
    counts = service.Counts({"citizen": 15, "government": 5}, 12, 8, {"lgbti": 2, "herders": 9})
    service.count(officer, consultation, counts, version=None)
    service.add_statement(officer, minutes, spoken("Named words", speaker="Enkhzul"))
    service.add_statement(officer, minutes, spoken("Hidden words", "persisting", speaker="Dulamsuren", anonymous=True))
    service.add_statement(officer, minutes, spoken("Only for us", "emerging", restricted=True))
    service.save_minutes(
        officer,
        minutes,
        version=None,
        number="03",
        chair="B.Munkhtsetseg",
        secretary="N.Unurbayar",
        summary=Content.of(en="It went well.", mn="Хурал амжилттай болсон."),
    )
    return minutes


def test_the_paper_has_the_mongolian_form(officer, full):
    service.approve(officer, full, version=None)
    text = words(officer, full.id, "mn")
    for part in (
        "Хурлын тэмдэглэл",
        "Дугаар: 03",
        "Ховд",
        "2026 оны 02 дугаар сарын 13",
        "Хөтөлбөр",
        "UPR гэж юу вэ",
        "Хурал даргалсан: B.Munkhtsetseg",
        "Гарсан санал",
        "Хэрэгжилтийн өнөөгийн байдал",
        "The shelter has six beds. (mn)",
        "ТЭМДЭГЛЭЛ ХӨТӨЛСӨН",
    ):
        assert part in text, part
    assert "ноорог" not in text


def test_the_paper_names_nobody_who_did_not_agree(officer, full):
    text = words(officer, full.id, "en")
    assert "Sarantuya" in text
    assert "Enkhzul" in text
    for name in ("Dulamsuren", "Pseudonym"):
        assert name not in text
    assert "1 more person is on the attendance list" in text


def test_the_paper_leaves_out_what_is_restricted_and_small(officer, full):
    text = words(officer, full.id, "en")
    assert "Only for us" not in text
    assert "1 statement is kept within the organisation" in text
    assert "LGBTI persons – fewer than 5" in text
    assert "Herders – 9" in text


def test_a_draft_says_that_it_is_one(officer, full):
    assert "Draft, not approved" in words(officer, full.id, "en")


def test_the_paper_is_made_from_the_consultation_too(officer, consultation, full):
    assert build(officer, consultation.id, "en").title == build(officer, full.id, "en").title


def test_the_forum_cannot_print_what_was_not_shared(officer, editor, forum, full):
    service.approve(officer, full, version=None)
    with pytest.raises(NotFound):
        build(editor, full.id, "en")
    service.share(officer, full, org_id=forum.id)
    assert "The shelter has six beds." in words(editor, full.id, "en")


def test_the_paper_is_written_in_every_format(officer, full):
    paper = build(officer, full.id, "mn")
    assert documents.write(paper, "pdf").startswith(b"%PDF")
    assert "Хурлын тэмдэглэл" in documents.write(paper, "html").decode()
