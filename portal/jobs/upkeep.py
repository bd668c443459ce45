"""What each worker does besides running jobs: show that it lives, and pick up what others left lying."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from portal import clock, health, storage
from portal.db import db
from portal.i18n import _l
from portal.jobs import queue as queues
from portal.jobs import registry
from portal.jobs.models import CANCELLED, FAILED, QUEUED, RUNNING, Job, Schedule, Worker
from portal.jobs.progress import everywhere, writing
from portal.jobs.queue import Queue
from portal.jobs.runner import expiry, is_on

BEAT: Final = 15
"""Seconds between two signs of life of a worker."""
GONE: Final = timedelta(seconds=90)
"""A worker without a sign of life for so long is taken for dead."""
FORGOTTEN: Final = timedelta(seconds=60)
"""A job that waits this long while the queue is empty was lost on the way to it."""
SLOW: Final = timedelta(minutes=5)

LOST: Final = _l("The job was interrupted twice and given up. Start it again.")

log = structlog.get_logger("portal.jobs")
_here: set[str] = set()
"""Workers of this very process."""


def beat(queue: Queue) -> None:
    """Show that this worker lives."""
    now = clock.now()
    with writing() as connection:
        known = connection.execute(update(Worker).where(Worker.uid == queue.worker).values(seen_at=now))
        if known.rowcount == 0:
            row = {"uid": queue.worker, "host": socket.gethostname()[:120], "pid": os.getpid()}
            connection.execute(insert(Worker).values(**row, started_at=now, seen_at=now))
    _here.add(queue.worker)


def leave(queue: Queue) -> None:
    """The worker ends in order."""
    _here.discard(queue.worker)
    with writing() as connection:
        connection.execute(delete(Worker).where(Worker.uid == queue.worker))


def tidy(queue: Queue) -> None:
    """Once a minute: lost jobs, forgotten jobs, jobs due by the clock, ended jobs; each by itself."""
    for act in (requeue_lost, wake_waiting, start_scheduled, forget_ended):
        try:
            act(queue)
        except Exception:
            db.session.rollback()
            log.exception("upkeep failed", part=act.__name__)


def requeue_lost(queue: Queue) -> None:
    """Jobs whose worker is dead run once more; those lost before are failed."""
    now = clock.now()
    rows = db.session.execute(select(Worker.uid, Worker.host, Worker.pid, Worker.seen_at)).all()
    alive = {row.uid for row in rows if _alive(row, now)}
    running = db.session.execute(select(Job.uid, Job.worker, Job.lost, Job.cancel_asked).where(Job.state == RUNNING))
    lost = [
        j for j in running.all() if j.worker not in alive or (j.worker == queue.worker and j.uid not in queue.active)
    ]
    db.session.rollback()
    for job in lost:
        _release(queue, job, now)
    dead = [row.uid for row in rows if row.uid not in alive]
    if dead:
        with writing() as connection:
            connection.execute(delete(Worker).where(Worker.uid.in_(dead)))


def _release(queue: Queue, job: Any, now: datetime) -> None:
    """Put one lost job back, or end it."""
    again = not job.lost and not job.cancel_asked
    values: dict[str, Any] = {"state": QUEUED, "worker": None, "lost": 1}
    if not again:
        state = CANCELLED if job.cancel_asked else FAILED
        values = {"state": state, "arguments": {}, "finished_at": now, "expires_at": expiry(now, state)}
        if state == FAILED:
            values["message"] = everywhere(LOST)
    ours = update(Job).where(Job.uid == job.uid, Job.state == RUNNING, Job.worker == job.worker)
    with writing() as connection:
        changed = connection.execute(ours.values(values)).rowcount
    if changed:
        log.warning("worker of a job is gone", job=job.uid, again=again)
        if again:
            queue.wake(job.uid)


def _alive(row: Any, now: datetime) -> bool:
    """Whether a worker lives: a sign of life, and on this machine a process."""
    if row.uid in _here:
        return True
    if abs(now - row.seen_at) > GONE:
        return False
    if row.host != socket.gethostname()[:120] or os.name != "posix":
        return True
    if row.pid == os.getpid():
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wake_waiting(queue: Queue) -> None:
    """Put jobs into the queue whose delay is over, and those that never got there (queue away, process killed)."""
    now = clock.now()
    due = Job.run_after <= now
    if queue.size() == 0:
        due = or_(due, and_(Job.run_after.is_(None), Job.created_at <= now - FORGOTTEN))
    waiting = db.session.scalars(select(Job.uid).where(Job.state == QUEUED, due).order_by(Job.id).limit(500)).all()
    db.session.rollback()
    for uid in waiting:
        if not queue.wake(uid):
            return


def start_scheduled(queue: Queue) -> None:
    """Start what is due by the clock, once for all workers; what was missed for up to a day is made up once."""
    now = clock.now()
    slots = {row.name: row.slot for row in db.session.execute(select(Schedule.name, Schedule.slot))}
    db.session.rollback()
    for job in registry.scheduled():
        last = slots.get(job.name)
        if last is None:
            _first(job.name, now)
            continue
        slot = latest(job.crontab, last, now)
        if slot is None:
            continue
        ours = update(Schedule).where(Schedule.name == job.name, Schedule.slot < slot)
        with writing() as connection:
            won = connection.execute(ours.values(slot=slot)).rowcount == 1
        if won and is_on(job.plugin):
            queues.start(None, job.name)


def _first(name: str, now: datetime) -> None:
    """Begin counting from *now*; another worker may have done so at the same time."""
    try:
        with writing() as connection:
            connection.execute(insert(Schedule).values(name=name, slot=now))
    except IntegrityError:
        return


def latest(crontab: str, after: datetime, until: datetime) -> datetime | None:
    """The last minute in ``(after, until]``, at most a day back, that matches *crontab* in the portal's zone."""
    matches = _matcher(crontab)
    minute = until.replace(second=0, microsecond=0)
    border = max(after, until - timedelta(days=1))
    while minute > border:
        if matches(minute.astimezone(clock.zone())):
            return minute
        minute -= timedelta(minutes=1)
    return None


def _matcher(crontab: str) -> Callable[[datetime], bool]:
    from huey.api import crontab as compile_crontab

    minute, hour, day, month, weekday = crontab.split()
    made: Callable[[datetime], bool] = compile_crontab(minute, hour, day, month, weekday, strict=True)
    return made


def forget_ended(queue: Queue) -> None:
    """Delete ended jobs whose time is over, and their files; also what interrupted uploads left."""
    now = clock.now()
    rows = db.session.execute(select(Job.id, Job.result).where(Job.expires_at <= now).limit(1000)).all()
    db.session.rollback()
    for row in rows:
        if file := (row.result or {}).get("file"):
            storage.current().delete(file["stored_as"])
        with writing() as connection:
            connection.execute(delete(Job).where(Job.id == row.id))
    place = storage.current()
    if isinstance(place, storage.LocalStorage):
        place.tidy()


@health.check("queue")
def _waiting() -> str | None:
    """Jobs are taken soon, and some worker lives."""
    if queues.current().immediate:
        return None
    now = clock.now()
    seen = db.session.scalar(select(func.max(Worker.seen_at)))
    if seen is None or now - seen > GONE:
        return "no worker runs"
    oldest = db.session.scalar(
        select(func.min(func.coalesce(Job.run_after, Job.created_at))).where(Job.state == QUEUED)
    )
    return "jobs wait for more than five minutes" if oldest is not None and now - oldest > SLOW else None
