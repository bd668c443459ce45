"""Reading one recommendation and one rating."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.api import (
    Content,
    Cycle,
    Identity,
    Organisation,
    Record,
    State,
    Term,
    User,
    Vocabulary,
    aliased,
    and_,
    clock,
    current_locale,
    db,
    func,
    or_,
    records,
    select,
)

from ..models import Body, PositionChange, Recommendation, RecommendationTerm, RecommendingState, Variant


@dataclass(frozen=True)
class TermLine:
    """A theme, group or goal on the page: ``shown_id`` is the term of the national list the filter asks for.

    ``label`` is what the source wrote where the national list has another name for it.
    """

    scheme: str
    label: str
    name: Content
    shown_id: int
    code: str


def recommendation(record_id: int) -> Any:
    """A recommendation's own row and the day its review took place (``reviewed_on``, may be None)."""
    stmt = (
        select(Recommendation, Cycle.reviewed_on, State.name.label("country_name"))
        .outerjoin(Cycle, and_(Cycle.country == Recommendation.country, Cycle.number == Recommendation.cycle))
        .outerjoin(State, State.iso2 == Recommendation.country)
        .where(Recommendation.record_id == record_id)
    )
    return db.session.execute(stmt).one()


def by_number(user: Identity, country: str, cycle: int, number: str) -> int | None:
    """The id of the recommendation with this number, where *user* may see it."""
    stmt = records.rows(user, "recommendation", Record.id).join(Recommendation, Recommendation.record_id == Record.id)
    found: int | None = db.session.scalar(
        stmt.where(Recommendation.country == country, Recommendation.cycle == cycle, Recommendation.number == number)
    )
    return found


def wordings(record_id: int) -> list[tuple[str, list[Any]]]:
    """Each wording with its States (``id``, ``name``), in the order of the source."""
    stmt = (
        select(Variant.place, Variant.text, State.id, State.name)
        .outerjoin(
            RecommendingState,
            and_(
                RecommendingState.recommendation_id == Variant.recommendation_id,
                RecommendingState.variant == Variant.place,
            ),
        )
        .outerjoin(State, State.id == RecommendingState.state_id)
        .where(Variant.recommendation_id == record_id)
        .order_by(Variant.place, RecommendingState.place)
    )
    found: dict[int, tuple[str, list[Any]]] = {}
    for row in db.session.execute(stmt):
        states = found.setdefault(row.place, (row.text, []))[1]
        if row.id is not None:
            states.append(row)
    return list(found.values())


def terms(record_id: int) -> dict[str, list[TermLine]]:
    """Themes, groups and goals by scheme; readers see the national term and beside it the source's own label."""
    national = aliased(Term)
    sort = Term.sort_mn if current_locale() == "mn" else Term.sort_en
    stmt = (
        select(
            Vocabulary.scheme,
            RecommendationTerm.label.label("written"),
            Term.label,
            Term.code,
            func.coalesce(national.id, Term.id).label("shown_id"),
            Term.name,
            national.name.label("national_name"),
        )
        .join(RecommendationTerm, RecommendationTerm.term_id == Term.id)
        .join(Vocabulary, Vocabulary.id == Term.vocabulary_id)
        .outerjoin(national, national.id == Term.mapped_to_id)
        .where(RecommendationTerm.recommendation_id == record_id)
        .order_by(Vocabulary.scheme, sort)
    )
    found: dict[str, list[TermLine]] = defaultdict(list)
    for row in db.session.execute(stmt):
        name = row.national_name or row.name
        label = row.written or ("" if row.scheme == "sdg" else row.label)
        if label.casefold() in {text.casefold() for text in name.texts.values()}:
            label = ""
        found[row.scheme].append(TermLine(row.scheme, label, name, row.shown_id, row.code))
    found["sdg"].sort(key=lambda term: int(term.code))
    return found


@dataclass(frozen=True)
class Answer:
    """An answer of the State under review; ``reversed`` where it turns the one before it into its opposite."""

    position: str
    decided_on: date | None
    document: str
    paragraph: str
    note: str
    created_at: datetime
    author: str | None
    reversed: bool = False


def positions(record_id: int) -> list[Answer]:
    """The answers of the State under review, the newest first, each with who entered it."""
    stmt = (
        select(
            PositionChange.position,
            PositionChange.decided_on,
            PositionChange.document,
            PositionChange.paragraph,
            PositionChange.note,
            PositionChange.created_at,
            User.name.label("author"),
        )
        .outerjoin(User, User.id == PositionChange.created_by_id)
        .where(PositionChange.recommendation_id == record_id)
        .order_by(PositionChange.id)
    )
    found: list[Answer] = []
    firm = ""
    for row in db.session.execute(stmt):
        found.append(Answer(**row._mapping, reversed={firm, row.position} == {"supported", "noted"}))
        firm = firm if row.position == "examined" else row.position
    return found[::-1]


def bodies(record_id: int) -> list[Any]:
    """The responsible organisations, those that lead first: ``org_id``, ``role``, ``name``."""
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    stmt = (
        select(Body.org_id, Body.role, Organisation.name, Organisation.short)
        .join(Organisation, Organisation.id == Body.org_id)
        .where(Body.recommendation_id == record_id)
        .order_by(Body.role, sort)
    )
    return list(db.session.execute(stmt))


def possible_bodies(kept: list[int]) -> list[Any]:
    """Organisations that can be responsible: those of the Government today, and the ones of *kept*."""
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    today = clock.today()
    alive = and_(
        Organisation.kind.in_(("cabinet", "ministry", "agency", "local_government", "nhri")),
        or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today),
    )
    stmt = select(Organisation.id, Organisation.name).where(or_(alive, Organisation.id.in_(kept))).order_by(sort)
    return list(db.session.execute(stmt))
