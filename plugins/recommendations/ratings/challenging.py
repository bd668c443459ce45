"""Challenging a published rating with another value, and the answer to that; both stand beside it for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    Event,
    Forbidden,
    Identity,
    Organisation,
    Record,
    _,
    aliased,
    clock,
    db,
    emit,
    force_locale,
    records,
    select,
    transaction,
)

from .. import notices
from ..models import Assessment, Challenge, Recommendation
from ..scales import RATINGS
from ..settings import setting
from . import publishing, rating
from .rating import Judgement

KIND = "challenge"


class NotOpen(Exception):
    """It is answered or withdrawn already."""


class Superseded(Exception):
    """Only the latest published rating of a voice is challenged."""


class SameValue(Exception):
    """A challenge that gives the value the rating has."""


class AskedAlready(Exception):
    """The organisation challenges this rating already; ``record_id`` is where."""

    def __init__(self, record_id: int) -> None:
        super().__init__(record_id)
        self.record_id = record_id


@dataclass(frozen=True)
class Line:
    """A challenge as it is shown with its rating: what is said, and what was answered."""

    id: int
    assessment_id: int
    recommendation_id: int
    org: Content
    voice: str
    rating: str
    argument: Content
    source: str
    source_url: str
    status: str
    challenged_on: date
    due_on: date | None
    answer: Content
    answered_at: Any
    leads_to_id: int | None

    @property
    def overdue(self) -> bool:
        """Whether an answer is owed for longer than the set time."""
        return self.status == "open" and self.due_on is not None and self.due_on < clock.today()


def challengers(user: Identity, row: Assessment) -> list[Any]:
    """The organisations for which *user* may challenge a rating: those of another voice. ``id name voice``."""
    if not user.can("recommendations.challenge"):
        return []
    ids = [
        grant.org_id
        for grant in user.grants
        if grant.org_id is not None and user.can("recommendations.challenge", grant.org_id)
    ]
    stmt = (
        select(Organisation.id, Organisation.name, Organisation.voice)
        .where(Organisation.id.in_(ids), Organisation.voice.is_not(None), Organisation.voice != row.voice)
        .order_by(Organisation.sort_mn)
    )
    return list(db.session.execute(stmt))


def challenge(
    user: Identity,
    record: Record,
    org: Any,
    *,
    value: str,
    argument: Content,
    source: str,
    source_url: str = "",
    tell: bool = True,
) -> Record:
    """Challenge the published rating *record* for *org*; everyone reads it from now on.

    Raises Superseded, SameValue, AskedAlready, and Forbidden for one's own voice.
    """
    with transaction():
        row = db.session.get_one(Assessment, record.id)
        one_at_a_time = select(Assessment.record_id).where(Assessment.record_id == row.record_id).with_for_update()
        db.session.execute(one_at_a_time)
        if org.id not in {each.id for each in challengers(user, row)}:
            raise Forbidden
        if record.status != "published" or not row.is_latest:
            raise Superseded
        if value == row.rating:
            raise SameValue
        before = db.session.scalar(
            select(Record.id)
            .join(Challenge, Challenge.record_id == Record.id)
            .where(Challenge.assessment_id == record.id, Record.org_id == org.id, Record.status == "open")
        )
        if before is not None:
            raise AskedAlready(before)
        number = db.session.get_one(Recommendation, row.recommendation_id).number
        today = clock.today()
        asked = publishing.who_answers(record, row)
        made = records.create(
            user,
            kind=KIND,
            title=_title(number, value),
            org_id=org.id,
            owner_id=asked.id if asked is not None else None,
            status="open",
            due_on=today + timedelta(days=setting("challenge_days")),
            visibility="public",
            text=[argument, source],
            shared_with=[(record.org_id, "edit")] if record.org_id is not None else [],
        )
        if asked is not None and asked.org_id != record.org_id:
            records.share(user, made, user_id=asked.id, level="edit")
        db.session.add(
            Challenge(
                record_id=made.id,
                assessment_id=record.id,
                recommendation_id=row.recommendation_id,
                voice=org.voice,
                rating=value,
                argument=argument,
                source=source,
                source_url=source_url,
                answer=Content(),
                challenged_on=today,
            )
        )
        db.session.flush()
        if tell:
            notices.challenged(made)
        emit(
            Event("recommendations.challenged", row.recommendation_id, {"assessment": record.id, "challenge": made.id})
        )
    return made


def _title(number: str, value: str) -> Content:
    texts = {}
    for locale in LOCALES:
        with force_locale(locale):
            texts[locale] = _("%(number)s: challenge (%(rating)s)", number=number, rating=RATINGS[value])
    return Content(texts, dict.fromkeys(texts, "checked"))


def may_answer(user: Identity, row: Challenge) -> bool:
    """Whether *user* may answer: who may publish the rater's ratings, in its organisation or asked as coordinator."""
    rated = db.session.get_one(Record, row.assessment_id)
    assessment = db.session.get_one(Assessment, row.assessment_id)
    if not user.can("recommendations.publish") or not publishing.within(user, "publish", rated, assessment):
        return False
    return records.can_edit(user, db.session.get_one(Record, row.record_id))


