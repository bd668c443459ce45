"""The agreement as a paper, and the tables other modules read."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest

from plugins.agreements import queries, service
from plugins.agreements.documents import build
from plugins.agreements.service import place
from portal import clock, documents
from portal.documents.registry import registry as datasets

from .conftest import clause
from .test_making import recommendation

YEAR = clock.today().year


def words(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_paper_names_parties_clauses_and_places_to_sign(signed: Any, coordinator: Any) -> None:
    record = signed(number="184/26")
    text = words(documents.write(build(coordinator, record.id, "en"), "docx"))
    for part in (
        "Agreement on carrying out human rights recommendations",
        "Khovd aimag",
        "184/26",
        "Organisation mojha",
        "Organisation khovd-gov",
        "Keep a shelter open",
        "Make entrances accessible",
        "Д.Эрдэнэ",
        "Б.Мөнхцэцэг",
    ):
        assert part in text


def test_the_mongolian_paper_has_the_official_date(signed: Any, coordinator: Any) -> None:
    record = signed()
    text = words(documents.write(build(coordinator, record.id, "mn"), "docx"))
    day = queries.facts(record.id).row.signed_on
    assert f"{day.year} оны {day.month:02}" in text
    assert "өдөр" in text
    assert "Keep a shelter open (мн)" in text
    assert "харилцан тохиролцож байгуулав" in text


def test_the_paper_is_made_as_pdf(draft: Any, coordinator: Any) -> None:
    assert documents.write(build(coordinator, draft().id, "mn"), "pdf").startswith(b"%PDF-")


def test_dropped_clauses_are_not_printed(draft: Any, coordinator: Any) -> None:
    from plugins.agreements import clauses

    record = draft()
    header, _row = queries.clause(coordinator, queries.clauses(record.id)[0].id)
    clauses.set_status(coordinator, header, version=None, status="dropped")
    text = words(documents.write(build(coordinator, record.id, "en"), "docx"))
    assert "Keep a shelter open" not in text
    assert "Make entrances accessible" in text


def test_the_paper_of_a_draft_is_not_for_others(draft: Any, khovd_officer: Any) -> None:
    from werkzeug.exceptions import NotFound

    with pytest.raises(NotFound):
        build(khovd_officer, draft().id, "mn")


def test_the_table_of_clauses_says_what_they_implement(draft: Any, coordinator: Any) -> None:
    number = recommendation(coordinator, "116.21")
    draft(new_clauses=[clause("Keep a shelter open", recommendations=(number,)), clause("Train teachers")])
    draft(year=YEAR + 1)
    rows = list(datasets.rows(coordinator, "agreements.clauses", year=YEAR))
    assert [(row["number"], row["recommendations"], row["progress"]) for row in rows] == [
        (1, ["116.21"], None),
        (2, [], None),
    ]
    assert len(list(datasets.rows(coordinator, "agreements.clauses"))) == 4


def test_the_tables_show_only_what_one_may_see(draft: Any, coordinator: Any, khovd_officer: Any) -> None:
    record = draft()
    assert list(datasets.rows(khovd_officer, "agreements.agreements")) == []
    service.send(coordinator, record)
    [row] = datasets.rows(khovd_officer, "agreements.agreements", year=str(YEAR))
    assert (row["id"], row["clauses"], row["status"]) == (record.id, 2, "sent")


def test_a_unit_is_named_as_a_sentence_needs_it(app: Any) -> None:
    from portal.text import Content

    assert place(Content.of(mn="Ховд", en="Khovd"), "aimag").texts == {"mn": "Ховд аймаг", "en": "Khovd aimag"}
    city = place(Content.of(mn="Улаанбаатар", en="Ulaanbaatar"), "capital")
    assert city.texts == {"mn": "Улаанбаатар хот", "en": "city of Ulaanbaatar"}
