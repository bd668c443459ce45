"""From a draft to a published rating: who does what, what is returned, who is told, what stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from plugins.recommendations.models import Assessment, Step
from plugins.recommendations.ratings import publishing
from portal.api import Record, clock, db, jobs, records, transaction
from portal.host import settings
from portal.host.host import current_host
from portal.people.models import Grant

from .conftest import now


@pytest.fixture
def draft(enter, rate, identity, forum):
    """A draft of the Forum with the one who made it."""
    drafter = identity("cs_editor", org=forum, name="Drafter")
    return drafter, rate(drafter, forum, enter("116.1"), "not", publish=False, reason="Drafted words")


def page(record):
    return f"/recommendations/ratings/{record.id}"


def status(record):
    return now(select(Record.status).where(Record.id == record.id))


def three_people():
    with transaction():
        settings.save(current_host(), "recommendations", {"people": "three"}, user_id=None)


def test_a_rating_goes_from_hand_to_hand_and_each_is_told(draft, identity, sign_in, forum, client):
    drafter, record = draft
    second, third = (identity("cs_editor", org=forum, name=name) for name in ("Second", "Third"))
    browser = sign_in(drafter)
    text = browser.get(page(record)).text
    assert "Hand over for validation" in text
    assert "Second" in text
    assert f'value="{drafter.id}"' not in text
    assert browser.post(f"{page(record)}/submit", data={"to": second.id}).status_code == 303
    assert status(record) == "submitted"
    assert "not: Not implemented" not in sign_in(third).get("/work").text
    assert "Waits for validation" in sign_in(second).get("/work").text
    assert browser.get(f"{page(record)}/edit").status_code == 303
    validator = sign_in(second)
    assert validator.post(f"{page(record)}/validate", data={"to": third.id, "word": "Well argued"}).status_code == 303
    assert status(record) == "validated"
    assert client.get(page(record)).status_code == 404
    assert "Well argued" in browser.get(page(record)).text
    assert sign_in(third).post(f"{page(record)}/publish").status_code == 303
    assert status(record) == "published"
    row = now(select(Assessment).where(Assessment.record_id == record.id))
    assert (row.drafted_by_id, row.validated_by_id, row.published_by_id) == (drafter.id, second.id, third.id)
    assert "Drafted words" in client.get(page(record)).text
    assert [step.act for step in db.session.scalars(select(Step).order_by(Step.id))] == [
        "submitted",
        "validated",
        "published",
    ]
    mails = {message.to[0]: message for message in jobs.mail.outbox()[-3:]}
    assert {user.email for user in (drafter, second, third)} == mails.keys()
    assert all("Drafted" not in message.body for message in mails.values())
    assert page(record) in mails[second.email].body


def test_who_drafted_neither_validates_nor_publishes(draft, identity, forum):
    drafter, record = draft
    second = identity("cs_editor", org=forum)
    with pytest.raises(publishing.NobodyThere):
        publishing.submit(drafter, record, drafter.id)
    publishing.submit(drafter, record, second.id)
    with pytest.raises(Forbidden):
        publishing.validate(drafter, record, second.id)
    publishing.validate(second, record, second.id)
    with pytest.raises(Forbidden):
        publishing.publish(drafter, record)
    with pytest.raises(publishing.WrongState):
        publishing.validate(second, record, second.id)
    publishing.publish(second, record)
    assert status(record) == "published"


def test_three_people_where_the_module_is_set_so(draft, identity, forum):
    three_people()
    drafter, record = draft
    second, third = identity("cs_editor", org=forum), identity("cs_editor", org=forum)
    publishing.submit(drafter, record, second.id)
    with pytest.raises(publishing.NobodyThere):
        publishing.validate(second, record, second.id)
    publishing.validate(second, record, third.id)
    with pytest.raises(Forbidden):
        publishing.publish(second, record)
    publishing.publish(third, record)
    assert status(record) == "published"


def test_it_comes_back_with_a_word_and_whoever_writes_in_it_has_drafted_it(draft, identity, sign_in, forum):
    drafter, record = draft
    second = identity("cs_editor", org=forum)
    publishing.submit(drafter, record, second.id)
    validator = sign_in(second)
    refused = validator.post(f"{page(record)}/return", data={"word": " "}, follow_redirects=True)
    assert "Say in a word what is to be changed." in refused.text
    assert validator.post(f"{page(record)}/return", data={"word": "Name the law"}).status_code == 303
    assert status(record) == "draft"
    assert "Name the law" in sign_in(drafter).get(page(record)).text
    assert "Draft" in sign_in(drafter).get("/work").text
    publishing.submit(drafter, db.session.get_one(Record, record.id), second.id)
    assert sign_in(drafter).post(f"{page(record)}/return").status_code == 303
    assert status(record) == "draft"


def test_what_somebody_drafted_who_has_left_waits_for_who_has_it_and_they_are_told_nothing(draft, identity, forum):
    drafter, record = draft
    second, third = identity("cs_editor", org=forum), identity("cs_editor", org=forum)
    publishing.submit(drafter, record, second.id)
    with transaction():
        for grant in db.session.scalars(select(Grant).where(Grant.user_id == drafter.id)):
            grant.valid_to = clock.today() - timedelta(days=1)
    mails = len(jobs.mail.outbox())
    publishing.send_back(second, record, "Name the law")
    assert now(select(Record.owner_id).where(Record.id == record.id)) == second.id
    publishing.submit(second, db.session.get_one(Record, record.id), third.id)
    publishing.validate(third, db.session.get_one(Record, record.id), third.id)
    publishing.publish(third, db.session.get_one(Record, record.id))
    assert now(select(Record.owner_id).where(Record.id == record.id)) == third.id
    assert {to for mail in jobs.mail.outbox()[mails:] for to in mail.to} == {third.email}


def test_a_deputy_drafts_only(enter, rate, identity, ministry):
    deputy, main = identity("focal_point", org=ministry), identity("focal_point", org=ministry)
    with transaction():
        db.session.scalar(select(Grant).where(Grant.user_id == deputy.id)).function = "deputy"
    record = rate(main, ministry, enter("116.1"), "not", publish=False)
    row = db.session.get_one(Assessment, record.id)
    from portal.api import identity_of

    assert deputy.id not in {each.id for each in publishing.people(main, record, row)}
    assert not publishing.may(identity_of(deputy.id), "validate", record, row)
    assert publishing.may(identity_of(deputy.id), "submit", record, row)


def test_the_coordinator_of_the_voice_helps_where_an_organisation_has_one_person(
    enter, rate, identity, sign_in, coordinator, ministry, forum
):
    focal = identity("focal_point", org=ministry)
    record = rate(focal, ministry, enter("116.1"), "not", publish=False)
    stranger = identity("coordinator", org=forum)
    assert sign_in(coordinator).get(page(record)).status_code == 404
    with pytest.raises(publishing.NobodyThere):
        publishing.submit(focal, record, stranger.id)
    publishing.submit(focal, record, coordinator.id)
    assert "Validate" in sign_in(coordinator).get(page(record)).text
    publishing.validate(coordinator, record, coordinator.id)
    publishing.publish(coordinator, record)
    assert status(record) == "published"


def test_nobody_else_there_is_said(draft, sign_in):
    drafter, record = draft
    assert "Nobody else of your organisation" in sign_in(drafter).get(page(record)).text


def test_what_was_said_before_it_was_published_stays_with_the_own_side(draft, identity, sign_in, coordinator, forum):
    drafter, record = draft
    second = identity("cs_editor", org=forum)
    inside = sign_in(drafter)
    assert inside.post(f"/records/{record.id}/comment", data={"text": "Canary comment"}).status_code == 303
    with transaction():
        records.share(drafter, record, user_id=identity("observer", org=forum, name="Canary reader").id)
    publishing.submit(drafter, db.session.get_one(Record, record.id), second.id)
    publishing.send_back(second, db.session.get_one(Record, record.id), "Canary word")
    publishing.submit(drafter, db.session.get_one(Record, record.id), second.id)
    publishing.validate(second, db.session.get_one(Record, record.id), second.id, "Canary praise")
    publishing.publish(second, db.session.get_one(Record, record.id))
    outside = sign_in(coordinator).get(page(record)).text
    assert "Canary" not in outside
    assert "Drafted words" in outside
    own = inside.get(page(record)).text
    for words in ("Canary comment", "Canary word", "Canary praise", "Canary reader"):
        assert words in own
