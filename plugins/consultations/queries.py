"""Reading consultations: one query each, and only what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.api import (
    Content,
    Identity,
    NotFound,
    Organisation,
    Record,
    Select,
    Unit,
    clock,
    current_locale,
    db,
    func,
    or_,
    records,
    reference,
    select,
)

from .models import Consultation, CoveredUnit, GroupCount
from .words import HELD, ORDER, RECOMMENDATION_KIND

KIND = "consultation"


def listing(user: Identity) -> Select[Any]:
    """The consultations *user* may see, as the columns of the list."""
    return (
        records.rows(
            user,
            KIND,
            Record.id,
            Record.title,
            Record.sort_mn,
            Record.sort_en,
            Record.status,
            Unit.name.label("unit"),
            Unit.sort_mn.label("unit_mn"),
            Unit.sort_en.label("unit_en"),
            Consultation.held_on,
            Consultation.level,
            Consultation.kind,
            Consultation.cycle,
            func.nullif(Consultation.attended_total, 0).label("attended_total"),
        )
        .join(Consultation, Consultation.record_id == Record.id)
        .outerjoin(Unit, Unit.id == Record.unit_id)
    )


def at_unit(unit_id: int) -> Any:
    """The condition that a consultation meets in a unit or covers it."""
    covered = select(CoveredUnit.record_id).where(CoveredUnit.unit_id == unit_id)
    return or_(Record.unit_id == unit_id, Record.id.in_(covered))


def in_year(year: int) -> Any:
    """The condition that a consultation was, or will be, held in a calendar year."""
    return Consultation.held_on.between(date(year, 1, 1), date(year, 12, 31))


def span(user: Identity) -> tuple[list[int], list[int]]:
    """The years and the cycles of the consultations *user* may see, the latest first."""
    row = db.session.execute(
        records.rows(
            user,
            KIND,
            func.min(Consultation.held_on),
            func.max(Consultation.held_on),
            func.min(Consultation.cycle),
            func.max(Consultation.cycle),
        ).join(Consultation, Consultation.record_id == Record.id)
    ).one()
    first, last, low, high = row
    if first is None:
        return [clock.today().year], [present_cycle()]
    return list(range(last.year, first.year - 1, -1)), list(range(high, low - 1, -1))


def present_cycle() -> int:
    """The number of the cycle whose recommendations are followed up today; the last known one otherwise."""
    cycles = reference.cycles()
    today = clock.today()
    for cycle in cycles:
        begun = cycle.valid_from is not None and cycle.valid_from <= today
        if begun and (cycle.valid_to is None or today <= cycle.valid_to):
            return cycle.number
    return cycles[-1].number if cycles else 4


@dataclass(frozen=True)
class Facts:
    """A consultation's own row with the names of what it refers to."""

    row: Consultation
    unit: Content | None
    organiser: Content | None
    co_organisers: list[Content]
    covered: list[Content]
    groups: dict[str, int]


def row(record_id: int) -> Consultation:
    """The module's row; raises NotFound."""
    found = db.session.get(Consultation, record_id)
    if found is None:
        raise NotFound
    return found


def facts(record: Record) -> Facts:
    """Everything the page of a consultation says about it, in three queries."""
    stmt = (
        select(Consultation, Unit.name, Organisation.name)
        .select_from(Consultation)
        .outerjoin(Unit, Unit.id == record.unit_id)
        .outerjoin(Organisation, Organisation.id == record.org_id)
        .where(Consultation.record_id == record.id)
    )
    found = db.session.execute(stmt).one_or_none()
    if found is None:
        raise NotFound
    consultation, unit, organiser = found
    others = [int(each) for each in consultation.co_organisers]
    names = select(Organisation.name).where(Organisation.id.in_(others)).order_by(Organisation.sort_mn)
    return Facts(
        consultation,
        unit,
        organiser,
        list(db.session.scalars(names)) if others else [],
        covered_names(record.id) if consultation.level == "regional" else [],
        group_counts(record.id),
    )


