"""Tables of meetings: agenda, attendance, minutes made of statements, decisions.

A meeting is a record of a module (a consultation, a meeting of a sub-committee); what is said of it here hangs on
the header of that record.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase
from portal.meetings.words import CATEGORIES, SECTIONS
from portal.text import Content


class AgendaItem(CoreBase):
    """A point of the agenda: ``position`` from 1, ``speaker_org_id`` who presents it, ``minutes`` its length."""

    __tablename__ = "portal_agenda_item"
    __audit__ = "meeting_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[Content]
    speaker_org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    minutes: Mapped[int | None]

    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),)


class Attendance(CoreBase):
    """A person who took part: one of CATEGORIES, from a registered organisation or one named in words.

    ``name`` may be empty or a pseudonym; only with ``named`` (the person agreed) may a document print it. There
    is no history of these rows: a name that is taken away is gone.
    """

    __tablename__ = "portal_attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), index=True)
    category: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200), default="")
    named: Mapped[bool] = mapped_column(default=False)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    organisation: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        CheckConstraint(f"category IN {tuple(CATEGORIES)!r}", name="category"),
        CheckConstraint("NOT named OR name <> ''", name="named"),
    )


class Minutes(CoreBase):
    """The minutes of the meeting ``meeting_id``, one set each, with a header of their own.

    While they are a draft the header has no parent, so that whoever is shown the meeting is not shown them; at
    approval the meeting becomes their parent. ``number`` is the number of the paper, ``chair`` and ``secretary``
    sign it.
    """

    __tablename__ = "portal_minutes"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), unique=True)
    number: Mapped[str] = mapped_column(String(40), default="")
    chair: Mapped[str] = mapped_column(String(200), default="")
    secretary: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[Content] = mapped_column(default=Content)
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))


class Statement(CoreBase):
    """What one person said, in one of SECTIONS; its header's parent are the minutes.

    ``restricted`` statements stay with the organisation that wrote them: their header has no parent, so no share
    of the minutes or of the meeting reaches them.
    ``anonymous`` says that no name is kept; a name, where there is one, stands in Speaker.
    """

    __tablename__ = "portal_statement"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("portal_minutes.record_id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    section: Mapped[str] = mapped_column(String(20))
    text: Mapped[Content]
    category: Mapped[str | None] = mapped_column(String(20))
    anonymous: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint(f"section IN {tuple(SECTIONS)!r}", name="section"),
        CheckConstraint(f"category IN {tuple(CATEGORIES)!r}", name="category"),
    )


class Speaker(CoreBase):
    """The name of the person who made a statement, kept apart and without history: deleted, it is gone."""

    __tablename__ = "portal_speaker"

    statement_id: Mapped[int] = mapped_column(
        ForeignKey("portal_statement.record_id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(200))


class Decision(CoreBase):
    """What a meeting decided: its header carries the organisation that acts, the day it is due, and the state."""

    __tablename__ = "portal_decision"
    __audit__ = "record_id"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("portal_minutes.record_id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[Content]
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
