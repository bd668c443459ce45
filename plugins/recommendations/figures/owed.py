"""What a body has and what of it is due, of what the reader sees: the first page and the body's own tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement

from portal.api import Identity, Record, _l, case, clock, db, func, records, select

from ..models import Assessment, Body, Recommendation
from ..register.counted import active, unrated

VOICE: Final = "government"
"""Whose ratings are due: those of the State under review."""
KINDS: Final[dict[str, Any]] = {"unrated": _l("Not rated yet"), "old": _l("Rated more than a year ago")}


@dataclass(frozen=True)
class Owed:
    """How many recommendations a body leads or supports, and how many of them are due for each reason of KINDS."""

    total: int
    due: dict[str, int]


def condition(kind: str) -> ColumnElement[bool]:
    """Without a rating of the Government, or with one of more than a year ago."""
    if kind == "unrated":
        return unrated(VOICE)
    today = clock.today()
    day = today.replace(year=today.year - 1, day=min(today.day, 28))
    latest = select(Assessment.recommendation_id).where(
        Assessment.voice == VOICE, Assessment.is_latest.is_(True), Assessment.rated_on < day
    )
    return Recommendation.record_id.in_(latest)


def of_body(user: Identity, org_id: int) -> Owed:
    """The numbers of a body, of the recommendations that *user* sees, in one query."""
    stmt = (
        select(func.count(), *(func.count(case((condition(kind), 1))) for kind in KINDS))
        .select_from(Record)
        .join(Recommendation, Recommendation.record_id == Record.id)
        .join(Body, Body.recommendation_id == Record.id)
        .where(Body.org_id == org_id, records.visible(user), active())
    )
    total, *due = db.session.execute(stmt).one()
    return Owed(total, dict(zip(KINDS, due, strict=True)))
