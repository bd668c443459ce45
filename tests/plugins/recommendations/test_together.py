"""Many ratings handed over, validated and published at once: what goes on, what stays and why, who is told."""

import re

import pytest
from sqlalchemy import func, select

from plugins.recommendations.models import Assessment, Step
from plugins.recommendations.ratings import publishing
from plugins.recommendations.register import arranging
from portal.api import Record, audit, db, jobs, transaction

from .conftest import now

PAGE = "/recommendations/ratings/together"


@pytest.fixture
def drafter(identity, forum):
    return identity("cs_editor", org=forum, name="Drafter")


@pytest.fixture
def second(identity, forum):
    return identity("cs_editor", org=forum, name="Second")


@pytest.fixture
def drafts(enter, rate, drafter, forum, coordinator):
    """Five drafts: three are ready, one lacks evidence, the recommendation of one is archived."""
    found = [rate(drafter, forum, enter(f"116.{number}"), "partially", publish=False) for number in (1, 2, 3)]
    found.append(rate(drafter, forum, enter("116.4"), "not", publish=False, evidence=False))
    gone = enter("116.5")
    found.append(rate(drafter, forum, gone, "partially", publish=False))
    arranging.archive(coordinator, gone, version=None, reason="Entered twice")
    return found


def status(record):
    return now(select(Record.status).where(Record.id == record.id))


def ticks(text):
    """The values of the boxes that are ticked, and of all."""
    boxes = re.findall(r'<input class="form-check-input" type="checkbox" name="pick" value="([\d:]+)"[^>]*>', text)
    ticked = re.findall(r'name="pick" value="([\d:]+)"[^>]* checked>', text)
    return ticked, boxes


def test_an_officer_hands_over_all_that_match_at_once(drafts, drafter, second, sign_in):
    browser = sign_in(drafter)
    assert PAGE in browser.get("/recommendations/rate?cycle=3").text
    text = browser.get(PAGE).text
    ticked, boxes = ticks(text)
    assert ticked == boxes == [f"{record.id}:{record.version}" for record in drafts[:3]]
    for words in ("2 of these cannot go on yet", "It needs evidence", "The recommendation is archived."):
        assert words in text
    assert ticks(browser.get(f"{PAGE}?act=submit&ticked=none").text) == ([], boxes)
    assert ticks(browser.get(f"{PAGE}?act=submit&by=others").text)[1] == []
    assert ticks(browser.get(f"{PAGE}?act=submit&by=me&q=116.2").text)[1] == boxes[1:2]
    assert "Tick at least one rating." in browser.post(f"{PAGE}?act=submit", data={"to": second.id}).text
    nobody = browser.post(f"{PAGE}?act=submit", data={"pick": boxes[:1]})
    assert nobody.status_code == 422
    assert "Choose who comes next." in nobody.text
    assert ticks(nobody.text)[0] == boxes[:1]
    mails = len(jobs.mail.outbox())
    stale = f"{drafts[2].id}:{drafts[2].version + 7}"
    sent = browser.post(
        f"{PAGE}?act=submit",
        data={"pick": [*boxes[:2], stale, f"{drafts[3].id}:1", "x:1", "0:0"], "to": second.id},
        follow_redirects=True,
    ).text
    assert "2 drafts are handed over." in sent
    assert "3 did not go on." in sent
    assert "116.3: It was changed or went on after this page was shown." in sent
    assert "116.4: It needs evidence" in sent
    assert [status(record) for record in drafts] == ["submitted", "submitted", "draft", "draft", "draft"]
    told = jobs.mail.outbox()[mails:]
    assert [mail.to for mail in told] == [[second.email]]
    assert "2 ratings were drafted and wait for you" in told[0].body
    assert f"{PAGE}?act=validate" in told[0].body
    for record in drafts[:2]:
        steps = db.session.scalars(select(Step).where(Step.assessment_id == record.id)).all()
        assert [(step.act, step.by_id, step.to_id) for step in steps] == [("submitted", drafter.id, second.id)]
        entry = audit.HistoryEntry
        kept = select(func.count()).where(entry.record_id == record.id, entry.entity == "portal_record")
        assert now(kept.where(entry.actor_id.is_not(None) | entry.actor_id.is_(None))) >= 2


def test_they_are_validated_and_published_together_by_others(drafts, drafter, second, sign_in, client):
    for record in drafts[:3]:
        publishing.submit(drafter, db.session.get_one(Record, record.id), second.id)
    own = sign_in(drafter).get(f"{PAGE}?act=validate").text
    assert ticks(own) == ([], [])
    assert own.count("You drafted it: another person validates and publishes it.") == 3
    browser = sign_in(second)
    _ticked, boxes = ticks(browser.get(f"{PAGE}?act=validate").text)
    assert len(boxes) == 3
    taken = browser.post(f"{PAGE}?act=validate", data={"pick": boxes, "to": drafter.id}, follow_redirects=True).text
    assert "3 did not go on." in taken
    assert "The person chosen may not take this one" in taken
    browser.post(f"{PAGE}?act=validate", data={"pick": boxes, "to": second.id, "word": "Well argued"})
    assert {step.word for step in db.session.scalars(select(Step).where(Step.act == "validated"))} == {"Well argued"}
    _ticked, boxes = ticks(browser.get(f"{PAGE}?act=publish").text)
    mails = len(jobs.mail.outbox())
    done = browser.post(f"{PAGE}?act=publish", data={"pick": boxes}, follow_redirects=True)
    assert "3 ratings are published." in done.text
    assert [
        (mail.to, "3 ratings that you drafted are published now" in mail.body) for mail in jobs.mail.outbox()[mails:]
    ] == [([drafter.email], True)]
    assert db.session.scalar(select(func.count()).where(Assessment.is_latest.is_(True))) == 3
    for record in drafts[:3]:
        assert client.get(f"/recommendations/ratings/{record.id}").status_code == 200


def test_nobody_of_another_voice_reaches_them_and_who_does_not_rate_sees_no_page(
    drafts, identity, mojha, forum, sign_in
):
    stranger = sign_in(identity("focal_point", org=mojha))
    assert "116." not in stranger.get(PAGE).text
    picked = [f"{drafts[0].id}:{drafts[0].version}"]
    sent = stranger.post(f"{PAGE}?act=submit", data={"pick": picked, "to": 1}, follow_redirects=True).text
    assert "116.1" not in sent
    assert "1 did not go on." in sent
    assert status(drafts[0]) == "draft"
    assert sign_in(identity("observer", org=forum)).get(PAGE).status_code == 403


def test_where_nobody_comes_next_it_is_said_and_nothing_is_offered(drafts, drafter, sign_in):
    text = sign_in(drafter).get(f"{PAGE}?act=submit").text
    assert "Nobody else of your organisation may do what comes next." in text
    assert ticks(text) == ([], [])


def test_one_that_goes_alone_is_told_with_its_own_address(drafts, drafter, second, sign_in, identity, mojha):
    with transaction():
        db.session.get_one(Record, drafts[1].id).owner_id = second.id
    sign_in(drafter).post(f"{PAGE}?act=submit", data={"pick": [f"{drafts[0].id}:{drafts[0].version}"], "to": second.id})
    assert f"/recommendations/ratings/{drafts[0].id}" in jobs.mail.outbox()[-1].body
