"""Starting jobs: a row in the database, then, after the commit, a word to the workers."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any, Final

import structlog
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.db import db, transaction
from portal.i18n import LazyString, current_locale
from portal.jobs import registry
from portal.jobs.models import Job, new_uid
from portal.jobs.progress import everywhere

log = structlog.get_logger("portal.jobs")
AWAY: Final = 10
"""Seconds in which a queue that did not answer is not asked again by this process."""
_WAITING: Final = "portal_jobs_to_wake"


class Queue:
    """The queue of one application. ``active`` are the jobs this process is running."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.active: set[str] = set()
        self.worker = new_uid()
        self._lock = threading.Lock()
        self._made: Any = None
        self._away_until = 0.0

    @property
    def url(self) -> str:
        """The setting QUEUE_URL."""
        return str(self.app.config["QUEUE_URL"])

    @property
    def immediate(self) -> bool:
        """Whether jobs run at once, where they are started (tests)."""
        return self.url.startswith("immediate:")

    @property
    def huey(self) -> Any:
        """The Huey behind it, made when it is first needed; raises transport.BadQueue."""
        return self._parts()[0]

    def wake(self, uid: str) -> bool:
        """Tell the workers of a job. An unreachable queue is no error: the workers look for forgotten jobs.

        A queue that was away is left in peace for some seconds, so that a page with many jobs waits for it once.
        """
        if time.monotonic() < self._away_until:
            return False
        try:
            self._parts()[1](uid)
        except Exception as error:
            log.warning("queue not reached", cause=type(error).__name__)
            self._away_until = time.monotonic() + AWAY
            return False
        return True

    def size(self) -> int | None:
        """How many names wait in the queue; None where it cannot be reached."""
        try:
            return int(self.huey.storage.queue_size())
        except Exception as error:
            log.warning("queue not reached", cause=type(error).__name__)
            return None

    def close(self) -> None:
        """Close the connection to the queue."""
        if self._made is not None:
            self._made[0].storage.close()

    def _parts(self) -> Any:
        with self._lock:
            if self._made is None:
                from portal.jobs import runner, transport

                secret = str(self.app.config["SECRET_KEY"])
                folder = Path(self.app.instance_path)
                self._made = transport.make(self.url, folder, secret, lambda uid: runner.run(self, uid))
            return self._made


def current() -> Queue:
    """The queue of the application at hand."""
    queue: Queue = current_app.extensions["portal_jobs"]
    return queue


def start(
    user_id: int | None,
    name: str,
    *,
    title: str | LazyString = "",
    plugin: str | None = None,
    permission: str | None = None,
    locale: str | None = None,
    **arguments: Any,
) -> Job:
    """Start the job *name* (``<plugin>.<name>``) for an account (None: for the portal itself) and return its row.

    Works inside and outside ``transaction()``; the workers hear of it after the commit and never if it rolls back.
    *title* is shown to the reader: a lazy text, so that it is kept in every language. *permission* is asked for
    again whenever the page or the file of the job is opened. *locale* is the language the function works in,
    that of the reader where it is not given. *arguments* are JSON values: ids, never objects; TypeError otherwise.
    Raises BadJob for a name nobody registered.
    """
    found = registry.find(name)
    arguments = json.loads(json.dumps(arguments, allow_nan=False))
    with transaction():
        job = Job(
            uid=new_uid(),
            name=found.name,
            plugin=plugin or found.plugin,
            permission=permission,
            user_id=user_id,
            locale=locale or current_locale(),
            title=everywhere(title or found.name),
            arguments=arguments,
        )
        db.session.add(job)
        db.session.flush()
        db.session().info.setdefault(_WAITING, []).append(job.uid)
    return job


@event.listens_for(db.session, "after_commit")
def _committed(session: Session) -> None:
    """Wake the workers. A name whose row was rolled back may be among them; nobody finds it and nothing happens."""
    if session.in_nested_transaction():
        return
    for uid in session.info.pop(_WAITING, ()):
        current().wake(uid)
