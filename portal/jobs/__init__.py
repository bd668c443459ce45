"""Background jobs with progress, repeated jobs, mail.

``register("make", function)`` once at start, ``start(user.id, "reports.make", title=_l("…"), record_id=7)`` in a
service; the function gets a Progress and the arguments. ``mail.send(...)`` for mail.
"""

from flask import Flask

from portal.jobs import mail
from portal.jobs.models import Job
from portal.jobs.progress import Cancelled, Progress, Refused, TryLater, everywhere
from portal.jobs.queue import Queue, current, start
from portal.jobs.registry import BadJob, register, schedule
from portal.jobs.upkeep import tidy
from portal.jobs.views import bp
from portal.jobs.worker import Embedded, run_worker, start_consumer_thread


def init_jobs(app: Flask) -> None:
    """Give *app* its queue. Settings read: QUEUE_URL, SECRET_KEY, MAIL_*; nothing is connected before it is needed."""
    app.extensions["portal_jobs"] = Queue(app)


__all__ = [
    "BadJob",
    "Cancelled",
    "Embedded",
    "Job",
    "Progress",
    "Queue",
    "Refused",
    "TryLater",
    "bp",
    "current",
    "everywhere",
    "init_jobs",
    "mail",
    "register",
    "run_worker",
    "schedule",
    "start",
    "start_consumer_thread",
    "tidy",
]
