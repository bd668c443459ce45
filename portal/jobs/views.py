"""One's own jobs and files: the list, a job with its progress, its file, stopping it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from werkzeug.exceptions import NotFound

from portal import clock, storage
from portal.db import db, transaction
from portal.i18n import _
from portal.jobs import queries
from portal.jobs.models import CANCELLED, QUEUED, RUNNING, Job
from portal.jobs.runner import expiry
from portal.routing import SIGNED_IN, Blueprint

bp = Blueprint("jobs", __name__, template_folder="templates")

PAUSES: Final = (1, 1, 2, 2, 3, 5, 8, 10)
"""Seconds until the page asks again, longer each time: a report of ten minutes is asked for some 70 times."""


@dataclass(frozen=True)
class ResultFile:
    """The file of a job as storage.send_file_response wants it."""

    stored_as: str
    name: str
    mime: str
    size: int
    sha256: str


@bp.get("/", permission=SIGNED_IN)
def index() -> ResponseReturnValue:
    """The reader's jobs and the files they made."""
    user = _reader()
    return _private(render_template("jobs/index.html", jobs=queries.mine(user.id, user.can)))


@bp.get("/<uid>", permission=SIGNED_IN)
def show(uid: str) -> ResponseReturnValue:
    """One job; the page keeps itself up to date, without JavaScript by its "Refresh" link."""
    return _private(render_template("jobs/show.html", job=_job(uid), round=0, pause=PAUSES[0]))


@bp.get("/<uid>/progress", permission=SIGNED_IN)
def progress(uid: str) -> ResponseReturnValue:
    """The part of the page that changes; it asks again by itself until the job has ended."""
    asked = min(max(request.args.get("round", 0, type=int), 0), 1000)
    pause = PAUSES[min(asked, len(PAUSES) - 1)]
    return _private(render_template("jobs/_progress.html", job=_job(uid), round=asked, pause=pause))


@bp.get("/<uid>/file", permission=SIGNED_IN)
def download(uid: str) -> Response:
    """The file a job made, for the one who started it, for a day."""
    file = _job(uid).file
    if file is None:
        raise NotFound
    return storage.send_file_response(ResultFile(**file))


@bp.post("/<uid>/cancel", permission=SIGNED_IN)
def cancel(uid: str) -> ResponseReturnValue:
    """Stop a job: at once while it waits, at its next step while it runs."""
    job = _job(uid)
    now = clock.now()
    ended = {"state": CANCELLED, "arguments": {}, "finished_at": now, "expires_at": expiry(now, CANCELLED)}
    with transaction():
        waiting = update(Job).where(Job.uid == job.uid, Job.state == QUEUED).values(ended)
        if not db.session.connection().execute(waiting).rowcount:
            running = update(Job).where(Job.uid == job.uid, Job.state == RUNNING).values(cancel_asked=True)
            db.session.connection().execute(running)
    flash(_("The job is being stopped."), "success")
    return redirect(url_for("jobs.show", uid=uid), 303)


def _reader() -> Any:
    from flask_login import current_user

    if getattr(current_user, "id", None) is None:
        raise NotFound
    return current_user


def _job(uid: str) -> Job:
    user = _reader()
    job = queries.one(uid, user.id, user.can)
    if job is None:
        raise NotFound
    return job


def _private(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response
