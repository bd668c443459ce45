"""History: who changed what, when. Written by a listener in the same transaction, never changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, String, Table, Text, delete, event, insert, inspect, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import History as AttributeHistory

from portal import clock
from portal.db import CoreBase, db
from portal.text import Content

_ASK = -1
_actor: ContextVar[int | None] = ContextVar("portal_actor", default=_ASK)
_reason: ContextVar[str] = ContextVar("portal_reason", default="")

HIDDEN = frozenset(
    {"password_hash", "totp_secret", "totp_last", "token_hash", "version", "changed_at", "changed_by_id"}
)
"""Columns whose values never appear in the history: secrets, and what the entry itself already says."""


class HistoryEntry(CoreBase):
    """One act: *entity* (a table) of id *entity_id*, hanging on *record_id* where it belongs to a record.

    There is no foreign key to the record: the history outlives what it tells of.
    ``changes`` maps a column to ``[old, new]``, or to what the class makes of the two (``__audit_change__``).
    """

    __tablename__ = "portal_history"
    __table_args__ = (
        Index(None, "record_id", "id"),
        Index(None, "entity", "entity_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    record_id: Mapped[int | None]
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[str] = mapped_column(String(63))
    action: Mapped[str] = mapped_column(String(40))
    changes: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text, default="")


@contextmanager
def acting(user_id: int | None, reason: str = "") -> Iterator[None]:
    """Everything stored inside is done by *user_id* (``None``: the system or an anonymous person)."""
    actor, why = _actor.set(user_id), _reason.set(reason)
    try:
        yield
    finally:
        _actor.reset(actor)
        _reason.reset(why)


actor_source: list[Callable[[], int | None]] = []
"""Who acts where ``acting()`` names nobody; the people room puts the reader of the request here."""


def actor() -> int | None:
    """The account that acts now, ``None`` for the system or an anonymous person."""
    named = _actor.get()
    if named != _ASK:
        return named
    return actor_source[0]() if actor_source else None


def note(action: str, *, entity: str, entity_id: object, record_id: int | None = None, **changes: Any) -> None:
    """Write an act that changes no column: a view or export of something restricted, a sign-in, a refusal."""
    db.session.execute(
        insert(HistoryEntry).values(
            at=clock.now(),
            actor_id=actor(),
            record_id=record_id,
            entity=entity,
            entity_id=str(entity_id),
            action=action,
            changes={key: _plain(value) for key, value in changes.items()},
            reason=_reason.get(),
        )
    )


_SQLITE_GUARD = (
    "CREATE TRIGGER portal_history_{act} BEFORE {act} ON portal_history"
    " BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END"
)
_POSTGRES_GUARD = (
    "CREATE OR REPLACE FUNCTION portal_history_guard() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the history is append-only'; END $$",
    "CREATE TRIGGER portal_history_guard BEFORE UPDATE OR DELETE ON portal_history"
    " FOR EACH STATEMENT EXECUTE FUNCTION portal_history_guard()",
)


def guard(dialect: str) -> list[str]:
    """The statements that make the history append-only in a database of *dialect*."""
    if dialect == "sqlite":
        return [_SQLITE_GUARD.format(act=act) for act in ("UPDATE", "DELETE")]
    return list(_POSTGRES_GUARD)


def unguard(dialect: str) -> list[str]:
    """The statements that take the guard away again."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER portal_history_{act}" for act in ("UPDATE", "DELETE")]
    return ["DROP TRIGGER portal_history_guard ON portal_history"]


def purge(rows: Mapping[str, Iterable[str]], users: Sequence[int]) -> None:
    """Remove the history of demo data: *rows* maps a table to primary keys, *users* are the demo accounts.

    Only for `portal demo clear`: the one place that lifts the guard.
    """
    dialect = db.session.connection().dialect.name
    for statement in unguard(dialect):
        db.session.execute(text(statement))
    records = [int(i) for i in rows.get("portal_record", ())]
    for start in range(0, len(records), 500):
        part = records[start : start + 500]
        db.session.execute(delete(HistoryEntry).where(HistoryEntry.record_id.in_(part)))
    db.session.execute(delete(HistoryEntry).where(HistoryEntry.actor_id.in_(users)))
    for entity, ids in rows.items():
        keys = list(ids)
        for start in range(0, len(keys), 500):
            part_ = keys[start : start + 500]
            db.session.execute(
                delete(HistoryEntry).where(HistoryEntry.entity == entity, HistoryEntry.entity_id.in_(part_))
            )
    for statement in guard(dialect):
        db.session.execute(text(statement))


def _plain(value: Any) -> Any:
    if isinstance(value, Content):
        return value.dump()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)


def _changes(obj: Any, action: str) -> dict[str, Any]:
    state = inspect(obj)
    out: dict[str, Any] = {}
    for attr in state.mapper.column_attrs:
        if attr.key in HIDDEN or attr.key == "id" or attr.key in getattr(type(obj), "__audit_without__", ()):
            continue
        past: AttributeHistory = state.attrs[attr.key].history
        if action == "created":
            if (value := getattr(obj, attr.key)) not in (None, "", Content(), [], {}):
                out[attr.key] = [None, _plain(value)]
        elif action == "deleted":
            out[attr.key] = [_plain(state.dict.get(attr.key)), None]
        elif past.has_changes():
            old = _plain(past.deleted[0]) if past.deleted else None
            new = _plain(past.added[0]) if past.added else None
            if old != new:
                told = getattr(type(obj), "__audit_change__", {}).get(attr.key)
                out[attr.key] = told(old, new) if told and old is not None and new is not None else [old, new]
    return out


@event.listens_for(Session, "after_flush")
def _write(session: Session, context: Any) -> None:
    """History rows of everything just flushed whose class says ``__audit__``.

    ``__audit__`` is the name of the column that holds the record's id, or ``""`` for what belongs to no record.
    ``__audit_change__`` maps a column to a function of its old and new value that gives what is written instead of
    both, ``__audit_without__`` names columns that are not written: their rows never change and keep it themselves.
    """
    rows = []
    moment, who = clock.now(), actor()
    for action, objects in (("created", session.new), ("changed", session.dirty), ("deleted", session.deleted)):
        for obj in objects:
            column = getattr(type(obj), "__audit__", None)
            if column is None or (action == "changed" and not session.is_modified(obj)):
                continue
            if changes := _changes(obj, action):
                key = inspect(obj).mapper.primary_key_from_instance(obj)
                rows.append(
                    {
                        "at": moment,
                        "actor_id": who,
                        "record_id": getattr(obj, column) if column else None,
                        "entity": obj.__tablename__,
                        "entity_id": ",".join(map(str, key)),
                        "action": action,
                        "changes": changes,
                        "reason": _reason.get(),
                    }
                )
    if rows:  # of the table, not of the class: this runs with every write
        session.connection().execute(insert(cast(Table, HistoryEntry.__table__)), rows)
