"""The own account: profile, password, second factor, sessions, and proving again who one is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.audit import HistoryEntry
from portal.db import db
from portal.people.models import Credential, RecoveryCode, Session, User
from tests.portal.people.conftest import PASSWORD

NEW = "ногоон тэмээ долоон худаг"


@pytest.fixture
def me(account, enter):
    user = account(role="coordinator")
    enter(user.email)
    return user


def fresh(model, key):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(model, key)


def test_the_account_page_shows_roles_and_sessions(client, me):
    page = client.get("/account/").get_data(as_text=True)
    assert me.email in page
    assert "Coordinator" in page


def test_name_and_language_are_ones_own(client, me):
    answer = client.post("/account/profile", data={"name": "Дорж Бат", "locale": "mn"})
    assert answer.status_code == 303
    assert fresh(User, me.id).name == "Дорж Бат"
    assert fresh(User, me.id).locale == "mn"


def test_nothing_else_can_be_set_with_the_profile(client, me):
    """Mass assignment: every column of an account is sent along, name and language change."""
    before = fresh(User, me.id)
    kept = {name: getattr(before, name) for name in ("id", "email", "email_key", "created_at", "disabled_at")}
    extra = {
        "id": "99",
        "email": "x@evil.example",
        "email_key": "x",
        "disabled_at": "2026-01-01",
        "role": "administrator",
    }
    client.post("/account/profile", data={"name": "Дорж", "locale": "en", **extra})
    after = fresh(User, me.id)
    assert {name: getattr(after, name) for name in kept} == kept


def test_an_unknown_language_is_refused(client, me):
    assert client.post("/account/profile", data={"name": "Дорж", "locale": "xx"}).status_code == 422


def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(app, client, me, enter):
    elsewhere = app.test_client()
    elsewhere.post("/account/sign-in", data={"email": me.email, "password": PASSWORD})
    assert client.post("/account/password", data={"old": "wrong", "new": NEW}).status_code == 422
    assert client.post("/account/password", data={"old": PASSWORD, "new": NEW}).status_code == 303
    assert elsewhere.get("/account/").status_code == 303
    assert client.get("/account/").status_code == 200
    client.post("/account/sign-out")
    assert enter(me.email, NEW).status_code == 303


def test_a_weak_new_password_is_refused(client, me):
    answer = client.post("/account/password", data={"old": PASSWORD, "new": "улаанбаатар2026"})
    assert answer.status_code == 422
    assert "easy to guess" in answer.get_data(as_text=True)


def test_one_session_can_be_ended_from_another(app, client, me):
    elsewhere = app.test_client()
    elsewhere.post("/account/sign-in", data={"email": me.email, "password": PASSWORD})
    other = db.session.scalars(select(Session.id).order_by(Session.id.desc())).first()
    client.post(f"/account/sessions/{other}/end")
    assert elsewhere.get("/account/").status_code == 303
    assert client.get("/account/").status_code == 200


def test_all_other_sessions_can_be_ended(app, client, me):
    elsewhere = app.test_client()
    elsewhere.post("/account/sign-in", data={"email": me.email, "password": PASSWORD})
    client.post("/account/sessions/end-others")
    assert elsewhere.get("/account/").status_code == 303
    assert client.get("/account/").status_code == 200


def test_the_session_of_somebody_else_is_not_found(client, me, as_role):
    as_role("observer")
    other = db.session.scalars(select(Session.id).where(Session.user_id != me.id)).one()
    assert client.post(f"/account/sessions/{other}/end").status_code == 404
    assert fresh(Session, other).ended_at is None


def enrol(client, me) -> tuple[str, list[str]]:
    """Set up an app as a person would: begin, read the key, type the code; returns the code and the recovery codes."""
    from portal.people import totp

    client.post("/account/second-factor/begin")
    page = client.get("/account/second-factor").get_data(as_text=True)
    seed = fresh(Credential, me.id).totp_seed
    assert totp.typed_key(seed, me.id) in page
    code = totp.code_now(seed, me.id, clock.now())
    answer = client.post("/account/second-factor/confirm", data={"code": code})
    assert answer.status_code == 200
    return code, re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", answer.get_data(as_text=True))


def test_setting_up_a_second_factor_gives_recovery_codes_once(client, me):
    code, codes = enrol(client, me)
    assert len(set(codes)) == 10
    assert fresh(Credential, me.id).totp_confirmed_at
    assert client.get("/account/second-factor/qr.svg").status_code == 404
    page = client.get("/account/second-factor").get_data(as_text=True)
    assert not any(each in page for each in codes)
    stored = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(codes) & set(stored)
    assert client.post("/account/second-factor/confirm", data={"code": code}).status_code == 303


def test_the_picture_to_scan_is_an_image_that_nobody_keeps(client, me):
    client.post("/account/second-factor/begin")
    answer = client.get("/account/second-factor/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data.startswith(b"<?xml")


def test_the_code_of_setting_up_does_not_sign_in_as_well(client, me, enter):
    code, _codes = enrol(client, me)
    client.post("/account/sign-out")
    enter(me.email)
    assert client.post("/account/sign-in/code", data={"code": code}).status_code == 422


def test_a_wrong_code_sets_nothing_up(client, me):
    client.post("/account/second-factor/begin")
    assert client.post("/account/second-factor/confirm", data={"code": "000000"}).status_code == 422
    assert fresh(Credential, me.id).totp_confirmed_at is None


def test_the_second_factor_goes_with_a_code_only(client, me):
    _code, codes = enrol(client, me)
    client.post("/account/second-factor/remove", data={"remove-code": "000000"})
    assert fresh(Credential, me.id).totp_confirmed_at
    client.post("/account/second-factor/remove", data={"remove-code": codes[0]})
    assert fresh(Credential, me.id).totp_seed is None


def test_where_it_is_required_staff_set_up_the_second_factor_first(app, client, me, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_TOTP", True)
    assert client.get("/").location == "/account/second-factor"
    _code, codes = enrol(client, me)
    assert client.get("/").status_code == 200
    client.post("/account/second-factor/remove", data={"remove-code": codes[0]})
    assert fresh(Credential, me.id).totp_confirmed_at


def test_others_need_no_second_factor(app, as_role, org, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_TOTP", True)
    assert as_role("cs_editor", org=org("forum")).get("/").status_code == 200


def test_dangerous_pages_ask_again_after_a_while(client, me):
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        answer = client.get("/account/second-factor")
        assert answer.location == "/account/confirm?next=/account/second-factor"
        assert client.post(answer.location, data={"password": "wrong"}).status_code == 422
        assert client.post(answer.location, data={"password": PASSWORD}).location == "/account/second-factor"
        assert client.get("/account/second-factor").status_code == 200


def test_an_act_without_a_recent_password_changes_nothing(client, me):
    from portal.people.fresh import TO_SEND

    with time_machine.travel(clock.now() + timedelta(minutes=25)):
        client.get("/account/")
    with time_machine.travel(clock.now() + timedelta(minutes=50)):
        client.get("/account/")
    with time_machine.travel(clock.now() + TO_SEND + timedelta(minutes=1)):
        answer = client.post("/account/second-factor/begin")
        assert answer.location.startswith("/account/confirm")
        assert fresh(Credential, me.id).totp_seed is None


def test_confirming_with_a_second_factor_needs_both(client, me, second_factor):
    code = second_factor(me)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert client.post("/account/confirm", data={"password": PASSWORD, "code": "000000"}).status_code == 422
        assert client.post("/account/confirm", data={"password": PASSWORD, "code": code()}).status_code == 303


def test_no_secret_is_in_the_history(client, me):
    _code, codes = enrol(client, me)
    client.post("/account/password", data={"old": PASSWORD, "new": NEW})
    told = " ".join(str(row.changes) for row in db.session.scalars(select(HistoryEntry)))
    seed = fresh(Credential, me.id).totp_seed
    assert "argon2" not in told
    assert PASSWORD not in told
    assert str(seed) not in told
    assert not any(code in told for code in codes)
