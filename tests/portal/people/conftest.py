"""Accounts with passwords, and browsers that sign in through the form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal import clock
from portal.db import db, transaction
from portal.people import admin, totp
from portal.people.models import Credential, Grant, User

PASSWORD = "цэнхэр морь гурван нуур"
_number = count(1)


@pytest.fixture
def account(app: Flask) -> Callable[..., User]:
    """Make an account: ``account(role="coordinator")``; without a password it is merely invited."""

    def make(
        email: str = "",
        *,
        role: str | None = None,
        org_id: int | None = None,
        password: str | None = PASSWORD,
        name: str = "Бат Дорж",
    ) -> User:
        with transaction():
            user = admin.create_account(email or f"person{next(_number)}@mojha.example", name, "en", password)
            if role:
                admin.add_grant(user.id, admin.NewGrant(role, org_id, valid_from=clock.today() - timedelta(days=1)))
        return user

    return make


@pytest.fixture
def second_factor(app: Flask) -> Callable[[User], Callable[[], str]]:
    """Set up an authenticator app for an account; returns a function that gives the code it shows."""

    def make(user: User) -> Callable[[], str]:
        seed = totp.new_seed()
        with transaction():
            credential = db.session.get_one(Credential, user.id)
            credential.totp_seed, credential.totp_confirmed_at = seed, clock.now()
        return lambda: totp.code_now(seed, user.id, clock.now())

    return make


@pytest.fixture
def enter(client: FlaskClient) -> Callable[..., TestResponse]:
    """Send the sign-in form."""

    def send(email: str, password: str = PASSWORD, to: str = "/account/sign-in") -> TestResponse:
        return client.post(to, data={"email": email, "password": password})

    return send


def end_grants(user_id: int) -> None:
    """Take every role of an account away from yesterday on."""
    with transaction():
        for grant in db.session.query(Grant).filter_by(user_id=user_id):
            grant.valid_to = clock.today() - timedelta(days=1)
