"""Reading agreements and clauses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.api import (
    Content,
    Identity,
    NotFound,
    Office,
    OfficeHolding,
    Organisation,
    Person,
    Record,
    Select,
    Unit,
    aliased,
    clock,
    db,
    func,
    or_,
    records,
    select,
)

from .models import Agreement, Clause
from .statuses import CLAUSE, KIND

LOCAL_GOVERNMENT = "local_government"
"""Kind of the organisations that are the other party."""


def agreement_list(user: Identity) -> Select[Any]:
    """The visible agreements with year, unit, the other party and the dates of their way."""
    return (
        records.rows(
            user,
            KIND,
            Record.id,
            Record.title,
            Record.sort_mn,
            Record.sort_en,
            Record.status,
            Record.changed_at,
            Record.unit_id,
            Record.due_on,
            Agreement.year,
            Agreement.number,
            Agreement.sent_on,
            Agreement.signed_on,
            Unit.name.label("unit"),
            Unit.sort_mn.label("unit_sort_mn"),
            Unit.sort_en.label("unit_sort_en"),
            Organisation.name.label("party"),
        )
        .join(Agreement, Agreement.record_id == Record.id)
        .join(Unit, Unit.id == Agreement.unit_id)
        .join(Organisation, Organisation.id == Agreement.party_id)
    )


@dataclass(frozen=True)
class Facts:
    """An agreement's own row with the names of its parties and place, and the one it goes on from."""

    row: Agreement
    org: Content
    party: Content
    unit: Content
    unit_kind: str
    previous_title: Content | None


