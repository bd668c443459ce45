"""Migrations in units: the core and each module have a folder and a version table of their own.

With one shared version table every upgrade fails once a module's folder is gone, and without the prefix filter
autogenerate drops the tables of absent modules.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

from portal.db import db, metadata

CORE = Path(__file__).parent
LOCK = 7_304_161
"""Key of the PostgreSQL advisory lock that keeps two upgrades from running at once."""


@dataclass(frozen=True)
class Unit:
    """A set of migrations: *name* is ``portal`` for the core, else the module's name and the prefix of its tables."""

    name: str
    folder: Path

    @property
    def version_table(self) -> str:
        """Where the unit's revision is kept."""
        return f"{self.name}_alembic"


@dataclass(frozen=True)
class Status:
    """A unit's revision in the database and the newest in its folder, ``None`` for none."""

    unit: str
    current: str | None
    head: str | None

    @property
    def behind(self) -> bool:
        """Whether an upgrade would do something."""
        return self.current != self.head


def units(plugins: list[tuple[str, Path]]) -> list[Unit]:
    """The core first, then the modules by name."""
    return [Unit("portal", CORE), *(Unit(name, folder) for name, folder in sorted(plugins))]


def _config(unit: Unit, **attributes: Any) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(CORE).replace("%", "%%"))
    config.set_main_option("version_locations", str(unit.folder / "versions").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(unit=unit, metadata=metadata, **attributes)
    return config


@contextmanager
def _locked() -> Iterator[Connection]:
    """A connection whose schema changes nobody else makes at the same time, committed as a whole."""
    with db.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
                yield connection
        finally:
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def backup(path: Path) -> None:
    """Copy the embedded database to *path* while others use it: all of one moment, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(unfinished)) as copy, db.engine.connect() as connection:
            source: Any = connection.connection.driver_connection
            source.backup(copy)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def upgrade(unit: Unit, revision: str = "head") -> None:
    """Bring a unit to *revision* in one transaction: killed half way, nothing has happened."""
    from alembic import command

    with _locked() as connection:
        command.upgrade(_config(unit, connection=connection), revision)


def downgrade(unit: Unit, revision: str = "base", connection: Connection | None = None) -> None:
    """Take a unit back to *revision*; ``base`` drops its tables. As a part of the transaction of *connection*."""
    from alembic import command

    with nullcontext(connection) if connection is not None else _locked() as used:
        command.downgrade(_config(unit, connection=used), revision)


def revision(unit: Unit, message: str) -> Path:
    """Write a new revision of a unit from the difference between its models and the database."""
    from alembic import command

    (unit.folder / "versions").mkdir(parents=True, exist_ok=True)
    with _locked() as connection:
        script: Any = command.revision(_config(unit, connection=connection), message=message, autogenerate=True)
    return Path(script.path)


def differences(unit: Unit) -> list[Any]:
    """What autogenerate would write for a unit: empty where its models and the database agree."""
    from alembic.autogenerate import produce_migrations
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options(unit))
        return list(produce_migrations(context, metadata).upgrade_ops.as_diffs())  # type: ignore[union-attr]


def status(unit: Unit) -> Status:
    """Where a unit stands."""
    from alembic.script import ScriptDirectory

    with db.engine.connect() as connection:
        head = ScriptDirectory.from_config(_config(unit)).get_current_head()
        return Status(unit.name, current(connection, unit.name), head)


def current(connection: Connection, name: str) -> str | None:
    """The revision of the unit *name* in the database."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table": f"{name}_alembic"}).get_current_revision()


def orphans(known: list[Unit]) -> list[str]:
    """Names of units that have a version table in the database and no folder any more."""
    names = {unit.name for unit in known}
    found = [t.removesuffix("_alembic") for t in inspect(db.engine).get_table_names() if t.endswith("_alembic")]
    return sorted(set(found) - names)


def tables(connection: Connection, name: str, names: Iterable[str]) -> list[str]:
    """The tables of the unit *name* in the database, found by their prefix, without its version table.

    *names* are other units: tables of ``school_meals`` are not those of ``school``.
    """
    others = [f"{other}_" for other in names if other.startswith(f"{name}_")]
    found = [t for t in inspect(connection).get_table_names() if t.startswith(f"{name}_") and t != f"{name}_alembic"]
    return sorted(t for t in found if not any(t.startswith(other) for other in others))


def drop(connection: Connection, names: Iterable[str]) -> None:
    """Drop tables as the database knows them, those that refer to others first; a name without a table is no error."""
    wanted = set(names) & set(inspect(connection).get_table_names())
    known = MetaData()
    known.reflect(connection, only=sorted(wanted))
    known.drop_all(connection, tables=[known.tables[name] for name in sorted(wanted)])


def options(unit: Unit) -> dict[str, Any]:
    """What Alembic compares for a unit: only tables with its prefix."""

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        if kind == "table":
            return bool(name) and str(name).startswith(f"{unit.name}_") and name != unit.version_table
        return True

    def include_object(obj: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return kind != "table" or include_name(name, kind, None)

    return {
        "version_table": unit.version_table,
        "include_name": include_name,
        "include_object": include_object,
        "compare_type": True,
        "render_as_batch": True,
        "target_metadata": metadata,
        "transaction_per_migration": False,
    }
