"""Signing in: alike for known and unknown names, slowed when guessed, safe where it leads to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.people import accounts, passwords
from portal.people.identity import COOKIE_KEY
from portal.people.models import Credential, Session
from tests.portal.people.conftest import PASSWORD

SIGN_IN = "/account/sign-in"
CODE = "/account/sign-in/code"


def text_of(response) -> str:
    """The page without what differs by nature: tokens and what was typed."""
    page = re.sub(r'value="[^"]*"', "", response.get_data(as_text=True))
    return re.sub(r'content="[^"]*"|csrf[^>]*', "", page)


def test_the_right_password_opens_a_session(account, client, enter):
    answer = enter(account().email)
    assert answer.status_code == 303
    assert answer.location == "/"
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("typed", ["  Bat.Dorj@MoJHA.example ", "bat.dorj@mojha.example"])
def test_an_address_is_the_same_in_capitals(account, enter, typed):
    account("bat.dorj@mojha.example")
    assert enter(typed).status_code == 303


def test_a_password_is_the_same_in_either_spelling_of_й(account, client, enter):
    account("x@mojha.example", password="хайрхан уулын зүүн тал")
    assert enter("x@mojha.example", "хайрхан уулын зүүн тал").status_code == 303


@pytest.mark.parametrize("state", ["unknown", "wrong password", "disabled", "invited only"])
def test_every_refusal_looks_the_same(account, enter, state):
    reference = enter("nobody@mojha.example", "wrong wrong wrong")
    address, password = "known@mojha.example", "wrong wrong wrong"
    if state == "invited only":
        account(address, password=None)
    elif state != "unknown":
        user = account(address)
        if state == "disabled":
            password = PASSWORD
            with transaction():
                user.disabled_at = clock.now()
    answer = enter(address, password)
    assert answer.status_code == reference.status_code == 422
    assert text_of(answer) == text_of(reference)


def test_a_refusal_costs_the_same_for_known_and_unknown_names(account, enter, query_counter, monkeypatch):
    """One hash and as many statements: neither the clock nor the disk tells who has an account."""
    hashes = []
    verify = passwords.verify_password
    monkeypatch.setattr("portal.people.signin.verify_password", lambda *a: hashes.append(1) or verify(*a))
    account("known@mojha.example")
    with query_counter() as unknown:
        enter("nobody@mojha.example", "wrong wrong wrong")
    with query_counter() as known:
        enter("known@mojha.example", "wrong wrong wrong")
    assert len(known) == len(unknown)
    assert len(hashes) == 2


def test_signing_in_makes_a_new_session_and_forgets_the_cookie_of_before(account, client, enter):
    """Session fixation: nothing that was in the browser before survives."""
    with client.session_transaction() as kept:
        kept[COOKIE_KEY] = "planted by somebody else"
        kept["csrf_token"] = "planted"
    enter(account().email)
    with client.session_transaction() as kept:
        assert kept[COOKIE_KEY] != "planted by somebody else"
        assert kept.get("csrf_token") != "planted"


def test_signing_in_again_ends_the_session_of_before(account, client, enter):
    first = account()
    enter(first.email)
    client.post("/account/sign-out")
    enter(first.email)
    client.get("/account/")
    db.session.expire_all()
    rows = db.session.scalars(select(Session).where(Session.user_id == first.id)).all()
    assert [row.ended_at is None for row in rows] == [False, True]


HOSTILE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\tevil.example",
    "/\n/evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "https:/evil.example",
    " //evil.example",
    "/ /evil.example",
    "/..//evil.example",
    "evil.example",
    "\u2028//evil.example",
    "@evil.example",
    "/.evil.example/../..//evil.example",
]


@pytest.mark.parametrize("target", HOSTILE)
def test_no_address_leads_to_another_site(account, client, enter, target):
    user = account()
    answer = client.post(SIGN_IN, query_string={"next": target}, data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.location == "/"


def test_after_signing_in_one_is_where_one_wanted_to_go(account, client):
    user = account()
    assert client.get("/account/password").location == "/account/sign-in?next=/account/password"
    answer = client.post("/account/sign-in?next=/account/password", data={"email": user.email, "password": PASSWORD})
    assert answer.location == "/account/password"


def test_the_language_can_be_switched_while_typing(client):
    answer = client.post(SIGN_IN, data={"email": "bat@mojha.example", "password": "half", "_lang": "mn"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "bat@mojha.example" in page
    assert "half" not in page
    assert "Нэвтрэх" in page


def test_signing_in_needs_the_token_of_the_page(app, account, client, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    user = account()
    answer = client.post(SIGN_IN, data={"email": user.email, "password": PASSWORD})
    assert answer.status_code == 400
    page = client.get(SIGN_IN).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    answer = client.post(SIGN_IN, data={"email": user.email, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303


def test_guessing_is_slowed_alike_for_known_and_unknown_names(app, account, client, enter, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    for address in (account("guessed@mojha.example").email, "nobody2@mojha.example"):
        for _time in range(5):
            assert enter(address, "wrong wrong wrong").status_code == 422
        answer = enter(address, PASSWORD)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 300


def test_the_owner_elsewhere_is_not_locked_out_by_a_guesser(app, account, client, enter, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    user = account("victim@mojha.example")
    for _time in range(7):
        enter(user.email, "wrong wrong wrong")
    elsewhere = app.test_client()
    answer = elsewhere.post(
        SIGN_IN, data={"email": user.email, "password": PASSWORD}, environ_base={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert answer.status_code == 303


def test_after_a_while_one_may_try_again(app, account, client, enter, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    user = account("patient@mojha.example")
    for _time in range(6):
        enter(user.email, "wrong wrong wrong")
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert enter(user.email).status_code == 303


def test_refusals_are_in_the_history_without_the_name_of_nobody(app, account, enter):
    user = account()
    enter(user.email, "wrong wrong wrong")
    enter("nobody@secret.example", "wrong wrong wrong")
    rows = db.session.scalars(
        select(HistoryEntry).where(HistoryEntry.action == "sign-in refused").order_by(HistoryEntry.id)
    ).all()
    assert [row.entity_id for row in rows] == [str(user.id), "unknown"]
    assert not any("nobody" in str(row.changes) for row in rows)


def test_an_old_hash_is_made_anew_at_sign_in(app, account, enter, monkeypatch):
    user = account()
    before = db.session.get_one(Credential, user.id).password_hash
    monkeypatch.setitem(app.config, "PASSWORD_HASH", "strong")
    assert enter(user.email).status_code == 303
    db.session.expire_all()
    after = db.session.get_one(Credential, user.id).password_hash
    assert after != before
    assert "m=65536,t=3,p=4" in after


def test_signing_out_tells_the_browser_to_forget(account, client, enter):
    enter(account().email)
    answer = client.post("/account/sign-out", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/account/").status_code == 303
    assert client.get("/account/sign-out").status_code == 405


def test_with_a_second_factor_the_password_alone_opens_nothing(account, client, enter, second_factor):
    user = account()
    code = second_factor(user)
    assert enter(user.email).location == CODE
    assert client.get("/account/").status_code == 303
    assert client.post(CODE, data={"code": "000000"}).status_code == 422
    assert client.post(CODE, data={"code": f" {code()[:3]} {code()[3:]} "}).status_code == 303
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("typed", ["{code}", " {code}", "{code} "])
def test_a_code_works_once(account, client, enter, second_factor, typed):
    user = account()
    code = second_factor(user)()
    enter(user.email)
    assert client.post(CODE, data={"code": code}).status_code == 303
    client.post("/account/sign-out")
    enter(user.email)
    assert client.post(CODE, data={"code": typed.format(code=code)}).status_code == 422


def test_the_code_of_a_minute_ago_is_too_old(account, client, enter, second_factor):
    user = account()
    code = second_factor(user)()
    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        enter(user.email)
        assert client.post(CODE, data={"code": code}).status_code == 422


def test_guessing_codes_is_slowed(app, account, client, enter, second_factor, monkeypatch):
    monkeypatch.setitem(app.config, "RATELIMIT_ENABLED", True)
    user = account()
    second_factor(user)
    enter(user.email)
    for number in range(5):
        assert client.post(CODE, data={"code": f"00000{number}"}).status_code == 422
    assert client.post(CODE, data={"code": "000009"}).status_code == 429


def test_the_second_step_cannot_wait_long(account, client, enter, second_factor):
    user = account()
    code = second_factor(user)
    enter(user.email)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        answer = client.post(CODE, data={"code": code()})
        assert answer.location == SIGN_IN
        assert client.get("/account/").status_code == 303


def test_a_recovery_code_replaces_the_app_once(app, account, client, enter, second_factor):
    user = account()
    second_factor(user)
    from portal.people.identity import of_user

    code = accounts.renew_recovery_codes(of_user(user.id))[0]
    enter(user.email)
    assert client.post(CODE, data={"code": code.upper().replace("-", " ")}).status_code == 303
    client.post("/account/sign-out")
    enter(user.email)
    assert client.post(CODE, data={"code": code}).status_code == 422
