"""Changing what stands before the minutes: the agenda and who took part. Inside ``transaction()``."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.db import db
from portal.meetings.models import AgendaItem, Attendance
from portal.meetings.words import CATEGORIES
from portal.people.identity import Identity
from portal.records import Record
from portal.text import Content


def _editable(user: Identity, meeting: Record) -> None:
    if not records.can_edit(user, meeting):
        raise Forbidden


def _items(meeting_id: int) -> list[AgendaItem]:
    return list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting_id)
            .order_by(AgendaItem.position, AgendaItem.id)
            .with_for_update()
        )
    )


def _item(meeting: Record, item_id: int) -> AgendaItem:
    found = db.session.get(AgendaItem, item_id)
    if found is None or found.meeting_id != meeting.id:
        raise NotFound
    return found


def add_item(
    user: Identity,
    meeting: Record,
    *,
    title: Content,
    speaker_org_id: int | None = None,
    minutes: int | None = None,
) -> AgendaItem:
    """Put a point at the end of the agenda; *minutes* is its length."""
    _editable(user, meeting)
    last = db.session.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id)) or 0
    item = AgendaItem(
        meeting_id=meeting.id, position=last + 1, title=title, speaker_org_id=speaker_org_id, minutes=minutes
    )
    db.session.add(item)
    db.session.flush()
    return item


def save_item(
    user: Identity,
    meeting: Record,
    item_id: int,
    *,
    title: Content,
    speaker_org_id: int | None = None,
    minutes: int | None = None,
) -> AgendaItem:
    """Change a point of the agenda; raises NotFound where it is not one of this meeting's."""
    _editable(user, meeting)
    item = _item(meeting, item_id)
    item.title, item.speaker_org_id, item.minutes = title, speaker_org_id, minutes
    db.session.flush()
    return item


def move_item(user: Identity, meeting: Record, item_id: int, *, up: bool) -> None:
    """Move a point one place up or down; at the end of the agenda nothing happens."""
    _editable(user, meeting)
    _item(meeting, item_id)
    items = _items(meeting.id)
    place = next(i for i, item in enumerate(items) if item.id == item_id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    for position, item in enumerate(items, 1):
        item.position = position
    db.session.flush()


def delete_item(user: Identity, meeting: Record, item_id: int) -> None:
    """Take a point off the agenda."""
    _editable(user, meeting)
    db.session.delete(_item(meeting, item_id))
    db.session.flush()


def copy_agenda(user: Identity, source_id: int, meeting: Record) -> None:
    """Give *meeting* the agenda of another meeting, which the caller may read."""
    _editable(user, meeting)
    for item in _items(source_id):
        add_item(user, meeting, title=item.title, speaker_org_id=item.speaker_org_id, minutes=item.minutes)


def fill_agenda(user: Identity, meeting: Record, items: Sequence[tuple[Content, int]]) -> None:
    """Put the usual points on an agenda: titles with their length in minutes."""
    for title, minutes in items:
        add_item(user, meeting, title=title, minutes=minutes)


def add_attendance(
    user: Identity,
    meeting: Record,
    *,
    category: str,
    name: str = "",
    named: bool = False,
    org_id: int | None = None,
    organisation: str = "",
) -> Attendance:
    """Write down somebody who took part. *named*: the person agreed that documents print the name."""
    _editable(user, meeting)
    if category not in CATEGORIES:
        raise ValueError(f"category {category!r}")
    row = Attendance(
        meeting_id=meeting.id,
        category=category,
        name=name,
        named=named and bool(name),
        org_id=org_id,
        organisation="" if org_id else organisation,
    )
    db.session.add(row)
    db.session.flush()
    return row


def delete_attendance(user: Identity, meeting: Record, attendance_id: int) -> None:
    """Take somebody off the list; nothing of the row is kept."""
    _editable(user, meeting)
    row = db.session.get(Attendance, attendance_id)
    if row is None or row.meeting_id != meeting.id:
        raise NotFound
    db.session.delete(row)
    db.session.flush()
