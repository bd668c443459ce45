"""Finalising a report: complete, within its limit, and unchanged from then on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from plugins.reports import queries, service
from plugins.reports.documents import build
from portal.audit import HistoryEntry
from portal.db import db
from portal.documents import write
from portal.text import Content

from .conftest import fresh, slot, text

REASON = text("Мэдээлэл ирээгүй", "No information was received")


@pytest.fixture
def browser(sign_in, coordinator):
    return sign_in(coordinator)


def figures(html):
    """The table of figures, in its order."""
    return html.split("<table")[1].split("</table>")[0]


def page(browser, report, what=""):
    return browser.get(f"/reports/{report.id}{what}").get_data(as_text=True)


def send(browser, report, **given):
    sent = {"version": str(fresh(report).version), "visibility": "org"} | given
    return browser.post(f"/reports/{report.id}/finalise", data=sent)


def finalise(coordinator, report, reason=REASON, visibility="org"):
    service.finalise(coordinator, report, version=fresh(report).version, unrated_reason=reason, visibility=visibility)


def test_finalising_is_refused_while_ratings_are_missing(browser, report):
    answer = send(browser, report)
    assert answer.status_code == 422
    told = answer.get_data(as_text=True)
    assert "1 recommendation has no published rating of this voice." in told
    assert "116.10" in told
    assert fresh(report).status == "draft"


def test_the_page_names_what_is_missing_and_links_to_the_list(browser, report):
    told = page(browser, report)
    assert "2 of 3 recommendations have a published rating of this voice." in told
    assert "/recommendations/?cycle=3&amp;voice=government&amp;rating=none" in told


def test_a_reason_is_enough_and_is_printed(browser, report, coordinator):
    answer = send(browser, report, **{"unrated_reason-mn": "Мэдээлэл ирээгүй", "unrated_reason-en": "No information"})
    assert answer.status_code == 303
    assert fresh(report).status == "final"
    document = build(coordinator, report.id, "en")
    assert "1 recommendation is not rated. Reason: No information" in write(document, "html").decode()


def test_no_reason_is_needed_where_all_are_rated(report, coordinator, world):
    world.rate(3, "not")
    finalise(coordinator, report, Content())
    assert fresh(report).status == "final"
    assert not queries.row(report.id).unrated_reason


def test_a_reason_is_needed_where_the_register_is_off(report, coordinator, without):
    without("recommendations")
    with pytest.raises(service.RatingsMissing) as refused:
        finalise(coordinator, report, Content())
    assert refused.value.missing is None


def test_a_report_over_its_limit_is_refused_and_says_by_how_much(browser, report, coordinator):
    part = slot(report, "summary")
    service.write(coordinator, report, service.Written(part.id, part.version, text("", "word " * 11_000)))
    answer = send(browser, report, **{"unrated_reason-en": "No information"})
    assert answer.status_code == 422
    assert "English:" in answer.get_data(as_text=True)
    assert "words over the limit" in answer.get_data(as_text=True)
    assert "over the limit of 10,700" in page(browser, report)


def test_a_final_report_no_longer_changes(browser, report, coordinator, world):
    draft = write(build(coordinator, report.id, "mn"), "html").decode()
    finalise(coordinator, report)
    before = write(build(coordinator, report.id, "mn"), "html")
    assert figures(before.decode()) == figures(draft)
    world.rate(3, "fully")
    world.recommend("116.11")
    world.consultations.clear()
    assert write(build(coordinator, report.id, "mn"), "html") == before
    part = slot(report, "summary")
    answer = browser.post(f"/reports/{report.id}/parts/{part.id}", data={"text-en": "x", "version": str(part.version)})
    assert answer.status_code == 303
    assert not slot(report, "summary").text
    with pytest.raises(service.ReportLocked):
        service.write(coordinator, report, service.Written(part.id, part.version, text("x", "x")))


def test_a_second_click_does_not_finalise_twice(browser, report, coordinator):
    first = send(browser, report, **{"unrated_reason-en": "No information"})
    again = send(browser, report, **{"unrated_reason-en": "No information"})
    assert (first.status_code, again.status_code) == (303, 303)
    assert fresh(report).status == "final"


def test_a_stale_page_does_not_finalise(browser, report, coordinator):
    opened = fresh(report).version
    part = slot(report, "summary")
    service.write(coordinator, report, service.Written(part.id, part.version, text("а", "a")))
    answer = send(browser, report, version=str(opened), **{"unrated_reason-en": "No information"})
    assert answer.status_code == 409
    assert fresh(report).status == "draft"


def test_a_report_is_opened_again_with_a_reason(browser, report, coordinator, world):
    finalise(coordinator, report, visibility="public")
    version = str(fresh(report).version)
    assert browser.post(f"/reports/{report.id}/reopen", data={"reason": "", "version": version}).status_code == 422
    answer = browser.post(f"/reports/{report.id}/reopen", data={"reason": "A figure was wrong", "version": version})
    assert answer.status_code == 303
    assert (fresh(report).status, fresh(report).visibility) == ("draft", "org")
    told = db.session.scalars(select(HistoryEntry.reason).where(HistoryEntry.record_id == report.id))
    assert "A figure was wrong" in set(told)
    world.recommend("116.11")
    assert queries.draft(coordinator, fresh(report)).facts.total == 4


def test_everyone_reads_a_public_final_report_and_nothing_else(client, report, coordinator):
    assert client.get(f"/reports/{report.id}").status_code == 404
    finalise(coordinator, report, visibility="public")
    told = client.get(f"/reports/{report.id}/preview")
    assert told.status_code == 200
    assert "Protect the rights of the child 116.1" in told.get_data(as_text=True)
    assert f"/reports/{report.id}" in client.get("/reports/").get_data(as_text=True)
    assert "make-file" not in client.get(f"/reports/{report.id}").get_data(as_text=True)