def facts(record_id: int) -> Facts:
    """What the page and the paper of an agreement say; raises NotFound where its own row is gone."""
    party, previous = aliased(Organisation), aliased(Record)
    stmt = (
        select(
            Agreement,
            Organisation.name.label("org"),
            party.name.label("party"),
            Unit.name.label("unit"),
            Unit.kind.label("unit_kind"),
            previous.title.label("previous"),
        )
        .join(Record, Record.id == Agreement.record_id)
        .join(party, party.id == Agreement.party_id)
        .join(Unit, Unit.id == Agreement.unit_id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .outerjoin(previous, previous.id == Agreement.previous_id)
        .where(Agreement.record_id == record_id)
    )
    found = db.session.execute(stmt).one_or_none()
    if found is None:
        raise NotFound
    row, org, name, unit, kind, title = found
    return Facts(row, org or Content(), name, unit, kind, title or None)


@dataclass(frozen=True)
class ClauseRow:
    """A clause as pages show it; ``number`` counts those that are not dropped from 1, a dropped one has 0."""

    id: int
    agreement_id: int
    number: int
    text: Content
    indicator: Content
    responsible: Content
    due_on: date | None
    status: str
    version: int
    taken_from_id: int | None


def clauses(agreement_id: int) -> list[ClauseRow]:
    """The clauses of an agreement in their order, the dropped ones among them."""
    return clauses_of([agreement_id])[agreement_id]


def clauses_of(agreement_ids: Iterable[int]) -> dict[int, list[ClauseRow]]:
    """The clauses of several agreements in one query. Who may see the agreement may see its clauses."""
    wanted = list(agreement_ids)
    found: dict[int, list[ClauseRow]] = {each: [] for each in wanted}
    stmt = (
        select(
            Record.id,
            Record.status,
            Record.due_on,
            Record.version,
            Clause.agreement_id,
            Clause.text,
            Clause.indicator,
            Clause.responsible,
            Clause.taken_from_id,
        )
        .join(Clause, Clause.record_id == Record.id)
        .where(Clause.agreement_id.in_(wanted))
        .order_by(Clause.agreement_id, Clause.position, Record.id)
    )
    numbers: dict[int, int] = defaultdict(int)
    for row in db.session.execute(stmt):
        if row.status != "dropped":
            numbers[row.agreement_id] += 1
        found[row.agreement_id].append(
            ClauseRow(
                row.id,
                row.agreement_id,
                numbers[row.agreement_id] if row.status != "dropped" else 0,
                row.text,
                row.indicator,
                row.responsible,
                row.due_on,
                row.status,
                row.version,
                row.taken_from_id,
            )
        )
    return found


def clause(user: Identity, record_id: int, level: str = "read") -> tuple[Record, Clause]:
    """A clause *user* may see (or edit); raises NotFound or Forbidden."""
    record = records.get(user, record_id, CLAUSE, level)
    row = db.session.get(Clause, record.id)
    if row is None:
        raise NotFound
    return record, row


def holder(unit_id: int, year: int) -> int | None:
    """The id of the agreement with a unit for a year that is not cancelled, whoever may see it."""
    return db.session.scalar(
        select(Agreement.record_id).where(
            Agreement.unit_id == unit_id, Agreement.year == year, Agreement.cancelled_on.is_(None)
        )
    )


def last_before(user: Identity, unit_id: int, year: int) -> Record | None:
    """The newest agreement with a unit for an earlier year that *user* sees and nobody cancelled."""
    stmt = (
        select(Record)
        .join(Agreement, Agreement.record_id == Record.id)
        .where(
            Agreement.unit_id == unit_id,
            Agreement.year < year,
            Agreement.cancelled_on.is_(None),
            records.visible(user),
        )
        .order_by(Agreement.year.desc())
        .limit(1)
    )
    return db.session.scalars(stmt).first()


def years(user: Identity) -> list[int]:
    """The years of the visible agreements, the newest first."""
    stmt = records.rows(user, KIND, Agreement.year).join(Agreement, Agreement.record_id == Record.id)
    return list(db.session.scalars(stmt.distinct().order_by(Agreement.year.desc())))


def taken_years(user: Identity, unit_ids: Iterable[int]) -> set[tuple[int, int]]:
    """Unit and year of every visible agreement that is not cancelled."""
    stmt = (
        records.rows(user, KIND, Agreement.unit_id, Agreement.year)
        .join(Agreement, Agreement.record_id == Record.id)
        .where(Agreement.cancelled_on.is_(None), Agreement.unit_id.in_(list(unit_ids)))
    )
    return {(row.unit_id, row.year) for row in db.session.execute(stmt)}


def parties() -> dict[int, list[tuple[int, Content]]]:
    """The local governments of today by unit."""
    today = clock.today()
    stmt = (
        select(Organisation.id, Organisation.name, Organisation.unit_id)
        .where(
            Organisation.kind == LOCAL_GOVERNMENT,
            Organisation.unit_id.is_not(None),
            or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today),
        )
        .order_by(Organisation.id)
    )
    found: dict[int, list[tuple[int, Content]]] = defaultdict(list)
    for row in db.session.execute(stmt):
        found[row.unit_id].append((row.id, row.name))
    return found


@dataclass(frozen=True)
class OfficeHolder:
    """Who holds an office of an organisation: the name as offices write it, and the office."""

    name: str
    office: Content


def office_holders(org_ids: Iterable[int], on: date | None = None) -> dict[int, OfficeHolder]:
    """The holder of each organisation's first office on a day (today), in one query; who is not known is absent."""
    day = on or clock.today()
    stmt = (
        select(Office.org_id, Office.title, Person)
        .join(OfficeHolding, OfficeHolding.office_id == Office.id)
        .join(Person, Person.id == OfficeHolding.person_id)
        .where(
            Office.org_id.in_(list(org_ids)),
            OfficeHolding.valid_from <= day,
            or_(OfficeHolding.valid_to.is_(None), OfficeHolding.valid_to >= day),
        )
        .order_by(Office.id.desc())
    )
    return {row.org_id: OfficeHolder(row.Person.display, row.title) for row in db.session.execute(stmt)}


def count_clauses(agreement_ids: Iterable[int]) -> dict[int, int]:
    """How many clauses, those dropped left out, each agreement has."""
    stmt = (
        select(Clause.agreement_id, func.count())
        .join(Record, Record.id == Clause.record_id)
        .where(Clause.agreement_id.in_(list(agreement_ids)), Record.status != "dropped")
        .group_by(Clause.agreement_id)
    )
    return {row[0]: row[1] for row in db.session.execute(stmt)}
