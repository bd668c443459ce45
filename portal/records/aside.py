"""What stands beside every record: links, files, comments, shares, history, and what can be made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import select

from portal.db import db
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import queries
from portal.records.kinds import Kind, kinds
from portal.records.models import File, Record, Share
from portal.records.queries import LinkedRow


@dataclass(frozen=True)
class Make:
    """A record of another kind that can be made from this one: label, icon, address of its "new" page."""

    title: Any
    icon: str
    url: str


@dataclass(frozen=True)
class Shared:
    """Who else sees a record: the organisation's or the person's name, the level, since when."""

    id: int
    name: Any
    level: str
    since: Any


@dataclass(frozen=True)
class Change:
    """A line of the history: *changes* maps a column to ``[old, new]``."""

    at: Any
    actor: str | None
    action: str
    entity: str
    changes: dict[str, Any]
    reason: str


@dataclass(frozen=True)
class RecordPanels:
    """Everything the macro ``ui.record_panels`` draws; one query for each list."""

    record: Record
    kind: Kind | None
    editable: bool
    links: list[LinkedRow]
    files: list[File]
    comments: list[Any]
    shares: list[Shared]
    history: list[Change]
    makes: list[Make]
    extra: list[Any]
    documents: list[Any]


extra_panels: list[Any] = []
"""One function ``(place, subject, user) -> list``: the plugin host puts its panels here."""
documents_for: list[Any] = []
"""One function ``(kind name, user) -> list``: the documents room puts what can be made of a record here."""


def shares(record_id: int) -> list[Shared]:
    """Who the record is shared with, oldest first."""
    stmt = (
        select(Share.id, Share.level, Share.created_at, Organisation.name.label("org"), User.name.label("person"))
        .outerjoin(Organisation, Organisation.id == Share.org_id)
        .outerjoin(User, User.id == Share.user_id)
        .where(Share.record_id == record_id)
        .order_by(Share.id)
    )
    return [Shared(r.id, r.org or r.person, r.level, r.created_at) for r in db.session.execute(stmt)]


def panels(user: Identity, record: Record, limit: int = 30) -> RecordPanels:
    """The panels of a record as *user* sees them; comments, shares and history are for those with a role."""
    inside = bool(user.grants)
    kind = kinds.get(record.kind)
    makes = [
        Make(k.new_title or k.title, k.icon, f"{url_for(str(k.new_endpoint))}?from={record.id}")
        for k in kinds.makeable_from(record.kind)
        if user.can(k.new_permission or "signed_in")
    ]
    return RecordPanels(
        record=record,
        kind=kind,
        editable=queries.can_edit(user, record),
        links=queries.linked(user, record.id),
        files=queries.files(record.id),
        comments=queries.comments(record.id) if inside else [],
        shares=shares(record.id) if inside else [],
        history=[
            Change(e.at, actor, e.action, e.entity, e.changes, e.reason)
            for e, actor in queries.history(record.id, limit)
        ]
        if inside
        else [],
        makes=makes,
        extra=extra_panels[0]("record", record, user) if extra_panels else [],
        documents=documents_for[0](record.kind, user) if documents_for else [],
    )
