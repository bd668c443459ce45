"""Lists that are kept under a name: one's own, or shared with the own organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from portal.api import Forbidden, Identity, Organisation, and_, clock, db, nfc, or_, select, transaction

from ..models import SavedView

MOST: Final = 100
"""Views one account may keep."""
LONGEST: Final = 2000
NOT_KEPT: Final = frozenset({"after", "before", "lang"})


class TooMany(Exception):
    """An account has as many views as it may keep."""


def query_of(args: Mapping[str, str]) -> str:
    """The address of a list behind its question mark, without the place on which page one is."""
    return urlencode([(name, value) for name, value in args.items() if value and name not in NOT_KEPT])[:LONGEST]


def of(user: Identity) -> list[Any]:
    """The views *user* sees, by name: ``id name query shared on_start owner_id org``."""
    if user.id is None:
        return []
    stmt = (
        select(
            SavedView.id,
            SavedView.name,
            SavedView.query,
            SavedView.shared,
            SavedView.on_start,
            SavedView.owner_id,
            Organisation.name.label("org"),
        )
        .outerjoin(Organisation, Organisation.id == SavedView.org_id)
        .where(_seen(user))
        .order_by(SavedView.name, SavedView.id)
    )
    return list(db.session.execute(stmt))


def _seen(user: Identity) -> Any:
    return or_(SavedView.owner_id == user.id, and_(SavedView.shared.is_(True), SavedView.org_id.in_(user.orgs)))


def save(user: Identity, name: str, query: str, *, org_id: int | None, on_start: bool) -> SavedView:
    """Keep a list; with *org_id* everyone of that organisation finds it. A name of one's own is written over.

    Raises Forbidden for an organisation that is not one's own and TooMany.
    """
    if user.id is None or (org_id is not None and org_id not in user.orgs):
        raise Forbidden
    # what is not a query is none: it is written anew from its parts
    query = query_of(dict(parse_qsl(query[:LONGEST])))
    with transaction():
        own = list(db.session.scalars(select(SavedView).where(SavedView.owner_id == user.id)))
        view = next((each for each in own if each.name == nfc(name)), None)
        if view is None:
            if len(own) >= MOST:
                raise TooMany
            view = SavedView(name=nfc(name), owner_id=user.id, created_at=clock.now())
            db.session.add(view)
        view.query, view.org_id, view.shared, view.on_start = query, org_id, org_id is not None, on_start
    return view


def mine(user: Identity, view_id: int) -> SavedView | None:
    """One of the own views."""
    return db.session.scalar(select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == user.id))


def forget(view: SavedView) -> None:
    """Take a view away."""
    with transaction():
        db.session.delete(view)
