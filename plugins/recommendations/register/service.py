"""Changing recommendations by hand: texts, responsible bodies, the position."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from portal.api import (
    Content,
    Event,
    Forbidden,
    Identity,
    Record,
    Term,
    clock,
    db,
    emit,
    records,
    select,
    transaction,
)

from ..models import Body, PositionChange, Recommendation, RecommendationTerm
from ..wording import joined, title_of
from . import arranging


def edit(
    user: Identity, record: Record, *, version: int, text: Content, lead_id: int | None, support_ids: Iterable[int]
) -> None:
    """Save the text in both languages and the responsible bodies; raises Forbidden and StaleVersion.

    The body that leads may edit the recommendation from then on, one that no longer leads may not.
    """
    if not user.can("recommendations.edit"):
        raise Forbidden
    supports = {org_id for org_id in support_ids if org_id != lead_id}
    wanted = dict.fromkeys(supports, "support") | ({lead_id: "lead"} if lead_id is not None else {})
    with transaction():
        row = db.session.get_one(Recommendation, record.id)
        before = {body.org_id: body.role for body in _bodies(record.id)}
        records.update(user, record, version=version, title=title_of(row.number, text), text=searched(row, text))
        row.text = text
        set_bodies(user, record, wanted)
        db.session.flush()
        arranging.tell_responsible(before, record.id)


def set_bodies(user: Identity, record: Record, wanted: dict[int, str]) -> None:
    """Make *wanted* (organisation → lead or support) the responsible bodies, inside a transaction."""
    there = {body.org_id: body for body in _bodies(record.id)}
    for org_id, body in there.items():
        if body.role == "lead" and wanted.get(org_id) != "lead":
            records.unshare(user, record, org_id=org_id)
        if org_id not in wanted:
            db.session.delete(body)
        elif body.role != wanted[org_id]:
            body.role = wanted[org_id]
    for org_id, role in wanted.items():
        if org_id not in there:
            db.session.add(Body(recommendation_id=record.id, org_id=org_id, role=role))
        if role == "lead" and org_id != record.org_id:
            records.share(user, record, org_id=org_id, level="edit")


def _bodies(record_id: int) -> list[Body]:
    return list(db.session.scalars(select(Body).where(Body.recommendation_id == record_id)))


def searched(row: Recommendation, text: Content) -> list[Content | str]:
    """What a recommendation is found by besides its title."""
    names = db.session.scalars(
        select(Term.name)
        .join(RecommendationTerm, RecommendationTerm.term_id == Term.id)
        .where(RecommendationTerm.recommendation_id == row.record_id)
    )
    return [text, row.states_text, joined(list(names))]


def change_position(
    user: Identity,
    record: Record,
    *,
    version: int,
    position: str,
    decided_on: date,
    document: str,
    paragraph: str | None = "",
    note: str | None = "",
) -> None:
    """Add an answer of the State under review with its source, and make it the present one.

    Raises Forbidden and StaleVersion.
    """
    if not user.can("recommendations.position"):
        raise Forbidden
    with transaction():
        records.update(user, record, version=version, status=position)
        row = db.session.get_one(Recommendation, record.id)
        row.position = position
        row.source_document, row.source_paragraph = document, paragraph or ""
        db.session.add(
            PositionChange(
                recommendation_id=record.id,
                position=position,
                decided_on=decided_on,
                document=document,
                paragraph=paragraph or "",
                note=note or "",
                created_by_id=user.id,
                created_at=clock.now(),
            )
        )
        emit(Event("recommendations.position_changed", record.id))
