"""Single-use secrets: invitations, resets, and the bridge between the two steps of signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from flask import current_app, has_request_context, request
from sqlalchemy import select

from portal import clock
from portal.db import db
from portal.people.models import Token, User
from portal.people.tokens import digest, new_token

Purpose = Literal["invite", "reset", "second"]

LIFETIMES: Final[dict[str, timedelta]] = {
    "invite": timedelta(days=7),
    "reset": timedelta(hours=1),
    "second": timedelta(minutes=5),
}
"""How long each kind of secret is good."""


def issue(purpose: Purpose, user_id: int) -> str:
    """Make a secret for the account; earlier ones of the same purpose stop working. Inside transaction()."""
    now = clock.now()
    withdraw(purpose, user_id)
    token = new_token()
    row = Token(purpose=purpose, token_hash=digest(token), user_id=user_id, created_at=now)
    row.expires_at = now + LIFETIMES[purpose]
    db.session.add(row)
    db.session.flush()
    return token


def withdraw(purpose: Purpose, user_id: int) -> None:
    """Make the open secrets of the account useless. Inside transaction()."""
    now = clock.now()
    for row in db.session.scalars(
        select(Token).where(Token.user_id == user_id, Token.purpose == purpose, Token.used_at.is_(None))
    ):
        row.used_at = now


def find(purpose: Purpose, token: str, *, lock: bool = False) -> tuple[Token, User] | None:
    """The unused, unexpired secret and its account, where that is not disabled; *lock* it inside transaction()."""
    query = (
        select(Token, User)
        .join(User, User.id == Token.user_id)
        .where(
            Token.token_hash == digest(token),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(query).one_or_none()
    if row is None or row[0].expires_at < clock.now():
        return None
    return row[0], row[1]


def redeem(purpose: Purpose, token: str) -> User | None:
    """Use the secret up and return its account; None where it is not good any more. Inside transaction()."""
    found = find(purpose, token, lock=True)
    if found is None:
        return None
    found[0].used_at = clock.now()
    return found[1]


def absolute(endpoint: str, **values: object) -> str:
    """The full address of a page for a mail: from BASE_URL, never from a Host header that nobody checked.

    Without BASE_URL (one machine, development) it is an address of that machine. Works without a request.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    base = str(current_app.config.get("BASE_URL") or "").rstrip("/")
    if not base:
        here = has_request_context() and request.host.partition(":")[0] in ("localhost", "127.0.0.1")
        base = request.host_url.rstrip("/") if here else f"http://127.0.0.1:{current_app.config.get('PORT', 5000)}"
    return base + path
