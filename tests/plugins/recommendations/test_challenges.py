"""Challenging a published rating: who may, what is shown, who answers by when, what follows."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from plugins.recommendations.models import Assessment, Challenge
from plugins.recommendations.ratings import challenging, publishing, reminding
from plugins.recommendations.ratings.rating import Judgement
from portal.api import Content, Organisation, Record, clock, datasets, db, jobs, transaction
from portal.people.identity import Identity
from portal.people.models import Grant

from .conftest import now

WORDS = {
    "rating": "not",
    "argument-en": "Nothing was built",
    "argument-mn": "Юу ч баригдаагүй",
    "source": "Audit report 12",
    "source_url": "https://example.org/audit",
}


@pytest.fixture
def rated(enter, rate, coordinator, mojha):
    """A published rating of the Government."""
    return rate(coordinator, mojha, enter("116.1"), "partially", reason="Half is done")


@pytest.fixture
def challenger(identity, forum):
    return identity("cs_editor", org=forum, name="Challenger")


@pytest.fixture
def challenge(rated, challenger, forum):
    """A challenge of the Forum, made."""
    return challenging.challenge(
        challenger,
        rated,
        db.session.get_one(Organisation, forum.id),
        value="not",
        argument=Content.of(en="Nothing was built", mn="Юу ч баригдаагүй"),
        source="Audit report 12",
    )


def answer(outcome, **values):
    return {
        "outcome": outcome,
        "words-en": "Two shelters opened",
        "words-mn": "Хоёр байр нээгдсэн",
        "version": 1,
    } | values


def test_another_voice_challenges_and_everyone_reads_it(rated, challenger, sign_in, forum, client, coordinator):
    browser = sign_in(challenger)
    page = f"/recommendations/ratings/{rated.id}"
    assert "Challenge this rating" in browser.get(page).text
    made = browser.post(f"{page}/challenge", data={"org_id": forum.id, **WORDS})
    assert made.status_code == 303
    header = now(select(Record).where(Record.kind == "challenge"))
    assert header.due_on == clock.today() + timedelta(days=30)
    assert header.visibility == "public"
    row = db.session.get_one(Assessment, rated.id)
    for address in (made.location, page, f"/recommendations/{row.recommendation_id}"):
        text = client.get(address).text
        assert "Nothing was built" in text
        assert "Audit report 12" in text
        assert "To be answered" in text
    assert "challenge (Not implemented)" in sign_in(coordinator).get("/work").text
    assert jobs.mail.outbox()[-1].to == [coordinator.email]
    again = browser.post(f"{page}/challenge", data={"org_id": forum.id, **WORDS}, follow_redirects=True)
    assert "challenges this rating already" in again.text
    assert len(list(db.session.scalars(select(Challenge)))) == 1


def test_one_does_not_challenge_the_own_voice_a_draft_or_with_the_same_value(
    rated, enter, rate, identity, sign_in, challenger, coordinator, ministry, forum
):
    page = f"/recommendations/ratings/{rated.id}/challenge"
    for user in (coordinator, identity("focal_point", org=ministry)):
        assert sign_in(user).get(page).status_code == 403
    same = sign_in(challenger).post(page, data={"org_id": forum.id, **WORDS, "rating": "partially"})
    assert same.status_code == 422
    assert "has this value already" in same.text
    missing = sign_in(challenger).post(page, data={"org_id": forum.id, **WORDS, "source": ""})
    assert missing.status_code == 422
    draft = rate(identity("focal_point", org=ministry), ministry, enter("116.2"), "not", publish=False)
    assert sign_in(challenger).get(f"/recommendations/ratings/{draft.id}/challenge").status_code == 404


def test_who_may_answer_is_asked_and_nobody_is_shown_a_form_that_is_refused(
    enter, identity, ministry, mojha, coordinator, challenger, forum, sign_in
):
    deputy = identity("focal_point", org=ministry)
    with transaction():
        db.session.scalars(select(Grant).where(Grant.user_id == deputy.id)).one().function = "deputy"
    focal = identity("focal_point", org=ministry)
    whole, other = db.session.get_one(Organisation, ministry.id), identity("coordinator", org=mojha)
    said = Judgement("partially", clock.today(), Content.of(en="Half"))
    for publisher, drafter in ((coordinator, deputy), (coordinator, focal)):
        rated = publishing.enter(drafter, publisher, enter(f"117.{drafter.id}"), whole, said)
        org = db.session.get_one(Organisation, forum.id)
        made = challenging.challenge(
            challenger, rated, org, value="not", argument=Content.of(en="Nothing"), source="Report"
        )
        asked = publisher if drafter is deputy else drafter
        assert made.owner_id == asked.id
        page = f"/recommendations/challenges/{made.id}"
        for stranger in (other, deputy):
            assert 'name="outcome"' not in sign_in(stranger).get(page).text
        assert sign_in(asked).post(page, data=answer("kept")).status_code == 303


def test_an_older_rating_is_not_challenged_any_more(rated, rate, sign_in, challenger, coordinator, mojha):
    row = db.session.get_one(Assessment, rated.id)
    rate(coordinator, mojha, db.session.get_one(Record, row.recommendation_id), "partially", days=1)
    answer = sign_in(challenger).get(f"/recommendations/ratings/{rated.id}/challenge", follow_redirects=True)
    assert "Only the latest published rating" in answer.text


def test_the_rater_keeps_the_rating_with_reasons(challenge, sign_in, coordinator, client, challenger):
    page = f"/recommendations/challenges/{challenge.id}"
    assert sign_in(challenger).post(page, data=answer("kept")).status_code == 403
    assert sign_in(coordinator).post(page, data=answer("kept", **{"words-en": "", "words-mn": ""})).status_code == 422
    assert sign_in(coordinator).post(page, data=answer("kept")).status_code == 303
    assert now(select(Record.status).where(Record.id == challenge.id)) == "kept"
    text = client.get(page).text
    assert "Two shelters opened" in text
    assert "The rating is kept" in text
    assert jobs.mail.outbox()[-1].to == [challenger.email]
    late = sign_in(coordinator).post(page, data=answer("kept"), follow_redirects=True)
    assert "answered or withdrawn already" in late.text
    assert "challenge (Not" not in sign_in(coordinator).get("/work").text


def test_accepting_leads_to_a_new_rating_that_nobody_else_sees_before_it_is_published(
    challenge, sign_in, coordinator, client, rate
):
    page = f"/recommendations/challenges/{challenge.id}"
    sent = sign_in(coordinator).post(page, data=answer("accepted"))
    draft = now(select(Challenge.leads_to_id))
    assert sent.location == f"/recommendations/ratings/{draft}"
    assert now(select(Assessment.rating).where(Assessment.record_id == draft)) == "not"
    assert client.get(sent.location).status_code == 404
    assert sent.location not in client.get(page).text
    with transaction():
        db.session.get_one(Record, draft).status = "published"
        db.session.get_one(Record, draft).visibility = "public"
    assert sent.location in client.get(page).text


def test_the_challenger_withdraws(challenge, sign_in, coordinator, challenger, client):
    page = f"/recommendations/challenges/{challenge.id}"
    assert sign_in(coordinator).post(f"{page}/withdraw").status_code == 403
    assert sign_in(challenger).post(f"{page}/withdraw").status_code == 303
    assert "Withdrawn" in client.get(page).text
    assert "answered or withdrawn already" in sign_in(challenger).post(f"{page}/withdraw", follow_redirects=True).text


def test_what_is_due_soon_and_what_is_late_is_reminded_and_shown(challenge, client):
    def due(days):
        with transaction():
            db.session.get_one(Record, challenge.id).due_on = clock.today() + timedelta(days=days)
        before = len(jobs.mail.outbox())
        reminding.remind(None)
        return len(jobs.mail.outbox()) - before

    assert [due(days) for days in (8, 7, 0, -1, -2)] == [0, 1, 0, 1, 0]
    assert "Answer overdue" in client.get(f"/recommendations/challenges/{challenge.id}").text
    assert "116.1" in client.get("/recommendations/challenges?overdue=1").text
    assert "116.1" not in client.get("/recommendations/challenges?status=kept").text


def test_a_coordinator_of_the_voice_who_was_asked_answers_for_another_body(
    app, identity, enter, rate, ministry, coordinator, challenger, forum, sign_in
):
    drafter = identity("focal_point", org=ministry)
    record = rate(drafter, ministry, enter("116.2"), "partially")
    with transaction():
        db.session.get_one(Assessment, record.id).published_by_id = coordinator.id
        for grant in db.session.scalars(select(Grant).where(Grant.user_id == drafter.id)):
            grant.valid_to = clock.today() - timedelta(days=1)
    whole = db.session.get_one(Organisation, forum.id)
    made = challenging.challenge(
        challenger, record, whole, value="not", argument=Content.of(en="Nothing was built"), source="Audit"
    )
    assert made.owner_id == coordinator.id
    assert sign_in(coordinator).post(f"/recommendations/challenges/{made.id}", data=answer("kept")).status_code == 303
    assert now(select(Record.status).where(Record.id == made.id)) == "kept"


def test_who_has_left_is_not_reminded_and_somebody_else_is_asked(challenge, identity, mojha, ministry):
    asked = now(select(Record.owner_id).where(Record.id == challenge.id))
    second = identity("coordinator", org=mojha, name="Aaron")
    with transaction():
        for grant in db.session.scalars(select(Grant).where(Grant.user_id == asked)):
            grant.org_id, grant.role = ministry.id, "focal_point"
        db.session.get_one(Record, challenge.id).due_on = clock.today() - timedelta(days=1)
    before = len(jobs.mail.outbox())
    reminding.remind(None)
    assert [mail.to for mail in jobs.mail.outbox()[before:]] == [[second.email]]
    assert now(select(Record.owner_id).where(Record.id == challenge.id)) == second.id


def test_challenges_are_in_the_files_and_datasets(challenge, client):
    found = list(datasets.rows(Identity.anonymous(), "recommendations.challenges"))
    assert [(row["number"], row["rated_by"], row["rating"], row["status"]) for row in found] == [
        ("116.1", "government", "not", "open")
    ]
    rated = list(datasets.rows(Identity.anonymous(), "recommendations.assessments"))
    assert "Nothing was built" in rated[0]["challenges"].text("en")
    whole = json.loads(client.get("/recommendations/export.json").text)
    assert whole["recommendations"][0]["ratings"]["government"]["challenges"][0]["source"] == "Audit report 12"
    for kind in ("csv", "json"):
        assert "Audit report 12" in client.get(f"/recommendations/challenges.{kind}").text
    assert "Nothing was built" in client.get("/recommendations/export.csv").text
    assert client.get("/recommendations/challenges.xlsx").status_code == 200


def test_nothing_challenged_is_said(client):
    assert "Nothing is challenged" in client.get("/recommendations/challenges").text


def test_the_comparison_says_its_rule_and_is_a_file(enter, rate, client, coordinator, mojha, identity, forum):
    first, second = enter("116.1"), enter("116.2")
    rate(coordinator, mojha, first, "fully")
    rate(identity("cs_editor", org=forum), forum, first, "not")
    rate(coordinator, mojha, second, "fully")
    page = client.get("/recommendations/compare?agreement=opposed").text
    assert "When voices agree" in page
    assert "agreement=opposed" in page
    lines = client.get("/recommendations/compare.csv?agreement=opposed").text.splitlines()
    assert len(lines) == 2
    assert "Fully against not" in lines[1]
    assert [row["agreement"] for row in client.get("/recommendations/compare.json").json] == ["opposed", "single"]
