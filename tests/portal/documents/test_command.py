from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal import cli
from portal.commands.data import documents
from portal.db import db, transaction
from portal.people.models import User


@pytest.fixture
def make(app, monkeypatch, tmp_path):
    monkeypatch.setattr(cli, "_application", [app])

    def run(kind, record, user):
        words = ["make", kind, str(record), "--format", "html", "--as", user.email, "--out", str(tmp_path / "out")]
        return CliRunner().invoke(documents, words)

    return run


@pytest.mark.parametrize(("locale", "words"), [("mn", "хуваалцахыг"), ("en", "ask its owner to share it")])
def test_a_record_that_is_not_there_is_told_with_what_to_do_in_the_persons_language(make, identity, locale, words):
    user = identity("coordinator")
    with transaction():
        db.session.get(User, user.id).locale = locale
    refused = make("reports.midterm", 987654, user)
    assert refused.exit_code == 1
    assert "404" not in refused.stderr
    assert "987654" in refused.stderr
    assert words in refused.stderr


def test_a_document_that_is_none_is_told(make, identity):
    refused = make("reports.song", 1, identity("coordinator"))
    assert refused.exit_code == 1
    assert "reports.song" in refused.stderr
    assert "404" not in refused.stderr
