"""Reading jobs: only one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from portal.db import db
from portal.jobs.models import Job
from portal.jobs.runner import is_on

SHOWN = 100
"""Newest jobs on the page; ended ones leave after a day."""


def mine(user_id: int, can: Callable[[str], bool]) -> Sequence[Job]:
    """The jobs of an account, the newest first, at most SHOWN; without those of modules that are off."""
    found = db.session.scalars(select(Job).where(Job.user_id == user_id).order_by(Job.id.desc()).limit(SHOWN))
    return [job for job in found if visible(job, can)]


def one(uid: str, user_id: int, can: Callable[[str], bool]) -> Job | None:
    """The job *uid* of that account; None where it is another's, or may no longer be seen."""
    job = db.session.scalar(select(Job).where(Job.uid == uid, Job.user_id == user_id))
    return job if job is not None and visible(job, can) else None


def visible(job: Job, can: Callable[[str], bool]) -> bool:
    """Whether its module is on and the right under which it was started is still held."""
    return is_on(job.plugin) and (job.permission is None or can(job.permission))
