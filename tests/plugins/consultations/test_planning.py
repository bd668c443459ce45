"""Planning a consultation: whose it is, who changes it, what a stale page does."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from plugins.consultations import queries, service
from plugins.consultations.models import Consultation
from portal import meetings
from portal.db import db
from portal.records import Record

from .conftest import form_of, fresh, planned, unit

PAGE = "/consultations"


def test_an_officer_plans_a_consultation_of_her_aimag(sign_in, officer, commission):
    browser = sign_in(officer)
    page = browser.get(f"{PAGE}/new").get_data(as_text=True)
    assert "Consultation in Khovd" in page
    answer = browser.post(f"{PAGE}/new", data=form_of(org_id=str(commission.id)))
    assert answer.status_code == 303
    record = db.session.scalar(select(Record).where(Record.kind == "consultation"))
    assert (record.status, record.unit_id, record.org_id) == ("planned", unit("MN-043").id, commission.id)
    row = db.session.get(Consultation, record.id)
    assert (row.held_on, row.starts_at.hour, row.duration) == (date(2026, 2, 13), 9, 240)
    assert "Consultation in Khovd" in browser.get(answer.location).get_data(as_text=True)


def test_an_officer_does_not_plan_for_another_aimag(sign_in, officer, commission):
    sent = form_of(org_id=str(commission.id), unit_id=str(unit("MN-061").id))
    answer = sign_in(officer).post(f"{PAGE}/new", data=sent)
    assert answer.status_code == 422
    assert "your own aimag only" in answer.get_data(as_text=True)
    assert db.session.scalar(select(Record)) is None


def test_a_provincial_consultation_needs_its_aimag(sign_in, everywhere, commission):
    sent = form_of(org_id=str(commission.id), unit_id="")
    answer = sign_in(everywhere).post(f"{PAGE}/new", data=sent)
    assert answer.status_code == 422
    assert "Choose the aimag" in answer.get_data(as_text=True)


def test_what_was_typed_stays_when_something_is_wrong(sign_in, officer, commission):
    sent = form_of(org_id=str(commission.id), held_on="2026-02-31", **{"venue-mn": "Соёлын төв"})
    answer = sign_in(officer).post(f"{PAGE}/new", data=sent)
    assert answer.status_code == 422
    assert "Соёлын төв" in answer.get_data(as_text=True)


def test_the_language_switch_keeps_what_was_typed(sign_in, officer):
    answer = sign_in(officer).post(f"{PAGE}/new", data=form_of(_lang="mn", **{"venue-mn": "Соёлын төв"}))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Соёлын төв" in text
    assert "Хэлэлцүүлэг төлөвлөх" in text


def test_an_officer_of_dornod_does_not_find_khovds_plan(sign_in, identity, commission, consultation):
    dornod = sign_in(identity("commission_officer", org=commission, unit="MN-061"))
    for path in ("", "/edit", "/agenda", "/participants", "/people"):
        assert dornod.get(f"{PAGE}/{consultation.id}{path}").status_code == 404
    assert dornod.post(f"{PAGE}/{consultation.id}/minutes").status_code == 404


def test_an_officer_of_dornod_reads_but_does_not_change_a_plan_that_all_may_see(sign_in, identity, commission, officer):
    record = planned(officer, visibility="site")
    dornod = sign_in(identity("commission_officer", org=commission, unit="MN-061"))
    assert dornod.get(f"{PAGE}/{record.id}").status_code == 200
    assert dornod.get(f"{PAGE}/{record.id}/edit").status_code == 403
    assert dornod.post(f"{PAGE}/{record.id}/edit", data=form_of()).status_code == 403
    assert dornod.post(f"{PAGE}/{record.id}/minutes").status_code == 403


def test_the_public_reads_only_what_is_public(client, officer):
    hidden, shown = planned(officer), planned(officer, visibility="public")
    assert client.get(f"{PAGE}/{hidden.id}").status_code == 404
    assert client.get(f"{PAGE}/{shown.id}").status_code == 200
    listed = client.get(f"{PAGE}/").get_data(as_text=True)
    assert f"{PAGE}/{shown.id}" in listed
    assert f"{PAGE}/{hidden.id}" not in listed
    assert client.get(f"{PAGE}/new").status_code == 303


def test_a_page_that_is_out_of_date_shows_both_texts(sign_in, officer, commission, consultation):
    browser = sign_in(officer)
    first = form_of(org_id=str(commission.id), version="1", **{"title-en": "First"})
    assert browser.post(f"{PAGE}/{consultation.id}/edit", data=first).status_code == 303
    second = form_of(org_id=str(commission.id), version="1", **{"title-en": "Second"})
    answer = browser.post(f"{PAGE}/{consultation.id}/edit", data=second)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "First" in text
    assert "Second" in text
    assert fresh(consultation).title.text("en") == "First"


def test_a_regional_consultation_covers_several_aimags(everywhere, in_request):
    ids = tuple(unit(code).id for code in ("MN-071", "MN-046", "MN-043"))
    record = planned(everywhere, level="regional", covered=ids)
    assert set(queries.covered(record.id)) == set(ids)
    service.edit(everywhere, record, service.Plan(**_as_plan(record), covered=ids[:1]), version=1)
    assert queries.covered(record.id) == [ids[0]]


def _as_plan(record):
    row = queries.row(record.id)
    return {
        "title": record.title,
        "org_id": record.org_id,
        "unit_id": record.unit_id,
        "level": row.level,
        "kind": row.kind,
        "cycle": row.cycle,
        "held_on": row.held_on,
    }


def test_another_consultation_takes_over_setting_and_agenda(sign_in, officer, commission, consultation):
    service.usual_agenda(officer, consultation)
    browser = sign_in(officer)
    page = browser.get(f"{PAGE}/new?copy={consultation.id}").get_data(as_text=True)
    assert "Assembly hall" in page
    sent = form_of(org_id=str(commission.id), held_on="2027-02-12")
    answer = browser.post(f"{PAGE}/new?copy={consultation.id}", data=sent)
    made = int(answer.location.rsplit("/", 1)[1])
    titles = [item.title.text("en") for item in meetings.agenda(made)]
    assert titles[1] == "What the Universal Periodic Review is"
    assert len(titles) == 7


def test_the_usual_agenda_is_put_on_an_empty_one_only(officer, consultation):
    service.usual_agenda(officer, consultation)
    service.usual_agenda(officer, consultation)
    assert len(meetings.agenda(consultation.id)) == 7


def test_a_planned_consultation_is_cancelled_and_planned_again(sign_in, officer, consultation):
    browser = sign_in(officer)
    browser.post(f"{PAGE}/{consultation.id}/cancel")
    assert fresh(consultation).status == "cancelled"
    browser.post(f"{PAGE}/{consultation.id}/cancel")
    assert fresh(consultation).status == "planned"


def test_the_agenda_is_written_point_by_point(sign_in, officer, consultation, org):
    browser = sign_in(officer)
    address = f"{PAGE}/{consultation.id}/agenda"
    mfa = org("mfa")
    browser.post(address, data={"title-en": "Opening", "minutes": "10"})
    browser.post(address, data={"title-en": "The review", "speaker_org_id": str(mfa.id)})
    second = meetings.agenda(consultation.id)[1]
    assert browser.post(f"{address}/{second.id}/up").status_code == 303
    assert browser.post(f"{address}/{second.id}", data={"title-en": "The UPR"}).status_code == 303
    assert [item.title.text("en") for item in meetings.agenda(consultation.id)] == ["The UPR", "Opening"]
    browser.post(f"{address}/{second.id}/delete")
    assert len(meetings.agenda(consultation.id)) == 1
    assert browser.post(address, data={"title-en": ""}).status_code == 422


@pytest.mark.parametrize("role", ["observer", "local_officer", "desk_officer", "external_reviewer"])
def test_readers_do_not_plan(as_role, commission, role):
    assert as_role(role, org=commission).get(f"{PAGE}/new").status_code == 403
