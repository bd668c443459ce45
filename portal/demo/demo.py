"""Loading and clearing demo data."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Table, delete, event, func, insert, inspect, select, update
from sqlalchemy.orm import Session as OrmSession

from portal import audit, storage
from portal.db import db, metadata, transaction
from portal.demo.models import DemoRow
from portal.forms.models import Form
from portal.people import identity
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records.models import File
from portal.reference.models import Unit
from portal.text import Content
from portal.webhooks import queries as webhooks

DOMAIN = "demo.example"


class Demo:
    """What a module's ``load(demo)`` works with: people, organisations and places by name, and ids handed on."""

    def __init__(self) -> None:
        self.passwords: dict[str, str] = {}
        self._kept: dict[str, int] = {}
        self._users: dict[str, Identity] = {}

    @staticmethod
    def text(mn: str, en: str) -> Content:
        """A text checked in both languages."""
        return Content.of(mn=mn, en=en, state={"mn": "checked", "en": "checked"})

    def user(self, key: str) -> Identity:
        """The demo account ``<key>@demo.example``; raises KeyError where there is none."""
        if key not in self._users:
            found = identity.of_email(f"{key}@{DOMAIN}")
            if found is None:
                raise KeyError(key)
            self._users[key] = found
        return self._users[key]

    @staticmethod
    def org(code: str) -> int:
        """The id of an organisation; raises LookupError where there is none."""
        found = db.session.scalar(select(Organisation.id).where(Organisation.code == code))
        if found is None:
            raise LookupError(code)
        return found

    @staticmethod
    def unit(code: str) -> int:
        """The id of an administrative unit by its ISO code; raises LookupError where there is none."""
        found = db.session.scalar(select(Unit.id).where(Unit.code == code))
        if found is None:
            raise LookupError(code)
        return found

    def keep(self, key: str, record_id: int) -> None:
        """Hand an id on to the modules that load later."""
        self._kept[key] = record_id

    def kept(self, key: str) -> int | None:
        """An id that a module handed on; ``None`` where that module is absent."""
        return self._kept.get(key)

    def password(self, key: str) -> str:
        """A new password for the account *key*: made now, shown once."""
        self.passwords[key] = "-".join(secrets.token_hex(3) for _ in range(3))
        return self.passwords[key]


@contextmanager
def _marking() -> Iterator[None]:
    """Everything stored inside is marked as demo data."""

    def mark(session: OrmSession, context: Any) -> None:
        rows = [
            {
                "entity": obj.__tablename__,
                "entity_id": ",".join(map(str, inspect(obj).mapper.primary_key_from_instance(obj))),
            }
            for obj in session.new
            if not isinstance(obj, DemoRow)
        ]
        if rows:  # of the table, not of the class: this runs with every write
            session.connection().execute(insert(cast(Table, DemoRow.__table__)), rows)

    event.listen(OrmSession, "after_flush", mark)
    try:
        yield
    finally:
        event.remove(OrmSession, "after_flush", mark)


def loaded() -> bool:
    """Whether there is demo data."""
    return bool(db.session.scalar(select(func.count()).select_from(select(DemoRow.id).limit(1).subquery())))


def empty() -> bool:
    """Whether nobody has an account yet: the only moment at which demo data is loaded unasked."""
    return not db.session.scalar(select(func.count()).select_from(User))


def load() -> Demo:
    """Add the demo data of the core, then that of every module that is on, in their order; all or nothing."""
    from portal.demo.core import load_core
    from portal.host.host import current_host

    demo = Demo()
    with _marking(), transaction():
        load_core(demo)
        loaders = [loader for _, loader in current_host().call("portal_demo")]
        for loader in sorted(loaders, key=lambda one: one.order):
            loader.load(demo)
    return demo


def clear() -> int:
    """Take all demo data away, with its history and files; returns the number of rows.

    What only serves a demo account goes with it: its sessions, links, roles, jobs, webhooks, and shares made to it.
    Raises sqlalchemy's IntegrityError where something real hangs on the demo data; then nothing is taken away.
    """
    from portal.host.host import current_host

    with transaction():
        rows = db.session.execute(select(DemoRow.entity, DemoRow.entity_id).order_by(DemoRow.id.desc())).all()
        by_table: dict[str, list[str]] = {}
        for entity, entity_id in rows:
            by_table.setdefault(entity, []).append(entity_id)
        ids = [int(i) for i in by_table.get("portal_record", [])]
        stored = list(db.session.scalars(select(File.stored_as).where(File.record_id.in_(ids)))) if ids else []
        users = [int(i) for i in by_table.get("portal_user", [])]
        by_table.setdefault("portal_webhook", []).extend(map(str, webhooks.registered_by(users)))
        audit.purge(by_table, users)
        for table in metadata.sorted_tables:
            if table.name.startswith("portal_") and "user_id" in table.columns and users:
                db.session.execute(delete(table).where(table.columns["user_id"].in_(users)))
        db.session.execute(update(Form).where(Form.record_id.in_(ids)).values(published_id=None))
        for table in reversed(metadata.sorted_tables):
            for entity_id in by_table.get(table.name, []):
                db.session.execute(delete(table).where(*_key(table, entity_id)))
        for _, loader in current_host().call("portal_demo"):
            if loader.cleared is not None:
                loader.cleared(ids)
        db.session.execute(delete(DemoRow))
        audit.note("purged", entity="portal_demo_row", entity_id="", rows=len(rows))
    for key in stored:
        storage.current().delete(key)
    return len(rows)


def _key(table: Table, entity_id: str) -> list[Any]:
    values = entity_id.split(",")
    return [
        column == (int(value) if column.type.python_type is int else value)
        for column, value in zip(table.primary_key.columns, values, strict=True)
    ]
