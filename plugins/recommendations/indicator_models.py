"""Tables of indicators."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content

from .models import Base


class Indicator(Base):
    """What an indicator measures; its header has the name, the responsible body (organisation) and focal point (owner).

    Its header's status is draft, current, due, overdue or closed (periods.py). ``measure`` is a code of MEASURES and
    ``unit`` the words behind its numbers. A value is asked for every ``months`` from ``first_year`` on and is due
    ``due_days`` after the period. ``sdg_targets`` are such as 16.3, ``ages`` such as 0-17 and 60+. ``reminded`` says
    of which period and what the focal point was last reminded.
    """

    __tablename__ = "recommendations_indicator"
    __audit__ = "record_id"
    __table_args__ = (
        CheckConstraint("direction in ('more', 'less')", name="direction"),
        CheckConstraint("months > 0", name="months"),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    definition: Mapped[Content]
    measure: Mapped[str] = mapped_column(String(20))
    unit: Mapped[Content]
    source: Mapped[Content]
    method: Mapped[Content]
    direction: Mapped[str] = mapped_column(String(4))
    baseline: Mapped[float | None] = mapped_column(Double)
    baseline_year: Mapped[int | None]
    target: Mapped[float | None] = mapped_column(Double)
    target_year: Mapped[int | None]
    sdg_targets: Mapped[list[Any]] = mapped_column(default=list)
    ages: Mapped[list[Any]] = mapped_column(default=list)
    months: Mapped[int]
    due_days: Mapped[int]
    first_year: Mapped[int]
    reminded: Mapped[str] = mapped_column(String(30), default="")


class IndicatorValue(Base):
    """A revision of one value; none is ever changed or removed, so that they are their own history.

    ``period`` is such as 2024, 2024-H1, 2024-Q3, 2024-05 or a day, ``ends_on`` its last day. ``dimension`` is empty
    for the whole, else a code of DIMENSIONS, and ``category`` a code within it. A revision without a value takes the
    value back. ``is_latest`` marks the newest revision, ``is_public`` the newest published one.
    """

    __tablename__ = "recommendations_indicator_value"
    __table_args__ = (
        UniqueConstraint("indicator_id", "period", "dimension", "category", "revision"),
        CheckConstraint("state in ('draft', 'published')", name="state"),
        Index(None, "indicator_id", "is_public", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("recommendations_indicator.record_id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(10))
    ends_on: Mapped[date]
    dimension: Mapped[str] = mapped_column(String(5), default="")
    category: Mapped[str] = mapped_column(String(100), default="")
    revision: Mapped[int]
    value: Mapped[float | None] = mapped_column(Double)
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    is_latest: Mapped[bool] = mapped_column(default=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    entered_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    published_at: Mapped[datetime | None]
