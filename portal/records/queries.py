"""Reading records: every select passes through ``visible``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select, true, union_all
from werkzeug.exceptions import Forbidden, NotFound

from portal.audit import HistoryEntry
from portal.db import db
from portal.people.identity import GrantView, Identity
from portal.people.models import Organisation, User
from portal.records.kinds import Kind, kinds
from portal.records.models import Comment, File, Link, Record, SearchText, Share
from portal.text import Content, fold


def visible(user: Identity) -> ColumnElement[bool]:
    """The condition on Record that keeps what *user* may see, of modules that are on.

    Public records; for anyone with a role those of the whole site; those of an own organisation (within the
    unit, where the grant names one); those one owns, as long as one belongs there (``_owned``); those shared with the
    person or an own organisation.
    """
    return _visible(user.id, user.grants, frozenset(kinds.on_plugins()))


@lru_cache(maxsize=256)
def _visible(user_id: int | None, grants: tuple[GrantView, ...], on: frozenset[str]) -> ColumnElement[bool]:
    """``visible`` for what it depends on: the same reader asks for it on every page."""
    rules: list[ColumnElement[bool]] = [Record.visibility == "public"]
    if user_id is not None:
        user = Identity(id=user_id, grants=grants)
        rules.append(_owned(user))
        if grants:
            rules.append(Record.visibility == "site")
        rules += [_covered(grant.org_id, grant.unit_id) for grant in grants if grant.org_id is not None]
        rules.append(_shared(user))
    return and_(Record.plugin.in_(sorted(on)) if on else false(), or_(*rules))


def _covered(org_id: int, unit_id: int | None) -> ColumnElement[bool]:
    place = true() if unit_id is None else or_(Record.unit_id == unit_id, Record.unit_id.is_(None))
    return and_(Record.org_id == org_id, place)


def _owned(user: Identity) -> ColumnElement[bool]:
    """Records that wait for *user*, who holds a role in their organisation today, or coordinates its voice.

    Who has left the organisation has left its records. Those of no organisation are their owner's alone.
    """
    places: list[ColumnElement[bool]] = [Record.org_id.is_(None)]
    if user.orgs:
        places.append(Record.org_id.in_(user.orgs))
    if coordinated := _coordinated(user):
        places.append(Record.org_id.in_(_same_voice(coordinated)))
    return and_(Record.owner_id == user.id, or_(*places))


def _coordinated(user: Identity) -> list[int]:
    return [grant.org_id for grant in user.grants if grant.role == "coordinator" and grant.org_id is not None]


def _same_voice(org_ids: Iterable[int]) -> Select[int]:
    voices = select(Organisation.voice).where(Organisation.id.in_(list(org_ids)))
    return select(Organisation.id).where(Organisation.voice.in_(voices))


def _shared(user: Identity, levels: Iterable[str] = ()) -> ColumnElement[bool]:
    receiver = Share.user_id == user.id
    if user.orgs:
        receiver = or_(receiver, Share.org_id.in_(user.orgs))
    condition = exists().where(Share.record_id == Record.id, receiver)
    return condition.where(Share.level.in_(tuple(levels))) if levels else condition


def editable(user: Identity) -> ColumnElement[bool]:
    """The condition on Record that keeps what *user* may change, were the permission theirs."""
    return _editable(user.id, user.grants)


@lru_cache(maxsize=256)
def _editable(user_id: int | None, grants: tuple[GrantView, ...]) -> ColumnElement[bool]:
    """``editable`` for what it depends on."""
    if user_id is None:
        return false()
    user = Identity(id=user_id, grants=grants)
    rules = [_owned(user), _shared(user, ["edit"])]
    rules += [_covered(g.org_id, g.unit_id) for g in user.grants if g.org_id is not None]
    return or_(*rules)


def get(user: Identity, record_id: int, kind: str | None = None, level: str = "read") -> Record:
    """The header of a record *user* may see.

    Raises NotFound where it does not exist, is of another kind, belongs to a module that is off or is
    invisible to *user*; Forbidden where it is visible and ``level="edit"`` is not allowed.
    """
    if not 0 < record_id < 2**31:  # no row has it, and databases refuse to compare it
        raise NotFound
    stmt = select(Record, editable(user).label("editable")).where(Record.id == record_id, visible(user))
    if kind is not None:
        stmt = stmt.where(Record.kind == kind)
    row = db.session.execute(stmt).one_or_none()
    if row is None:
        raise NotFound
    if level == "edit" and not row.editable:
        raise Forbidden
    record: Record = row[0]
    return record


def can_edit(user: Identity, record: Record) -> bool:
    """Whether *user* could change *record*; a query only where a share or the voice of a coordinator decides."""
    if not user.signed_in:
        return False
    if record.owner_id == user.id and record.org_id in (None, *user.orgs):
        return True
    for grant in user.grants:
        covered = grant.org_id is not None and grant.org_id == record.org_id
        if covered and (grant.unit_id is None or record.unit_id in (None, grant.unit_id)):
            return True
    decides = or_(_owned(user), _shared(user, ["edit"]))
    return bool(db.session.scalar(select(func.count()).where(Record.id == record.id, decides)))


def rows(user: Identity, kind: str, *columns: Any) -> Select[Any]:
    """A select of *columns* over the visible records of *kind*; join the module's table to it."""
    return select(*columns).select_from(Record).where(Record.kind == kind, visible(user))


