"""What is kept of the host: which modules the site offers and organisations choose, their settings and failures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase


class PluginState(CoreBase):
    """A decision about a module; without a row the default of its manifest holds.

    ``failures`` counts what its hooks did wrong while serving since it was last switched on, ``failure`` is the
    newest, ``failed_at`` its time. ``settings`` holds what differs from the module's defaults; portal.host.settings
    writes its history.
    """

    __tablename__ = "portal_plugin_state"
    __audit__ = ""
    __audit_without__ = ("settings",)

    name: Mapped[str] = mapped_column(String(31), primary_key=True)
    enabled: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    changed_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")


class PluginChoice(CoreBase):
    """What an organisation decided about a module for its own people; without a row it follows the site."""

    __tablename__ = "portal_plugin_choice"
    __table_args__ = (UniqueConstraint("org_id", "plugin"), {"sqlite_autoincrement": True})
    __audit__ = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("portal_organisation.id", ondelete="CASCADE"))
    plugin: Mapped[str] = mapped_column(String(31))
    enabled: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    changed_at: Mapped[datetime]
