"""Changing the clauses of an agreement, as long as it is not signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from portal.api import Content, Identity, NotFound, Record, db, records, select, transaction

from . import linking
from .models import Agreement, Clause
from .statuses import CLAUSE, OPEN

GAP = 10
"""Distance of two neighbours' positions."""
TITLE_LENGTH = 160


class Locked(Exception):
    """The agreement is signed, closed or cancelled: its clauses stay as they are."""


@dataclass(frozen=True)
class NewClause:
    """A clause to be made; *recommendations* are ids of records, *taken_from_id* last year's clause."""

    text: Content
    indicator: Content = field(default_factory=Content)
    responsible: Content = field(default_factory=Content)
    due_on: date | None = None
    taken_from_id: int | None = None
    recommendations: tuple[int, ...] = ()


def title_of(text: Content) -> Content:
    """The beginning of a clause as its title, cut at a word."""
    return Content({lang: _cut(each) for lang, each in text.texts.items()}, text.states)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def insert(user: Identity, agreement: Record, row: Agreement, new: NewClause, position: int) -> Record:
    """Put a clause into the agreement, seen by whoever sees the agreement. Inside ``transaction()``."""
    record = records.create(
        user,
        kind=CLAUSE,
        title=title_of(new.text),
        org_id=agreement.org_id,
        unit_id=agreement.unit_id,
        due_on=new.due_on,
        status="open",
        visibility=agreement.visibility,
        parent_id=agreement.id,
        text=[new.text, new.indicator, new.responsible],
        shared_with=[(row.party_id, "read")] if agreement.status == "sent" else (),
    )
    db.session.add(
        Clause(
            record_id=record.id,
            agreement_id=agreement.id,
            position=position,
            text=new.text,
            indicator=new.indicator,
            responsible=new.responsible,
            taken_from_id=new.taken_from_id,
        )
    )
    db.session.flush()
    linking.link_all(user, record.id, new.recommendations)
    return record


def add(user: Identity, agreement: Record, new: NewClause) -> Record:
    """Add a clause at the end; raises Locked."""
    with transaction():
        row = _open(agreement)
        last = [each.position for each in _all(agreement.id)]
        record = insert(user, agreement, row, new, max(last, default=0) + GAP)
        _touch(user, agreement, row)
    return record


def edit(
    user: Identity,
    record: Record,
    *,
    version: int,
    new: NewClause,
    offered: tuple[int, ...] | None = None,
) -> None:
    """Change a clause and its recommendations (those *offered* in the form); raises Locked and StaleVersion."""
    with transaction():
        agreement = _agreement(record)
        row = _open(agreement)
        records.update(
            user,
            record,
            version=version,
            title=title_of(new.text),
            due_on=new.due_on,
            text=[new.text, new.indicator, new.responsible],
        )
        clause = _clause(record.id)
        clause.text, clause.indicator, clause.responsible = new.text, new.indicator, new.responsible
        db.session.flush()
        if offered is not None:
            linking.link_all(user, record.id, new.recommendations, offered)
        _touch(user, agreement, row)


def move(user: Identity, record: Record, *, version: int | None, up: bool) -> None:
    """Exchange a clause with its neighbour that is not dropped; *version* is the agreement's.

    At the end of the list nothing happens. Raises Locked and StaleVersion.
    """
    with transaction():
        agreement = _agreement(record)
        row = _open(agreement)
        records.update(user, agreement, version=version)
        ordered = _all(agreement.id)
        stmt = select(Record.id).where(Record.parent_id == agreement.id, Record.status != "dropped")
        living = set(db.session.scalars(stmt))
        shown = [each for each in ordered if each.record_id in living]
        place = next((index for index, each in enumerate(shown) if each.record_id == record.id), None)
        other = None if place is None else place - 1 if up else place + 1
        if place is not None and other is not None and 0 <= other < len(shown):
            one, two = ordered.index(shown[place]), ordered.index(shown[other])
            ordered[one], ordered[two] = ordered[two], ordered[one]
            for number, each in enumerate(ordered, 1):
                each.position = number * GAP
        reindex(agreement, row)


def set_status(user: Identity, record: Record, *, version: int | None, status: str) -> None:
    """Drop a clause or take it in again before the signing; note it as done or open after. Raises Locked."""
    with transaction():
        agreement = _agreement(record)
        db.session.refresh(agreement)
        db.session.refresh(record)
        before = agreement.status in OPEN
        allowed = {("open", "dropped"), ("dropped", "open"), ("done", "open")} if before else set()
        if agreement.status == "signed":
            allowed = {("open", "done"), ("done", "open")}
        if (record.status, status) not in allowed:
            raise Locked
        records.update(user, record, version=version, status=status)
        if (row := db.session.get(Agreement, agreement.id)) is not None:
            _touch(user, agreement, row)


def reindex(agreement: Record, row: Agreement) -> None:
    """Let the agreement be found by the words of its clauses."""
    texts = [each.text for each in _all(agreement.id)]
    records.index(agreement, [row.purpose, row.number, *texts])


def _touch(user: Identity, agreement: Record, row: Agreement) -> None:
    """A changed clause makes every open page of the agreement old."""
    records.update(user, agreement, version=None)
    reindex(agreement, row)


def _agreement(clause: Record) -> Record:
    agreement = db.session.get(Record, clause.parent_id) if clause.parent_id is not None else None
    if agreement is None:
        raise NotFound
    return agreement


def _open(agreement: Record) -> Agreement:
    db.session.refresh(agreement)
    row = db.session.get(Agreement, agreement.id)
    if row is None or agreement.status not in OPEN:
        raise Locked
    return row


def _all(agreement_id: int) -> list[Clause]:
    stmt = select(Clause).where(Clause.agreement_id == agreement_id).order_by(Clause.position, Clause.record_id)
    return list(db.session.scalars(stmt))


def _clause(record_id: int) -> Clause:
    row = db.session.get(Clause, record_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row
