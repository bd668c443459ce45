"""Tables of webhooks: where events go, and what became of each."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase
from portal.forms.models import WideInteger

EVENTS = ("submitted", "edited", "approved", "reopened", "returned", "removed")
"""What is told, as ``forms.<name>``; ``test`` comes only when somebody presses the button."""
TEST = "test"
WAITING, DONE, FAILED = "waiting", "done", "failed"


class Webhook(CoreBase):
    """An address that events are sent to: of one form (``form_id``), or of all forms of the organisation.

    The secret is derived from ``seed`` and the portal's own secret; after a renewal the former one signs too for a
    while. ``failing_since`` is the first attempt in a row without success, ``off_why`` says who switched it off:
    ``person``, ``failed`` (nothing got through), ``gone`` (the server said so).
    """

    __tablename__ = "portal_webhook"
    __audit__ = ""
    __audit_without__: ClassVar[tuple[str, ...]] = (
        "seed",
        "former_seed",
        "renewed_at",
        "failing_since",
        "created_at",
        "created_by_id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id", ondelete="CASCADE"), index=True)
    form_id: Mapped[int | None] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[Any]]
    with_answers: Mapped[bool] = mapped_column(default=False)
    seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    former_seed: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    renewed_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    off_at: Mapped[datetime | None]
    off_why: Mapped[str] = mapped_column(String(10), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy types it so
    __table_args__ = (CheckConstraint("form_id IS NOT NULL OR org_id IS NOT NULL", name="scope"),)


class Delivery(CoreBase):
    """One event for one webhook. Only ids are kept; what is sent is made when it is sent.

    ``uid`` is the id that the receiver tells repetitions by. ``started`` says that a job looks after it,
    ``status`` and ``error`` how the last attempt ended. Of an anonymous answer there is no ``submission_id``.
    """

    __tablename__ = "portal_webhook_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(40), unique=True, default=lambda: f"msg_{secrets.token_hex(16)}")
    webhook_id: Mapped[int] = mapped_column(ForeignKey("portal_webhook.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(10))
    form_id: Mapped[int | None]
    submission_id: Mapped[int | None] = mapped_column(WideInteger)
    state: Mapped[str] = mapped_column(String(8), default=WAITING)
    started: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    happened_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(String(12), default="")
    milliseconds: Mapped[int | None]

    __table_args__ = (Index(None, "webhook_id", "id"), Index(None, "state", "started"), {"sqlite_autoincrement": True})
