"""The fixtures: app, client, roles, organisations, query counter, a module for one test."""

from __future__ import annotations

import copy
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from portal import cli, clock, demo
from portal.db import db, transaction
from portal.demo import Demo
from portal.host import load
from portal.people import identity as identities
from portal.people.identity import Identity
from portal.people.models import Grant, Organisation, Session, User
from portal.people.tokens import digest
from portal.reference.models import Unit
from portal.testing import shared
from portal.testing.databases import FRESH, Database, Postgres, Sqlite
from portal.testing.fakes import Fake
from portal.text import Content, fold

DATABASE = os.environ.get("PORTAL_TEST_DATABASE", "sqlite")
DEMO = "demo"
_number = count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run only the tests that meet a database; the others have run already."""
    if DATABASE != "postgres":
        return
    kept = [
        item for item in items if "app" in getattr(item, "fixturenames", ()) or item.get_closest_marker("databases")
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


class Browser(FlaskClient):
    """A browser whose every request has a context of its own, also while a test holds one open."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Make a request; what the test reads afterwards is as the request left it."""
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.rollback()
        db.session.expire_all()
        return answer


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The database of this worker: SQLite, or PostgreSQL where PORTAL_TEST_DATABASE says so."""
    folder = tmp_path_factory.mktemp("database")
    made: Database = Postgres(folder) if DATABASE == "postgres" else Sqlite(folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def session_app(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application of this worker with all modules, migrated once."""
    from portal.commands.database import upgrade_all

    secret = os.environ.get(shared.RUN) or secrets.token_hex(16)  # one for all workers: they share the demo data
    app = _made(database, tmp_path_factory.mktemp("instance"), f"test-{secret}")
    with app.app_context():
        upgrade_all()
    database.keep(app)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _made(database: Database, instance: Path, secret: str, **more: Any) -> Flask:
    """An application for tests."""
    from portal import create_app

    app = create_app(
        {
            "INSTANCE": instance,
            "TESTING": True,
            "SECRET_KEY": secret,
            "DATABASE_URL": database.url,
            "QUEUE_URL": "immediate://",
            "PLUGINS": "",
            "PLUGIN_ERRORS": "raise",
            "PASSWORD_HASH": "cheap",
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            **more,
        }
    )
    app.test_client_class = Browser
    return app


@pytest.fixture
def app(request: pytest.FixtureRequest, session_app: Flask, database: Database) -> Iterator[Flask]:
    """The application on a fresh database, or on one with the demo data for ``demo_data``; inside its context."""
    database.reset(session_app, DEMO if "demo_data" in request.fixturenames else FRESH)
    with session_app.app_context():
        yield session_app
        db.session.remove()


