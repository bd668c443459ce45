"""Changing a recommendation by hand: translation, responsible bodies, position."""

from datetime import timedelta

from sqlalchemy import select

from plugins.recommendations.models import Body, PositionChange, Recommendation
from portal.api import Record, clock

from .conftest import now


def form(record, version=1, **values):
    return {
        "text-en": "Abolish it",
        "text-en-state": "official",
        "text-mn": "Халах",
        "text-mn-state": "checked",
        "version": version,
        **values,
    }


def test_the_translation_and_its_state_are_saved_and_found(enter, sign_in, coordinator, client):
    record, browser = enter("116.1"), sign_in(coordinator)
    assert browser.post(f"/recommendations/{record.id}/edit", data=form(record)).status_code == 303
    text = now(select(Recommendation.text))
    assert (text.texts["mn"], text.state("mn"), text.state("en")) == ("Халах", "checked", "official")
    assert now(select(Record.title).where(Record.id == record.id)).texts["mn"] == "116.1 Халах"
    assert "116.1" in client.get("/recommendations/?q=Халах").text


def test_who_leads_may_edit_and_who_supports_may_not(enter, sign_in, as_role, coordinator, ministry, org):
    record, support = enter("116.1"), org("mof")
    other = as_role("focal_point", org=ministry)
    assert other.get(f"/recommendations/{record.id}/edit").status_code == 403
    bodies = form(record, lead_id=ministry.id, support_ids=[support.id])
    sign_in(coordinator).post(f"/recommendations/{record.id}/edit", data=bodies)
    assert now(select(Body.role).where(Body.org_id == ministry.id)) == "lead"
    assert other.get(f"/recommendations/{record.id}/edit").status_code == 200
    assert as_role("focal_point", org=support).get(f"/recommendations/{record.id}/edit").status_code == 403
    sign_in(coordinator).post(f"/recommendations/{record.id}/edit", data=form(record, version=2, lead_id=""))
    assert now(select(Body)) is None
    assert other.get(f"/recommendations/{record.id}/edit").status_code == 403


def test_a_stale_page_shows_both_texts(enter, sign_in, coordinator):
    record, browser = enter("116.1"), sign_in(coordinator)
    browser.post(f"/recommendations/{record.id}/edit", data=form(record, **{"text-mn": "Эхний"}))
    late = browser.post(f"/recommendations/{record.id}/edit", data=form(record, **{"text-mn": "Хоёр дахь"}))
    assert late.status_code == 409
    assert "Эхний" in late.text
    assert "Хоёр дахь" in late.text


def test_an_empty_text_is_refused_in_words(enter, sign_in, coordinator):
    record = enter("116.1")
    empty = {"text-mn": "", "text-en": ""}
    answer = sign_in(coordinator).post(f"/recommendations/{record.id}/edit", data=form(record, **empty))
    assert answer.status_code == 422
    assert "Enter the text in at least one language." in answer.text
    assert now(select(Recommendation.text)).texts["en"] == "Abolish it"


def change(position="noted", **values):
    day = (clock.today() - timedelta(days=3)).isoformat()
    return {"position": position, "decided_on": day, "document": "A/HRC/46/9/Add.2", "version": 1, **values}


def test_a_new_position_has_a_day_and_a_source_and_the_old_one_stays(enter, sign_in, coordinator, client):
    record, browser = enter("116.1"), sign_in(coordinator)
    answer = browser.post(f"/recommendations/{record.id}/position", data=change(paragraph="7", note="Reconsidered"))
    assert answer.status_code == 303
    one = now(select(Recommendation))
    assert (one.position, one.source_document, one.source_paragraph) == ("noted", "A/HRC/46/9/Add.2", "7")
    assert now(select(Record.status).where(Record.id == record.id)) == "noted"
    page = client.get(f"/recommendations/{record.id}").text
    for words in ("History of the position", "Supported", "Noted", "A/HRC/46/9/Add.1"):
        assert words in page
    assert '<p class="mb-0" lang="">Reconsidered</p>' in page
    assert page.count('<span lang="">A/HRC/46/9/Add.2</span>') == 2


def test_a_position_needs_its_source_and_a_possible_day(enter, sign_in, coordinator):
    record, browser = enter("116.1"), sign_in(coordinator)
    for values in ({"document": ""}, {"decided_on": "2100-01-01"}, {"decided_on": "2001-01-01"}, {"position": "maybe"}):
        answer = browser.post(f"/recommendations/{record.id}/position", data=change(**values))
        assert answer.status_code == 422
    assert len(list(now(select(PositionChange.position)).split())) == 1


def test_a_focal_point_does_not_change_the_position(enter, as_role, ministry):
    answer = as_role("focal_point", org=ministry).get(f"/recommendations/{enter('116.1').id}/position")
    assert answer.status_code == 403