@dataclass(frozen=True)
class LinkedRow:
    """A record at the other end of a link; ``direction`` is ``out`` where the asked record is the source."""

    link_id: int
    relation: str
    direction: str
    id: int
    kind: str
    title: Content
    status: str
    due_on: date | None
    url: str
    kind_title: Any
    icon: str
    status_label: Any
    tone: str


def url_of(kind: Kind | None, record_id: int) -> str:
    """The address of a record's page, empty where its module is not there."""
    return url_for(kind.view_endpoint, record_id=record_id) if kind else ""


def linked(user: Identity, record_id: int, kind: str | None = None) -> list[LinkedRow]:
    """The visible records linked with *record_id*, both directions, in one query."""
    out = select(Link.id.label("link_id"), Link.relation, Link.target_id.label("other")).where(
        Link.source_id == record_id
    )
    incoming = select(Link.id.label("link_id"), Link.relation, Link.source_id.label("other")).where(
        Link.target_id == record_id
    )
    ends = union_all(out.add_columns(literal("out").label("way")), incoming.add_columns(literal("in").label("way")))
    sub = ends.subquery()
    stmt = (
        select(
            sub.c.link_id, sub.c.relation, sub.c.way, Record.id, Record.kind, Record.title, Record.status, Record.due_on
        )
        .join(Record, Record.id == sub.c.other)
        .where(visible(user))
        .order_by(Record.kind, Record.sort_mn, Record.id)
    )
    if kind is not None:
        stmt = stmt.where(Record.kind == kind)
    found = []
    for row in db.session.execute(stmt):
        live = kinds.get(row.kind)
        found.append(
            LinkedRow(
                row.link_id,
                row.relation,
                row.way,
                row.id,
                row.kind,
                row.title,
                row.status,
                row.due_on,
                url_of(live, row.id),
                live.title if live else row.kind,
                live.icon if live else "file",
                live.statuses.get(row.status, row.status) if live else row.status,
                live.tones.get(row.status, "neutral") if live else "neutral",
            )
        )
    return found


def options(
    user: Identity, kind: str, q: str = "", limit: int = 500, ids: Sequence[int] = ()
) -> list[tuple[int, Content]]:
    """Id and title of the visible records of *kind* for a picker, those whose text contains *q*, by title."""
    stmt = rows(user, kind, Record.id, Record.title).order_by(Record.sort_mn, Record.id).limit(limit)
    if ids:
        stmt = stmt.where(Record.id.in_(ids))
    if q:
        stmt = stmt.where(matches(q))
    return [(row.id, row.title) for row in db.session.execute(stmt)]


