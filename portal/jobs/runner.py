"""Running one job: take it, call its function, keep how it ended."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.exc import OperationalError

from portal import clock, logs, storage
from portal.db import db
from portal.i18n import LazyString, _l, force_locale
from portal.jobs import registry
from portal.jobs.models import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job
from portal.jobs.progress import Cancelled, Progress, Refused, TryLater, everywhere, writing

if TYPE_CHECKING:
    from portal.jobs.queue import Queue

KEPT: Final = timedelta(hours=24)
"""How long an ended job and its file stay."""
KEPT_FAILED: Final = timedelta(days=14)

OFF: Final = _l("The module this job belongs to is switched off.")
BROKEN: Final = _l("Something went wrong. If it happens again, tell the administrator the number shown here.")
NO_ANSWER: Final = _l("Another server did not answer, however often we tried.")

log = structlog.get_logger("portal.jobs")


def run(queue: Queue, uid: str) -> None:
    """Run the job *uid* if it still waits; never raises. Called by a worker, or at once under ``immediate://``."""
    queue.active.add(uid)
    try:
        with queue.app.app_context():
            job = _take(uid, queue.worker)
            if job is None:
                return
            with (
                structlog.contextvars.bound_contextvars(job=uid, job_name=job.name, plugin=job.plugin),
                force_locale(job.locale),
            ):
                _work(job)
    except Exception as error:
        logs.report(error, "job could not be run or ended", job=uid)
    finally:
        queue.active.discard(uid)


def is_on(plugin: str) -> bool:
    """Whether the module is on; the portal's own jobs always are."""
    host = current_app.extensions.get("portal_host")
    return plugin == registry.CORE or host is None or plugin in host.on()


def _see_as(user_id: int | None) -> None:
    """From here on the modules that the account uses are on, and no others."""
    host = current_app.extensions.get("portal_host")
    if host is not None:
        host.look_as_account(user_id)


def _take(uid: str, worker: str) -> Job | None:
    """Make the job ours; None where another worker was faster, or it was cancelled or rolled back."""
    now = clock.now()
    due = or_(Job.run_after.is_(None), Job.run_after <= now)
    with writing() as connection:
        taken = connection.execute(
            update(Job)
            .where(Job.uid == uid, Job.state == QUEUED, due)
            .values(state=RUNNING, worker=worker, started_at=now, run_after=None, attempts=Job.attempts + 1)
        )
    if taken.rowcount != 1:
        return None
    job = db.session.scalar(select(Job).where(Job.uid == uid))
    if job is not None:
        db.session.expunge(job)
    db.session.rollback()
    return job


def _work(job: Job) -> None:
    progress = Progress(job)
    begun = time.monotonic()
    try:
        found = registry.find(job.name)
        _see_as(job.user_id)
        if not is_on(job.plugin):
            raise Refused(OFF)
        result = found.function(progress, **job.arguments)
        if result is not None and not isinstance(result, dict):
            raise TypeError(f"{job.name} returned {type(result).__name__}, not a dict or None")
    except Cancelled:
        _end(job, progress, state=CANCELLED)
    except TryLater as error:
        _later(job, progress, error)
    except (Exception, SystemExit) as error:
        _fail(job, progress, error)
    else:
        values = dict(result or {})
        if progress.files:
            values["file"] = progress.files[-1]
        _end(job, progress, state=DONE, result=values, message=progress.conclusion)
        log.info("job done", seconds=round(time.monotonic() - begun, 2))


def _later(job: Job, progress: Progress, error: TryLater) -> None:
    """Put the job back with the next of its delays; fail it where there is none left."""
    delays = registry.find(job.name).delays
    if job.attempts > len(delays):
        _fail(job, progress, Refused(NO_ANSWER))
        return
    _leave()
    seconds = delays[job.attempts - 1]
    log.info("job is tried again later", seconds=seconds, cause=str(error))
    _write(job, state=QUEUED, worker=None, run_after=clock.now() + timedelta(seconds=seconds))
    progress.drop_files()


def _fail(job: Job, progress: Progress, error: BaseException) -> None:
    """Keep the reason in the reader's words, and the error under its number in the log."""
    reference: str | None = None
    if isinstance(error, Refused):
        message = everywhere(error.message)
        log.info("job refused")
    elif isinstance(error, storage.UploadRefused | storage.StorageFull):
        message = everywhere(lambda: error.message)
        log.info("job refused", cause=type(error).__name__)
    else:
        reference = logs.report(error, "job failed")
        message = everywhere(BROKEN)
    _end(job, progress, state=FAILED, message=message, error=reference)


def _end(job: Job, progress: Progress, **values: Any) -> None:
    _leave()
    now = clock.now()
    state, result = values["state"], values.get("result") or {}
    values |= {
        "arguments": {},
        "finished_at": now,
        "expires_at": expiry(now, state),
    }
    if _write(job, **values):
        progress.drop_files(keep=result.get("file"))
    else:
        progress.drop_files()


def expiry(now: datetime, state: str) -> datetime:
    """When a job that ends *now* is forgotten."""
    return now + (KEPT_FAILED if state == FAILED else KEPT)


def _leave() -> None:
    """Give up what the function left open in its session: an unfinished write would block ours."""
    with suppress(Exception):
        db.session.rollback()


def _write(job: Job, **values: Any) -> bool:
    """Change the job while it is ours; False where it was taken away meanwhile. Tries again when the disk is busy."""
    ours = update(Job).where(Job.uid == job.uid, Job.state == RUNNING, Job.attempts == job.attempts)
    for pause in (0.5, 2.0, 5.0, None):
        try:
            with writing() as connection:
                return connection.execute(ours.values(values)).rowcount == 1
        except OperationalError:
            if pause is None:
                raise
            time.sleep(pause)
    return False


__all__ = ["KEPT", "LazyString", "expiry", "is_on", "run"]
