"""Which rows are demo data."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase


class DemoRow(CoreBase):
    """A row made while demo data was loaded: its table and its primary key."""

    __tablename__ = "portal_demo_row"
    __table_args__ = (UniqueConstraint("entity", "entity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(String(63))
    entity_id: Mapped[str] = mapped_column(String(63))
