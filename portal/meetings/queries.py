"""Reading meetings: each function makes one query; what a reader may see is decided by the record layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from portal import records
from portal.db import db
from portal.meetings.models import AgendaItem, Attendance, Decision, Minutes, Speaker, Statement
from portal.meetings.words import SECTIONS
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import Link, Record, Share
from portal.text import Content


@dataclass(frozen=True)
class AgendaRow:
    """A point of the agenda with the name of who presents it; ``minutes`` is its length or None."""

    id: int
    position: int
    title: Content
    speaker_org_id: int | None
    speaker: Content
    minutes: int | None


@dataclass(frozen=True)
class AttendanceRow:
    """Somebody who took part; ``organisation`` is a Content where it is registered, else what was typed."""

    id: int
    category: str
    name: str
    named: bool
    organisation: Content | str


@dataclass(frozen=True)
class MinutesView:
    """Minutes and their header, as plain values; ``approver`` is the name of who approved them."""

    id: int
    meeting_id: int
    title: Content
    status: str
    version: int
    org_id: int | None
    unit_id: int | None
    number: str
    chair: str
    secretary: str
    summary: Content
    approved_at: datetime | None
    approver: str | None

    @property
    def approved(self) -> bool:
        """Whether they are locked, and may be shared."""
        return self.status == "approved"


@dataclass(frozen=True)
class StatementRow:
    """A statement; ``speaker`` is empty where nobody is named."""

    id: int
    minutes_id: int
    position: int
    section: str
    text: Content
    category: str | None
    anonymous: bool
    restricted: bool
    speaker: str


@dataclass(frozen=True)
class DecisionRow:
    """A decision with the name of who is to act (an empty Content where nobody is named) and its state."""

    id: int
    position: int
    text: Content
    responsible_id: int | None
    responsible: Content
    due_on: date | None
    status: str


@dataclass(frozen=True)
class LinkedTo:
    """A record that another one of a list is linked with."""

    link_id: int
    id: int
    title: Content
    relation: str


def agenda(meeting_id: int) -> list[AgendaRow]:
    """The agenda of a meeting in its order."""
    stmt = (
        select(AgendaItem, Organisation.name.label("speaker"))
        .outerjoin(Organisation, Organisation.id == AgendaItem.speaker_org_id)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    return [
        AgendaRow(item.id, place, item.title, item.speaker_org_id, speaker or Content(), item.minutes)
        for place, (item, speaker) in enumerate(db.session.execute(stmt), 1)
    ]


def attendance(meeting_id: int) -> list[AttendanceRow]:
    """Who took part, in the order they were written down."""
    stmt = (
        select(Attendance, Organisation.name.label("org"))
        .outerjoin(Organisation, Organisation.id == Attendance.org_id)
        .where(Attendance.meeting_id == meeting_id)
        .order_by(Attendance.id)
    )
    return [
        AttendanceRow(row.id, row.category, row.name, row.named, org or row.organisation)
        for row, org in db.session.execute(stmt)
    ]


def readable(user: Identity) -> ColumnElement[bool]:
    """The condition on Record that keeps minutes, statements and decisions *user* may read.

    What is a draft is read by those who may edit it only, whoever it was shown to by mistake.
    """
    return and_(records.visible(user), or_(Record.status != "draft", records.editable(user)))


def get_minutes(user: Identity, record_id: int, level: str = "read") -> tuple[Record, MinutesView]:
    """The minutes *user* may see; raises NotFound and Forbidden as records.get does, NotFound for others' drafts."""
    record = records.get(user, record_id, level=level)
    found = _minutes(Minutes.record_id == record_id)
    if found is None or (record.status == "draft" and not records.can_edit(user, record)):
        raise NotFound
    return record, found


def minutes_of(user: Identity, meeting_id: int) -> MinutesView | None:
    """The minutes of a meeting where there are any and *user* may read them."""
    return _minutes(and_(Minutes.meeting_id == meeting_id, readable(user)))


def _minutes(condition: ColumnElement[bool]) -> MinutesView | None:
    stmt = (
        select(Minutes, Record.title, Record.status, Record.version, Record.org_id, Record.unit_id, User.name)
        .join(Record, Record.id == Minutes.record_id)
        .outerjoin(User, User.id == Minutes.approved_by_id)
        .where(condition)
    )
    row = db.session.execute(stmt).one_or_none()
    if row is None:
        return None
    minutes, title, status, version, org_id, unit_id, approver = row
    return MinutesView(
        minutes.record_id,
        minutes.meeting_id,
        title,
        status,
        version,
        org_id,
        unit_id,
        minutes.number,
        minutes.chair,
        minutes.secretary,
        minutes.summary,
        minutes.approved_at,
        approver,
    )


