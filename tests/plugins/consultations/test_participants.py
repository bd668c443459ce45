"""Who came: numbers by category, never who belongs to a group."""

from __future__ import annotations

from sqlalchemy import select

from plugins.consultations import queries
from plugins.consultations.figures import shares
from portal import meetings
from portal.audit import HistoryEntry
from portal.db import db

from .conftest import fresh

PAGE = "/consultations"


def count(browser, record, **given):
    sent = {"version": str(fresh(record).version)} | given
    return browser.post(f"{PAGE}/{record.id}/participants", data=sent)


def test_counting_says_that_the_consultation_was_held(sign_in, officer, consultation):
    browser = sign_in(officer)
    answer = count(browser, consultation, category_government="5", category_citizen="15", women="12", men="8")
    assert answer.status_code == 303
    row = queries.row(consultation.id)
    assert (row.attended, row.attended_total) == ({"government": 5, "citizen": 15}, 20)
    assert fresh(consultation).status == "held"
    page = browser.get(f"{PAGE}/{consultation.id}").get_data(as_text=True)
    assert "75%" in page
    assert "<svg" in page


def test_women_and_men_are_not_more_than_have_come(sign_in, officer, consultation):
    answer = count(sign_in(officer), consultation, category_citizen="5", women="4", men="2")
    assert answer.status_code == 422
    assert "more than the 5 participants" in answer.get_data(as_text=True)


def test_a_group_is_not_bigger_than_the_meeting(sign_in, officer, consultation):
    answer = count(sign_in(officer), consultation, category_citizen="5", group_herders="6")
    assert answer.status_code == 422


def test_numbers_are_whole_and_not_negative(sign_in, officer, consultation):
    browser = sign_in(officer)
    for wrong in ("-1", "2.5", "many", "1000000"):
        assert count(browser, consultation, category_citizen=wrong).status_code == 422
    assert queries.row(consultation.id).attended_total == 0


def test_small_groups_are_not_told_to_readers_nor_kept_in_the_history(sign_in, officer, consultation, client):
    browser = sign_in(officer)
    count(browser, consultation, category_citizen="20", group_lgbti="2", group_herders="9")
    page = browser.get(f"{PAGE}/{consultation.id}").get_data(as_text=True)
    assert "LGBTI persons – fewer than 5" in page
    assert "Herders – 9" in page
    assert "lgbti" not in str([entry.changes for entry in db.session.scalars(select(HistoryEntry))])
    assert count(browser, consultation, group_lgbti="", group_herders="9").status_code == 303
    assert queries.group_counts(consultation.id) == {"herders": 9}


def test_a_meeting_mostly_of_officials_is_called_out_of_balance(sign_in, officer, consultation):
    browser = sign_in(officer)
    count(browser, consultation, category_government="10", category_local_government="10", category_citizen="5")
    assert shares(queries.row(consultation.id)).officials == 0.8
    assert "Most of the participants were officials" in browser.get(f"{PAGE}/{consultation.id}").get_data(as_text=True)


def test_a_page_of_counts_that_is_out_of_date_is_refused(sign_in, officer, consultation):
    browser = sign_in(officer)
    count(browser, consultation, category_citizen="5")
    answer = count(browser, consultation, category_citizen="9", version="1")
    assert answer.status_code == 409
    assert queries.row(consultation.id).attended_total == 5


def test_the_attendance_list_takes_people_without_a_name(sign_in, officer, consultation):
    browser = sign_in(officer)
    address = f"{PAGE}/{consultation.id}/people"
    browser.post(address, data={"category": "citizen"})
    browser.post(address, data={"category": "civil_society", "name": "D.Sarantuya", "named": "y"})
    rows = meetings.attendance(consultation.id)
    assert [(row.category, row.name, row.named) for row in rows] == [
        ("citizen", "", False),
        ("civil_society", "D.Sarantuya", True),
    ]
    assert "D.Sarantuya" in browser.get(address).get_data(as_text=True)
    browser.post(f"{address}/{rows[1].id}/delete")
    assert len(meetings.attendance(consultation.id)) == 1
    assert browser.post(address, data={"category": "minister"}).status_code == 422
