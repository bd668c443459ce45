"""Writing statements and decisions into draft minutes. Inside ``transaction()``; refusals as in the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.db import db
from portal.meetings import service
from portal.meetings.models import Decision, Speaker, Statement
from portal.meetings.queries import linked_to
from portal.meetings.words import CATEGORIES, SECTIONS
from portal.people.identity import Identity
from portal.records import Record
from portal.text import Content

TITLE_LENGTH = 140


@dataclass(frozen=True)
class Said:
    """A statement as it is written down; with ``anonymous`` a ``speaker`` is not kept."""

    section: str
    text: Content
    category: str | None = None
    speaker: str = ""
    anonymous: bool = False
    restricted: bool = False

    def __post_init__(self) -> None:
        if self.section not in SECTIONS or self.category not in (None, *CATEGORIES):
            raise ValueError(f"section {self.section!r}, category {self.category!r}")
        if not self.text:
            raise ValueError("a statement needs a text")


def brief(text: Content) -> Content:
    """*text* as the title of a record: its beginning, cut between words."""
    return Content({lang: _cut(words) for lang, words in text.texts.items()}, text.states)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head = line[:TITLE_LENGTH]
    return (head.rpartition(" ")[0] or head).rstrip(" ,.;:–-") + "…"


def add_statement(user: Identity, record: Record, said: Said, *, prefix: str = "") -> Record:
    """Write a statement at the end of its section of the minutes *record*; the same words twice are one."""
    minutes = service.draft(user, record)
    known = db.session.scalars(
        select(Statement).where(Statement.minutes_id == minutes.record_id, Statement.section == said.section)
    )
    for other in known:
        if other.text.texts == said.text.texts and (there := db.session.get(Record, other.record_id)) is not None:
            return there
    header = records.create(
        user,
        kind=f"{prefix}statement",
        title=brief(said.text),
        org_id=record.org_id,
        unit_id=record.unit_id,
        parent_id=None if said.restricted else record.id,
        status="draft",
        text=(said.text,),
    )
    row = Statement(record_id=header.id, minutes_id=record.id, position=_after(Statement, record.id))
    _write(row, said)
    db.session.add(row)
    db.session.flush()
    _name(header.id, said)
    return header


def _after(model: type[Statement] | type[Decision], minutes_id: int) -> int:
    return int(db.session.scalar(select(func.max(model.position)).where(model.minutes_id == minutes_id)) or 0) + 1


def _write(row: Statement, said: Said) -> None:
    row.section, row.text, row.category = said.section, said.text, said.category
    row.anonymous, row.restricted = said.anonymous, said.restricted


def _name(statement_id: int, said: Said) -> None:
    """Keep the speaker's name, or take it away without a trace."""
    row = db.session.get(Speaker, statement_id)
    name = "" if said.anonymous else said.speaker.strip()
    if not name:
        if row is not None:
            db.session.delete(row)
    elif row is None:
        db.session.add(Speaker(statement_id=statement_id, name=name))
    else:
        row.name = name
    db.session.flush()


def _of_draft(user: Identity, header: Record) -> Statement:
    row = db.session.get(Statement, header.id)
    minutes = db.session.get(Record, row.minutes_id) if row is not None else None
    if row is None or minutes is None:
        raise NotFound
    service.draft(user, minutes)
    return row


def save_statement(user: Identity, header: Record, said: Said, *, version: int | None) -> None:
    """Change a statement of draft minutes; raises StaleVersion."""
    row = _of_draft(user, header)
    parent_id = None if said.restricted else row.minutes_id
    records.update(user, header, version=version, title=brief(said.text), text=(said.text,), parent_id=parent_id)
    if row.section != said.section:
        row.position = _after(Statement, row.minutes_id)
    _write(row, said)
    db.session.flush()
    _name(header.id, said)


def move_statement(user: Identity, header: Record, *, up: bool) -> None:
    """Move a statement one place up or down within its section; at the end nothing happens."""
    row = _of_draft(user, header)
    stmt = select(Statement).where(Statement.minutes_id == row.minutes_id, Statement.section == row.section)
    rows = list(db.session.scalars(stmt.order_by(Statement.position, Statement.record_id)))
    _swap(rows, row, up=up)


