"""/healthz and /readyz: names and states for everyone, causes for the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import health
from portal.db import db


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """An application with the database's own check only."""
    own = {"database": health._checks["database"]}
    monkeypatch.setattr(health, "_checks", own)
    app = Flask("portal", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/x.db"
    db.init_app(app)
    app.register_blueprint(health.bp)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def test_healthz_says_that_the_process_answers(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_readyz_says_that_the_database_answers(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "checks": {"database": "ok"}})


def test_a_broken_module_degrades_and_the_portal_stays_ready(client: FlaskClient) -> None:
    @health.check("plugins")
    def broken() -> str | None:
        return "agreements at models: secret cause"

    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "degraded", "checks": {"database": "ok", "plugins": "degraded"}}
    assert "secret cause" not in answer.text


def test_a_check_without_which_nothing_works_fails(client: FlaskClient) -> None:
    @health.check("migrations", "failed")
    def behind() -> str | None:
        return "behind"

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "failed", "checks": {"database": "ok", "migrations": "failed"}}


def test_a_check_that_raises_fails_alone(client: FlaskClient) -> None:
    @health.check("aaa")
    def raising() -> str | None:
        raise RuntimeError("postgresql://user:password@host")

    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "failed", "checks": {"aaa": "failed", "database": "ok"}}
    assert "host" not in answer.text


def test_an_unreachable_database_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_checks", {"database": health._checks["database"]})
    app = Flask("portal", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/nowhere/x.db"
    db.init_app(app)
    app.register_blueprint(health.bp)
    assert app.test_client().get("/readyz").status_code == 503
    assert app.test_client().get("/healthz").status_code == 200


def test_registering_a_name_again_replaces_it(client: FlaskClient) -> None:
    health.check("x")(lambda: "first")
    health.check("x")(lambda: None)
    assert client.get("/readyz").json == {"status": "ok", "checks": {"database": "ok", "x": "ok"}}
