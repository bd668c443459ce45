"""Tables of the jobs: the database knows every job, the queue only wakes the workers."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import CoreBase
from portal.text import Content

QUEUED: Final = "queued"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
STATES: Final = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)


def new_uid() -> str:
    """A name for a job that cannot be guessed (144 bits)."""
    return secrets.token_urlsafe(18)


class Job(CoreBase):
    """Work done in the background.

    ``arguments`` are emptied when the job ends. ``done`` and ``total`` count steps, ``total`` 0 while unknown.
    ``result`` is what the function returned, with ``file`` (``stored_as name mime size sha256``) where it made one.
    ``error`` is the reference number in the log. After ``expires_at`` the row and its file are deleted.
    """

    __tablename__ = "portal_job"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(120))
    plugin: Mapped[str] = mapped_column(String(60))
    permission: Mapped[str | None] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(index=True)
    locale: Mapped[str] = mapped_column(String(8))
    title: Mapped[Content]
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), default=QUEUED, index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[Content] = mapped_column(default=Content)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    run_after: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (QUEUED, RUNNING)

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while the number of steps is unknown."""
        if self.state == DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def file(self) -> dict[str, Any] | None:
        """The file it made, while it may be fetched."""
        if self.state != DONE or self.expires_at is None or self.expires_at <= clock.now():
            return None
        return (self.result or {}).get("file")

    @property
    def url(self) -> str | None:
        """The page that shows what it did: ``url`` of the result, a path of this portal."""
        url = (self.result or {}).get("url")
        ours = isinstance(url, str) and url.startswith("/") and not url.startswith(("//", "/\\"))
        return url if ours and self.state == DONE else None


class Worker(CoreBase):
    """A process that runs jobs, and when it last said that it lives."""

    __tablename__ = "portal_worker"

    uid: Mapped[str] = mapped_column(String(32), primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Schedule(CoreBase):
    """The last minute for which a repeated job was started, so that many workers start it once."""

    __tablename__ = "portal_schedule"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    slot: Mapped[datetime]