def matches(q: str) -> ColumnElement[bool]:
    """Records in whose title or text every word of *q* begins or lies inside a word, in any language.

    Mongolian adds endings (хөтөлбөр, хөтөлбөрийг) and drops vowels before them (аймаг, аймгийн): a word of six
    letters or more is also looked for without its last two.
    """
    words = fold(q).split()[:8]
    conditions = []
    for word in words:
        stem = word[:-2] if len(word) >= 6 else word
        pattern = "%" + stem.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(SearchText.text.like(pattern, escape="\\"))
    return exists().where(SearchText.record_id == Record.id, *conditions) if conditions else true()


def history(record_id: int, limit: int = 50) -> list[Any]:
    """The newest acts on a record with the name of who did them: ``entry``, ``actor`` (``None``: nobody named)."""
    stmt = (
        select(HistoryEntry, User.name.label("actor"))
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(HistoryEntry.record_id == record_id)
        .order_by(HistoryEntry.id.desc())
        .limit(limit)
    )
    return list(db.session.execute(stmt))


def comments(record_id: int) -> list[Any]:
    """The remarks on a record, oldest first: ``id``, ``text``, ``created_at``, ``author``."""
    stmt = (
        select(Comment.id, Comment.text, Comment.created_at, User.name.label("author"))
        .outerjoin(User, User.id == Comment.author_id)
        .where(Comment.record_id == record_id)
        .order_by(Comment.id)
    )
    return list(db.session.execute(stmt))


def files(record_id: int) -> list[File]:
    """The files of a record, oldest first."""
    return list(db.session.scalars(select(File).where(File.record_id == record_id).order_by(File.id)))


@dataclass(frozen=True)
class WorkRow:
    """A record that waits for someone, or was found: what a line of "my work" or of the search shows."""

    id: int
    kind: str
    title: Content
    status: str
    due_on: date | None
    changed_at: datetime
    url: str
    kind_title: Any
    icon: str
    status_label: Any
    tone: str


def _work(rows_: Iterable[Any]) -> list[WorkRow]:
    found = []
    for row in rows_:
        kind = kinds.get(row.kind)
        found.append(
            WorkRow(
                row.id,
                row.kind,
                row.title,
                row.status,
                row.due_on,
                row.changed_at,
                url_of(kind, row.id),
                kind.title if kind else row.kind,
                kind.icon if kind else "file",
                kind.statuses.get(row.status, row.status) if kind else row.status,
                kind.tones.get(row.status, "neutral") if kind else "neutral",
            )
        )
    return found


_WORK = (Record.id, Record.kind, Record.title, Record.status, Record.due_on, Record.changed_at)


def waiting() -> ColumnElement[bool]:
    """The condition on Record that something is still to be done, by the open states of its kind."""
    rules = (and_(Record.kind == k.name, Record.status.in_(k.open_statuses)) for k in kinds.all() if k.open_statuses)
    return or_(false(), *rules)


def my_work(user: Identity, limit: int = 50) -> list[WorkRow]:
    """The open records that wait for *user*, the earliest due first, those without a date last."""
    if not user.signed_in:
        return []
    stmt = (
        select(*_WORK)
        .where(Record.owner_id == user.id, waiting(), visible(user))
        .order_by(Record.due_on.is_(None), Record.due_on, Record.id)
        .limit(limit)
    )
    return _work(db.session.execute(stmt))


def about_unit(user: Identity, unit_id: int, limit: int = 20) -> list[WorkRow]:
    """The visible records about an administrative unit, the newest change first; parts of records left out."""
    stmt = select(*_WORK).where(Record.unit_id == unit_id, Record.parent_id.is_(None), visible(user))
    return _work(db.session.execute(stmt.order_by(Record.changed_at.desc(), Record.id.desc()).limit(limit)))


def search(user: Identity, q: str, kind: str = "", limit: int = 50, offset: int = 0) -> list[WorkRow]:
    """The visible records that match *q*, newest change first; empty for an empty *q*."""
    if not fold(q):
        return []
    stmt = select(*_WORK).where(matches(q), visible(user)).order_by(Record.changed_at.desc(), Record.id.desc())
    if kind:
        stmt = stmt.where(Record.kind == kind)
    return _work(db.session.execute(stmt.limit(limit).offset(offset)))
