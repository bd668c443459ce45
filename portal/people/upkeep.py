"""What the portal forgets about accounts: sessions and links that are long over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import current_app
from sqlalchemy import or_, select

from portal import clock
from portal.db import db, transaction
from portal.people.models import ApiToken, Session, Token

KEPT: Final = timedelta(days=30)
"""How long an ended session or token and a used or expired link stay, for questions about a sign-in."""
_AT_ONCE: Final = 500


def tidy(progress: Any) -> int:
    """Delete sessions, links and tokens that ended more than KEPT ago; returns how many. Runs every night."""
    over = clock.now() - KEPT
    oldest = over - timedelta(hours=int(current_app.config.get("SESSION_HOURS", 12)))
    sessions = select(Session).where(or_(Session.ended_at < over, Session.created_at < oldest)).limit(_AT_ONCE)
    tokens = select(Token).where(Token.expires_at < over).limit(_AT_ONCE)
    count = 0
    programs = select(ApiToken).where(or_(ApiToken.expires_at < over, ApiToken.revoked_at < over)).limit(_AT_ONCE)
    for query in (sessions, tokens, programs):
        while True:
            with transaction():
                rows = db.session.scalars(query).all()
                for row in rows:
                    db.session.delete(row)
            count += len(rows)
            progress.step(count)
            if len(rows) < _AT_ONCE:
                break
    return count
