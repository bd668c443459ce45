"""Tables of the module."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.api import Content, DeclarativeBase, PluginModels


class Base(PluginModels, DeclarativeBase):
    """Base of the module's models."""


class Task(Base):
    """A follow-up task; its header's organisation is the sub-committee, its owner the desk officer.

    ``progress`` is in percent; ``outcome`` is what came of it, written when it is closed.
    """

    __tablename__ = "subcommittees_task"
    __audit__ = "record_id"
    __table_args__ = (CheckConstraint("progress between 0 and 100", name="progress"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    description: Mapped[Content]
    progress: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[Content]
    closed_on: Mapped[date | None]


class TaskReport(Base):
    """What a desk officer reported on a task: words, and the progress in percent from then on."""

    __tablename__ = "subcommittees_task_report"
    __audit__ = "task_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("subcommittees_task.record_id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    progress: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]
