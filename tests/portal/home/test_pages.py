"""The first page, the search, places and documents."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal import records
from portal.db import db, transaction
from portal.reference.models import Unit
from portal.text import Content


@pytest.fixture
def record(identity, org):
    def make(title="Хүүхдийн эрх", visibility="public", unit="MN-043"):
        user = identity("coordinator", org=org("mojha"))
        place = db.session.scalar(select(Unit.id).where(Unit.code == unit))
        with transaction():
            return records.create(
                user,
                kind="consultation",
                title=Content.of(mn=title, en=f"{title} (en)"),
                org_id=org("mojha").id,
                unit_id=place,
                visibility=visibility,
                status="planned",
            )

    return make


def test_the_first_page_says_what_the_portal_is(client):
    page = client.get("/").text
    assert "What became of the recommendations" in page


def test_somebody_with_nothing_to_do_is_told_so(as_role):
    assert "Nothing waits for you" in as_role("observer").get("/").text


def test_the_search_finds_only_what_one_may_see(client, as_role, org, record):
    record("Нээлттэй", "public")
    record("Хаалттай", "org")
    assert "Нээлттэй" in client.get("/search?q=нээлттэй").text
    assert "Хаалттай (en)" not in client.get("/search?q=хаалттай").text
    assert "Хаалттай (en)" in as_role("coordinator", org=org("mojha")).get("/search?q=ХААЛТТАЙ").text


def test_a_search_without_result_says_what_to_do(client):
    page = client.get("/search?q=юучбиш").text
    assert "Nothing was found" in page
    assert "shorter words" in page


def test_every_first_level_unit_has_a_page(client):
    units = list(db.session.scalars(select(Unit.code).where(Unit.kind.in_(["aimag", "capital"]))))
    assert len(units) == 22
    page = client.get("/places/").text
    assert all(f"/places/{code}" in page for code in units)


def test_a_place_shows_the_records_about_it(client, record):
    record("Ховдын хэлэлцүүлэг")
    record("Нууц", "org")
    page = client.get("/places/MN-043").text
    assert "Ховдын хэлэлцүүлэг (en)" in page
    assert "Нууц" not in page


def test_an_unknown_place_does_not_exist(client):
    assert client.get("/places/XX-1").status_code == 404


def test_places_in_mongolian_speak_mongolian(client):
    client.set_cookie("portal_lang", "mn")
    assert "Ховд" in client.get("/places/").text
    assert "Khovd" not in client.get("/places/").text


def test_a_document_is_made_by_a_job_and_fetched(demo_data, sign_in):
    browser = sign_in(demo_data.user("coordinator"))
    report = db.session.scalar(
        select(records.Record.id).where(
            records.Record.kind == "report", records.Record.org_id == demo_data.org("mojha")
        )
    )
    page = browser.get(f"/documents/reports.midterm/{report}")
    assert page.status_code == 200
    started = browser.post(f"/documents/reports.midterm/{report}", data={"format": "xlsx", "language": "mn"})
    assert started.status_code == 303
    done = browser.get(started.headers["Location"])
    assert done.status_code == 200
    assert "xlsx" in done.text


def test_a_document_of_another_kind_of_record_does_not_exist(as_role, org, record):
    browser = as_role("coordinator", org=org("mojha"))
    assert browser.get(f"/documents/reports.midterm/{record().id}").status_code == 404


def test_a_number_no_row_can_have_does_not_exist(client):
    assert client.get(f"/records/{2**40}").status_code == 404
