"""Tables of the record layer: header, links, shares, comments, files, search texts."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase
from portal.text import Content

VISIBILITY = ("org", "site", "public")
"""Who sees a record without a share: its organisation, everyone with a role, everyone."""
RELATIONS = ("follows", "implements", "answers", "evidence", "related", "leads_to")
LEVELS = ("read", "comment", "edit")
_HIDDEN = text("visibility <> 'public'")


class Record(CoreBase):
    """The header row of a business object; the module's own row has this id as its primary key.

    ``org_id`` owns it, ``owner_id`` is the person it waits for, ``unit_id`` the place it is about,
    ``parent_id`` the record it is a part of (a clause of an agreement). ``version`` guards against
    lost updates: every save of the object, header or module row, raises it. No id is given twice: the history
    tells of records that are gone.
    """

    __tablename__ = "portal_record"
    __audit__ = "id"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=lambda: secrets.token_urlsafe(16))
    kind: Mapped[str] = mapped_column(String(40))
    plugin: Mapped[str] = mapped_column(String(40))
    title: Mapped[Content]
    sort_mn: Mapped[str] = mapped_column(String(200), default="")
    sort_en: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(30))
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("portal_unit.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    due_on: Mapped[date | None]
    visibility: Mapped[str] = mapped_column(String(10), default="org")
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    changed_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
    __table_args__ = (
        CheckConstraint("visibility in ('org', 'site', 'public')", name="visibility"),
        Index(None, "kind", "changed_at", "id"),
        Index(None, "kind", "sort_mn", "id"),
        Index(None, "kind", "sort_en", "id"),
        Index(None, "kind", "due_on", "id"),
        Index("ix_portal_record_hidden", "kind", sqlite_where=_HIDDEN, postgresql_where=_HIDDEN),
        Index(None, "owner_id", "status", "due_on"),
        Index(None, "org_id"),
        Index(None, "unit_id", "changed_at"),
        Index(None, "parent_id"),
        {"sqlite_autoincrement": True},
    )


class Link(CoreBase):
    """A directed link between two records of any modules."""

    __tablename__ = "portal_link"
    __audit__ = "source_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    relation: Mapped[str] = mapped_column(String(20))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("source_id", "target_id", "relation"), Index(None, "target_id"))


class Share(CoreBase):
    """A record shown to an organisation or a person that does not own it; an act with a date and a giver."""

    __tablename__ = "portal_share"
    __audit__ = "record_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    level: Mapped[str] = mapped_column(String(10))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("record_id", "org_id"),
        UniqueConstraint("record_id", "user_id"),
        CheckConstraint("(org_id is null) <> (user_id is null)", name="one_receiver"),
        Index(None, "org_id", "record_id"),
        Index(None, "user_id", "record_id"),
    )


class Comment(CoreBase):
    """A remark on a record by a person who sees it."""

    __tablename__ = "portal_comment"
    __audit__ = "record_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class File(CoreBase):
    """A file kept in the store under ``stored_as``; ``record_id`` is empty while a form is being filled."""

    __tablename__ = "portal_file"
    __audit__ = "record_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(22), unique=True, default=lambda: secrets.token_urlsafe(16))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"))
    stored_as: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(30), default="attachment")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "record_id", "purpose", "name"),)


class SearchText(CoreBase):
    """What is searched of a record in one language: folded title and text, rewritten at every save."""

    __tablename__ = "portal_search"

    record_id: Mapped[int] = mapped_column(ForeignKey("portal_record.id", ondelete="CASCADE"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(5), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
