"""The signed cookie: Flask's, but it is the database that says when a session ends."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature


class CookieSessions(SecureCookieSessionInterface):
    """Reads the cookie without looking at its age.

    Flask refuses a cookie that seems to come from the future: when a server's clock steps back by a second,
    everyone would be signed out. Sessions, links and steps of signing in have their times in the database.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The content of the cookie; empty where there is none or its signature is wrong."""
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        value = request.cookies.get(self.get_cookie_name(app))
        if not value:
            return self.session_class()
        try:
            return self.session_class(serializer.loads(value))
        except BadSignature:
            return self.session_class()
