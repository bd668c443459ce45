"""What the history of accounts and organisations reads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import String, and_, cast, or_, select

from portal.audit import HistoryEntry
from portal.db import db
from portal.people.models import Grant, Office, OfficeHolding, Organisation, OrganisationName, Person, User
from portal.people.queries import Rows
from portal.reference.models import Unit

HISTORY_LENGTH = 50


def user_history(user_id: int) -> Rows:
    """The newest entries of an account's history: HistoryEntry and the name of who acted."""
    own = and_(HistoryEntry.entity == "portal_user", HistoryEntry.entity_id == str(user_id))
    given = and_(
        HistoryEntry.entity == "portal_grant",
        HistoryEntry.entity_id.in_(select(cast(Grant.id, String)).where(Grant.user_id == user_id)),
    )
    return _history(or_(own, given))


def organisation_history(org_id: int) -> Rows:
    """The newest entries of an organisation's history: itself, its names, its offices."""
    key = cast(Office.id, String)
    return _history(
        or_(
            and_(HistoryEntry.entity == "portal_organisation", HistoryEntry.entity_id == str(org_id)),
            and_(
                HistoryEntry.entity == "portal_organisation_name",
                HistoryEntry.entity_id.in_(
                    select(cast(OrganisationName.id, String)).where(OrganisationName.org_id == org_id)
                ),
            ),
            and_(
                HistoryEntry.entity == "portal_office",
                HistoryEntry.entity_id.in_(select(key).where(Office.org_id == org_id)),
            ),
            and_(
                HistoryEntry.entity == "portal_office_holding",
                HistoryEntry.entity_id.in_(
                    select(cast(OfficeHolding.id, String))
                    .join(Office, Office.id == OfficeHolding.office_id)
                    .where(Office.org_id == org_id)
                ),
            ),
        )
    )


def _history(condition: Any) -> Rows:
    return db.session.execute(
        select(HistoryEntry, User.name.label("actor"))
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(condition)
        .order_by(HistoryEntry.id.desc())
        .limit(HISTORY_LENGTH)
    ).all()


def names(table: str, ids: Collection[int]) -> dict[int, Any]:
    """Names of rows by their number: ``organisation`` and ``unit`` give a Content, ``person`` a text."""
    if not ids:
        return {}
    if table == "person":
        return {row.id: row.display for row in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    model = Organisation if table == "organisation" else Unit
    return {row.id: row.name for row in db.session.execute(select(model.id, model.name).where(model.id.in_(ids)))}
