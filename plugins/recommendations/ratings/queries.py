"""Reading ratings with their evidence and challenges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.api import Content, Forbidden, Identity, NotFound, Organisation, Record, User, aliased, db, records, select

from ..models import Assessment, Evidence, Step
from ..scales import RATING_VOICES, VOICES
from . import challenging


@dataclass(frozen=True)
class Rating:
    """A rating with its rater, as a card shows it."""

    id: int
    voice: str
    rating: str
    rated_on: date
    rationale: Content
    next_step: Content
    status: str
    org: Content
    is_latest: bool
    evidence: list[Any]
    recommendation_id: int = 0
    methods: list[str] = field(default_factory=list)
    challenges: list[challenging.Line] = field(default_factory=list)


@dataclass(frozen=True)
class Card:
    """What a voice says: its latest published rating (None: not rated), and those before it."""

    voice: str
    latest: Rating | None
    earlier: list[Rating] = field(default_factory=list)


def ratings(user: Identity, record_id: int) -> list[Rating]:
    """The ratings of a recommendation *user* may see (published ones, and drafts of the own organisation).

    The newest day first; three queries, whatever their number.
    """
    stmt = _ratings(user).where(Assessment.recommendation_id == record_id, Record.status != "discarded")
    return _with_evidence(user, stmt.order_by(Assessment.rated_on.desc(), Assessment.record_id.desc()))


def rating(user: Identity, record_id: int) -> Rating:
    """One rating; the caller has asked whether *user* may see it."""
    return _with_evidence(user, _ratings(user).where(Assessment.record_id == record_id))[0]


def latest_ratings(user: Identity, ids: Sequence[int], voice: str = "") -> dict[int, dict[str, Rating]]:
    """The latest published ratings of recommendations, of one voice or all, by recommendation and voice."""
    stmt = _ratings(user).where(
        Assessment.recommendation_id.in_(ids), Assessment.is_latest.is_(True), Record.status == "published"
    )
    if voice:
        stmt = stmt.where(Assessment.voice == voice)
    found: dict[int, dict[str, Rating]] = defaultdict(dict)
    for each in _with_evidence(user, stmt.order_by(Assessment.recommendation_id, Assessment.voice)):
        found[each.recommendation_id][each.voice] = each
    return found


def _ratings(user: Identity) -> Any:
    return (
        records.rows(
            user,
            "assessment",
            Assessment.record_id,
            Assessment.voice,
            Assessment.rating,
            Assessment.rated_on,
            Assessment.rationale,
            Assessment.next_step,
            Record.status,
            Organisation.name.label("org"),
            Assessment.is_latest,
            Assessment.recommendation_id,
            Assessment.methods,
        )
        .join(Assessment, Assessment.record_id == Record.id)
        .join(Organisation, Organisation.id == Record.org_id)
    )


def _with_evidence(user: Identity, stmt: Any) -> list[Rating]:
    rows = db.session.execute(stmt).all()
    ids = [row.record_id for row in rows]
    pieces = evidence(user, ids)
    challenges = challenging.of_ratings(user, [row.record_id for row in rows if row.status == "published"])
    return [
        Rating(
            row.record_id,
            row.voice,
            row.rating,
            row.rated_on,
            row.rationale,
            row.next_step,
            row.status,
            row.org,
            row.is_latest,
            pieces.get(row.record_id, []),
            row.recommendation_id,
            row.methods,
            challenges.get(row.record_id, []),
        )
        for row in rows
    ]


def evidence(user: Identity, assessment_ids: list[int]) -> dict[int, list[Any]]:
    """The evidence of ratings by their ids, in its order.

    ``kind title url dated linked_id linked_title file_uid file_name``; a linked record that *user* may not see is
    left out, the title of the evidence stays.
    """
    if not assessment_ids:
        return {}
    linked = select(Record.id, Record.title).where(records.visible(user)).subquery()
    stmt = (
        select(
            Evidence.id,
            Evidence.assessment_id,
            Evidence.kind,
            Evidence.title,
            Evidence.url,
            Evidence.dated,
            Evidence.file_id,
            linked.c.id.label("linked_id"),
            linked.c.title.label("linked_title"),
            records.File.uid.label("file_uid"),
            records.File.name.label("file_name"),
        )
        .outerjoin(linked, linked.c.id == Evidence.linked_id)
        .outerjoin(records.File, records.File.id == Evidence.file_id)
        .where(Evidence.assessment_id.in_(assessment_ids))
        .order_by(Evidence.assessment_id, Evidence.place, Evidence.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(stmt):
        found[row.assessment_id].append(row)
    return found


def cards(found: list[Rating]) -> list[Card]:
    """The published ratings by voice: the three that always have a place, then others that rated."""
    published = [each for each in found if each.status == "published"]
    voices = [*RATING_VOICES, *(voice for voice in VOICES if voice not in RATING_VOICES)]
    cards_ = []
    for voice in voices:
        own = [each for each in published if each.voice == voice]
        latest = next((each for each in own if each.is_latest), None)
        if own or voice in RATING_VOICES:
            cards_.append(Card(voice, latest, [each for each in own if each is not latest]))
    return cards_


def rating_organisations(user: Identity, roles: tuple[str, ...]) -> list[Any]:
    """The organisations *user* may rate for, with their voices: ``id name voice``."""
    ids = {grant.org_id for grant in user.grants if grant.role in roles and grant.org_id is not None}
    if not ids:
        return []
    stmt = (
        select(Organisation.id, Organisation.name, Organisation.voice)
        .where(Organisation.id.in_(ids), Organisation.voice.is_not(None))
        .order_by(Organisation.sort_mn)
    )
    return list(db.session.execute(stmt))


def chosen(user: Identity, roles: tuple[str, ...], asked: str | None) -> tuple[Any, list[Any]]:
    """The organisation *user* rates for on a page, the one *asked* for by its id or the first, and all there are.

    Raises Forbidden for those who rate for none, NotFound where they do not rate for the one they ask for.
    """
    orgs = rating_organisations(user, roles)
    if not orgs:
        raise Forbidden
    if not asked:
        return orgs[0], orgs
    org = next((each for each in orgs if str(each.id) == asked), None)
    if org is None:
        raise NotFound
    return org, orgs


def steps(record_id: int) -> list[Any]:
    """What was done with a rating on its way, the first act first: ``act word at by to``."""
    by, to = aliased(User), aliased(User)
    stmt = (
        select(Step.act, Step.word, Step.at, by.name.label("by"), to.name.label("to"))
        .outerjoin(by, by.id == Step.by_id)
        .outerjoin(to, to.id == Step.to_id)
        .where(Step.assessment_id == record_id)
        .order_by(Step.id)
    )
    return list(db.session.execute(stmt))
