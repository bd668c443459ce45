"""Minutes in the browser: written, linked, approved, shared; locked and reopened."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from plugins.consultations import service
from portal import meetings, records
from portal.audit import HistoryEntry
from portal.db import db
from portal.meetings.models import Speaker
from portal.records import Record

from .conftest import fresh, spoken

PAGE = "/consultations"


def version(record):
    return str(fresh(record).version)


def status(record):
    return fresh(record).status


def add(browser, minutes, text="Herders are not heard.", **given):
    sent = {"section": "persisting", "text-en": text, "category": "citizen", "version": "0"} | given
    return browser.post(f"{PAGE}/minutes/{minutes.id}/statements/new", data=sent)


def approve(browser, minutes):
    return browser.post(f"{PAGE}/minutes/{minutes.id}/approve", data={"version": version(minutes)})


@pytest.fixture
def browser(sign_in, officer):
    return sign_in(officer)


def test_minutes_are_begun_once_and_the_consultation_is_then_held(browser, consultation):
    first = browser.post(f"{PAGE}/{consultation.id}/minutes")
    assert first.status_code == 303
    assert browser.post(f"{PAGE}/{consultation.id}/minutes").location == first.location
    assert status(consultation) == "held"


def test_statements_are_written_one_by_one_without_scripts(browser, officer, consultation, minutes):
    assert add(browser, minutes).location.startswith(f"{PAGE}/minutes/{minutes.id}#statement-")
    another = add(browser, minutes, "Teachers are missing.", another="1")
    assert another.location == f"{PAGE}/minutes/{minutes.id}/statements/new?section=persisting"
    assert status(consultation) == "minutes_in"
    rows = meetings.statements(officer, minutes.id)
    assert [row.section for row in rows] == ["implementation", "persisting", "persisting"]
    assert browser.post(f"{PAGE}/statements/{rows[2].id}/up").status_code == 303
    rows = meetings.statements(officer, minutes.id)
    assert rows[1].text.text("en") == "Teachers are missing."
    page = browser.get(f"{PAGE}/minutes/{minutes.id}").get_data(as_text=True)
    assert page.index("Teachers are missing.") < page.index("Herders are not heard.")
    sent = {"section": "emerging", "text-en": "Changed", "version": "1"}
    assert browser.post(f"{PAGE}/statements/{rows[1].id}/edit", data=sent).status_code == 303
    assert browser.post(f"{PAGE}/statements/{rows[2].id}/delete").status_code == 303
    rows = meetings.statements(officer, minutes.id)
    assert [(row.section, row.text.text("en")) for row in rows][1:] == [("emerging", "Changed")]


def test_a_statement_needs_words_and_a_section(browser, minutes):
    assert add(browser, minutes, "").status_code == 422
    assert add(browser, minutes, "Words", section="gossip").status_code == 422
    assert add(browser, minutes, "x" * 5001).status_code == 422


def test_an_anonymous_statement_keeps_no_name(browser, minutes):
    add(browser, minutes, speaker="Dulamsuren", anonymous="y")
    assert db.session.scalars(select(Speaker)).all() == []
    page = browser.get(f"{PAGE}/minutes/{minutes.id}").get_data(as_text=True)
    assert "anonymous" in page
    assert "Dulamsuren" not in page


def test_the_forum_gets_404_until_the_minutes_are_shared(browser, sign_in, editor, forum, consultation, minutes):
    other = sign_in(editor)
    statement = db.session.scalar(select(Record.id).where(Record.kind == "statement"))
    pages = (
        f"{PAGE}/{consultation.id}",
        f"{PAGE}/minutes/{minutes.id}",
        f"{PAGE}/statements/{statement}",
    )
    assert [other.get(page).status_code for page in pages] == [404, 404, 404]
    approve(browser, minutes)
    assert [other.get(page).status_code for page in pages] == [404, 404, 404]
    answer = browser.post(f"{PAGE}/minutes/{minutes.id}/share", data={"org_id": str(forum.id)})
    assert answer.status_code == 303
    assert [other.get(page).status_code for page in pages] == [200, 200, 200]
    assert other.post(f"{PAGE}/minutes/{minutes.id}/approve").status_code == 403
    assert other.get(f"{PAGE}/statements/{statement}/edit").status_code == 403
    assert other.get(f"{PAGE}/minutes/{minutes.id}/share").status_code == 403


def test_the_forum_does_not_see_what_a_statement_said_before(browser, sign_in, officer, editor, forum, minutes):
    made = service.add_statement(officer, minutes, spoken("Bat of Buyant soum was beaten"))
    service.save_statement(officer, made, spoken("A man was beaten"), version=1)
    approve(browser, minutes)
    browser.post(f"{PAGE}/minutes/{minutes.id}/share", data={"org_id": str(forum.id)})
    other = sign_in(editor)
    for path in (f"{PAGE}/statements/{made.id}", f"{PAGE}/minutes/{minutes.id}"):
        page = other.get(path).get_data(as_text=True)
        assert "A man was beaten" in page
        assert "Buyant" not in page
    assert "Buyant" in browser.get(f"{PAGE}/statements/{made.id}").get_data(as_text=True)


def test_a_draft_is_not_shared(browser, forum, minutes):
    answer = browser.post(f"{PAGE}/minutes/{minutes.id}/share", data={"org_id": str(forum.id)})
    assert answer.status_code == 409
    assert "still a draft" in answer.get_data(as_text=True)


def test_approved_minutes_are_locked_and_say_so(browser, consultation, minutes):
    statement = db.session.scalar(select(Record).where(Record.kind == "statement"))
    assert approve(browser, minutes).status_code == 303
    assert status(consultation) == "approved"
    sent = {"section": "emerging", "text-en": "Typed meanwhile", "version": version(statement)}
    answer = browser.post(f"{PAGE}/statements/{statement.id}/edit", data=sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "can no longer be changed" in text
    assert "Typed meanwhile" in text
    assert add(browser, minutes).status_code == 409
    for act in ("delete", "up"):
        answer = browser.post(f"{PAGE}/statements/{statement.id}/{act}", follow_redirects=True)
        assert "can no longer be changed" in answer.get_data(as_text=True)
    page = browser.get(f"{PAGE}/minutes/{minutes.id}").get_data(as_text=True)
    assert "approved and locked" in page
    assert "The shelter has six beds." in page


def test_approving_what_somebody_changed_meanwhile_is_refused(browser, officer, minutes):
    before = version(minutes)
    sent = {"number": "03", "chair": "B.Munkhtsetseg", "secretary": "", "version": before}
    assert browser.post(f"{PAGE}/minutes/{minutes.id}/edit", data=sent).status_code == 303
    assert browser.post(f"{PAGE}/minutes/{minutes.id}/approve", data={"version": before}).status_code == 409
    assert status(minutes) == "draft"


def test_empty_minutes_are_not_approved(browser, consultation):
    browser.post(f"{PAGE}/{consultation.id}/minutes")
    minutes = db.session.scalar(select(Record).where(Record.kind == "minutes"))
    answer = browser.post(
        f"{PAGE}/minutes/{minutes.id}/approve", data={"version": version(minutes)}, follow_redirects=True
    )
    assert "The minutes are empty" in answer.get_data(as_text=True)


def test_reopening_takes_them_back_from_the_forum(browser, sign_in, editor, forum, consultation, minutes):
    approve(browser, minutes)
    browser.post(f"{PAGE}/minutes/{minutes.id}/share", data={"org_id": str(forum.id)})
    assert browser.post(f"{PAGE}/minutes/{minutes.id}/reopen", data={"reason": " "}).status_code == 422
    answer = browser.post(f"{PAGE}/minutes/{minutes.id}/reopen", data={"reason": "A number was wrong"})
    assert answer.status_code == 303
    assert (status(minutes), status(consultation)) == ("draft", "minutes_in")
    other = sign_in(editor)
    assert other.get(f"{PAGE}/minutes/{minutes.id}").status_code == 404
    assert other.get(f"{PAGE}/{consultation.id}").status_code == 200


def test_reading_a_restricted_statement_is_noted(browser, officer, minutes):
    made = service.add_statement(officer, minutes, spoken("Only for us", restricted=True))
    for path in (f"{PAGE}/minutes/{minutes.id}", f"{PAGE}/statements/{made.id}"):
        assert "Only for us" in browser.get(path).get_data(as_text=True)
    noted = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "viewed")).all()
    assert {entry.record_id for entry in noted} == {minutes.id, made.id}
    assert {entry.actor_id for entry in noted} == {officer.id}


def test_the_picker_of_recommendations_is_away_where_there_is_no_such_module(browser, minutes, monkeypatch):
    monkeypatch.setattr(records.kinds, "live", lambda name: None)
    statement = db.session.scalar(select(Record.id).where(Record.kind == "statement"))
    assert browser.get(f"{PAGE}/statements/{statement}/recommendations").status_code == 404
    assert f"{statement}/recommendations" not in browser.get(f"{PAGE}/minutes/{minutes.id}").get_data(as_text=True)


def test_a_statement_becomes_evidence_for_recommendations(browser, minutes, recommendation):
    first, second = recommendation("116.1"), recommendation("116.2")
    statement = db.session.scalar(select(Record).where(Record.kind == "statement"))
    address = f"{PAGE}/statements/{statement.id}/recommendations"
    page = browser.get(f"{address}?q=violence").get_data(as_text=True)
    assert "116.1" in page
    assert "116.2" in page
    sent = {"chosen": [str(first.id), str(second.id)]}
    assert browser.post(f"{address}?q=violence", data=sent).status_code == 303
    assert "116.1" in browser.get(f"{PAGE}/minutes/{minutes.id}").get_data(as_text=True)
    assert browser.post(f"{address}?q=violence", data={"chosen": [str(second.id)]}).status_code == 303
    links = db.session.execute(select(records.Link.source_id, records.Link.target_id, records.Link.relation)).all()
    assert [tuple(link) for link in links] == [(statement.id, second.id, "evidence")]


def test_a_search_that_shows_other_recommendations_keeps_the_chosen_ones(browser, minutes, recommendation):
    first = recommendation("116.1")
    other = recommendation("117.9", "Plant trees")
    statement = db.session.scalar(select(Record).where(Record.kind == "statement"))
    address = f"{PAGE}/statements/{statement.id}/recommendations"
    browser.post(f"{address}?q=violence", data={"chosen": [str(first.id)]})
    page = browser.get(f"{address}?q=trees").get_data(as_text=True)
    assert "116.1" in page
    browser.post(f"{address}?q=trees", data={"chosen": [str(first.id), str(other.id)]})
    targets = set(db.session.scalars(select(records.Link.target_id)))
    assert targets == {first.id, other.id}


def test_an_officer_of_dornod_does_not_find_khovds_minutes(sign_in, identity, commission, minutes):
    dornod = sign_in(identity("commission_officer", org=commission, unit="MN-061"))
    for path in ("", "/edit", "/share", "/reopen", "/statements/new"):
        assert dornod.get(f"{PAGE}/minutes/{minutes.id}{path}").status_code == 404
    assert dornod.post(f"{PAGE}/minutes/{minutes.id}/approve").status_code == 404
