"""Ratings: dated, with evidence, one voice beside the other, never overwritten."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from plugins.recommendations.models import Assessment, Evidence
from plugins.recommendations.ratings import publishing, rating
from portal.api import Content, Cycle, Organisation, Record, clock, db, identity_of, records, transaction

from .conftest import now

REASONS = {"rationale-en": "Because of this", "rationale-mn": "Ийм учраас"}


def form(code="partially", **values):
    """What the form sends; ``org_id`` comes from the page."""
    return {"rating": code, "rated_on": clock.today().isoformat(), **REASONS, **values}


def evidence(number=0, **values):
    """A piece of evidence as the form sends it."""
    piece = {"kind": "law", "title-en": "Law on something", "title-mn": "", "url": "https://example.org/law"} | values
    return {f"evidence-{number}-{name}": value for name, value in piece.items()}


def send(browser, record, org, **values):
    return browser.post(f"/recommendations/{record.id}/rate", data=form(org_id=org.id, **values))


@pytest.mark.parametrize(
    ("role", "code", "voice"),
    [
        ("coordinator", "mojha", "government"),
        ("focal_point", "mflsp", "government"),
        ("cs_editor", "forum", "civil_society"),
        ("commission_officer", "nhrcm", "nhri"),
    ],
)
def test_each_rates_with_the_voice_of_the_own_organisation(enter, as_role, sign_in, identity, org, role, code, voice):
    record = enter("116.1")
    body = org(code, voice=voice)
    browser = as_role(role, org=body)
    assert "Rate recommendation 116.1" in browser.get(f"/recommendations/{record.id}/rate").text
    assert send(browser, record, body, methods=["desk_review", "statistics"]).status_code == 303
    made = now(select(Assessment))
    assert (made.voice, made.rating, made.is_latest) == (voice, "partially", False)
    assert made.methods == ["desk_review", "statistics"]
    header = now(select(Record).where(Record.id == made.record_id))
    assert (header.org_id, header.status, header.visibility, header.parent_id) == (body.id, "draft", "org", None)
    second = identity(role, org=body)
    draft = f"/recommendations/ratings/{made.record_id}"
    assert browser.post(f"{draft}/submit", data={"to": second.id}).status_code == 303
    assert sign_in(second).post(f"{draft}/validate", data={"to": second.id}).status_code == 303
    assert sign_in(second).post(f"{draft}/publish").status_code == 303
    header = now(select(Record).where(Record.id == made.record_id))
    assert (header.org_id, header.status, header.visibility, header.parent_id) == (body.id, "published", "public", None)
    assert now(select(Assessment.is_latest))


@pytest.mark.parametrize("role", ["desk_officer", "local_officer", "observer", "external_reviewer"])
def test_others_do_not_rate(enter, as_role, mojha, role):
    assert as_role(role, org=mojha).get(f"/recommendations/{enter('116.1').id}/rate").status_code == 403


def test_one_cannot_rate_for_another_organisation(enter, as_role, mojha, forum):
    answer = send(as_role("coordinator", org=mojha), enter("116.1"), forum)
    assert answer.status_code == 422
    assert now(select(Assessment)) is None


@pytest.mark.parametrize("code", ["fully", "not"])
def test_a_clear_rating_needs_evidence_before_it_is_handed_over(enter, as_role, identity, mojha, code):
    record, browser, second = enter("116.1"), as_role("coordinator", org=mojha), identity("coordinator", org=mojha)
    draft = send(browser, record, mojha, rating=code).location
    assert "needs evidence before it is handed over" in browser.get(draft).text
    answer = browser.post(f"{draft}/submit", data={"to": second.id}, follow_redirects=True)
    assert "need evidence before they are handed over" in answer.text
    assert now(select(Record.status).where(Record.kind == "assessment")) == "draft"
    values = form(code, org_id=mojha.id, version=1, **evidence())
    assert browser.post(f"{draft}/edit", data=values).status_code == 303
    assert now(select(Evidence.title)).texts == {"en": "Law on something"}
    assert browser.post(f"{draft}/submit", data={"to": second.id}).status_code == 303
    assert now(select(Record.status).where(Record.kind == "assessment")) == "submitted"


@pytest.fixture
def publish(identity):
    """Bring the draft at an address to everyone, by a second person of its organisation."""

    def make(address):
        record = db.session.get_one(Record, int(address.rpartition("/")[2]))
        drafter = identity_of(record.created_by_id)
        second = identity(drafter.grants[0].role, org=db.session.get_one(Organisation, record.org_id))
        publishing.submit(drafter, record, second.id)
        publishing.validate(second, record, second.id)
        publishing.publish(second, record)

    return make


def test_only_the_own_organisation_sees_a_draft(enter, as_role, client, mojha, forum):
    record = enter("116.1")
    draft = send(as_role("cs_editor", org=forum), record, forum).location
    assert as_role("cs_editor", org=forum).get(draft).status_code == 200
    for stranger in (client, as_role("coordinator", org=mojha), as_role("administrator")):
        assert stranger.get(draft).status_code == 404
        page = stranger.get(f"/recommendations/{record.id}").text
        assert "Because of this" not in page
        assert page.count("Not rated yet") == 3
    assert as_role("coordinator", org=mojha).post(f"{draft}/publish").status_code == 404


def test_sharing_a_recommendation_shows_nobody_the_drafts_about_it(
    enter, rate, as_role, identity, coordinator, mojha, forum, org
):
    record, third = enter("116.1"), org("third")
    made = rate(identity("cs_editor", org=forum), forum, record, "not", publish=False)
    with transaction():
        records.share(coordinator, record, org_id=third.id, level="edit")
    assert as_role("focal_point", org=third).get(f"/recommendations/ratings/{made.id}").status_code == 404


def test_two_voices_stand_side_by_side(enter, rate, client, coordinator, mojha, forum, identity):
    record = enter("116.1")
    rate(coordinator, mojha, record, "fully", reason="The law was adopted")
    rate(identity("cs_editor", org=forum), forum, record, "not", reason="Nobody applies it")
    page = client.get(f"/recommendations/{record.id}").text
    for words in ("The law was adopted", "Nobody applies it", "Fully implemented", "Not implemented", "Law of 2024"):
        assert words in page
    assert page.count("Not rated yet") == 1
    assert "Adopt the bill" in page


def test_a_new_rating_leaves_the_old_one_as_it_is(enter, rate, client, coordinator, mojha):
    record = enter("116.1")
    old = rate(coordinator, mojha, record, "not", days=300, reason="Nothing was done")
    rate(coordinator, mojha, record, "partially", days=5, reason="A bill is ready")
    late = rate(coordinator, mojha, record, "fully", days=200, reason="Entered later")
    page = client.get(f"/recommendations/{record.id}").text
    assert "A bill is ready" in page
    assert "Earlier ratings" in page
    assert "Nothing was done" in client.get(f"/recommendations/ratings/{old.id}").text
    assert "a later rating of this voice" in client.get(f"/recommendations/ratings/{late.id}").text
    latest = [row.rating for row in db.session.scalars(select(Assessment).where(Assessment.is_latest))]
    assert latest == ["partially"]


def test_a_published_rating_is_not_edited(enter, rate, sign_in, coordinator, mojha):
    made = rate(coordinator, mojha, enter("116.1"), "partially")
    browser = sign_in(coordinator)
    assert browser.get(f"/recommendations/ratings/{made.id}/edit").status_code == 303
    assert browser.post(f"/recommendations/ratings/{made.id}/edit", data=form("fully")).status_code == 303
    assert browser.post(f"/recommendations/ratings/{made.id}/discard").status_code == 303
    assert now(select(Assessment.rating)) == "partially"
    record = db.session.get_one(Record, made.id)
    with pytest.raises(publishing.WrongState):
        publishing.publish(coordinator, record)
    with pytest.raises(rating.NotDraft):
        rating.discard(coordinator, record)


def test_a_draft_is_edited_published_and_told_to_others(enter, sign_in, identity, coordinator, mojha, monkeypatch):
    from portal import db as database

    heard = []
    monkeypatch.setattr(database, "listeners", [*database.listeners, heard.append])
    record, browser = enter("116.1"), sign_in(coordinator)
    draft = send(browser, record, mojha, **evidence()).location
    assert "Law on something" in browser.get(f"{draft}/edit").text
    values = form("fully", org_id=mojha.id, version=1, **evidence(**{"title-en": "Law of 2025"}))
    assert browser.post(f"{draft}/edit", data=values).status_code == 303
    second = identity("coordinator", org=mojha)
    made = db.session.get_one(Record, now(select(Assessment.record_id)))
    publishing.submit(coordinator, made, second.id)
    publishing.validate(second, made, second.id)
    publishing.publish(second, made)
    assert now(select(Evidence.title)).texts == {"en": "Law of 2025"}
    assert now(select(Assessment.rating)) == "fully"
    assert [event.record_id for event in heard if event.name == "recommendations.rated"] == [record.id]


def test_a_draft_that_somebody_else_saved_meanwhile_is_a_conflict(enter, sign_in, coordinator, mojha):
    record, browser = enter("116.1"), sign_in(coordinator)
    draft = send(browser, record, mojha).location
    changed = {**REASONS, "rationale-en": "First"}
    assert browser.post(f"{draft}/edit", data=form(org_id=mojha.id, version=1, **changed)).status_code == 303
    late = browser.post(f"{draft}/edit", data=form(org_id=mojha.id, version=1, **{**REASONS, "rationale-en": "Second"}))
    assert late.status_code == 409
    assert "First" in late.text
    assert "Second" in late.text


def test_a_draft_can_be_put_aside(enter, sign_in, coordinator, mojha):
    record, browser = enter("116.1"), sign_in(coordinator)
    draft = send(browser, record, mojha).location
    assert browser.post(f"{draft}/discard").status_code == 303
    assert "Because of this" not in browser.get(f"/recommendations/{record.id}").text


@pytest.mark.parametrize(("days", "words"), [(1, "This day is in the future."), (-4000, "The review took place on")])
def test_a_rating_is_not_of_the_future_and_not_before_the_review(enter, as_role, mojha, days, words):
    assert now(select(Cycle.reviewed_on).where(Cycle.country == "MN", Cycle.number == 3)) is not None
    day = clock.today() + timedelta(days=days)
    answer = send(as_role("coordinator", org=mojha), enter("116.1"), mojha, rated_on=day.isoformat())
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/law", "law.pdf"])
def test_evidence_is_linked_by_http_only(enter, as_role, mojha, address):
    answer = send(as_role("coordinator", org=mojha), enter("116.1"), mojha, **evidence(url=address))
    assert answer.status_code == 422
    assert "https://" in answer.text


def test_evidence_without_a_name_is_refused_and_an_empty_place_does_not_count(enter, as_role, mojha):
    record, browser = enter("116.1"), as_role("coordinator", org=mojha)
    refused = send(browser, record, mojha, **evidence(**{"title-en": ""}))
    assert refused.status_code == 422
    assert "Say what this piece of evidence is." in refused.text
    assert send(browser, record, mojha, **evidence(**{"title-en": "", "url": ""})).status_code == 303
    assert now(select(Evidence)) is None


def test_a_file_is_evidence_and_stays_when_the_draft_is_edited(enter, as_role, client, publish, mojha):
    record, browser = enter("116.1"), as_role("coordinator", org=mojha)
    values = form("fully", org_id=str(mojha.id), **evidence(url=""))
    values["evidence-0-file"] = (io.BytesIO(b"a,b\n1,2\n"), "figures.csv")
    draft = browser.post(f"/recommendations/{record.id}/rate", data=values, content_type="multipart/form-data").location
    kept = now(select(Evidence.file_id))
    assert kept is not None
    page = browser.get(f"{draft}/edit").text
    assert "figures.csv" in page
    again = form("fully", org_id=mojha.id, version=1, **evidence(url="", file_id=str(kept)))
    assert browser.post(f"{draft}/edit", data=again).status_code == 303
    assert now(select(Evidence.file_id)) == kept
    publish(draft)
    assert "figures.csv" in client.get(f"/recommendations/{record.id}").text


def test_evidence_can_be_a_record_that_is_linked_with_the_recommendation(
    enter, as_role, client, publish, coordinator, mojha
):
    record = enter("116.1")
    with transaction():
        task = records.create(
            coordinator,
            kind="task",
            title=Content.of(en="Secret task", mn="Нууц"),
            org_id=mojha.id,
            links=[(record.id, "follows")],
        )
    browser = as_role("coordinator", org=mojha)
    assert "Secret task" in browser.get(f"/recommendations/{record.id}/rate").text
    made = send(browser, record, mojha, **evidence(linked_id=str(task.id)))
    assert made.status_code == 303
    publish(made.location)
    assert "Secret task" in browser.get(f"/recommendations/{record.id}").text
    public = client.get(f"/recommendations/{record.id}").text
    assert "Law on something" in public
    assert "Secret task" not in public


def test_the_language_switch_keeps_what_was_typed(enter, as_role, mojha):
    record, browser = enter("116.1"), as_role("coordinator", org=mojha)
    answer = browser.post(
        f"/recommendations/{record.id}/rate",
        data=form(org_id=mojha.id, _lang="mn", **evidence(**{"title-en": "Half a"})),
    )
    assert answer.status_code == 200
    assert "Because of this" in answer.text
    assert "Half a" in answer.text
    assert now(select(Assessment)) is None