def covered(record_id: int) -> list[int]:
    """The ids of the units a regional consultation covers."""
    return list(db.session.scalars(select(CoveredUnit.unit_id).where(CoveredUnit.record_id == record_id)))


def covered_names(record_id: int) -> list[Content]:
    """The names of the units a regional consultation covers."""
    stmt = (
        select(Unit.name)
        .join(CoveredUnit, CoveredUnit.unit_id == Unit.id)
        .where(CoveredUnit.record_id == record_id)
        .order_by(Unit.sort_mn)
    )
    return list(db.session.scalars(stmt))


def group_counts(record_id: int) -> dict[str, int]:
    """How many persons of each group took part, by the code of the group."""
    stmt = select(GroupCount.group, GroupCount.number).where(GroupCount.record_id == record_id)
    return {each.group: each.number for each in db.session.execute(stmt)}


def organisations() -> list[tuple[int, Content]]:
    """Every organisation of today with its id, by name."""
    today = clock.today()
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    stmt = (
        select(Organisation.id, Organisation.name)
        .where(or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today))
        .order_by(sort, Organisation.id)
    )
    return [(each.id, each.name) for each in db.session.execute(stmt)]


@dataclass(frozen=True)
class Place:
    """A unit on the campaign board: its furthest consultation, or none."""

    unit: Any
    state: str = ""
    record_id: int | None = None
    held_on: date | None = None

    @property
    def held(self) -> bool:
        """Whether a consultation has taken place here."""
        return self.state in HELD


@dataclass(frozen=True)
class Board:
    """The provincial consultations of a cycle and year by place: how many of the aimags, which are missing."""

    cycle: int
    year: int | None
    places: list[Place] = field(default_factory=list)

    @property
    def aimags(self) -> list[Place]:
        """The aimags; the capital stands beside them."""
        return [place for place in self.places if place.unit.kind == "aimag"]

    @property
    def held(self) -> int:
        """In how many aimags a consultation has taken place."""
        return sum(place.held for place in self.aimags)

    @property
    def missing(self) -> list[Place]:
        """The aimags where none has taken place, planned ones among them."""
        return [place for place in self.aimags if not place.held]

    def count(self, state: str) -> int:
        """How many of all places are in a state; ``""``: nothing is planned."""
        return sum(place.state == state for place in self.places)


def board(user: Identity, cycle: int, year: int | None) -> Board:
    """The board of the provincial consultations of *cycle*, of one *year* or all, as far as *user* may see them."""
    stmt = (
        records.rows(user, KIND, Record.id, Record.status, Record.unit_id, Consultation.held_on)
        .join(Consultation, Consultation.record_id == Record.id)
        .where(
            Consultation.level == "provincial",
            Consultation.kind == "consultation",
            Consultation.cycle == cycle,
            Record.status != "cancelled",
        )
        .order_by(Consultation.held_on, Record.id)
    )
    if year is not None:
        stmt = stmt.where(in_year(year))
    furthest: dict[int, Any] = {}
    for each in db.session.execute(stmt):
        known = furthest.get(each.unit_id)
        if known is None or ORDER.index(each.status) >= ORDER.index(known.status):
            furthest[each.unit_id] = each
    places = []
    for unit in reference.first_level():
        found = furthest.get(unit.id)
        places.append(Place(unit, found.status, found.id, found.held_on) if found else Place(unit))
    return Board(cycle, year, places)


def recommendations(user: Identity, q: str, chosen: list[int]) -> list[tuple[int, Content]]:
    """What the picker of recommendations offers: those already chosen, then what *q* finds (at most 50)."""
    kept = records.options(user, RECOMMENDATION_KIND, ids=chosen) if chosen else []
    found = records.options(user, RECOMMENDATION_KIND, q, limit=50) if q else []
    known = {record_id for record_id, _title in kept}
    return [*kept, *(pair for pair in found if pair[0] not in known)]