def statements(user: Identity, minutes_id: int) -> list[StatementRow]:
    """The statements of minutes that *user* may read, by section and order."""
    found = _statements(and_(Statement.minutes_id == minutes_id, readable(user)))
    order = list(SECTIONS)
    return sorted(found, key=lambda row: (order.index(row.section), row.position, row.id))


def get_statement(user: Identity, record_id: int, level: str = "read") -> tuple[Record, StatementRow]:
    """A statement *user* may see; raises NotFound and Forbidden as records.get does, NotFound for others' drafts."""
    record = records.get(user, record_id, level=level)
    found = _statements(Statement.record_id == record_id)
    if not found or (record.status == "draft" and not records.can_edit(user, record)):
        raise NotFound
    return record, found[0]


def _statements(condition: ColumnElement[bool]) -> list[StatementRow]:
    stmt = (
        select(Statement, Speaker.name)
        .join(Record, Record.id == Statement.record_id)
        .outerjoin(Speaker, Speaker.statement_id == Statement.record_id)
        .where(condition)
    )
    return [
        StatementRow(
            s.record_id,
            s.minutes_id,
            s.position,
            s.section,
            s.text,
            s.category,
            s.anonymous,
            s.restricted,
            "" if s.anonymous else name or "",
        )
        for s, name in db.session.execute(stmt)
    ]


def decisions(user: Identity, minutes_id: int) -> list[DecisionRow]:
    """The decisions of minutes that *user* may read, in their order; those of a draft to its editors only."""
    responsible, header = aliased(Organisation), aliased(Record)
    draft = exists().where(header.id == minutes_id, header.status == "draft")
    stmt = (
        select(Decision, responsible.name, Record.due_on, Record.status)
        .join(Record, Record.id == Decision.record_id)
        .outerjoin(responsible, responsible.id == Decision.responsible_id)
        .where(Decision.minutes_id == minutes_id, records.visible(user), or_(~draft, records.editable(user)))
        .order_by(Decision.position, Decision.record_id)
    )
    return [
        DecisionRow(d.record_id, d.position, d.text, d.responsible_id, name or Content(), due_on, status)
        for d, name, due_on, status in db.session.execute(stmt)
    ]


def get_decision(user: Identity, record_id: int, level: str = "read") -> tuple[Record, Decision]:
    """A decision *user* may see, and its header; raises NotFound and Forbidden as records.get does."""
    record = records.get(user, record_id, level=level)
    row = db.session.get(Decision, record_id)
    if row is None:
        raise NotFound
    get_minutes(user, row.minutes_id)
    return record, row


def linked_to(user: Identity, ids: Iterable[int], kind: str) -> dict[int, list[LinkedTo]]:
    """The visible records of *kind* that the records *ids* point at, by the id of the pointing record."""
    wanted = list(ids)
    found: dict[int, list[LinkedTo]] = defaultdict(list)
    if not wanted:
        return found
    stmt = (
        select(Link.id.label("link_id"), Link.source_id, Link.relation, Record.id, Record.title)
        .join(Record, Record.id == Link.target_id)
        .where(Link.source_id.in_(wanted), Record.kind == kind, records.visible(user))
        .order_by(Record.sort_mn, Record.id)
    )
    for row in db.session.execute(stmt):
        found[row.source_id].append(LinkedTo(row.link_id, row.id, row.title, row.relation))
    return found


def shared_with(record_id: int) -> list[tuple[int, Content]]:
    """The organisations a record is shared with: id and name, the first first."""
    stmt = (
        select(Organisation.id, Organisation.name)
        .join(Share, Share.org_id == Organisation.id)
        .where(Share.record_id == record_id)
        .order_by(Share.id)
    )
    return [(row.id, row.name) for row in db.session.execute(stmt)]


def count_statements(minutes_id: int) -> int:
    """How many statements the minutes hold, whoever may read them."""
    return int(db.session.scalar(select(func.count()).where(Statement.minutes_id == minutes_id)) or 0)
