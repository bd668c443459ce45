"""Who sees which report, the files made in the background, the first page, the lists."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import select

from plugins.reports import service
from portal import records
from portal.db import db, transaction
from portal.documents.registry import registry
from portal.jobs import Job

from .conftest import fresh


@pytest.fixture
def forum_browser(sign_in, editor):
    return sign_in(editor)


@pytest.fixture
def browser(sign_in, coordinator):
    return sign_in(coordinator)


@pytest.mark.parametrize("page", ["", "/preview", "/edit", "/make", "/finalise", "/reopen", "/parts/new"])
def test_the_forum_does_not_find_the_governments_draft(forum_browser, report, page):
    assert forum_browser.get(f"/reports/{report.id}{page}").status_code == 404


def test_neither_sees_the_others_report_in_the_list(browser, forum_browser, report, parallel):
    ours = browser.get("/reports/").get_data(as_text=True)
    theirs = forum_browser.get("/reports/").get_data(as_text=True)
    assert (f"/reports/{report.id}" in ours, f"/reports/{parallel.id}" in ours) == (True, False)
    assert (f"/reports/{report.id}" in theirs, f"/reports/{parallel.id}" in theirs) == (False, True)


def test_a_shared_draft_is_read_but_not_written(forum_browser, report, coordinator, forum):
    with transaction():
        records.share(coordinator, fresh(report), org_id=forum.id, level="read")
    told = forum_browser.get(f"/reports/{report.id}/preview").get_data(as_text=True)
    assert "Fully implemented" in told
    assert forum_browser.get(f"/reports/{report.id}/edit").status_code == 403
    assert forum_browser.post(f"/reports/{report.id}/finalise", data={}).status_code == 403


def test_those_who_do_not_write_are_refused(as_role, report, mojha):
    officer = as_role("desk_officer", org=mojha)
    assert officer.get(f"/reports/{report.id}").status_code == 200
    assert officer.get("/reports/new").status_code == 403
    assert officer.get(f"/reports/{report.id}/edit").status_code == 403
    assert "Finalise" not in officer.get(f"/reports/{report.id}").get_data(as_text=True)


def test_the_report_is_read_in_one_frame_with_its_ratings_as_badges(browser, report):
    page = browser.get(f"/reports/{report.id}/preview").get_data(as_text=True)
    assert page.count('class="document"') == 1
    assert '<span class="status status-success">' in page


def make(browser, report, **given):
    sent = {"format": "xlsx", "language": "en"} | given
    return browser.post(f"/reports/{report.id}/make", data=sent)


def test_a_file_is_made_in_the_background_and_fetched(browser, report):
    answer = make(browser, report)
    assert answer.status_code == 303
    assert answer.location.startswith("/jobs/")
    page = browser.get(answer.location).get_data(as_text=True)
    assert "/file" in page
    with browser.get(f"{answer.location}/file") as file:
        names = openpyxl.load_workbook(io.BytesIO(file.data)).sheetnames
        assert "Mid-term" in file.headers["Content-Disposition"]
    assert names[1:4] == ["Figures at a glance", "Traffic light", "Ratings by position"]
    assert not [name for name in names if name.startswith("Table")]


def test_the_file_of_another_is_not_found(browser, forum_browser, report):
    job = make(browser, report).location
    assert forum_browser.get(job).status_code == 404
    assert forum_browser.get(f"{job}/file").status_code == 404


def test_a_file_of_a_report_that_is_no_longer_seen_is_refused(app, report, coordinator, editor):
    from plugins.reports.jobs import MAKE
    from portal import jobs

    jobs.start(editor.id, MAKE, title="x", record_id=report.id, format_="xlsx", language="en")
    job = db.session.scalar(select(Job).order_by(Job.id.desc()))
    db.session.refresh(job)
    assert job.state == "failed"
    assert "no longer shared with you" in job.message.text("en")


def test_an_unknown_format_is_refused(browser, report):
    assert make(browser, report, format="odt").status_code == 422


def test_home_tells_the_words_left_and_the_ratings_missing(browser, report, monkeypatch):
    from plugins.reports import panels

    monkeypatch.setattr(panels, "_unrated", lambda user: {("MN", 3, "government"): 1})
    told = browser.get("/").get_data(as_text=True)
    assert f"/reports/{report.id}" in told
    assert "of 10,700 words left" in told
    assert "1 rating is missing" in told


def test_home_says_what_to_do_first(browser, world):
    assert "You have no report in work." in browser.get("/").get_data(as_text=True)


def test_the_reports_are_a_table_too(report, coordinator, editor):
    (row,) = registry.rows(coordinator, "reports.reports", voice="government")
    assert (row["id"], row["voice"], row["status"], row["word_limit"]) == (report.id, "government", "draft", 10_700)
    assert row["words_en"] > 100
    assert list(registry.rows(editor, "reports.reports")) == []


def test_the_list_asks_as_many_questions_for_one_report_as_for_many(browser, world, coordinator, mojha, query_counter):
    service.create(coordinator, org_id=mojha.id, kind="midterm", cycle=3)
    browser.get("/reports/")
    with query_counter() as one:
        browser.get("/reports/")
    for _number in range(12):
        service.create(coordinator, org_id=mojha.id, kind="annual", cycle=3)
    with query_counter() as many:
        page = browser.get("/reports/").get_data(as_text=True)
    assert page.count("/reports/") > 12
    assert len(one) == len(many)


def test_a_report_asks_as_many_questions_for_three_recommendations_as_for_many(browser, report, world, query_counter):
    browser.get(f"/reports/{report.id}")
    with query_counter() as few:
        browser.get(f"/reports/{report.id}")
    for number in range(20, 80):
        world.rate(world.recommend(f"116.{number}"))
    with query_counter() as many:
        page = browser.get(f"/reports/{report.id}").get_data(as_text=True)
    assert "62 of 63 recommendations" in page
    assert len(few) == len(many)


@pytest.mark.parametrize("lang", ["mn", "en"])
@pytest.mark.parametrize("page", ["", "/preview", "/edit", "/finalise", "/make", "/parts/new"])
def test_every_page_opens_in_both_languages(browser, report, page, lang):
    answer = browser.get(f"/reports/{report.id}{page}?lang={lang}", follow_redirects=True)
    assert answer.status_code == 200
    assert f'<html lang="{lang}"' in answer.get_data(as_text=True)


def test_an_empty_list_says_what_to_do_first(browser, client, app):
    assert "Begin a report" in browser.get("/reports/").get_data(as_text=True)
    assert "Reports appear here when they are published." in client.get("/reports/").get_data(as_text=True)
    assert "Nothing matches these filters" in client.get("/reports/?voice=nhri").get_data(as_text=True)
