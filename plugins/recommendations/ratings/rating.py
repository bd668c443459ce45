"""Rating recommendations: drafts of one's own organisation; what is published is never overwritten (publishing.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
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
    clock,
    db,
    delete,
    emit,
    force_locale,
    records,
    select,
    transaction,
    update,
)

from ..models import Assessment, Evidence, Recommendation
from ..permissions import RATERS
from ..scales import NEED_EVIDENCE, RATINGS


class Archived(Exception):
    """A rating of a recommendation in the archive: it has to be taken back first."""


class NotDraft(Exception):
    """A change of what is no draft (any more): it waits for somebody, or everyone reads it."""


@dataclass(frozen=True)
class Piece:
    """A piece of evidence as entered; ``upload`` is a file sent with it, ``file_id`` one kept from before."""

    kind: str
    title: Content
    url: str = ""
    dated: date | None = None
    linked_id: int | None = None
    upload: Any = None
    file_id: int | None = None


@dataclass(frozen=True)
class Judgement:
    """What a rating says."""

    rating: str
    rated_on: date
    rationale: Content = field(default_factory=Content)
    next_step: Content = field(default_factory=Content)
    evidence: Sequence[Piece] = ()
    methods: Sequence[str] = ()


def title_of(number: str, rating: str) -> Content:
    """The title of a rating's record: number and rating in every language."""
    texts = {}
    for locale in LOCALES:
        with force_locale(locale):
            texts[locale] = f"{number}: {RATINGS[rating]}"
    return Content(texts, dict.fromkeys(texts, "checked"))


def may_rate(user: Identity, org_id: int | None) -> bool:
    """Whether *user* drafts ratings of that organisation."""
    of_it = any(grant.org_id == org_id and grant.role in RATERS for grant in user.grants)
    return org_id is not None and of_it and user.can("recommendations.assess", org_id)


def rate(user: Identity, recommendation: Record, org: Organisation | Any, judgement: Judgement) -> Record:
    """Draft a rating of *recommendation* by the organisation *org*, whose voice it has.

    Raises Forbidden where *user* does not rate for it, Archived, storage.UploadRefused for a file that is not accepted,
    and NotFound for a recommendation, or evidence that links to a record, that *user* does not see.
    """
    if not may_rate(user, org.id) or org.voice is None:
        raise Forbidden
    return draft(user, recommendation, org, judgement)


def in_register(recommendation_id: int) -> Recommendation:
    """A recommendation that is rated; raises Archived."""
    row = db.session.get_one(Recommendation, recommendation_id, populate_existing=True)
    if row.archived_at is not None:
        raise Archived
    return row


def archived_words() -> str:
    """Why an archived recommendation is not rated, for the reader."""
    return _("This recommendation is archived and is not rated any more. A coordinator can take it back first.")


def draft(user: Identity, recommendation: Record, org: Organisation | Any, judgement: Judgement) -> Record:
    """``rate`` for an act of which the right was asked already; raises what it raises but Forbidden."""
    records.get(user, recommendation.id, "recommendation")
    with transaction():
        row = in_register(recommendation.id)
        record = records.create(
            user,
            kind="assessment",
            title=title_of(row.number, judgement.rating),
            org_id=org.id,
            owner_id=user.id,
            status="draft",
            visibility="org",
            text=[judgement.rationale, judgement.next_step],
        )
        assessment = Assessment(
            record_id=record.id,
            recommendation_id=recommendation.id,
            voice=org.voice,
            rating=judgement.rating,
            rated_on=judgement.rated_on,
            rationale=judgement.rationale,
            next_step=judgement.next_step,
            methods=list(judgement.methods),
            drafted_by_id=user.id,
        )
        db.session.add(assessment)
        db.session.flush()
        _set_evidence(user, record, judgement.evidence)
    return record


