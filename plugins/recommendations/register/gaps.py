"""What is missing for the report of a voice: counts, each with the list of where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, type_coerce

from portal.api import Identity, Record, Select, _l, aliased, and_, case, db, exists, func, or_, records, select

from ..models import Assessment, Body, Evidence, Recommendation
from ..scales import NEED_EVIDENCE
from .counted import active, unrated

GAPS: Final[Mapping[str, Any]] = {
    "unrated": _l("Not rated by this voice"),
    "evidence": _l("Latest rating without evidence"),
    "reasons": _l("Latest rating without reasons in one of the languages"),
    "translation": _l("Text without a Mongolian translation"),
    "body": _l("No responsible body"),
}
"""What may be missing, from the worst."""


def condition(gap: str, voice: str) -> ColumnElement[bool]:
    """Recommendations with this gap, for the report of *voice*."""
    mine = and_(
        Assessment.recommendation_id == Recommendation.record_id,
        Assessment.voice == voice,
        Assessment.is_latest.is_(True),
    )
    match gap:
        case "unrated":
            return unrated(voice)
        case "evidence":
            proof = exists().where(Evidence.assessment_id == Assessment.record_id)
            return exists().where(mine, Assessment.rating.in_(NEED_EVIDENCE), ~proof)
        case "reasons":
            return exists().where(mine, or_(*(_empty(Assessment.rationale, lang) for lang in ("mn", "en"))))
        case "translation":
            return Recommendation.translation == "none"
    return ~exists().where(Body.recommendation_id == Recommendation.record_id)


def _empty(column: Any, lang: str) -> ColumnElement[bool]:
    """Whether a content has no text in a language."""
    return func.coalesce(type_coerce(column, JSON)[lang].as_string(), "") == ""


@dataclass(frozen=True)
class Row:
    """Gaps of a position: how many recommendations, and how many with each gap."""

    position: str
    total: int
    counts: dict[str, int]


def count(user: Identity, voice: str, *conditions: ColumnElement[bool]) -> list[Row]:
    """The gaps by position, noted ones included, in one query."""
    stmt = _counted(user, voice, *conditions).group_by(Recommendation.position)
    return [_row(*found) for found in db.session.execute(stmt)]


def by_body(user: Identity, voice: str, *conditions: ColumnElement[bool]) -> dict[int, list[Row]]:
    """The same of each responsible body, by its id, in one query."""
    one = aliased(Body)
    stmt = (
        _counted(user, voice, *conditions)
        .add_columns(one.org_id)
        .join(one, one.recommendation_id == Recommendation.record_id)
        .group_by(Recommendation.position, one.org_id)
    )
    found: dict[int, list[Row]] = {}
    for *row, org_id in db.session.execute(stmt):
        found.setdefault(org_id, []).append(_row(*row))
    return found


def _counted(user: Identity, voice: str, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Recommendation.position,
            func.count(),
            *(func.count(case((condition(gap, voice), 1))) for gap in GAPS),
        )
        .select_from(Record)
        .join(Recommendation, Recommendation.record_id == Record.id)
        .where(records.visible(user), active(), *conditions)
        .order_by(Recommendation.position.desc())
    )


def _row(position: str, total: int, *numbers: int) -> Row:
    return Row(position, total, dict(zip(GAPS, numbers, strict=True)))
