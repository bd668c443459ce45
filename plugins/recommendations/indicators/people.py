"""Bodies for which somebody may define indicators, and the people of each who can be its focal point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.api import Content, Grant, Identity, Organisation, User, clock, current_locale, db, or_, select

ENTERERS = ("focal_point", "coordinator", "commission_officer", "cs_editor")
"""Roles whose people can be focal point of an indicator."""


@dataclass(frozen=True)
class BodyLine:
    """An organisation and its people: id and name of each."""

    id: int
    name: Content
    people: list[tuple[int, str]]


def bodies(user: Identity, kept: tuple[int | None, int | None]) -> list[BodyLine]:
    """The own organisations of *user*; for a coordinator all of the own voice; and those of *kept* (body, person)."""
    today = clock.today()
    own = [org_id for org_id in user.orgs if user.can("recommendations.define_indicators", org_id)]
    conditions: list[Any] = [Organisation.id.in_([*own, *([kept[0]] if kept[0] else [])])]
    if coordinated := [grant.org_id for grant in user.grants if grant.role == "coordinator"]:
        voices = select(Organisation.voice).where(Organisation.id.in_([key for key in coordinated if key]))
        alive = or_(Organisation.valid_to.is_(None), Organisation.valid_to >= today)
        conditions.append(Organisation.voice.in_(voices) & alive)
    sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
    stmt = (
        select(Organisation.id, Organisation.name, User.id.label("user_id"), User.name.label("person"))
        .outerjoin(
            Grant,
            (Grant.org_id == Organisation.id)
            & Grant.role.in_(ENTERERS)
            & (Grant.valid_from <= today)
            & or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
        )
        .outerjoin(User, (User.id == Grant.user_id) & or_(User.disabled_at.is_(None), User.id == (kept[1] or 0)))
        .where(or_(*conditions))
        .order_by(sort, User.name)
    )
    found: dict[int, BodyLine] = {}
    for row in db.session.execute(stmt):
        line = found.setdefault(row.id, BodyLine(row.id, row.name, []))
        if row.user_id is not None and (row.user_id, row.person) not in line.people:
            line.people.append((row.user_id, row.person))
    return list(found.values())


def of_body(org_id: int | None) -> list[Any]:
    """The accounts that hold a role in a body today, by name: ``id email locale``."""
    today = clock.today()
    held = select(Grant.user_id).where(
        Grant.org_id == org_id,
        Grant.valid_from <= today,
        or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
    )
    stmt = select(User.id, User.email, User.locale).where(User.id.in_(held), User.disabled_at.is_(None))
    return list(db.session.execute(stmt.order_by(User.name, User.id)))
