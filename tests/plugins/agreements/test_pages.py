"""Lists, the board, panels: what they show and how many questions they ask the database."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from plugins.agreements import queries, service
from plugins.agreements.models import Agreement
from portal import clock, records
from portal.db import db, transaction
from portal.reference import queries as reference
from portal.text import Content

from .conftest import KHOVD

YEAR = clock.today().year


def fill(coordinator: Any, mojha: Any, party: Any, count: int) -> None:
    """As many agreements as asked for, over units and years."""
    units = reference.first_level()
    with transaction():
        for number in range(count):
            record = records.create(
                coordinator,
                kind="agreement",
                title=Content.of(mn=f"Гэрээ {number}", en=f"Agreement {number}"),
                org_id=mojha.id,
                status="signed",
                visibility="site",
            )
            day = clock.today() - timedelta(days=number)
            row = Agreement(
                record_id=record.id,
                year=2001 + number // len(units),
                unit_id=units[number % len(units)].id,
                party_id=party.id,
                purpose=Content(),
                drafted_on=day,
                signed_on=day,
                office_us=Content(),
                office_them=Content(),
                evaluation=Content(),
            )
            db.session.add(row)


@pytest.mark.parametrize(
    "address", ["/agreements/", "/agreements/?year=2001&q=agreement", "/agreements/board?year=2001"]
)
def test_a_list_asks_as_often_with_500_rows_as_with_one(
    coordinator: Any, mojha: Any, khovd_office: Any, sign_in: Any, query_counter: Any, address: str
) -> None:
    browser = sign_in(coordinator)
    fill(coordinator, mojha, khovd_office, 1)
    browser.get(address)
    with query_counter() as one:
        assert browser.get(address).status_code == 200
    with transaction():
        for record_id in db.session.scalars(db.select(Agreement.record_id)):
            db.session.delete(db.session.get_one(records.Record, record_id))
    fill(coordinator, mojha, khovd_office, 500)
    with query_counter() as many:
        assert browser.get(address).status_code == 200
    assert len(many) <= len(one) + 1  # counting begins with the second page of a list


def test_an_agreement_asks_as_often_with_20_clauses_as_with_one(
    draft: Any, coordinator: Any, sign_in: Any, query_counter: Any
) -> None:
    few = draft(texts=("One",))
    many = draft(year=YEAR + 1, texts=tuple(f"Clause {number}" for number in range(20)))
    browser = sign_in(coordinator)
    browser.get(f"/agreements/{few.id}")
    seen = []
    for record in (few, many):
        with query_counter() as asked:
            assert browser.get(f"/agreements/{record.id}").status_code == 200
        seen.append(len(asked))
    assert seen[0] >= seen[1]


def test_the_board_shows_who_has_none_yet(signed: Any, coordinator: Any, sign_in: Any) -> None:
    signed()
    page = sign_in(coordinator).get(f"/agreements/board?year={YEAR}").text
    assert "1 of 22" in page
    assert page.count(f'/{YEAR}"') == 21
    assert "without an agreement" in page


def test_the_list_is_filtered_by_year_unit_and_status(draft: Any, signed: Any, coordinator: Any, sign_in: Any) -> None:
    signed(year=YEAR - 1)
    draft()
    browser = sign_in(coordinator)
    assert "1 entry" in browser.get(f"/agreements/?year={YEAR}").text
    assert "1 entry" in browser.get("/agreements/?status=signed").text
    unit = next(each.id for each in reference.first_level() if each.code == KHOVD)
    assert "2 entries" in browser.get(f"/agreements/?unit_id={unit}").text


def test_the_filtered_list_is_exported(draft: Any, signed: Any, coordinator: Any, sign_in: Any) -> None:
    signed(year=YEAR - 1)
    draft()
    browser = sign_in(coordinator)
    text = browser.get("/agreements/export/csv?status=signed&lang=mn").data.decode("utf-8-sig")
    lines = text.strip().splitlines()
    assert lines[0].startswith('"Аймаг, нийслэл",Он,')
    assert len(lines) == 2
    assert "Ховд" in lines[1]
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/agreements/export/xlsx").data))
    assert book.active is not None
    assert book.active.max_row == 3
    assert browser.get("/agreements/export/exe").status_code == 404


def test_the_first_page_tells_each_role_what_waits(
    draft: Any, signed: Any, coordinator: Any, khovd_officer: Any, sign_in: Any
) -> None:
    assert "No agreement was sent to you yet." in sign_in(khovd_officer).get("/").text
    record = signed()
    assert "1 of 22" in sign_in(coordinator).get("/").text
    page = sign_in(khovd_officer).get("/").text
    assert f"/agreements/{record.id}" in page
    assert "report" in page.lower()


def test_a_unit_shows_its_agreements(signed: Any, coordinator: Any) -> None:
    from plugins.agreements import panels

    record = signed()
    unit = queries.facts(record.id).row.unit_id
    [panel] = panels.unit(unit, coordinator)
    assert [row.id for row in panel.context["rows"]] == [record.id]
    assert panels.unit(unit + 1, coordinator) == []


def test_who_has_no_role_reads_nothing(client: Any, draft: Any) -> None:
    record = draft()
    assert client.get(f"/agreements/{record.id}").status_code == 404
    assert client.get("/agreements/new").status_code == 303
    assert "No agreements to see yet" in client.get("/agreements/").text


def test_the_title_is_made_in_both_languages(draft: Any) -> None:
    unit = queries.facts(draft().id).row.unit_id
    assert service.title_of(unit, 2026).texts == {
        "mn": "Ховд аймаг: 2026 оны гэрээ",
        "en": "Khovd aimag: agreement for 2026",
    }
