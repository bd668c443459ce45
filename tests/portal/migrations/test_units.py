"""Migrations of every unit: up, down and up again, killed on the way, and equal to the models."""

from __future__ import annotations

import os
import signal

import pytest
from sqlalchemy import Engine, event, insert, inspect, select, text

from portal import clock, migrations
from portal.db import db, metadata
from portal.host.host import current_host
from portal.migrations import Unit
from portal.text import Content

MODULES = ["agreements", "consultations", "recommendations", "reports", "subcommittees"]
POINTS = 10


@pytest.fixture
def units(app):
    """Every unit, the core first."""
    return migrations.units(current_host().units())


TRIGGERS = {
    "sqlite": "SELECT name || sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def schema():
    """All that the database at hand knows of its tables, as values that can be compared."""
    with db.engine.connect() as connection:
        found = inspect(connection)

        def plain(value):
            return {key: plain(part) for key, part in value.items()} if isinstance(value, dict) else str(value)

        def told(rows):
            return sorted((plain(row) for row in rows), key=str)

        known = {
            table: {
                "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in found.get_columns(table)],
                "key": found.get_pk_constraint(table),
                "foreign": told(found.get_foreign_keys(table)),
                "unique": told(found.get_unique_constraints(table)),
                "checks": told(found.get_check_constraints(table)),
                "indexes": told(found.get_indexes(table)),
            }
            for table in found.get_table_names()
        }
        triggers = connection.execute(text(TRIGGERS[connection.dialect.name])).scalars()
        return known | {"triggers": sorted(triggers)}


def fill():
    """A person, an organisation, a record of each module, a link between them and what is kept of a module."""
    tables, now = metadata.tables, clock.now()
    with db.engine.begin() as connection:
        person = {"email": "a@b", "email_key": "a@b", "name": "A", "name_key": "a", "locale": "mn", "created_at": now}
        user = connection.execute(insert(tables["portal_user"]).values(**needed("portal_user", person)))
        records = [
            connection.execute(
                insert(tables["portal_record"]).values(
                    uid=f"uid-{name}",
                    kind=name,
                    plugin=name,
                    title=Content.of(mn="Б", en="R"),
                    sort_mn="",
                    sort_en="",
                    status="open",
                    visibility="site",
                    version=1,
                    owner_id=user.inserted_primary_key[0],
                    created_at=now,
                    changed_at=now,
                )
            ).inserted_primary_key[0]
            for name in MODULES
        ]
        link = {"source_id": records[0], "target_id": records[1], "relation": "related", "created_at": now}
        connection.execute(insert(tables["portal_link"]).values(**link))
        state = {"name": "reports", "enabled": False, "reason": "x", "settings": {"a": 1}, "changed_at": now}
        connection.execute(insert(tables["portal_plugin_state"]).values(**needed("portal_plugin_state", state)))


def needed(table, values):
    """*values* and an empty one for each column that must have one and has no default."""
    known = metadata.tables[table].columns
    return values | {
        c.name: c.type.python_type()
        for c in known
        if not c.nullable and c.default is None and not c.primary_key and c.name not in values
    }


def kept():
    """What fill() put into the core."""
    with db.engine.connect() as connection:
        tables = ["portal_user", "portal_record", "portal_link", "portal_plugin_state"]
        return {name: connection.execute(select(*_first(name))).all() for name in tables}


def _first(name):
    """The columns that the first revision of the core has already."""
    later = {"failures", "failed_at", "failure"}
    return [column for column in metadata.tables[name].columns if column.name not in later]


def test_each_module_goes_down_and_up_again_and_the_core_keeps_its_data(empty, units):
    core, *modules = units
    with empty().app_context():
        migrations.upgrade(core)
        fill()
        before, data = schema(), kept()
        for unit in modules:
            migrations.upgrade(unit)
            after = schema()
            assert set(after) - set(before) > {unit.version_table}
            migrations.downgrade(unit)
            left = schema()
            left.pop(unit.version_table)
            assert (unit.name, left) == (unit.name, before)
            assert not migrations.status(unit).current
            migrations.upgrade(unit)
            assert (unit.name, schema(), kept()) == (unit.name, after, data)
            assert not migrations.status(unit).behind
            before = after


def test_the_core_goes_down_and_up_again_revision_by_revision_with_data(empty, units):
    core = units[0]
    with empty().app_context():
        for unit in units:
            migrations.upgrade(unit)
        fill()
        full, data = schema(), kept()
        steps = 0
        while revision := _before(core):
            migrations.downgrade(core, revision)
            assert kept() == data
            steps += 1
        migrations.upgrade(core)
        assert (schema(), kept()) == (full, data)
        assert steps

        for unit in reversed(units):
            migrations.downgrade(unit)
        left = [name for name in inspect(db.engine).get_table_names() if not name.endswith("_alembic")]
        assert left == []
        for unit in units:
            migrations.upgrade(unit)
        assert schema() == full


def _before(unit: Unit):
    """The revision before the present one, none at the first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(migrations._config(unit))
    return script.get_revision(migrations.status(unit).current).down_revision


def forked(bare, units, point=0):
    """Run all migrations in a process of their own, killed before its statement *point*; its number."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            seen = []

            def count(connection, cursor, statement, *rest):
                seen.append(statement)
                if len(seen) == point:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(Engine, "before_cursor_execute", count)
            with bare.app_context():
                for unit in units:
                    migrations.upgrade(unit)
            status = 0
        finally:
            os._exit(status)
    return pid


@pytest.fixture
def unbroken(empty, units):
    """The schema after a run that nothing interrupts, and how many statements that takes."""
    statements = []
    with empty().app_context():
        note = lambda *arguments: statements.append(arguments[2])  # noqa: E731
        event.listen(Engine, "before_cursor_execute", note)
        try:
            for unit in units:
                migrations.upgrade(unit)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return schema(), len(statements)


def test_a_run_killed_at_ten_points_and_run_again_ends_as_one_that_was_not(empty, units, unbroken):
    whole, statements = unbroken
    for point in [1 + (statements - 1) * n // (POINTS - 1) for n in range(POINTS)]:
        bare = empty()
        assert os.waitpid(forked(bare, units, point), 0)[1] == signal.SIGKILL, point
        with bare.app_context():
            for unit in units:
                migrations.upgrade(unit)
            assert schema() == whole, point


def test_the_models_are_what_the_migrations_make(units):
    assert {unit.name: migrations.differences(unit) for unit in units} == {unit.name: [] for unit in units}


def test_tables_of_a_module_whose_name_begins_alike_are_not_its_own(app):
    with db.engine.begin() as connection:
        for name in ("ghost_one", "ghost_town_one", "ghosts_one", "ghost_alembic"):
            connection.execute(text(f"CREATE TABLE {name} (id INTEGER)"))
        try:
            assert migrations.tables(connection, "ghost", ["ghost", "ghost_town"]) == ["ghost_one"]
        finally:
            migrations.drop(connection, ["ghost_one", "ghost_town_one", "ghosts_one", "ghost_alembic", "ghost_no"])
        assert migrations.tables(connection, "ghost", []) == []


def test_two_runs_at_once_end_as_one(empty, units, unbroken):
    bare = empty()
    runs = [forked(bare, units) for _ in range(2)]
    assert [os.waitpid(pid, 0)[1] for pid in runs] == [0, 0]
    with bare.app_context():
        assert schema() == unbroken[0]