def _swap(rows: list[Any], row: Any, *, up: bool) -> None:
    place = rows.index(row)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    places = sorted(each.position for each in rows)
    rows[place], rows[other] = rows[other], rows[place]
    for each, position in zip(rows, places, strict=True):
        each.position = position
    db.session.flush()


def delete_statement(user: Identity, header: Record) -> None:
    """Take a statement out of draft minutes, with its header, its links and its search text."""
    row = _of_draft(user, header)
    speaker = db.session.get(Speaker, header.id)
    if speaker is not None:
        db.session.delete(speaker)
        db.session.flush()
    db.session.delete(row)
    db.session.flush()
    db.session.delete(header)
    db.session.flush()


def link_statement(user: Identity, header: Record, kind: str, chosen: Mapping[int, bool], relation: str) -> None:
    """Link a statement with the records of *kind* in *chosen*, or take the link away (``id -> linked or not``)."""
    if not records.can_edit(user, header):
        raise Forbidden
    there = {row.id: row.link_id for row in linked_to(user, [header.id], kind)[header.id] if row.relation == relation}
    for target_id, wanted in chosen.items():
        if wanted and target_id not in there:
            records.get(user, target_id, kind=kind)
            records.link(user, header.id, target_id, relation)
        elif not wanted and target_id in there:
            records.unlink(user, there[target_id])


def add_decision(
    user: Identity,
    record: Record,
    *,
    text: Content,
    responsible_id: int | None = None,
    due_on: date | None = None,
    owner_id: int | None = None,
    prefix: str = "",
) -> Record:
    """Write a decision at the end of the minutes *record*: what, who is to act, by when."""
    service.draft(user, record)
    header = records.create(
        user,
        kind=f"{prefix}decision",
        title=brief(text),
        org_id=record.org_id,
        unit_id=record.unit_id,
        owner_id=owner_id,
        parent_id=record.id,
        due_on=due_on,
        status="open",
        text=(text,),
    )
    db.session.add(
        Decision(
            record_id=header.id,
            minutes_id=record.id,
            position=_after(Decision, record.id),
            text=text,
            responsible_id=responsible_id,
        )
    )
    db.session.flush()
    return header


def _decision(header: Record) -> tuple[Decision, Record]:
    row = db.session.get(Decision, header.id)
    minutes = db.session.get(Record, row.minutes_id) if row is not None else None
    if row is None or minutes is None:
        raise NotFound
    return row, minutes


def save_decision(
    user: Identity,
    header: Record,
    *,
    version: int | None,
    text: Content,
    responsible_id: int | None,
    due_on: date | None,
    owner_id: int | None = None,
) -> None:
    """Change a decision of draft minutes; raises StaleVersion."""
    row, minutes = _decision(header)
    service.draft(user, minutes)
    records.update(user, header, version=version, title=brief(text), text=(text,), due_on=due_on, owner_id=owner_id)
    row.text, row.responsible_id = text, responsible_id
    db.session.flush()


def close_decision(user: Identity, header: Record, *, done: bool = True) -> None:
    """Say that a decision has been carried out, or that it is open again; also of approved minutes."""
    records.update(user, header, version=None, status="done" if done else "open")


def move_decision(user: Identity, header: Record, *, up: bool) -> None:
    """Move a decision of draft minutes one place up or down."""
    row, minutes = _decision(header)
    service.draft(user, minutes)
    stmt = select(Decision).where(Decision.minutes_id == row.minutes_id)
    _swap(list(db.session.scalars(stmt.order_by(Decision.position, Decision.record_id))), row, up=up)


def delete_decision(user: Identity, header: Record) -> None:
    """Take a decision out of draft minutes, with its header."""
    row, minutes = _decision(header)
    service.draft(user, minutes)
    db.session.delete(row)
    db.session.flush()
    db.session.delete(header)
    db.session.flush()


def minutes_of_statement(statement_id: int) -> int:
    """The id of the minutes a statement stands in; raises NotFound."""
    found = db.session.scalar(select(Statement.minutes_id).where(Statement.record_id == statement_id))
    if found is None:
        raise NotFound
    return found
