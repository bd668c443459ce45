"""Sessions: a random token in the signed cookie, its hash in the database, ended there for every worker at once."""

from __future__ import annotations

from flask import request, session
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal import clock
from portal.db import db, transaction
from portal.people import identity
from portal.people.models import Session
from portal.people.tokens import digest, new_token

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_label(user_agent: str) -> str:
    """A short name of the browser, "Firefox, Windows": enough to know one's own sessions, no fingerprint."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def start(user_id: int) -> None:
    """Open a session for this browser in place of the one it had; the cookie is made anew. Inside transaction()."""
    now = clock.now()
    before = identity.current().session_id
    if before is not None:
        db.session.get_one(Session, before).ended_at = now
    token = new_token()
    db.session.add(
        Session(
            token_hash=digest(token),
            user_id=user_id,
            created_at=now,
            confirmed_at=now,
            last_seen_at=now,
            device=device_label(request.user_agent.string),
        )
    )
    db.session.flush()
    session.clear()
    session[identity.COOKIE_KEY] = token
    identity.forget()


def confirm(session_id: int) -> None:
    """Note that the person proved again who they are. Inside transaction()."""
    row = db.session.get_one(Session, session_id)
    row.confirmed_at = clock.now()
    identity.forget()


def end(user_id: int, session_id: int) -> None:
    """End one session of the account; NotFound for a session of somebody else."""
    with transaction():
        row = db.session.get(Session, session_id)
        if row is None or row.user_id != user_id:
            raise NotFound
        row.ended_at = row.ended_at or clock.now()


def end_all(user_id: int, keep: int | None = None) -> int:
    """End the sessions of the account but *keep*; returns how many. Inside transaction()."""
    query = select(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    ended = [row for row in db.session.scalars(query) if row.id != keep]
    for row in ended:
        row.ended_at = clock.now()
    return len(ended)


def open_sessions(user_id: int, *, staff: bool) -> list[Session]:
    """The sessions in which the account is signed in now, the last used first."""
    now = clock.now()
    query = select(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    rows = db.session.scalars(query.order_by(Session.last_seen_at.desc(), Session.id.desc()))
    return [row for row in rows if not identity.expired(row.created_at, row.last_seen_at, now, staff=staff)]


def leave() -> None:
    """Sign out: the session ends in the database, so a copy of the cookie is worth nothing."""
    who = identity.current()
    if who.id is not None and who.session_id is not None:
        end(who.id, who.session_id)
    session.clear()
    identity.forget()
