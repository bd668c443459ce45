"""Tables of the module."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content, DeclarativeBase, PluginModels

REPORT = "reports_report.record_id"


class Base(PluginModels, DeclarativeBase):
    """Base of the module's models."""


class Report(Base):
    """A report; its header's organisation speaks in it, its header's status is draft or final.

    ``country`` (ISO, two letters) and ``cycle`` are the review whose recommendations it tells of.
    ``voice`` is the organisation's when the report was begun: only ratings of that voice are in it.
    ``begins_on`` and ``ends_on`` are the time it tells of, ``word_limit`` the words its reader accepts.
    ``unrated_reason`` says why it was finalised although ratings were missing.
    """

    __tablename__ = "reports_report"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    cycle: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    voice: Mapped[str] = mapped_column(String(20))
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    word_limit: Mapped[int | None]
    unrated_reason: Mapped[Content] = mapped_column(default=Content)
    finalised_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("kind in ('midterm', 'national', 'annual')", name="kind"),
        CheckConstraint("voice in ('government', 'nhri', 'civil_society')", name="voice"),
        CheckConstraint("word_limit > 0", name="word_limit"),
        CheckConstraint("ends_on >= begins_on", name="period"),
    )


class ReportSection(Base):
    """A written part. ``slot`` is summary, methodology or conclusions (one each) or chapter (any number, by place).

    Each has a version of its own, so that two authors can write two parts at the same time. With ``counted`` off a
    chapter stands as an annex, whose words do not count.
    """

    __tablename__ = "reports_section"
    __audit__ = "report_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey(REPORT, ondelete="CASCADE"))
    slot: Mapped[str] = mapped_column(String(12))
    place: Mapped[int]
    title: Mapped[Content]
    text: Mapped[Content]
    counted: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy types it so
    __table_args__ = (
        CheckConstraint("slot in ('summary', 'methodology', 'conclusions', 'chapter')", name="slot"),
        Index(None, "report_id", "place"),
    )


class ReportSnapshot(Base):
    """The figures of a final report as they were when it was finalised, so that the file never changes again."""

    __tablename__ = "reports_snapshot"

    report_id: Mapped[int] = mapped_column(ForeignKey(REPORT, ondelete="CASCADE"), primary_key=True)
    facts: Mapped[dict[str, Any]]
    taken_at: Mapped[datetime]


class ReportTally(Base):
    """How long a report was at its last save, for pages that show several; ``words`` by language."""

    __tablename__ = "reports_tally"

    report_id: Mapped[int] = mapped_column(ForeignKey(REPORT, ondelete="CASCADE"), primary_key=True)
    words: Mapped[dict[str, Any]]
    counted_at: Mapped[datetime]
