"""Who is asking: one query, today's roles, and sessions that end when they should."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import session
from flask_login import current_user
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.people import admin, identity, sessions
from portal.people.identity import COOKIE_KEY
from portal.people.models import Grant, Session
from portal.people.tokens import digest

ME = "/account/"


def token_of(browser) -> str:
    with browser.session_transaction() as kept:
        return kept[COOKIE_KEY]


def session_row() -> Session:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Session).order_by(Session.id.desc())).first()


def test_an_anonymous_reader_costs_no_query(app, query_counter):
    with app.test_request_context("/"), query_counter() as seen:
        assert identity.current() == identity.Identity.anonymous()
    assert seen == []


def test_a_signed_in_reader_costs_one_query(app, as_role, org, query_counter):
    browser = as_role("cs_editor", org=org("forum"))
    with app.test_request_context("/"):
        session[COOKIE_KEY] = token_of(browser)
        with query_counter() as seen:
            assert identity.current().roles == {"cs_editor"}
            assert identity.current().signed_in
            assert current_user.id == identity.current().id
    assert len(seen) == 1


def test_outside_a_request_nobody_is_signed_in(app):
    assert not identity.current().signed_in


def test_a_role_counts_from_its_first_to_its_last_day(app, account):
    user = account()
    today = clock.today()
    day = timedelta(days=1)
    with transaction():
        for role, first, last in (
            ("observer", today + day, None),
            ("external_reviewer", today - 9 * day, today - day),
            ("coordinator", today, today),
        ):
            admin.add_grant(user.id, admin.NewGrant(role, valid_from=first, valid_to=last))
    assert identity.of_user(user.id).roles == {"coordinator"}
    with time_machine.travel(clock.now() + day):
        assert identity.of_user(user.id).roles == {"observer"}


def test_a_role_taken_away_is_gone_at_the_next_request(app, sign_in, identity):
    other, mine = identity("administrator"), identity("administrator")
    browser = sign_in(mine)
    assert browser.get("/people/users").status_code == 200
    grant = db.session.scalars(select(Grant).where(Grant.user_id == mine.id)).one()
    admin.end_grant(other, grant.id)
    assert browser.get("/people/users").status_code == 403


def test_a_disabled_account_is_out_at_once_on_every_worker(app, account, client, enter):
    user = account(role="observer")
    enter(user.email)
    assert client.get(ME).status_code == 200
    with transaction():
        user.disabled_at = clock.now()
    assert client.get(ME).status_code == 303
    assert identity.of_user(user.id) is None


def test_a_cookie_copied_before_signing_out_is_refused(app, account, client, enter):
    enter(account().email)
    copied = client.get_cookie("portal").value
    client.post("/account/sign-out")
    other = app.test_client()
    other.set_cookie("portal", copied)
    assert other.get(ME).status_code == 303


def test_an_invented_token_is_nobody(app):
    with app.test_request_context("/"):
        assert not identity.load("invented").signed_in
        assert not identity.load("\ud800").signed_in


def test_staff_are_signed_out_after_thirty_minutes_without_a_request(app, as_role):
    browser = as_role("coordinator")
    with time_machine.travel(clock.now() + timedelta(minutes=29)):
        assert browser.get(ME).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=58)):
        assert browser.get(ME).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=58 + 31)):
        assert browser.get(ME).status_code == 303


def test_others_may_rest_longer(app, as_role, org):
    browser = as_role("cs_editor", org=org("forum"))
    with time_machine.travel(clock.now() + timedelta(minutes=119)):
        assert browser.get(ME).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=119 + 121)):
        assert browser.get(ME).status_code == 303


def test_a_session_ends_after_twelve_hours_whatever_happens(app, as_role):
    browser = as_role("coordinator")
    start = clock.now()
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert browser.get(ME).status_code == 200
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert browser.get(ME).status_code == 303


def test_a_clock_that_steps_back_ends_no_session(app, as_role):
    browser = as_role("coordinator")
    with time_machine.travel(clock.now() - timedelta(hours=1)):
        assert browser.get(ME).status_code == 200


def test_the_use_of_a_session_is_written_every_five_minutes_at_most(app, as_role):
    browser = as_role("coordinator")
    start = session_row().last_seen_at
    with time_machine.travel(start + timedelta(minutes=4)):
        browser.get(ME)
        assert session_row().last_seen_at == start
    with time_machine.travel(start + timedelta(minutes=6)):
        browser.get(ME)
        assert session_row().last_seen_at > start


def test_the_database_keeps_only_the_hash_of_a_session(app, as_role):
    browser = as_role("observer")
    assert session_row().token_hash == digest(token_of(browser)) != token_of(browser)
    assert len(token_of(browser)) >= 43


def test_a_session_tells_its_browser_but_no_address(app):
    label = sessions.device_label("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0")
    assert label == "Firefox, Windows"
    assert sessions.device_label("Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/140.0 Safari") == "Chrome, Android"
    assert sessions.device_label("curl/8") == ""
