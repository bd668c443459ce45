"""Tables of the module."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content, DeclarativeBase, PluginModels

from .words import KINDS, LEVELS


class Base(PluginModels, DeclarativeBase):
    """Base of the module's models."""


class Consultation(Base):
    """A consultation; title, unit, organiser, state and visibility stand in its header.

    ``held_on`` and ``starts_at`` are day and time of day at the place itself, whatever zone it is in;
    ``duration`` is in minutes. ``attended`` maps a category of participants to their number.
    """

    __tablename__ = "consultations_consultation"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    level: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(14))
    cycle: Mapped[int]
    held_on: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[time | None]
    duration: Mapped[int | None]
    venue: Mapped[Content] = mapped_column(default=Content)
    about: Mapped[Content] = mapped_column(default=Content)
    co_organisers: Mapped[list[Any]] = mapped_column(default=list)
    attended: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attended_total: Mapped[int] = mapped_column(default=0)
    women: Mapped[int | None]
    men: Mapped[int | None]

    __table_args__ = (
        CheckConstraint(f"level IN {tuple(LEVELS)!r}", name="level"),
        CheckConstraint(f"kind IN {tuple(KINDS)!r}", name="kind"),
        CheckConstraint("cycle BETWEEN 1 AND 20", name="cycle"),
        CheckConstraint("duration BETWEEN 1 AND 10080", name="duration"),
        Index(None, "cycle", "level", "held_on"),
    )


class CoveredUnit(Base):
    """A unit that a regional consultation covers besides the one it meets in."""

    __tablename__ = "consultations_covered_unit"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("consultations_consultation.record_id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("portal_unit.id"), primary_key=True, index=True)


class GroupCount(Base):
    """How many persons of a group took part: a number per event, never a person (mongolia.md 7.5).

    Without history: a number that is taken away because it points at somebody is gone.
    """

    __tablename__ = "consultations_group_count"

    record_id: Mapped[int] = mapped_column(
        ForeignKey("consultations_consultation.record_id", ondelete="CASCADE"), primary_key=True
    )
    group: Mapped[str] = mapped_column("group_code", String(20), primary_key=True)
    number: Mapped[int]

    __table_args__ = (CheckConstraint("number > 0", name="number"),)
