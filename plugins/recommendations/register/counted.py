"""Which recommendations lists and figures are about."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from portal.api import exists

from ..models import Assessment, Recommendation


def active() -> ColumnElement[bool]:
    """The rule "archived ones are left out" (docs/counting.md): the condition of every list and every figure."""
    return Recommendation.archived_at.is_(None)


def rated(voice: str = "", rating: str = "") -> ColumnElement[bool]:
    """Recommendations with that latest published rating, any without one, of that voice, any without one."""
    latest = exists().where(Assessment.recommendation_id == Recommendation.record_id, Assessment.is_latest.is_(True))
    latest = latest.where(Assessment.voice == voice) if voice else latest
    return latest.where(Assessment.rating == rating) if rating else latest


def unrated(voice: str = "") -> ColumnElement[bool]:
    """Recommendations that the voice has not rated, or nobody has: what "not rated" means wherever it stands."""
    return ~rated(voice)
