"""Tokens of programs: made on the page of the account, good for what their owner may do today."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal import clock
from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.jobs import mail
from portal.people import accounts, admin, api_tokens, identity, links, upkeep
from portal.people.errors import Refused
from portal.people.models import ApiToken, User
from tests.portal.people.conftest import PASSWORD, end_grants

VIEWS = """
    from portal.api import BEARER, Blueprint, current, hookimpl
    from portal.routing import BASIC

    bp = Blueprint("gate", __name__)

    @bp.get("/who", permission="forms.read", api=BEARER)
    def who():
        return {"id": current().id, "reaches": [current().reaches_form(7), current().reaches_form(8)]}

    @bp.post("/send", permission="forms.fill", api=BASIC)
    def send():
        return {"id": current().id}, 201

    @bp.get("/open", permission="public", api=BEARER)
    def everyone():
        return {"id": current().id}

    @bp.get("/broken", permission="forms.read", api=BEARER)
    def broken():
        raise RuntimeError("secret inside")

    @bp.get("/page", permission="forms.read")
    def page():
        return str(current().id)

    @hookimpl
    def portal_blueprints():
        return [bp]
"""
BOTH = ("forms.fill", "forms.read")


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def basic(secret: str, name: str = "бат@mojha.example") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.fixture
def gate(fake_plugin: Any) -> Any:
    return fake_plugin("gate", {"hooks.py": VIEWS})


@pytest.fixture
def made(gate: Any, identity: Any, org: Any) -> Any:
    """Make a token: who, its row, its secret."""

    def make(role: str = "coordinator", permissions: Any = BOTH, forms: Any = (), days: int = 90) -> Any:
        who = identity(role, org=org("mojha"))
        with gate.test_request_context():
            row, secret = api_tokens.create(who, "Phone", days, permissions, forms)
        return SimpleNamespace(who=who, row=row, secret=secret, client=gate.test_client())

    return make


def test_a_program_with_a_token_is_its_owner(made):
    token = made()
    assert token.client.get("/gate/who", headers=bearer(token.secret)).json["id"] == token.who.id
    for name in ("", "anyone", token.who.email):
        assert token.client.get("/gate/who", headers=basic(token.secret, name)).json["id"] == token.who.id
    answer = token.client.post("/gate/send", headers=bearer(token.secret))
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert token.client.get("/gate/open", headers=bearer(token.secret)).json["id"] == token.who.id
    assert token.client.get("/gate/open").json["id"] is None
    db.session.expire_all()
    assert db.session.get(ApiToken, token.row.id).last_used_on == clock.today()


def test_a_token_opens_nothing_but_routes_for_programs(made):
    token = made()
    answer = token.client.get("/gate/page", headers=bearer(token.secret))
    assert answer.status_code == 303
    assert "/sign-in" in answer.location


def test_the_secret_is_kept_nowhere(made):
    token = made()
    assert len(token.secret) >= 4 + 43
    stored = [str(value) for row in db.session.execute(select(ApiToken.__table__)) for value in row]
    told = [str(entry.changes) for entry in db.session.scalars(select(HistoryEntry))]
    assert not any(token.secret in text or token.secret[4:] in text for text in stored + told)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer upr_" + "x" * 43,
        "Bearer",
        "Bearer \x00",
        "Basic %%%",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Digest username=x",
        "Negotiate abc",
        "Bearer upr_" + "x" * 5000,
    ],
)
def test_a_wrong_token_is_told_in_the_language_asked_for(made, header):
    token = made()
    answer = token.client.get("/gate/who", headers={"Authorization": header, "Accept-Language": "mn"})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "unauthorized"
    assert re.search("[А-Яа-яӨөҮү]", answer.json["title"])
    assert re.search("[А-Яа-яӨөҮү]", answer.json["detail"])
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Location" not in answer.headers


def test_without_anything_a_program_is_asked_in_the_way_of_the_route(made):
    client = made().client
    assert client.get("/gate/who").headers["WWW-Authenticate"] == 'Bearer realm="UPR Portal"'
    assert client.post("/gate/send").headers["WWW-Authenticate"] == 'Basic realm="UPR Portal"'


def test_a_token_never_does_more_than_its_permissions_and_forms(made):
    token = made(permissions=("forms.read",))
    assert token.client.get("/gate/who", headers=bearer(token.secret)).json["reaches"] == [True, True]
    refused = token.client.post("/gate/send", headers=bearer(token.secret))
    assert (refused.status_code, refused.json["code"]) == (403, "token_permission")
    with transaction():
        db.session.get(ApiToken, token.row.id).forms = [8]
    assert token.client.get("/gate/who", headers=bearer(token.secret)).json["reaches"] == [False, True]


def test_nor_more_than_its_owner_may_today(made, gate):
    token = made()
    end_grants(token.who.id)
    assert token.client.get("/gate/who", headers=bearer(token.secret)).status_code == 403
    asked = made("coordinator")
    gate.config["REQUIRE_TOTP"] = True
    refused = asked.client.get("/gate/who", headers=bearer(asked.secret))
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor")


@pytest.mark.parametrize("end", ["revoke", "expire", "disable", "sign out", "reset"])
def test_a_token_ends_at_once(made, account, gate, end):
    administrator = identity.of_user(account(role="administrator").id)
    token = made(days=30)
    with gate.test_request_context():
        if end == "revoke":
            api_tokens.revoke(token.who, token.row.id)
        elif end == "disable":
            admin.disable(administrator, token.who.id)
            admin.enable(administrator, token.who.id)
        elif end == "sign out":
            admin.end_sessions(administrator, token.who.id)
        elif end == "reset":
            with transaction():
                link = links.issue("reset", token.who.id)
            assert accounts.set_password_by_link("reset", link, PASSWORD)
    later = timedelta(days=31 if end == "expire" else 0)
    with time_machine.travel(clock.now() + later, tick=True):
        assert token.client.get("/gate/who", headers=bearer(token.secret)).status_code == 401


def test_many_wrong_tokens_from_one_address_are_slowed_and_right_ones_are_not(made, gate, monkeypatch):
    monkeypatch.setitem(gate.config, "RATELIMIT_ENABLED", True)
    monkeypatch.setattr(api_tokens, "WRONG", "3 per 5 minutes")
    token = made()
    codes = [token.client.get("/gate/who", headers=bearer("upr_no")).status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    assert token.client.get("/gate/who", headers=bearer("upr_no")).headers["Retry-After"]
    assert token.client.get("/gate/who", headers=bearer(token.secret)).status_code == 200


def test_a_session_asks_too_but_sends_only_with_its_csrf_token(gate, as_role, org):
    browser = as_role("coordinator", org=org("mojha"), on=gate)
    assert browser.get("/gate/who").status_code == 200
    gate.config["WTF_CSRF_ENABLED"] = True
    refused = browser.post("/gate/send")
    assert (refused.status_code, refused.json["code"]) == (400, "csrf")
    page = browser.get("/account/profile").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    assert browser.post("/gate/send", headers={"X-CSRFToken": found[1]}).status_code == 201
    assert browser.get("/gate/who", headers=bearer("upr_wrong")).status_code == 401


def test_errors_are_json_without_a_trace(made, gate, monkeypatch):
    token = made()
    monkeypatch.setitem(gate.config, "PROPAGATE_EXCEPTIONS", False)
    answer = token.client.get("/gate/broken", headers=bearer(token.secret))
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert re.fullmatch("[0-9A-Z]{4}-[0-9A-Z]{4}", answer.json["reference"])
    assert "secret inside" not in answer.text
    assert token.client.get("/api/v9/nothing").json["code"] == "not_found"


def test_the_page_makes_shows_once_and_revokes(client, account, enter, app):
    user = account(role="coordinator", email="bat@mojha.example")
    enter(user.email)
    assert "No program acts in your name." in client.get("/account/tokens").text
    empty = client.post("/account/tokens", data={"name": "", "days": "7"})
    assert empty.status_code == 422
    sent = {"name": "Утас", "days": "30", "permissions": ["forms.fill"]}
    page = client.post("/account/tokens", data=sent)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    secret = re.search(r">(upr_[\w-]{43})<", page.text)
    assert secret
    assert secret[1] not in client.get("/account/tokens").text
    row = db.session.scalars(select(ApiToken)).one()
    assert row.permissions == ["forms.fill"]
    assert row.expires_at - row.created_at == timedelta(days=30)
    assert "token was made" in mail.outbox()[-1].body
    other = account(role="coordinator")
    with app.test_request_context(), pytest.raises(Exception, match="404"):
        api_tokens.revoke(identity.of_user(other.id), row.id)
    assert client.post(f"/account/tokens/{row.id}/revoke").status_code == 303
    assert "Утас" not in client.get("/account/tokens").text
    acts = db.session.scalars(select(HistoryEntry.action).where(HistoryEntry.entity_id == str(user.id))).all()
    assert {"token made", "token revoked"} <= set(acts)


def test_nobody_makes_a_token_for_more_or_too_many(app, identity, org, monkeypatch):
    who = identity("observer", org=org("mojha"))
    with app.test_request_context():
        for permissions in ([], ["forms.fill"], ["people.manage"]):
            with pytest.raises(Refused):
                api_tokens.create(who, "x", 30, permissions)
        officer = identity("coordinator", org=org("mojha"))
        with pytest.raises(Refused):
            api_tokens.create(officer, "x", 30, ["forms.read"], [999])
        monkeypatch.setattr(api_tokens, "MOST", 1)
        api_tokens.create(officer, "x", 30, ["forms.read"])
        with pytest.raises(Refused):
            api_tokens.create(officer, "y", 30, ["forms.read"])


def test_an_administrator_revokes_and_what_is_over_is_forgotten(app, account, enter, client, identity, org):
    who = identity("coordinator", org=org("mojha"))
    with app.test_request_context():
        row, _secret = api_tokens.create(who, "Phone", 30, ["forms.read"])
    enter(account(role="administrator").email)
    assert "Phone" in client.get(f"/people/users/{who.id}").text
    assert client.post(f"/people/users/{who.id}/tokens/{row.id}/revoke").status_code == 303
    assert "Token of a program revoked" in client.get(f"/people/users/{who.id}").text
    with time_machine.travel(clock.now() + timedelta(days=40), tick=True):
        upkeep.tidy(SimpleNamespace(step=lambda count: None))
    assert db.session.scalar(select(ApiToken)) is None
    assert db.session.get(User, who.id) is not None
