"""The table of XForms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase


class FormXForm(CoreBase):
    """The XForm of a published version as ``writer`` made it: its text and md5, or ``error``: why there is none.

    ``needs`` are the files that it names: ``lists`` (name → source) and ``media`` (names).
    """

    __tablename__ = "portal_form_xform"

    version_id: Mapped[int] = mapped_column(
        ForeignKey("portal_form_version.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    writer: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    md5: Mapped[str] = mapped_column(String(32))
    error: Mapped[str] = mapped_column(Text)
    needs: Mapped[dict[str, Any]]
