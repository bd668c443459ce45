"""Voluntary pledges and concerns: records of their own, never counted among recommendations."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.api import (
    Content,
    Forbidden,
    Identity,
    Organisation,
    Record,
    Select,
    and_,
    db,
    exists,
    func,
    or_,
    records,
    select,
    transaction,
)

from ..models import Recommendation
from ..register_models import Concern, Pledge
from ..wording import number_key, title_of
from .counted import active


def pledges(user: Identity) -> Select[Any]:
    """The visible pledges for a list."""
    return (
        records.rows(
            user,
            "pledge",
            Record.id,
            Record.status,
            Pledge.country,
            Pledge.cycle,
            Pledge.number,
            Pledge.number_sort,
            Pledge.text,
            Pledge.made_on,
            Organisation.name.label("lead"),
        )
        .join(Pledge, Pledge.record_id == Record.id)
        .outerjoin(Organisation, Organisation.id == Pledge.lead_id)
    )


def number_is_free(country: str, cycle: int, number: str, record_id: int | None) -> bool:
    """Whether no other pledge of the cycle has this number."""
    stmt = select(Pledge.record_id).where(Pledge.country == country, Pledge.cycle == cycle, Pledge.number == number)
    return db.session.scalar(stmt) in (None, record_id)


def _ask(user: Identity, permission: str, record: Record | None, org_id: int | None) -> None:
    """Raise Forbidden where *user* may not: a new one is of an own organisation, another one theirs to change."""
    if record is None and (org_id not in (None, *user.orgs) or not user.can(permission, org_id)):
        raise Forbidden
    if record is not None and not (user.can(permission) and records.can_edit(user, record)):
        raise Forbidden


def save_pledge(
    user: Identity,
    record: Record | None,
    *,
    org_id: int | None,
    country: str,
    version: int | None,
    status: str,
    number: str,
    text: Content,
    **values: Any,
) -> Record:
    """Add or change a pledge of *org_id*; raises Forbidden and StaleVersion."""
    _ask(user, "recommendations.arrange", record, org_id)
    title = title_of(number, text)
    searched = [text, values["progress"]]
    with transaction():
        if record is None:
            record = records.create(
                user, kind="pledge", title=title, org_id=org_id, status=status, visibility="public", text=searched
            )
            row = Pledge(record_id=record.id, country=country)
            db.session.add(row)
        else:
            records.update(user, record, version=version, title=title, status=status, text=searched)
            row = db.session.get_one(Pledge, record.id)
        row.number, row.number_sort, row.text = number, number_key(number), text
        for name in ("cycle", "made_on", "lead_id", "progress"):
            setattr(row, name, values[name])
        row.document, row.paragraph = values["document"] or "", values["paragraph"] or ""
    return record


def concerns(user: Identity) -> Select[Any]:
    """The visible concerns for a list, with how many recommendations are linked with each."""
    link, other = records.Link, Recommendation
    linked = (
        select(func.count(func.distinct(other.record_id)))
        .select_from(link)
        .join(other, or_(other.record_id == link.target_id, other.record_id == link.source_id))
        .where(or_(link.source_id == Record.id, link.target_id == Record.id), active())
        .correlate(Record)
        .scalar_subquery()
    )
    return (
        records.rows(
            user,
            "concern",
            Record.id,
            Record.status,
            Concern.country,
            Concern.cycle,
            Concern.name,
            Concern.raised_on,
            Record.sort_mn,
            Record.sort_en,
            Organisation.name.label("org"),
            linked.label("number"),
        )
        .join(Concern, Concern.record_id == Record.id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
    )


def save_concern(
    user: Identity,
    record: Record | None,
    *,
    org_id: int | None,
    country: str,
    version: int | None,
    status: str,
    name: Content,
    text: Content,
    cycle: int,
    raised_on: date,
    settled_reason: str | None = "",
    sources: tuple[int, ...] = (),
) -> Record:
    """Add or change a concern; a new one follows from *sources*, records that *user* sees.

    Raises Forbidden and StaleVersion.
    """
    _ask(user, "recommendations.concern", record, org_id)
    with transaction():
        if record is None:
            record = records.create(
                user,
                kind="concern",
                title=name,
                org_id=org_id,
                status=status,
                visibility="public",
                text=[text],
                links=[(source, "follows") for source in sources],
            )
            row = Concern(record_id=record.id, country=country)
            db.session.add(row)
        else:
            records.update(user, record, version=version, title=name, status=status, text=[text])
            row = db.session.get_one(Concern, record.id)
        row.name, row.text, row.cycle, row.raised_on = name, text, cycle, raised_on
        row.settled_reason = settled_reason or "" if status == "settled" else ""
    return record


def taken_up(user: Identity, record_id: int) -> list[Recommendation]:
    """The active recommendations that are linked with a concern, in the order of the register."""
    ids = [each.id for each in records.linked(user, record_id, "recommendation")]
    stmt = select(Recommendation).where(Recommendation.record_id.in_(ids), active())
    order = (Recommendation.cycle, Recommendation.number_sort, Recommendation.record_id)
    return list(db.session.scalars(stmt.order_by(*order)))


def later_cycles(user: Identity, concern: Concern) -> list[tuple[int, Content]]:
    """Recommendations of later cycles that are not linked with a concern yet, for choosing."""
    there = exists().where(
        or_(
            and_(records.Link.source_id == concern.record_id, records.Link.target_id == Record.id),
            and_(records.Link.target_id == concern.record_id, records.Link.source_id == Record.id),
        )
    )
    stmt = (
        records.rows(user, "recommendation", Record.id, Record.title)
        .join(Recommendation, Recommendation.record_id == Record.id)
        .where(Recommendation.country == concern.country, Recommendation.cycle > concern.cycle, ~there)
        .where(active())
        .order_by(Recommendation.cycle, Recommendation.number_sort)
    )
    return [(row.id, row.title) for row in db.session.execute(stmt)]


def take_up(user: Identity, concern: Record, recommendation_id: int) -> None:
    """Link a recommendation of a later cycle with a concern that led to it; raises Forbidden."""
    _ask(user, "recommendations.concern", concern, concern.org_id)
    with transaction():
        records.link(user, concern.id, recommendation_id, "leads_to")
