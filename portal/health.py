"""Is the process alive, and can it work: ``/healthz`` and ``/readyz`` for the machines that watch the portal.

Strangers see the names of the checks and their state, nothing else; causes stand in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import structlog
from flask import Response, jsonify
from sqlalchemy import text

from portal.db import db
from portal.routing import PUBLIC, Blueprint

State = Literal["ok", "degraded", "failed"]
Check = Callable[[], str | None]

ORDER: Final[tuple[State, ...]] = ("ok", "degraded", "failed")
"""From well to ill; the whole is as ill as its worst check."""

log = structlog.get_logger("portal.health")
bp = Blueprint("health", __name__)
_checks: dict[str, tuple[Check, State]] = {}


def check(name: str, failing: State = "degraded") -> Callable[[Check], Check]:
    """Register a check: ``@check("queue")`` over a function that returns None when all is well, else the cause.

    The cause goes to the log; the portal then counts as *failing* (``degraded``: it works with less; ``failed``:
    it cannot work). A check that raises counts as failed. It runs in an application context at each ``/readyz``
    and must be quick. Registering a name again replaces the former.
    """

    def register(function: Check) -> Check:
        _checks[name] = (function, failing)
        return function

    return register


def states() -> dict[str, State]:
    """Run all checks; their states by name."""
    found: dict[str, State] = {}
    for name, (function, failing) in sorted(_checks.items()):
        try:
            cause = function()
        except Exception as error:
            first = str(error).partition("\n")[0][:300]
            log.warning("check failed", check=name, cause=f"{type(error).__name__}: {first}")
            db.session.rollback()
            found[name] = "failed"
            continue
        found[name] = "ok" if cause is None else failing
        if cause is not None:
            log.warning("check not passed", check=name, cause=cause)
    return found


@check("database", "failed")
def _database() -> str | None:
    """The database answers."""
    db.session.execute(text("SELECT 1"))
    return None


@bp.get("/healthz", permission=PUBLIC)
def healthz() -> Response:
    """The process answers."""
    return _answer({"status": "ok"}, 200)


@bp.get("/readyz", permission=PUBLIC)
def readyz() -> Response:
    """200 when the portal can work (``ok`` or ``degraded``), 503 when it cannot (``failed``)."""
    found = states()
    whole = max(found.values(), key=ORDER.index, default="ok")
    return _answer({"status": whole, "checks": found}, 503 if whole == "failed" else 200)


def _answer(body: dict[str, object], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
