"""The database: one metadata for all tables, typed columns, transactions that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from portal.text import Content

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
db = SQLAlchemy(metadata=metadata, session_options={"expire_on_commit": False})
"""Flask-SQLAlchemy, used for its session and engines; models derive from CoreBase or from a module's base."""

JSONType = JSON().with_variant(JSONB(), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC; a naive datetime raises ValueError before it reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware (SQLite forgets the zone)."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ContentType(TypeDecorator[Content]):
    """A text in two languages with a state each (portal.text.Content), kept as JSON."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """JSONB on PostgreSQL, so that two contents can be compared and grouped there."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Content | None, dialect: Dialect) -> Any:
        """To the database: the dict of Content.dump()."""
        return None if value is None else value.dump()

    def process_result_value(self, value: Any, dialect: Dialect) -> Content:
        """From the database: always a Content, empty for NULL."""
        return Content.load(value)


class CoreBase(DeclarativeBase):
    """Base of the core's models; their tables are named ``portal_<thing>``."""

    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        Content: ContentType,
        dict[str, Any]: JSONType,
        list[Any]: JSONType,
    }


class PluginModels:
    """What a module's declarative base is made of: ``class Base(PluginModels, DeclarativeBase)`` in its models.py.

    Each module has a registry of its own on the shared metadata: with one registry, one broken relationship in
    one module breaks every query of the site. The names of its tables start with ``<module>_``; another name
    raises ValueError.
    """

    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = CoreBase.type_annotation_map

    def __init_subclass__(cls, **kw: Any) -> None:
        table, module = getattr(cls, "__tablename__", ""), cls.__module__.split(".")[-2]
        if table and not table.startswith(f"{module}_"):
            raise ValueError(f"table {table!r} of module {module!r} must start with {module}_")
        super().__init_subclass__(**kw)


@event.listens_for(Engine, "connect")
def _sqlite_connect(connection: Any, record: Any) -> None:
    """WAL with synchronous FULL: with NORMAL a power cut loses acknowledged writes (measured)."""
    if type(connection).__module__.partition(".")[0] != "sqlite3":
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _sqlite_begin(connection: Any) -> None:
    """Readers begin deferred, writers at once with the lock, so that no reader is refused while upgrading."""
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def transaction() -> Iterator[None]:
    """One write: all of it is stored when the block ends, nothing where it raises; then its events are sent.

    Nested blocks join the outer one. The read transaction of the request ends first, so that on SQLite the
    write lock is taken with a fresh view; rows loaded before keep their values and their version columns
    guard against changes in between.
    """
    if getattr(g, "portal_transaction", False):
        yield
        return
    db.session.commit()
    g.portal_transaction = True
    g.portal_events = []
    try:
        db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        g.portal_events = []
        raise
    finally:
        g.portal_transaction = False
    events, g.portal_events = g.portal_events, []
    for each in events:
        for listener in listeners:
            listener(each)


listeners: list[Any] = []
"""Called with every event after the commit; the plugin host puts its dispatcher here."""


def emit(event_: Any) -> None:
    """Queue an event of the running transaction; it is sent after the commit and dropped by a rollback."""
    if not getattr(g, "portal_transaction", False):
        raise RuntimeError("emit() outside transaction()")
    g.portal_events.append(event_)
