"""What a background function says while it works, and how it ends otherwise than by returning."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import structlog
from flask import g
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError

from portal import storage
from portal.db import db
from portal.i18n import LOCALES, LazyString, current_locale, force_locale
from portal.jobs.models import RUNNING, Job
from portal.text import Content, nfc

EVERY: Final = 0.5
"""Seconds between two writes of progress; a loop may call step() as often as it likes."""

log = structlog.get_logger("portal.jobs")


class Cancelled(Exception):
    """The reader asked to stop; raised by step(), not to be caught."""


class Refused(Exception):
    """The job cannot be done, for a reason the reader understands: *message* is shown as it is."""

    def __init__(self, message: str | LazyString) -> None:
        super().__init__(str(message))
        self.message = message


class TryLater(Exception):
    """Something outside does not answer; the job is tried again after the delays it was registered with."""


def everywhere(text: str | LazyString | Callable[[], str]) -> Content:
    """*text* in all languages of the portal, so that each reader sees it in theirs.

    A plain string is in the current language only. Needs an application context.
    """
    texts: dict[str, str] = {}
    if isinstance(text, str):
        texts[current_locale()] = text
    else:
        for locale in LOCALES:
            with force_locale(locale):
                texts[locale] = str(text if isinstance(text, LazyString) else text())
    return Content({locale: nfc(each).strip() for locale, each in texts.items() if each.strip()})


@contextmanager
def writing() -> Iterator[Connection]:
    """A short write of its own, beside whatever the function is doing in its session."""
    with db.engine.connect() as connection:
        connection.execution_options(sqlite_begin="IMMEDIATE")
        with connection.begin():
            yield connection


class Progress:
    """Given to every background function as its first argument.

    ``user_id`` and ``locale`` are those of the person who started it (``user_id`` None: the portal itself);
    ``uid`` is the job's.
    """

    def __init__(self, job: Job) -> None:
        self.uid = job.uid
        self.user_id = job.user_id
        self.locale = job.locale
        self.files: list[dict[str, Any]] = []
        self.conclusion = Content()
        self._written = 0.0
        self._message: Content | None = None

    def step(self, done: int, total: int = 0, message: str | LazyString | None = None) -> None:
        """Say that *done* of *total* steps are made, and *message* if given; raises Cancelled when asked to stop.

        Written at most twice a second. Inside ``transaction()`` on SQLite nothing is written (the one writer is
        busy) and the reader sees the step before: prepare with steps outside, then write in one transaction.
        """
        if message is not None:
            self._message = everywhere(message)
        if time.monotonic() - self._written < EVERY and done != total:
            return
        self._written = time.monotonic()
        self.check()
        if g.get("portal_transaction") and db.engine.dialect.name == "sqlite":
            return
        values: dict[str, Any] = {"done": max(0, done), "total": max(0, total)}
        if self._message is not None:
            values["message"] = self._message
        try:
            with writing() as connection:
                connection.execute(update(Job).where(Job.uid == self.uid, Job.state == RUNNING).values(values))
        except OperationalError:
            log.debug("progress not written", job=self.uid)

    def conclude(self, message: str | LazyString) -> None:
        """Say what was done, in a sentence the reader finds when the job has ended well (``12 rows imported``)."""
        self.conclusion = everywhere(message)

    def check(self) -> None:
        """Raise Cancelled when the reader asked to stop."""
        with db.engine.connect() as connection:
            if connection.scalar(select(Job.cancel_asked).where(Job.uid == self.uid)):
                raise Cancelled

    def file(self, data: BinaryIO | bytes, name: str, mime: str = "") -> None:
        """Give the reader a file to fetch, whole in *data*; a second call replaces the first.

        It is offered only when the job ends well, for 24 hours, to the one who started it. *mime* is known for
        the usual endings.
        """
        from io import BytesIO

        clean = storage.safe_name(name)
        place = storage.current()
        key = place.put(BytesIO(data) if isinstance(data, bytes) else data)
        self.files.append(
            {
                "stored_as": key,
                "name": clean,
                "mime": mime or _MIMES.get(clean.rpartition(".")[2].lower(), "application/octet-stream"),
                "size": place.size(key),
                "sha256": _checksum(key),
            }
        )

    def drop_files(self, keep: dict[str, Any] | None = None) -> None:
        """Delete the files given so far, except *keep*."""
        for file in self.files:
            if file is not keep:
                storage.current().delete(file["stored_as"])


def _checksum(key: str) -> str:
    import hashlib

    digest = hashlib.sha256()
    with storage.current().open(key) as stream:
        while chunk := stream.read(256 * 1024):
            digest.update(chunk)
    return digest.hexdigest()


_MIMES: Final = {
    **storage.MIMES,
    "zip": "application/zip",
    "json": "application/json",
    "html": "text/html",
    "ics": "text/calendar",
}