def may_withdraw(user: Identity, record: Record) -> bool:
    """Whether *user* may take a challenge back: who may challenge for its organisation."""
    return user.can("recommendations.challenge", record.org_id) and record.org_id in user.orgs


def answer(
    user: Identity, record: Record, *, accepted: bool, words: Content, version: int | None, tell: bool = True
) -> Record | None:
    """Answer a challenge: accept it, which makes a draft with its value, or keep the rating, with reasons for both.

    Returns the draft. Raises NotOpen, Forbidden, StaleVersion, and Archived where a draft would be made.
    """
    with transaction():
        row = _open(record)
        if not may_answer(user, row):
            raise Forbidden
        rated = db.session.get_one(Record, row.assessment_id)
        asked_by = record.created_by_id
        draft = None
        if accepted:
            recommendation = db.session.get_one(Record, row.recommendation_id)
            org = db.session.get_one(Organisation, rated.org_id)
            draft = rating.draft(user, recommendation, org, Judgement(row.rating, clock.today(), rationale=words))
            row.leads_to_id = draft.id
        status = "accepted" if accepted else "kept"
        records.update(user, record, version=version, status=status, text=[row.argument, row.source, words])
        row.answer, row.answered_at, row.answered_by_id = words, clock.now(), user.id
        db.session.flush()
        if tell and asked_by is not None:
            notices.answered(record.id, asked_by)
        ids = {"assessment": row.assessment_id, "challenge": record.id}
        emit(Event("recommendations.challenge_answered", row.recommendation_id, ids))
    return draft


def withdraw(user: Identity, record: Record) -> None:
    """Take a challenge back; it stays to be read as withdrawn. Raises NotOpen and Forbidden."""
    with transaction():
        row = _open(record)
        if not may_withdraw(user, record):
            raise Forbidden
        records.update(user, record, version=None, status="withdrawn")
        emit(
            Event(
                "recommendations.challenge_answered",
                row.recommendation_id,
                {"assessment": row.assessment_id, "challenge": record.id},
            )
        )


def _open(record: Record) -> Challenge:
    stmt = select(Challenge).where(Challenge.record_id == record.id).with_for_update()
    row = db.session.scalars(stmt.execution_options(populate_existing=True)).one()
    db.session.refresh(record)
    if record.status != "open":
        raise NotOpen
    return row


def of_ratings(user: Identity, ids: list[int]) -> dict[int, list[Line]]:
    """The challenges of ratings by the rating's id, the oldest first, in one query."""
    if not ids:
        return {}
    found: dict[int, list[Line]] = {}
    for line in _lines(rows(user).where(Challenge.assessment_id.in_(ids))):
        found.setdefault(line.assessment_id, []).append(line)
    return found


def one(user: Identity, record_id: int) -> Line:
    """One challenge; the caller has asked whether *user* may see it."""
    return _lines(rows(user).where(Challenge.record_id == record_id))[0]


def rows(user: Identity) -> Any:
    """The visible challenges; ``leads_to_id`` only where the rating that followed is one that *user* sees."""
    followed = aliased(Record)
    seen = select(followed.id).where(followed.id == Challenge.leads_to_id, followed.status == "published")
    return (
        records.rows(
            user,
            KIND,
            Record.id,
            Challenge.assessment_id,
            Challenge.recommendation_id,
            Organisation.name.label("org"),
            Challenge.voice,
            Challenge.rating,
            Challenge.argument,
            Challenge.source,
            Challenge.source_url,
            Record.status,
            Challenge.challenged_on,
            Record.due_on,
            Challenge.answer,
            Challenge.answered_at,
            seen.scalar_subquery().label("leads_to_id"),
        )
        .join(Challenge, Challenge.record_id == Record.id)
        .join(Organisation, Organisation.id == Record.org_id)
    )


def _lines(stmt: Any) -> list[Line]:
    return [Line(**row._mapping) for row in db.session.execute(stmt.order_by(Challenge.challenged_on, Record.id))]
