"""Invitation and reset: links for one use, that tell nobody who has an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.jobs import mail
from portal.people import admin
from portal.people.models import Credential, Token
from tests.portal.people.conftest import PASSWORD

NEW = "ногоон тэмээ долоон худаг"
FORGOTTEN = "/account/forgotten"
NEW_PASSWORD = "/account/new-password"


@pytest.fixture
def mails(app):
    """The mails that were sent since the test began, as (to, subject, body)."""
    begin = len(mail.outbox())
    return lambda: [(m.to[0], m.subject, m.body) for m in mail.outbox()[begin:]]


def path_in(body: str) -> str:
    return re.search(r"https?://[^/]+(/account/link/\S+)", body)[1]


@pytest.fixture
def reset_link(client, mails):
    def ask(user) -> str:
        client.post(FORGOTTEN, data={"email": user.email})
        return path_in(mails()[-1][2])

    return ask


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(account, client, mails):
    known = client.post(FORGOTTEN, data={"email": account("known@mojha.example").email})
    unknown = client.post(FORGOTTEN, data={"email": "nobody@mojha.example"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (303, "/account/sent")
    assert known.get_data() == unknown.get_data()
    assert [to for to, _, _ in mails()] == ["known@mojha.example"]


def test_asking_writes_the_same_for_known_and_unknown_names(app, account, client, query_counter, monkeypatch):
    """The account is looked up by a job, so the page itself does the same work for everybody."""
    started = []
    monkeypatch.setattr("portal.people.views.jobs.start", lambda *a, **kw: started.append(kw["email"]))
    with query_counter() as known:
        client.post(FORGOTTEN, data={"email": account("known@mojha.example").email})
    with query_counter() as unknown:
        client.post(FORGOTTEN, data={"email": "nobody@mojha.example"})
    assert started == ["known@mojha.example", "nobody@mojha.example"]
    assert len(unknown) == 0
    assert not [text for text in known if "portal_token" in text]


def test_a_reset_sets_the_password_and_ends_every_session(app, account, client, enter, reset_link):
    user = account()
    elsewhere = app.test_client()
    elsewhere.post("/account/sign-in", data={"email": user.email, "password": PASSWORD})
    assert client.get(reset_link(user)).location == NEW_PASSWORD
    assert client.post(NEW_PASSWORD, data={"password": NEW}).location == "/account/sign-in"
    assert elsewhere.get("/account/").status_code == 303
    assert enter(user.email).status_code == 422
    assert enter(user.email, NEW).status_code == 303


def test_a_link_works_once(app, account, client, reset_link):
    link = reset_link(account())
    client.get(link)
    client.post(NEW_PASSWORD, data={"password": NEW})
    other = app.test_client()
    for answer in (other.get, lambda path: other.post(path, data={"password": NEW + "!"})):
        other.get(link)
        assert answer(NEW_PASSWORD).status_code == 410


def test_a_newer_link_replaces_the_older(account, client, reset_link):
    user = account()
    older, newer = reset_link(user), reset_link(user)
    client.get(older)
    assert client.get(NEW_PASSWORD).status_code == 410
    client.get(newer)
    assert client.get(NEW_PASSWORD).status_code == 200


def test_a_link_for_a_new_password_works_for_an_hour(account, client, reset_link):
    link = reset_link(account())
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        client.get(link)
        assert client.get(NEW_PASSWORD).status_code == 410


def test_the_secret_of_a_link_leaves_the_address_and_is_stored_as_hash(account, client, reset_link):
    link = reset_link(account())
    secret = link.rpartition("=")[2]
    answer = client.get(link)
    assert secret not in answer.location
    assert secret not in client.get(NEW_PASSWORD).get_data(as_text=True)
    assert secret not in [row.token_hash for row in db.session.scalars(select(Token))]
    assert len(secret) >= 43


def test_a_link_of_one_kind_is_none_of_the_other(account, client, reset_link):
    link = reset_link(account()).replace("/reset?", "/invite?")
    client.get(link)
    assert client.get(NEW_PASSWORD).status_code == 410


def test_a_reset_does_not_skip_the_second_factor(account, client, enter, reset_link, second_factor):
    user = account()
    second_factor(user)
    client.get(reset_link(user))
    client.post(NEW_PASSWORD, data={"password": NEW})
    assert client.get("/account/").status_code == 303
    assert enter(user.email, NEW).location == "/account/sign-in/code"


def test_links_come_from_the_settings_and_never_from_the_host_header(app, account, client, mails, monkeypatch):
    user = account()
    client.post(FORGOTTEN, data={"email": user.email}, headers={"Host": "evil.example"})
    assert "evil.example" not in mails()[-1][2]
    monkeypatch.setitem(app.config, "BASE_URL", "https://upr.example/")
    client.post(FORGOTTEN, data={"email": user.email}, headers={"Host": "evil.example"})
    assert "https://upr.example/account/link/reset?key=" in mails()[-1][2]


def test_an_expired_invitation_does_not_come_back_to_life_as_a_reset(account, client, mails):
    account("invited@mojha.example", password=None)
    client.post(FORGOTTEN, data={"email": "invited@mojha.example"})
    assert mails() == []


def test_a_disabled_account_gets_no_link_and_its_old_one_is_dead(account, client, reset_link, mails):
    user = account()
    link = reset_link(user)
    with transaction():
        user.disabled_at = clock.now()
    count = len(mails())
    client.post(FORGOTTEN, data={"email": user.email})
    assert len(mails()) == count
    client.get(link)
    assert client.get(NEW_PASSWORD).status_code == 410


def test_an_invited_person_chooses_a_password(app, identity, client, enter, mails):
    admin.invite(identity("administrator"), "khovd@nhrc.example", "Дулмаа", "mn", None)
    to, subject, body = mails()[-1]
    assert to == "khovd@nhrc.example"
    assert subject
    client.get(path_in(body))
    page = client.get(NEW_PASSWORD)
    assert "Дулмаа" in page.get_data(as_text=True)
    client.post(NEW_PASSWORD, data={"password": NEW})
    assert enter("khovd@nhrc.example", NEW).status_code == 303


def test_an_invitation_works_for_seven_days(app, identity, client, mails):
    admin.invite(identity("administrator"), "late@nhrc.example", "Дулмаа", "mn", None)
    link = path_in(mails()[-1][2])
    with time_machine.travel(clock.now() + timedelta(days=6, hours=23)):
        client.get(link)
        assert client.get(NEW_PASSWORD).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=7, hours=1)):
        assert client.get(NEW_PASSWORD).status_code == 410


@pytest.mark.parametrize("weak", ["short", "passwordpassword", "улаанбаатар2026", "aaaaaaaaaaaaaaaa", "batdorjbatdorj"])
def test_a_weak_password_is_refused_with_reasons_and_keeps_the_link(account, client, reset_link, weak):
    user = account(name="Bat Dorj")
    client.get(reset_link(user))
    answer = client.post(NEW_PASSWORD, data={"password": weak})
    assert answer.status_code == 422
    assert db.session.get_one(Credential, user.id).password_hash
    assert client.post(NEW_PASSWORD, data={"password": NEW}).status_code == 303


def test_many_requests_for_links_are_slowed_without_a_word_about_the_account(app, account, client, mails, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    user = account("often@mojha.example")
    for _time in range(5):
        assert client.post(FORGOTTEN, data={"email": user.email}).location == "/account/sent"
    assert len(mails()) == 3
