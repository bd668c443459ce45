"""Databases of a test's own, empty, on the engine that the tests run on."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask

from portal.db import db

_number = count(1)


@pytest.fixture
def empty(app, database, tmp_path):
    """Make an application with nothing but an empty database; the models are those of the whole portal."""
    made = []

    def make() -> Flask:
        name = f"empty_{next(_number)}"
        if app.config["DATABASE_URL"].startswith("sqlite"):
            url = f"sqlite:///{tmp_path / name}.db"
        else:
            database._run(f'CREATE DATABASE "{name}"')
            url = database._url(name)
        bare = Flask(name)
        bare.config["SQLALCHEMY_DATABASE_URI"] = url
        db.init_app(bare)
        made.append((bare, name))
        return bare

    yield make
    for bare, name in made:
        with bare.app_context():
            db.session.remove()
            db.engine.dispose()
        if not app.config["DATABASE_URL"].startswith("sqlite"):
            database._run(f'DROP DATABASE "{name}" WITH (FORCE)')
