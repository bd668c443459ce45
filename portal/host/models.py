"""What is kept of the host: which modules are on, and their settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase


class PluginState(CoreBase):
    """A decision about a module; without a row the default of its manifest holds."""

    __tablename__ = "portal_plugin_state"
    __audit__ = ""

    name: Mapped[str] = mapped_column(String(31), primary_key=True)
    enabled: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("portal_user.id"))
    changed_at: Mapped[datetime]
