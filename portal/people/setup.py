"""Joining the room to an application."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager

from portal import jobs
from portal.people import (
    account_views,
    accounts,
    api_tokens,
    identity,
    organisation_views,
    token_views,
    upkeep,
    user_views,
    views,
)
from portal.people.cookie import CookieSessions
from portal.people.limits import limiter

BLUEPRINTS = ((views.account, "/account"), (user_views.people, "/people"))
"""The blueprints of this room and where they stand."""

assert account_views
assert organisation_views
assert token_views


def init_people(app: Flask) -> None:
    """Sessions, ``current_user`` and rate limits for *app*.

    Of Flask-Login only ``current_user`` is used: there is no "remember me", so its cookie is never looked after.
    """
    limiter.init_app(app)
    app.session_interface = CookieSessions()
    app.config["SESSION_PROTECTION"] = None
    manager = LoginManager()
    manager.anonymous_user = identity.Identity.anonymous  # type: ignore[assignment]
    app.login_manager = manager  # type: ignore[attr-defined]

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(token: str) -> identity.Identity | None:
        """Flask-Login's ``current_user`` is the identity of the request."""
        found = identity.current()
        return found if found.signed_in else None

    app.after_request(identity.touch)
    app.after_request(api_tokens.touch)
    jobs.register("people_reset", accounts.send_reset)
    jobs.schedule("people_tidy", "40 3 * * *", upkeep.tidy)
