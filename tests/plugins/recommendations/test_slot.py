"""Rating by a form: rows of one's own recommendations with last time's ratings, drafts of what is sent in."""

import uuid

import pytest
from sqlalchemy import select

from plugins.recommendations.models import Assessment
from plugins.recommendations.ratings import slot as rating_slot
from plugins.recommendations.register import arranging, service
from plugins.recommendations.scales import RATINGS
from portal.api import Event, Record, clock, db, form_building, form_filling, form_publishing, transaction

from .conftest import now


@pytest.fixture
def focal(identity, ministry):
    return identity("focal_point", org=ministry)


@pytest.fixture
def made(enter, coordinator, ministry):
    """Three recommendations, of which the ministry leads two."""
    found = [enter(f"116.{number}") for number in (1, 2, 3)]
    for record in found[:2]:
        with transaction():
            service.set_bodies(coordinator, record, {ministry.id: "lead"})
    return found


@pytest.fixture
def form(coordinator):
    record = form_building.create(coordinator, slot=rating_slot.slot())
    return record, form_publishing.publish(coordinator, record, version=None)


def test_the_rows_are_my_recommendations_with_what_was_said_last(made, rate, focal, ministry, identity):
    rate(focal, ministry, made[1], "partially")
    rows = rating_slot.rows(focal, made[2].id)
    assert [row["id"] for row in rows] == [made[0].id, made[1].id]
    assert [row["values"]["last_rating"] for row in rows] == ["–", str(RATINGS["partially"])]
    assert "116.1" in rows[0]["label"].texts["en"]


def test_what_is_sent_in_becomes_drafts_and_changes_those_there_are(app, made, form, focal, sign_in, ministry, rate):
    browser = sign_in(focal)
    text = browser.get(f"/recommendations/rate?body={ministry.id}").text
    assert "By form" in text
    rate(focal, ministry, made[1], "not", publish=False, evidence=False)
    header, version = form
    answers = {
        "recommendation": [
            {
                "_key": str(made[0].id),
                "rating": "fully",
                "rated_on": clock.today().isoformat(),
                "reasons": "All of it",
                "evidence": "Law of 2024",
                "evidence_url": "https://example.org/law",
            },
            {"_key": str(made[1].id), "rating": "partially", "reasons": "Half of it"},
        ]
    }
    from portal.people.identity import use

    with app.test_request_context():
        use(focal)
        sent = form_filling.submit(
            focal,
            header,
            form_building.form_of(header),
            version,
            uid=str(uuid.uuid4()),
            answers=answers,
            language="en",
            subject_id=made[0].id,
        )
        assert sent.id
    found = {row.recommendation_id: row for row in db.session.scalars(select(Assessment))}
    assert {key: row.rating for key, row in found.items()} == {made[0].id: "fully", made[1].id: "partially"}
    assert set(db.session.scalars(select(Record.status).where(Record.kind == "assessment"))) == {"draft"}
    assert len(list(db.session.scalars(select(Assessment.record_id)))) == 2


def test_the_form_of_one_voice_is_not_offered_to_another(made, form, focal, identity, sign_in, forum):
    assert "By form" in sign_in(focal).get("/recommendations/rate?cycle=3").text
    assert "By form" not in sign_in(identity("cs_editor", org=forum)).get("/recommendations/rate?cycle=3").text


def test_the_form_of_one_voice_is_filled_by_no_other_whatever_the_address(made, form, focal, identity, sign_in, forum):
    header, _version = form
    other = identity("cs_editor", org=forum)
    address = f"/forms/{header.id}/fill?subject={made[0].id}"
    assert sign_in(focal).get(address).status_code == 200
    assert sign_in(other).get(address).status_code == 404
    assert sign_in(other).post(address, data={"_lang": "en"}).status_code == 404


def test_one_recommendation_of_a_review_stands_for_all_in_programs(made, focal, enter):
    other = enter("1.1", cycle=2)
    stmt = select(Record.id).where(Record.kind == "recommendation", rating_slot.about(focal))
    assert sorted(db.session.scalars(stmt)) == sorted([made[2].id, other.id])


def test_archived_recommendations_are_no_rows(made, focal, coordinator):
    arranging.archive(coordinator, made[0], version=made[0].version, reason="Entered twice")
    assert [row["id"] for row in rating_slot.rows(focal, made[2].id)] == [made[1].id]


def test_what_belongs_to_nobody_who_rates_makes_nothing(made):
    rating_slot.take(Event("forms.submitted", made[0].id, {"form_id": 1, "submission_id": 987654}))
    rating_slot.take(Event("forms.submitted", None, {}))
    assert now(select(Assessment)) is None
