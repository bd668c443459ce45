"""Taking a module's data away for good, its code there or not, and writing all of it into a file before."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    String,
    Table,
    and_,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

import portal
from portal import audit, clock, migrations, storage
from portal.audit import HistoryEntry
from portal.db import db, metadata, transaction
from portal.forms.filling.files import purposes
from portal.forms.models import Draft, Submission
from portal.host import service
from portal.host.host import CORE, Host
from portal.host.models import PluginChoice, PluginState
from portal.jobs.models import Schedule
from portal.migrations import Unit
from portal.records.models import File, Record, SearchText
from portal.text import Content

PART = 500
"""Rows that are read or named at once."""
PATIENCE = 15
"""Seconds that a removal waits for others who use the tables."""

_record, _file, _state, _choice, _history = (
    model.metadata.tables[model.__tablename__] for model in (Record, File, PluginState, PluginChoice, HistoryEntry)
)

_SENT = tuple(metadata.tables[model.__tablename__] for model in (Submission, Draft))


class CannotRemove(Exception):
    """A module that must not be removed; the message says why."""


@dataclass(frozen=True)
class Removed:
    """What is gone: numbers of records, tables and stored files; *code* says whether the code is still there."""

    records: int
    tables: int
    files: int
    code: bool


def waiting() -> dict[str, int]:
    """How many records each module has, those whose module is not there included."""
    asked = select(_record.c.plugin, func.count()).group_by(_record.c.plugin)
    return {row[0]: row[1] for row in db.session.execute(asked)}


def orphans(host: Host) -> list[str]:
    """Names of modules that are not there and left tables or records."""
    left = {*migrations.orphans(migrations.units(host.units())), *waiting()}
    return sorted(left - {*host.plugins, CORE})


def due(host: Host) -> list[str]:
    """Units whose tables are behind; not those of a module that was removed and whose code is still there."""
    behind = [s for s in map(migrations.status, migrations.units(host.units())) if s.behind]
    if not behind or behind[0].unit == "portal":
        return [status.unit for status in behind]
    offered = host.offered()
    return [status.unit for status in behind if status.current or status.unit in offered]


def refuse(host: Host, name: str) -> None:
    """Raise CannotRemove for a name that nothing here has, and for a module that is on."""
    plugin = host.plugins.get(name)
    if plugin is None:
        if name not in (left := orphans(host)):
            known = ", ".join([*host.plugins, *left])
            raise CannotRemove(f"there is no module {name}; modules: {known}")
        return
    state = db.session.get(PluginState, name)
    off = name not in host.offered() if plugin.state == "installed" else state is not None and not state.enabled
    if _there(host, name) and not off:
        raise CannotRemove(f"{name} is on; `portal plugins off {name}` switches it off")


def _there(host: Host, name: str) -> bool:
    """Whether the code of a module is there, loadable or not."""
    return name in host.plugins and host.plugins[name].folder != Path()


def _tables(host: Host, connection: Connection, name: str) -> list[str]:
    return migrations.tables(connection, name, [*host.plugins, *migrations.orphans([])])


def _hanging(name: str) -> dict[Table, ColumnElement[bool]]:
    """The core's tables with rows that go with a module, and which rows: its headers and what hangs on them.

    A form made for one of its records goes with its answers; a form for every record of a kind stays.
    """
    mine = _record.alias("mine")
    theirs = select(mine.c.id).where(mine.c.plugin == name)
    found: dict[Table, ColumnElement[bool]] = {
        _record: or_(_record.c.plugin == name, and_(_record.c.plugin == CORE, _record.c.parent_id.in_(theirs)))
    }
    for table in metadata.sorted_tables:
        ways = [
            key.parent.in_(select(key.column).where(found[key.column.table]).correlate(None))
            for key in table.foreign_keys
            if key.ondelete == "CASCADE" and key.column.table in found
        ]
        if ways and table.name.startswith("portal_") and table is not _record:
            found[table] = or_(*ways)
    return found


def _key(table: Table) -> ColumnElement[str]:
    """The primary key of a row as the history and the list of demo data write it."""
    first, *rest = (cast(column, String) for column in table.primary_key.columns)
    key: ColumnElement[str] = first
    for column in rest:
        key = key + literal(",") + column
    return key


def _named(table: Table, hanging: dict[Table, ColumnElement[bool]], tables: Iterable[str]) -> ColumnElement[bool]:
    """The rows of *table* (``entity``, ``entity_id``) that tell of a row which goes."""
    one_by_one = [
        and_(table.c.entity == each.name, table.c.entity_id.in_(select(_key(each)).where(condition)))
        for each, condition in hanging.items()
    ]
    return or_(table.c.entity.in_(list(tables)), *one_by_one)


def _files(connection: Connection, hanging: dict[Table, ColumnElement[bool]]) -> list[int]:
    """Ids of the files that go: those of the records, and those that were sent with answers."""
    found = list(connection.scalars(select(_file.c.id).where(hanging[_file])))
    sent: set[str] = set()
    for table in _SENT:
        for uid in connection.scalars(select(table.c.uid).where(hanging[table])):
            sent.update(purposes(uid))
    if sent:
        loose = select(_file.c.id, _file.c.purpose).where(_file.c.record_id.is_(None))
        found += [row.id for row in connection.execute(loose) if row.purpose in sent]
    return found


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]


def export(host: Host, name: str, path: Path) -> dict[str, int]:
    """Write all data of a module to *path* (zip) as it is at one moment; rows by table.

    A table is a file of JSON Lines, stored files stand under ``files/``, README.json says what there is. Raises
    FileExistsError where *path* is taken; what was begun and not finished is taken away.
    """
    unfinished = path.with_name(f"{path.name}.part")
    if path.exists():
        raise FileExistsError(path)
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)  # for nobody else's eyes
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            counts = _export(host, name, archive)
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return counts


def _export(host: Host, name: str, archive: zipfile.ZipFile) -> dict[str, int]:
    plugin = host.plugins.get(name)
    hanging = _hanging(name)
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        tables = _tables(host, connection, name)
        own = MetaData()
        own.reflect(connection, only=tables)
        counts = {each: _lines(archive, connection, each, [select(own.tables[each])]) for each in tables}
        files = _files(connection, hanging)
        asked: dict[str, list[Any]] = {
            table.name: [select(table).where(condition)]
            for table, condition in hanging.items()
            if table.name not in (SearchText.__tablename__, "portal_answer")  # made again from the others
        }
        version = metadata.tables["portal_form_version"]
        answered = [version.c.id.in_(select(sent.c.version_id).where(hanging[sent])) for sent in _SENT]
        asked[version.name] = [select(version).where(or_(hanging[version], *answered))]  # of forms that stay, too
        choices = select(cast(_choice.c.id, String)).where(_choice.c.plugin == name)
        history = _history.c
        asked |= {
            "portal_file": [select(_file).where(_file.c.id.in_(part)) for part in _parts(files)],
            "portal_plugin_state": [select(_state).where(_state.c.name == name)],
            "portal_plugin_choice": [select(_choice).where(_choice.c.plugin == name)],
            "portal_history": [
                select(_history).where(
                    or_(
                        history.record_id.in_(select(_record.c.id).where(hanging[_record])),
                        _named(_history, hanging, tables),
                        and_(history.entity == "portal_plugin_state", history.entity_id == name),
                        and_(history.entity == "portal_plugin_choice", history.entity_id.in_(choices)),
                    )
                )
            ],
        }
        counts |= {each: _lines(archive, connection, each, statements) for each, statements in asked.items()}
        missing = []
        for part in _parts(files):
            for key in connection.scalars(select(_file.c.stored_as).where(_file.c.id.in_(part))).all():
                try:
                    with storage.current().open(key) as source, archive.open(f"files/{key}", "w") as target:
                        shutil.copyfileobj(source, target, storage.files.CHUNK)
                except storage.Missing:
                    missing.append(key)
        revision = migrations.current(connection, name)
    about = {
        "portal": portal.__version__,
        "module": name,
        "version": plugin.manifest.version if plugin and plugin.manifest else None,
        "revision": revision,
        "written_at": clock.now().isoformat(),
        "rows": counts,
        "files": len(files) - len(missing),
        "files_missing": missing,
    }
    archive.writestr("README.json", json.dumps(about, ensure_ascii=False, indent=2) + "\n")
    return counts


def _lines(archive: zipfile.ZipFile, connection: Connection, name: str, statements: list[Any]) -> int:
    """One file of the archive: a line for each row that *statements* find; how many."""
    count = 0
    with archive.open(f"{name}.jsonl", "w", force_zip64=True) as file:
        for statement in statements:
            table = statement.get_final_froms()[0]
            ordered = statement.order_by(*table.primary_key.columns)
            for row in connection.execute(ordered, execution_options={"yield_per": PART}).mappings():
                _line(file, dict(row))
                count += 1
    return count


def _line(file: IO[bytes], row: dict[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")


def _plain(value: object) -> Any:
    """What JSON does not know; moments in UTC."""
    if isinstance(value, Content):
        return value.dump()
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def remove(host: Host, name: str) -> Removed:
    """Take away a module's tables, records, settings and all that hangs on them, in one transaction.

    With the migrations at hand its unit is taken back to the beginning, else its tables are dropped as the database
    knows them. What belongs to other modules stays, the history too. A module whose code is still there stays off.
    Raises CannotRemove, also where others use the tables all the time, and sqlalchemy's IntegrityError where
    something of another module hangs on it.
    """
    try:
        removed, keys = _remove(host, name)
    except OperationalError as error:
        raise CannotRemove(f"others use the tables of {name}; nothing was removed, try again ({error.orig})") from None
    for key in keys:
        storage.current().delete(key)
    return removed


def _remove(host: Host, name: str) -> tuple[Removed, list[str]]:
    """The transaction of remove(): what is gone, and the stored files that nothing names any more."""
    with transaction():
        refuse(host, name)
        connection = db.session.connection()
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys=ON"))  # until the end of this transaction
        else:
            connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": f"{PATIENCE}s"})
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": migrations.LOCK})
        hanging = _hanging(name)
        tables = _tables(host, connection, name)
        count = select(func.count()).where(_record.c.plugin == name)
        records = connection.scalar(count) or 0
        files = _files(connection, hanging)
        keys = [
            key
            for part in _parts(files)
            for key in connection.scalars(select(_file.c.stored_as).where(_file.c.id.in_(part)))
        ]
        demo = metadata.tables["portal_demo_row"]
        connection.execute(delete(demo).where(_named(demo, hanging, tables)))
        unit = Unit(name, host.plugins[name].folder / "migrations") if name in host.plugins else None
        if unit is not None and unit.folder.is_dir():
            migrations.downgrade(unit, connection=connection)
        migrations.drop(connection, [*_tables(host, connection, name), f"{name}_alembic"])
        for part in _parts(files):
            connection.execute(delete(_file).where(_file.c.id.in_(part)))
        going = select(_record.c.id).where(hanging[_record]).subquery()
        connection.execute(
            update(_record)
            .where(_record.c.plugin.not_in((name, CORE)), _record.c.parent_id.in_(select(going.c.id)))
            .values(parent_id=None)
        )
        connection.execute(delete(_record).where(_record.c.id.in_(select(going.c.id))))
        connection.execute(delete(Schedule).where(Schedule.name.startswith(f"{name}.", autoescape=True)))
        connection.execute(delete(_choice).where(_choice.c.plugin == name))
        connection.execute(delete(_state).where(_state.c.name == name))
        db.session.expire_all()
        if _there(host, name):
            row = service.state(host, name)
            row.enabled, row.reason = False, "removed"
            db.session.flush()
        audit.note("removed", entity="portal_plugin_state", entity_id=name, records=records, tables=len(tables))
    return Removed(records, len(tables), len(keys), _there(host, name)), keys