def edit_draft(user: Identity, record: Record, judgement: Judgement, *, version: int | None) -> None:
    """Change a draft, which is then *user*'s; raises NotDraft, StaleVersion and what ``rate`` raises."""
    records.get(user, record.id, "assessment", "edit")
    if not may_rate(user, record.org_id):
        raise Forbidden
    if record.status != "draft":
        raise NotDraft
    with transaction():
        row = db.session.get_one(Assessment, record.id)
        number = in_register(row.recommendation_id).number
        records.update(
            user,
            record,
            version=version,
            title=title_of(number, judgement.rating),
            text=[judgement.rationale, judgement.next_step],
            owner_id=user.id,
        )
        row.rating, row.rated_on, row.methods = judgement.rating, judgement.rated_on, list(judgement.methods)
        row.rationale, row.next_step = judgement.rationale, judgement.next_step
        row.drafted_by_id = user.id
        _set_evidence(user, record, judgement.evidence)


def lacks_evidence(row: Assessment) -> bool:
    """Whether it says yes or no and nothing shows it (D5)."""
    there = select(Evidence.id).where(Evidence.assessment_id == row.record_id).limit(1)
    return row.rating in NEED_EVIDENCE and db.session.scalar(there) is None


def discard(user: Identity, record: Record) -> None:
    """Put a draft aside; raises Forbidden and NotDraft."""
    records.get(user, record.id, "assessment", "edit")
    if not user.can("recommendations.assess"):
        raise Forbidden
    if record.status != "draft":
        raise NotDraft
    with transaction():
        records.update(user, record, version=None, status="discarded")


def make_public(user: Identity, record: Record, row: Assessment, owner_id: int | None) -> None:
    """Show a rating to everyone, for good, inside a transaction; the rule of who may is that of ``publishing``."""
    records.update(user, record, version=None, status="published", visibility="public", owner_id=owner_id)
    row.published_at, row.published_by_id = clock.now(), user.id
    db.session.flush()
    _mark_latest(row)
    emit(Event("recommendations.rated", row.recommendation_id, {"assessment": row.record_id}))


def _mark_latest(row: Assessment) -> None:
    """Mark the last published rating of the voice; the others stay as they are, unmarked.

    The mark is no change of what somebody said, so it is set past the history.
    """
    one_at_a_time = select(Recommendation.record_id).where(Recommendation.record_id == row.recommendation_id)
    db.session.execute(one_at_a_time.with_for_update())
    same = (Assessment.recommendation_id == row.recommendation_id, Assessment.voice == row.voice)
    newest = db.session.scalar(
        select(Assessment.record_id)
        .where(*same, Assessment.published_at.is_not(None))
        .order_by(Assessment.rated_on.desc(), Assessment.record_id.desc())
        .limit(1)
    )
    db.session.execute(
        update(Assessment)
        .where(*same)
        .values(is_latest=Assessment.record_id == newest)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(row, ["is_latest"])


def _set_evidence(user: Identity, record: Record, pieces: Sequence[Piece]) -> None:
    """Replace the evidence of a draft; a file that was there before stays where its piece stays.

    A file that was taken out leaves the rating, which others will read.
    """
    before = set(db.session.scalars(select(Evidence.file_id).where(Evidence.assessment_id == record.id)))
    db.session.execute(delete(Evidence).where(Evidence.assessment_id == record.id))
    kept = {file.id: file for file in records.files(record.id)}
    still = {piece.file_id for piece in pieces}
    for file in [file for file in kept.values() if file.id in before and file.id not in still]:
        kept.pop(file.id).record_id = None
    for place, piece in enumerate(pieces, 1):
        if piece.linked_id is not None:
            records.get(user, piece.linked_id)
        file_id = piece.file_id if piece.file_id in kept else None
        if piece.upload:
            file_id = records.attach(user, record, piece.upload, purpose="evidence").id
        db.session.add(
            Evidence(
                assessment_id=record.id,
                place=place,
                kind=piece.kind,
                title=piece.title,
                url=piece.url,
                dated=piece.dated,
                linked_id=piece.linked_id,
                file_id=file_id,
            )
        )
