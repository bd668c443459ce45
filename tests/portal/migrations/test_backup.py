"""An upgrade of the embedded database leaves a copy of it behind; of another it says how to make one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from portal import migrations
from portal.cli import main
from portal.db import db
from portal.host.host import current_host
from portal.migrations import Unit


@pytest.fixture
def behind(app, identity):
    """The tables of a module are behind, and somebody has an account; its unit."""
    identity("administrator", name="Kept Person")
    folder = current_host().plugins["subcommittees"].folder / "migrations"
    unit = Unit("subcommittees", folder)
    db.session.rollback()  # PostgreSQL drops no table that a transaction still reads
    migrations.downgrade(unit)
    yield unit
    db.session.rollback()
    migrations.upgrade(unit)


@pytest.fixture
def backups(app, tmp_path, monkeypatch):
    """Where copies go in this test."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path / "backups"


def test_a_copy_of_the_embedded_database_is_made_first(app, runner, behind, backups):
    done = runner.invoke(main, ["db", "upgrade"])
    assert done.exit_code == 0, done.output
    first, second = done.output.splitlines()
    assert second == "upgraded: subcommittees"
    if not app.config["DATABASE_URL"].startswith("sqlite"):
        assert first.startswith("a backup of the database: pg_dump --format=custom ")
        assert "://" not in done.output
        assert not backups.exists()
        return
    path = Path(first.removeprefix("backup: "))
    assert [path] == list(backups.iterdir())
    assert (path.stat().st_mode & 0o077, backups.stat().st_mode & 0o077) == (0, 0)
    with sqlite3.connect(path) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("SELECT name FROM portal_user").fetchall() == [("Kept Person",)]
        assert copy.execute("SELECT name FROM sqlite_master WHERE name = 'subcommittees_task'").fetchall() == []
    copy.close()
    again = runner.invoke(main, ["db", "upgrade"])
    assert (again.output, list(backups.iterdir())) == ("up to date\n", [path])


def test_no_copy_where_none_is_wanted(runner, behind, backups):
    done = runner.invoke(main, ["db", "upgrade", "--no-backup"])
    assert (done.exit_code, done.output, backups.exists()) == (0, "upgraded: subcommittees\n", False)


def test_nothing_is_upgraded_where_no_copy_could_be_made(app, runner, behind, backups):
    if not app.config["DATABASE_URL"].startswith("sqlite"):
        pytest.skip("only the embedded database is copied")
    backups.write_text("in the way")
    done = runner.invoke(main, ["db", "upgrade"])
    assert (done.exit_code, "so nothing was upgraded" in done.output) == (1, True)
    assert migrations.status(behind).behind


def test_a_copy_that_broke_off_leaves_no_file(app, runner, behind, backups, monkeypatch):
    if not app.config["DATABASE_URL"].startswith("sqlite"):
        pytest.skip("only the embedded database is copied")

    def full(path, target):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Path, "replace", full)
    done = runner.invoke(main, ["db", "upgrade"])
    assert (done.exit_code, "disk is full" in done.output, list(backups.iterdir())) == (1, True, [])


def test_an_empty_database_is_not_copied(empty, app, runner, backups, monkeypatch):
    """The first upgrade of all has nothing to lose."""
    from portal.commands import database

    with empty().app_context():
        monkeypatch.setattr(database, "current_app", app)
        monkeypatch.setattr(database, "_units", lambda name=None: migrations.units([]))
        database._keep()
        assert not backups.exists()
