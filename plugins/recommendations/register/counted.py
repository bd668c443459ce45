"""Which recommendations lists and figures are about."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from ..models import Recommendation


def active() -> ColumnElement[bool]:
    """The rule "archived ones are left out" (docs/counting.md): the condition of every list and every figure."""
    return Recommendation.archived_at.is_(None)