@pytest.fixture(scope="session")
def _demo_state(session_app: Flask, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo data, loaded by the first worker that needs it; a state of the database of each."""
    files = Path(session_app.instance_path) / "files"

    def make(folder: Path) -> None:
        database.reset(session_app)
        with session_app.app_context():
            loaded = demo.load()
        database.keep(session_app, DEMO)
        database.write(DEMO, folder / "database")
        (folder / "demo.json").write_text(json.dumps([loaded.passwords, loaded._kept]), "utf-8")
        shutil.copytree(files, folder / "files")

    folder = shared.once(shared.folder_of(tmp_path_factory) / "demo-data", make)
    database.read(DEMO, folder / "database")
    shutil.copytree(folder / "files", files, dirs_exist_ok=True)
    known = Demo()
    known.passwords, known._kept = json.loads((folder / "demo.json").read_text("utf-8"))
    return known


@pytest.fixture
def demo_data(_demo_state: Demo, app: Flask) -> Demo:
    """The demo data, which is in the database of the test: ``sign_in(demo_data.user("coordinator"))``."""
    return copy.deepcopy(_demo_state)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that has not signed in, reading English unless it asks for another language."""
    browser = app.test_client()
    browser.set_cookie("portal_lang", "en")
    return browser


@pytest.fixture
def runner(app: Flask) -> Iterator[CliRunner]:
    """Run commands of ``portal`` on the application of the test: ``runner.invoke(main, ["plugins", "list"])``."""
    kept, cli._application[:] = list(cli._application), [app]
    yield CliRunner()
    cli._application[:] = kept


@pytest.fixture
def org(app: Flask) -> Callable[..., Organisation]:
    """Make an organisation: ``org("mojha", kind="ministry", voice="government")``; the same code gives the same."""

    def make(
        code: str = "", *, kind: str = "ministry", voice: str | None = "government", unit: str | None = None
    ) -> Organisation:
        code = code or f"org{next(_number)}"
        found = db.session.scalar(select(Organisation).where(Organisation.code == code))
        if found is not None:
            return found
        name = Content.of(mn=f"Байгууллага {code}", en=f"Organisation {code}")
        with transaction():
            made = Organisation(
                code=code,
                kind=kind,
                voice=voice,
                name=name,
                short=name,
                sort_mn=code,
                sort_en=code,
                unit_id=unit_id(unit),
            )
            db.session.add(made)
        return made

    return make


def unit_id(code: str | None) -> int | None:
    """The id of an administrative unit by its code."""
    return db.session.scalar(select(Unit.id).where(Unit.code == code)) if code else None


@pytest.fixture
def identity(app: Flask) -> Callable[..., Identity]:
    """Make an account with a role: ``identity("commission_officer", org=nhrc, unit="MN-043")``."""

    def make(
        role: str | None = None, *, org: Organisation | None = None, unit: str | None = None, name: str = ""
    ) -> Identity:
        number = next(_number)
        address = f"{role or 'nobody'}{number}@test.example"
        with transaction():
            user = User(
                email=address,
                email_key=fold(address),
                name=name or f"Test {role} {number}",
                name_key=fold(name or f"Test {role} {number}"),
                locale="en",
                created_at=clock.now(),
            )
            db.session.add(user)
            db.session.flush()
            if role is not None:
                db.session.add(
                    Grant(
                        user_id=user.id,
                        role=role,
                        org_id=org.id if org else None,
                        unit_id=unit_id(unit),
                        valid_from=clock.today() - timedelta(days=1),
                    )
                )
        found = identities.of_user(user.id)
        assert found is not None
        return found

    return make


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """A browser signed in as an identity, reading English; *on* is the application where it is not that of the test."""

    def make(user: Identity, on: Flask | None = None) -> FlaskClient:
        token = secrets.token_urlsafe(32)
        moment = clock.now()
        with transaction():
            db.session.add(
                Session(
                    token_hash=digest(token),
                    user_id=user.id,
                    created_at=moment,
                    confirmed_at=moment,
                    last_seen_at=moment,
                )
            )
        browser = (on or app).test_client()
        browser.set_cookie("portal_lang", "en")
        with browser.session_transaction() as session:
            session[identities.COOKIE_KEY] = token
        return browser

    return make


@pytest.fixture
def as_role(identity: Any, sign_in: Any) -> Callable[..., FlaskClient]:
    """A browser signed in with a role: ``as_role("coordinator", org=mojha)``; *on* as for ``sign_in``."""

    def make(role: str | None = None, on: Flask | None = None, **scope: Any) -> FlaskClient:
        browser: FlaskClient = sign_in(identity(role, **scope), on)
        return browser

    return make


@pytest.fixture
def fake_plugin(
    app: Flask, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Flask]]:
    """Load a module for one test: ``fake_plugin("barns", portal_menu=lambda user: [])`` returns an application with it.

    A hook is a function or the list it returns; *files* are the texts of files such as ``models.py`` and
    ``templates/barns/index.html``, whose tables are made. The application reads the database of the test; sign in
    with ``as_role(…, on=application)``. An error of the module goes on, with ``raising=False`` it is isolated as on
    a site in use.
    """
    made: list[Fake] = []
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name: str, files: Mapping[str, str] | None = None, *, raising: bool = True, **hooks: Any) -> Flask:
        fake = Fake(tmp_path, name, files or {}, hooks)
        made.append(fake)
        with monkeypatch.context() as patch:
            patch.setattr(load, "discover", fake.discover(load.discover))
            errors = "raise" if raising else "collect"
            instance = tmp_path / f"instance-{len(made)}"
            return fake.start(_made(database, instance, app.config["SECRET_KEY"], PLUGIN_ERRORS=errors))

    yield make
    for fake in reversed(made):
        fake.end()


@pytest.fixture
def query_counter() -> Callable[[], Any]:
    """Count the statements inside ``with query_counter() as seen:`` (a list of their texts)."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def sample_data() -> Path:
    """The folder of real UN files (PORTAL_SAMPLE_DATA, or ../shared/data beside the checkout); skips without it."""
    folder = Path(os.environ.get("PORTAL_SAMPLE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the real files are not here (set PORTAL_SAMPLE_DATA)")
    return folder
