"""``portal users create``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal import cli
from portal.commands.users import users
from portal.db import db
from portal.jobs import mail
from portal.people.identity import of_email
from portal.people.models import User
from tests.portal.people.conftest import PASSWORD


@pytest.fixture
def run(app, monkeypatch):
    monkeypatch.setattr(cli, "application", lambda: app)
    return lambda *words, typed="": CliRunner().invoke(users, ["create", *words], input=typed)


def test_the_first_administrator_is_made_on_the_command_line(run, enter):
    words = ("first@mojha.example", "--name", "Анхны админ", "--role", "administrator", "--password-stdin")
    result = run(*words, typed=PASSWORD + "\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert of_email("first@mojha.example").can("people.manage")
    assert enter("first@mojha.example").status_code == 303


def test_without_a_password_the_person_is_invited(run):
    begin = len(mail.outbox())
    result = run("later@mojha.example", "--name", "Later")
    assert result.exit_code == 0, result.output
    assert [m.to[0] for m in mail.outbox()[begin:]] == ["later@mojha.example"]
    assert "key=" not in result.output


def test_a_role_in_an_organisation_and_a_unit(run, org):
    org("nhrc", kind="nhri", voice="nhri")
    words = ("khovd@nhrc.example", "--name", "X", "--role", "commission_officer", "--org", "nhrc")
    assert run(*words).exit_code == 0
    assert of_email("khovd@nhrc.example").orgs


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("x@x.example", "--name", "X", "--role", "cs_editor"), "organisation"),
        (("x@x.example", "--name", "X", "--role", "observer", "--org", "none"), "no organisation"),
        (("x@x.example", "--name", "X", "--role", "observer", "--unit", "none"), "no administrative unit"),
        (("nonsense", "--name", "X"), "nonsense"),
        (("x@x.example", "--name", "X", "--org", "none"), "--role"),
    ],
)
def test_mistakes_are_told_on_standard_error_and_make_nothing(run, words, told):
    result = run(*words)
    assert result.exit_code == 1
    assert told in result.stderr
    assert result.stdout == ""
    assert db.session.scalars(select(User)).all() == []


def test_a_weak_password_is_refused(run):
    result = run("x@x.example", "--name", "X", "--password-stdin", typed="password\n")
    assert result.exit_code == 1
    assert db.session.scalars(select(User)).all() == []
