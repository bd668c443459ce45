"""Webhooks: a program that listens is told what happens, signed, once more when it was away, and nothing it may not."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import clock, jobs, outgoing
from portal.db import db, transaction
from portal.forms import changes
from portal.forms.models import Submission
from portal.forms.review import service as review
from portal.jobs import mail, upkeep
from portal.people.models import User
from portal.records import Record
from portal.webhooks import sending, service, signing
from portal.webhooks.models import EVENTS, Delivery, Webhook
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send
from tests.portal.people.conftest import end_grants
from tests.portal.webhooks.conftest import Receiver

NAME = row("text", "name", required=True)


def hooked(made: Any, receiver: Receiver, **more: Any) -> tuple[Webhook, str]:
    return service.register(made.owner, **{"url": receiver.url, "events": EVENTS, "form_id": made.id, **more})


def rows() -> list[Delivery]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def now(hook: Webhook) -> Webhook:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Webhook, hook.id)


def retry(days: float = 0, seconds: float = 0) -> None:
    """Let the clock go on and the worker look for jobs that are due."""
    with time_machine.travel(clock.now() + timedelta(days=days, seconds=seconds), tick=True):
        upkeep.wake_waiting(jobs.current())


def test_what_happens_is_told_signed_and_with_ids_only(app: Flask, publish: Any, receiver: Receiver) -> None:
    made = publish([NAME], mode="invited")
    hook, secret = hooked(made, receiver)
    key = send(made, made.owner, name="Нууц")
    one = db.session.get_one(Submission, key)
    review.judge(made.owner, one, state="returned", note="why")
    review.correct(made.owner, made.form, one, revision=one.revision, answers={"name": "b"})
    review.judge(made.owner, one, state="approved")
    with transaction():
        db.session.delete(db.session.get_one(Submission, key))
    acts = ("submitted", "returned", "edited", "approved", "removed")
    assert [each["type"] for each in receiver.told] == [f"forms.{act}" for act in acts]
    first = receiver.told[0]
    assert first["data"] == {
        "form": {"id": made.id, "href": f"http://127.0.0.1:5000/api/v1/forms/{made.id}"},
        "answer": {
            "id": key,
            "href": f"http://127.0.0.1:5000/api/v1/forms/{made.id}/answers/{key}",
            "page": f"http://127.0.0.1:5000/forms/{made.id}/answers/{key}",
        },
    }
    assert "Нууц" not in b"".join(receiver.seen).decode()
    assert all(receiver.signed_with(secret, at) for at in range(5))
    assert not receiver.signed_with(signing.PREFIX + base64.b64encode(b"x" * 32).decode())
    assert len({receiver.headers(at)["webhook-id"] for at in range(5)}) == 5
    assert [each.state for each in rows()] == ["done"] * 5
    assert hook.failing_since is None


def test_only_what_was_chosen_of_the_own_forms(
    app: Flask, publish: Any, receiver: Receiver, identity: Any, org: Any
) -> None:
    made = publish([NAME], mode="invited")
    hooked(made, receiver, events=["approved"])
    send(made, made.owner, name="a")
    other = publish([NAME], mode="invited", owner=identity("coordinator", org=org("other")))
    send(other, other.owner, name="a")
    assert receiver.seen == []
    chief = identity("organisation_administrator", org=org("maker"))
    service.register(chief, url=receiver.url, events=["submitted"], org_id=org("maker").id)
    send(made, made.owner, name="b")
    send(other, other.owner, name="b")
    assert [each["data"]["form"]["id"] for each in receiver.told] == [made.id]


def test_a_rollback_tells_nothing(app: Flask, publish: Any, receiver: Receiver) -> None:
    made = publish([NAME], mode="invited")
    hooked(made, receiver)

    def lost() -> None:
        with transaction():
            send(made, made.owner, name="a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        lost()
    assert (receiver.seen, rows()) == ([], [])


def test_answers_go_along_only_while_who_chose_so_may_read_them(
    app: Flask, publish: Any, receiver: Receiver, identity: Any, org: Any
) -> None:
    made = publish([NAME], mode="invited")
    hooked(made, receiver, with_answers=True)
    sender = identity("desk_officer", org=org("maker"))
    send(made, sender, name="Бат")
    document = receiver.told[-1]["data"]["answer"]["document"]
    assert document["answers"] == {"name": "Бат"}
    assert document["href"] == receiver.told[-1]["data"]["answer"]["href"]
    end_grants(made.owner.id)
    with transaction():
        db.session.get_one(Record, made.id).owner_id = sender.id
    send(made, sender, name="Дорж")
    assert "document" not in receiver.told[-1]["data"]["answer"]


def test_of_an_anonymous_form_a_day_later_and_nothing_of_the_answer(
    app: Flask, publish: Any, receiver: Receiver
) -> None:
    made = publish([NAME], mode="public", anonymous=True)
    hooked(made, receiver, with_answers=True)
    send(made, name="secret")
    assert receiver.seen == []
    with time_machine.travel(clock.now() + timedelta(days=1), tick=True):
        changes.tell_anonymous()
        day = clock.today().isoformat()
    (told,) = receiver.told
    assert (told["timestamp"], told["data"]["answer"]) == (day, None)
    assert [each.submission_id for each in rows()] == [None]


def test_who_is_away_is_told_later_with_the_same_id(app: Flask, publish: Any, receiver: Receiver) -> None:
    made = publish([NAME], mode="invited")
    hook, secret = hooked(made, receiver)
    receiver.say(500)
    send(made, made.owner, name="a")
    retry(seconds=30)
    assert len(receiver.seen) == 1
    assert rows()[0].state == "waiting"
    assert now(hook).failing_since is not None
    receiver.say(302)
    retry(seconds=61)
    receiver.say(200)
    retry(seconds=1000)
    ids = {receiver.headers(at)["webhook-id"] for at in range(3)}
    assert (len(receiver.seen), len(ids)) == (3, 1)
    assert receiver.signed_with(secret)
    (delivery,) = rows()
    assert (delivery.state, delivery.attempts, delivery.status) == ("done", 3, 200)
    assert now(hook).failing_since is None


def test_after_two_days_without_success_it_is_switched_off_and_its_owner_told(
    app: Flask, publish: Any, receiver: Receiver
) -> None:
    made = publish([NAME], mode="invited")
    hook, _secret = hooked(made, receiver)
    receiver.say(503)
    send(made, made.owner, name="a")
    for day in range(1, len(sending.DELAYS) + 1):
        retry(days=day)
    (delivery,) = rows()
    assert (delivery.state, delivery.attempts) == ("failed", len(sending.DELAYS) + 1)
    off = now(hook)
    assert off.off_why == "failed"
    letter = mail.outbox()[-1]
    assert letter.to == [made.owner.email]
    assert f"/webhooks/{hook.id}" in letter.body
    count = len(receiver.seen)
    send(made, made.owner, name="b")
    assert len(receiver.seen) == count
    receiver.say(204)
    service.switch_on(off)
    service.again(rows()[0])
    assert rows()[0].state == "done"
    receiver.say(410)
    send(made, made.owner, name="c")
    assert now(hook).off_why == "gone"


def test_one_delivery_that_fails_among_others_switches_nothing_off(
    app: Flask, publish: Any, receiver: Receiver
) -> None:
    made = publish([NAME], mode="invited")
    hook, _secret = hooked(made, receiver)
    receiver.say(500)
    send(made, made.owner, name="a")
    receiver.say(204)
    send(made, made.owner, name="b")
    receiver.say(500)
    for day in range(1, len(sending.DELAYS) + 1):
        retry(days=day)
    assert [each.state for each in rows()] == ["failed", "done"]
    assert now(hook).off_at is None


def test_a_renewed_secret_and_a_replaced_key_of_the_portal(
    app: Flask, publish: Any, receiver: Receiver, monkeypatch: Any
) -> None:
    made = publish([NAME], mode="invited")
    hook, former = hooked(made, receiver)
    new = service.renew(hook)
    assert new != former
    service.test(hook)
    assert receiver.told[-1] == {"type": "test", "timestamp": receiver.told[-1]["timestamp"], "data": {}}
    assert receiver.signed_with(new)
    assert receiver.signed_with(former)
    old_key = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "k" * 40)
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old_key])
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=True):
        service.test(hook)
    assert receiver.signed_with(new)
    assert not receiver.signed_with(former)
    stored = b"".join(
        value for each in db.session.execute(select(Webhook.__table__)) for value in each if isinstance(value, bytes)
    )
    assert base64.b64decode(new.removeprefix("whsec_")) not in stored


def test_what_no_job_looks_after_is_started_and_old_lists_are_forgotten(
    app: Flask, publish: Any, receiver: Receiver
) -> None:
    made = publish([NAME], mode="invited")
    hook, _secret = hooked(made, receiver)
    key = send(made, made.owner, name="a")
    with transaction():
        db.session.add(
            Delivery(webhook_id=hook.id, event="edited", form_id=made.id, submission_id=key, happened_at=clock.now())
        )
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        assert service.tidy() == 1
        assert service.tidy() == 0
    assert [each["type"] for each in receiver.told] == ["forms.submitted", "forms.edited"]
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        service.tidy()
    assert rows() == []


def test_the_pages(app: Flask, publish: Any, receiver: Receiver, sign_in: Any, identity: Any, org: Any) -> None:
    made = publish([NAME], mode="invited")
    owner = sign_in(made.owner)
    assert f"/webhooks/forms/{made.id}" in owner.get(f"/forms/{made.id}").text
    assert "No webhooks" in owner.get(f"/webhooks/forms/{made.id}").text
    url = f"/webhooks/forms/{made.id}/new"
    for wrong in ("ftp://x", "http://10.0.0.1/", "https://user:x@example.org/", "nonsense"):
        assert owner.post(url, data={"url": wrong, "events": ["submitted"]}).status_code == 422, wrong
    assert owner.post(url, data={"url": receiver.url}).status_code == 422
    page = owner.post(url, data={"url": receiver.url, "events": ["submitted", "approved"], "content": ["answers"]})
    secret = re.search(r">(whsec_[\w+/=]+)<", page.text)
    assert secret
    hook = db.session.scalars(select(Webhook).order_by(Webhook.id.desc())).first()
    assert hook is not None
    assert hook.with_answers
    here = f"/webhooks/{hook.id}"
    assert secret[1] not in owner.get(here).text
    assert owner.post(f"{here}/test").status_code == 303
    assert receiver.signed_with(secret[1])
    send(made, made.owner, name="a")
    receiver.say(500)
    send(made, made.owner, name="b")
    shown = owner.get(here).text
    assert "The server said 500" in shown
    assert "Nothing gets through since" in shown
    assert owner.post(f"{here}/off").status_code == 303
    assert "switched off by hand" in owner.get(here).text
    assert owner.post(f"{here}/on").status_code == 303
    receiver.say(204)
    last = rows()[-1]
    assert owner.post(f"{here}/deliveries/{last.id}/again").status_code == 303
    assert rows()[-1].state == "done"
    renewed = owner.post(f"{here}/renew").text
    assert re.search(r">whsec_", renewed)
    assert owner.post(f"{here}/edit", data={"url": receiver.url, "events": ["approved"]}).status_code == 303
    assert "Webhook changed" in owner.get(here).text
    assert not now(hook).with_answers
    assert "does not get through" not in owner.get(f"/webhooks/forms/{made.id}").text
    stranger = sign_in(identity("coordinator", org=org("other")))
    reader = sign_in(identity("local_officer", org=org("maker")))
    for path in (here, f"{here}/edit", f"/webhooks/forms/{made.id}", url):
        assert stranger.get(path).status_code == 404, path
        assert reader.get(path).status_code in (403, 404), path
    for act in ("test", "renew", "off", "on", "remove", f"deliveries/{last.id}/again"):
        assert stranger.post(f"{here}/{act}").status_code == 404
    assert stranger.get("/webhooks/").status_code == 403
    assert owner.post(f"{here}/remove").status_code == 303
    assert owner.get(here).status_code == 404


def test_administrators_register_for_organisations_without_reading_answers(
    app: Flask, publish: Any, receiver: Receiver, as_role: Any, org: Any
) -> None:
    made = publish([NAME], mode="invited")
    everywhere, chief = as_role("administrator"), as_role("organisation_administrator", org=org("maker"))
    other = org("other")
    sent = {"org_id": made.record.org_id, "url": receiver.url, "events": ["submitted"]}
    refused = everywhere.post("/webhooks/new", data={**sent, "content": ["answers"]})
    assert refused.status_code == 422
    assert "You do not read the answers" in refused.text
    assert chief.post("/webhooks/new", data={**sent, "org_id": other.id}).status_code == 422
    assert chief.post("/webhooks/new", data=sent).status_code == 200
    hook = db.session.scalars(select(Webhook)).one()
    assert f"/webhooks/{hook.id}" in everywhere.get("/webhooks/").text
    assert f"/webhooks/{hook.id}" in chief.get("/webhooks/").text
    assert "All forms of" in chief.get(f"/webhooks/{hook.id}").text
    assert f"/webhooks/{hook.id}" not in as_role("organisation_administrator", org=other).get("/webhooks/").text
    assert as_role("coordinator", org=org("maker")).get(f"/webhooks/{hook.id}").status_code == 404
    send(made, made.owner, name="a")
    assert len(receiver.seen) == 1
    assert db.session.get_one(User, hook.created_by_id)


def test_a_slow_server_holds_up_nobody(app: Flask, publish: Any, receiver: Receiver, monkeypatch: Any) -> None:
    made = publish([NAME], mode="invited")
    hooked(made, receiver)
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)
    receiver.slowly, receiver.reply = True, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200
    send(made, made.owner, name="a")
    send(made, made.owner, name="b")
    assert [(each.state, each.attempts, each.error) for each in rows()] == [("waiting", 1, "time")] * 2
    assert len(receiver.seen) == 1
    sending._resting.clear()
    receiver.slowly, receiver.reply = False, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    monkeypatch.setattr(outgoing, "SECONDS", 15)
    retry(seconds=61)
    assert [each.state for each in rows()] == ["done"] * 2
    with transaction():
        db.session.get_one(Delivery, rows()[0].id).state = "waiting"
    with time_machine.travel(clock.now() + timedelta(days=4), tick=True):
        service.tidy()
    assert [each.state for each in rows()] == ["failed", "done"]
