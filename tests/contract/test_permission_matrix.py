"""Every address of the portal as every role: the table of declared permissions is the test's input.

Signed out: to sign-in, a program 401. Permission missing: 403. Permission there, object someone else's or absent: 404.
"""

from __future__ import annotations

import pytest

from portal import records
from portal.db import transaction
from portal.people.identity import Identity
from portal.people.rights import registry
from portal.people.roles import ROLES
from portal.routing import PUBLIC, SIGNED_IN, Blueprint, UndeclaredPermission
from portal.testing.plugin import DATABASE
from portal.text import Content

ABSENT = {
    "RowNumber": 987_654,
    "UnicodeConverter": "absent",
    "PathConverter": "absent",
    "AnyConverter": None,
    "UUIDConverter": None,
}


def rules(app):
    """Endpoint, permission, method and arguments of every route; the arguments name nothing that exists."""
    for rule in app.url_map.iter_rules():
        permission = app.extensions["portal_permissions"].get(rule.endpoint)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule, permission, method


def address(app, rule, record_id=None):
    values = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        value = ABSENT.get(type(converter).__name__)
        if type(converter).__name__ == "AnyConverter":
            value = sorted(converter.items)[0]
        elif type(converter).__name__ == "UUIDConverter":
            value = "00000000-0000-4000-8000-000000000000"
        if name == "record_id" and record_id is not None:
            value = record_id
        assert value is not None, f"{rule}: what does <{name}> stand for?"
        values[name] = value
    with app.test_request_context():
        from flask import url_for

        return url_for(rule.endpoint, **values)


def test_every_route_declares_a_permission_somebody_declared(app):
    bare = [
        rule.rule
        for rule, permission, _ in rules(app)
        if rule.endpoint != "static" and (permission is None or not registry.known(permission))
    ]
    assert bare == []


def test_a_route_without_a_permission_does_not_register():
    blueprint = Blueprint("bad", __name__)
    with pytest.raises(UndeclaredPermission):
        blueprint.get("/")(lambda: "")


def test_signed_out_is_sent_to_sign_in(app, client):
    wrong = []
    for rule, permission, method in rules(app):
        if permission in (PUBLIC, None) or Identity.anonymous().can(permission):
            continue
        answer = client.open(address(app, rule), method=method)
        if rule.endpoint in app.extensions["portal_api"]:
            if answer.status_code != 401 or "WWW-Authenticate" not in answer.headers:
                wrong.append((method, rule.rule, answer.status_code))
        elif answer.status_code != 303 or "/account/sign-in" not in answer.headers["Location"]:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_missing_permission_is_403(app, as_role, org, role):
    browser = as_role(role, org=org("somewhere"))
    wrong = []
    for rule, permission, method in rules(app):
        if permission in (PUBLIC, SIGNED_IN, None) or registry.roles(permission) & {role, "public"}:
            continue
        answer = browser.open(address(app, rule), method=method)
        if answer.status_code != 403:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def told_before(permission, role):
    """Whether an earlier role has asked there already: on PostgreSQL a record hides from all of them by one query."""
    return any(earlier in registry.roles(permission) for earlier in sorted(ROLES) if earlier < role)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_someone_elses_record_does_not_exist(app, as_role, identity, org, role):
    """A record of another organisation, asked for at every address that takes a record, whatever its kind."""
    foreign = org("foreign")
    user = identity("cs_editor", org=foreign)
    title = Content.of(mn="Нууц", en="CANARY-foreign")
    with transaction():
        theirs = [
            records.create(user, kind=kind.name, title=title, org_id=foreign.id).id for kind in records.kinds.all()
        ]
    browser = as_role(role, org=org("own"))
    wrong = []
    for rule, permission, method in rules(app):
        held = permission in (PUBLIC, SIGNED_IN) or registry.roles(permission or "") & {role, "public"}
        if "record_id" not in rule.arguments or not held:
            continue
        if DATABASE == "postgres" and told_before(permission, role):
            continue
        for record_id in theirs:
            answer = browser.open(address(app, rule, record_id), method=method)
            if answer.status_code != 404 or "CANARY" in answer.text:
                wrong.append((method, rule.rule, answer.status_code))
                break
    assert wrong == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_is_absent_is_404_and_nothing_breaks(app, as_role, org, role):
    browser = as_role(role, org=org("somewhere"))
    wrong = []
    for rule, permission, method in rules(app):
        held = permission in (PUBLIC, SIGNED_IN) or registry.roles(permission or "") & {role, "public"}
        if not held or method == "POST":
            continue
        answer = browser.get(address(app, rule))
        expected = (
            {404}
            if rule.arguments & {"record_id", "org_id", "user_id", "grant_id", "form_id"}
            else {200, 302, 303, 404, 410}
        )
        if answer.status_code not in expected:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []
