"""Beginning a report and writing its parts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from plugins.reports import queries, service
from plugins.reports.models import ReportTally
from portal.audit import HistoryEntry
from portal.db import db
from portal.records import Record, StaleVersion

from .conftest import fresh, slot, text

PAGE = "/reports"


@pytest.fixture
def browser(sign_in, coordinator):
    return sign_in(coordinator)


def address(report, part):
    return f"{PAGE}/{report.id}/parts/{part.id}"


def test_a_report_is_begun_with_the_voice_of_ones_organisation(browser, world, mojha):
    answer = browser.post(f"{PAGE}/new", data={"kind": "midterm", "org_id": str(mojha.id), "cycle": "3"})
    assert answer.status_code == 303
    record = db.session.scalar(select(Record).where(Record.kind == "report"))
    assert answer.location == f"/reports/{record.id}"
    assert record.title.text("en") == "Mid-term report on the recommendations of the third cycle (Government)"
    assert "гуравдугаар мөчлөгийн" in record.title.text("mn")
    row = queries.row(record.id)
    assert (row.voice, row.word_limit, row.begins_on.year, record.visibility) == ("government", 10_700, 2020, "org")


def test_administrators_set_the_limit_that_a_report_begins_with(as_role, browser, world, mojha):
    sent = {"national_words": "10700", "midterm_words": "", "annual_words": "5000", "version": "0"}
    assert as_role("administrator").post("/modules/reports/settings", data=sent).status_code == 303
    for kind, limit in (("midterm", None), ("annual", 5000), ("national", 10_700)):
        answer = browser.post(f"{PAGE}/new", data={"kind": kind, "org_id": str(mojha.id), "cycle": "3"})
        assert queries.row(int(answer.location.rpartition("/")[2])).word_limit == limit


def test_nobody_begins_a_report_for_another_organisation(browser, world, forum):
    answer = browser.post(f"{PAGE}/new", data={"kind": "midterm", "org_id": str(forum.id), "cycle": "3"})
    assert answer.status_code == 422
    assert db.session.scalar(select(Record.id).where(Record.kind == "report")) is None


def test_a_national_report_begins_with_the_outline_of_the_un(coordinator, mojha, world):
    record = service.create(coordinator, org_id=mojha.id, kind="national", cycle=4)
    chapters = [each.title.text("en") for each in queries.sections(record.id) if each.slot == "chapter"]
    assert chapters[0] == "Developments since the last review"
    assert chapters[-1] == "Expectations for capacity-building"
    assert queries.row(record.id).word_limit == 10_700


def test_a_time_that_ends_before_it_begins_is_refused(browser, world, mojha):
    days = {"begins_on": "2026-02-01", "ends_on": "2026-01-01"}
    sent = {"kind": "midterm", "org_id": str(mojha.id), "cycle": "3"} | days
    answer = browser.post(f"{PAGE}/new", data=sent)
    assert answer.status_code == 422
    assert "The last day is before the first one." in answer.get_data(as_text=True)


def test_a_part_is_written_in_both_languages_and_counted(browser, report):
    part = slot(report, "summary")
    sent = {"text-mn": "Нэг хоёр гурав.", "text-en": "One two three four.", "version": str(part.version)}
    assert browser.post(address(report, part), data=sent).status_code == 303
    saved = slot(report, "summary")
    assert saved.text.texts == {"mn": "Нэг хоёр гурав.", "en": "One two three four."}
    tally = db.session.get(ReportTally, report.id)
    page = browser.get(f"{PAGE}/{report.id}").get_data(as_text=True)
    assert f"{tally.words['en']} of 10,700 words; {10_700 - tally.words['en']:,} left." in page


def test_a_stale_page_answers_409_with_both_texts(browser, report, coordinator):
    part = slot(report, "methodology")
    opened = part.version
    service.write(coordinator, report, service.Written(part.id, opened, text("Эхний", "Written first")))
    answer = browser.post(address(report, part), data={"text-en": "Written later", "version": str(opened)})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Written first" in page
    assert "Written later" in page
    assert slot(report, "methodology").text.text("en") == "Written first"


def test_two_authors_write_two_parts_at_the_same_time(report, coordinator):
    one, other = slot(report, "summary"), slot(report, "conclusions")
    versions = one.version, other.version
    service.write(coordinator, report, service.Written(one.id, versions[0], text("а", "a")))
    service.write(coordinator, report, service.Written(other.id, versions[1], text("б", "b")))
    assert slot(report, "summary").text.text("en") == "a"
    assert slot(report, "conclusions").text.text("en") == "b"


def test_a_stale_title_page_is_not_saved(report, coordinator):
    opened = report.version
    given = {"begins_on": None, "ends_on": None, "due_on": None, "word_limit": None}
    service.edit(coordinator, report, version=opened, title=text("Нэг", "One"), **given)
    with pytest.raises(StaleVersion):
        service.edit(coordinator, report, version=opened, title=text("Хоёр", "Two"), **given)


def test_the_title_page_is_edited(browser, report):
    page = browser.get(f"{PAGE}/{report.id}/edit").get_data(as_text=True)
    assert 'value="10700"' in page
    sent = {"title-en": "A new title", "word_limit": "5000", "version": str(fresh(report).version)}
    assert browser.post(f"{PAGE}/{report.id}/edit", data=sent).status_code == 303
    assert fresh(report).title.text("en") == "A new title"
    assert "of 5,000 words" in browser.get(f"{PAGE}/{report.id}").get_data(as_text=True)


def test_chapters_are_added_moved_and_taken_away(browser, report):
    sent = {"title-en": "Last words", "text-en": "Text.", "counted": "yes", "version": "1"}
    assert browser.post(f"{PAGE}/{report.id}/parts/new", data=sent).status_code == 303

    def chapters():
        db.session.rollback()
        db.session.expire_all()
        return [each for each in queries.sections(report.id) if each.slot == "chapter"]

    names = [each.title.text("en") for each in chapters()]
    assert names == ["Progress by theme", "Challenges", "Last words"]
    last = chapters()[-1]
    assert browser.post(f"{address(report, last)}/move", data={"step": "up"}).status_code == 303
    assert [each.title.text("en") for each in chapters()] == ["Progress by theme", "Last words", "Challenges"]
    assert browser.post(f"{address(report, last)}/delete").status_code == 303
    assert [each.title.text("en") for each in chapters()] == ["Progress by theme", "Challenges"]


def test_an_annex_moves_among_the_annexes_only(report, coordinator):
    service.add_section(coordinator, report, title=text("Х", "Annex"), text=text("х", "x"), counted=False)
    before = [each.id for each in queries.sections(report.id)]
    service.move_section(coordinator, report, before[-2], -1)
    assert [each.id for each in queries.sections(report.id)] == before


def test_a_fixed_part_cannot_be_taken_away(browser, report):
    assert browser.post(f"{address(report, slot(report, 'summary'))}/delete").status_code == 404


def test_a_part_of_another_report_is_not_found(browser, report, parallel):
    part = slot(parallel, "summary")
    assert browser.get(address(report, part)).status_code == 404


def test_what_was_written_is_found_and_kept_in_the_history(browser, report, coordinator):
    part = slot(report, "summary")
    service.write(coordinator, report, service.Written(part.id, part.version, text("Малчдын эрх", "Rights of herders")))
    found = browser.get(f"{PAGE}/?q=herders").get_data(as_text=True)
    assert f"/reports/{report.id}" in found
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "reports_section"))
    assert any("text" in entry.changes and entry.record_id == report.id for entry in told)
