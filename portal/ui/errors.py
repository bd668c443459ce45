"""Pages that say what went wrong, where, and what to do; without menu where the portal itself is in trouble."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import render_template, request
from werkzeug.exceptions import default_exceptions

from portal.i18n import LazyString
from portal.text import UnreadableText, nfc
from portal.ui.conflict import current_conflict
from portal.ui.redirects import safe_redirect

PAGES = frozenset({400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 507})
_LIBRARY = frozenset({400, 405, 413, 415, 500, 503, 507})
_SECRET = ("password", "csrf_token", "code", "token", "_lang")
_RESEND_LIMIT = 200_000


def error_page(code: int | str, **context: Any) -> str:
    """The page of an error: a status such as 404, or ``"csrf"`` for a form whose token has expired.

    ``description`` is shown where it says more than the standard; ``reference`` names the entry of the log,
    ``module`` a module that is off, ``retry_after`` seconds. A request of htmx gets the message alone.
    """
    name = str(code) if code == "csrf" or code in PAGES else ("500" if _status(code) >= 500 else "400")
    context["code"] = 400 if code == "csrf" else code
    context["description"] = own_words(context["code"], context.get("description"))
    if code == 409:
        context["conflict"] = current_conflict()
        context["again"] = _again()
    if code in ("csrf", 507):
        context["resend"] = _resend(without_files=code == 507)
        context["files"] = any(each.filename for each in request.files.values())
    if request.headers.get("HX-Request") == "true" and code != 409:
        return render_template("errors/fragment.html", name=name, **context)
    return render_template(f"errors/{name}.html", **context)


def _again() -> str:
    """The page whose button or form was sent: its address may take nothing but what was sent."""
    came_from = urlsplit(request.referrer or "")
    readable = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    here = request.path if readable else "/"
    return safe_redirect(came_from.path, here) if came_from.netloc == request.host else here


def _status(code: int | str) -> int:
    return code if isinstance(code, int) else 400


def own_words(code: int, description: Any) -> str:
    """A description that the portal wrote; what Werkzeug, Flask-WTF or Flask-Limiter say is English only.

    Ours are lazy texts, or strings handed to ``abort()`` with a status that libraries do not raise.
    """
    if isinstance(description, LazyString):
        return str(description)
    known = default_exceptions.get(code)
    if not isinstance(description, str) or code in _LIBRARY or (known and description == known.description):
        return ""
    if code == 429 and re.match(r"\d+ per ", description):
        return ""
    return description


def _resend(without_files: bool) -> list[tuple[str, str]] | None:
    """What was typed, to be sent again with a fresh token; None where the form did not come from this site.

    No page can repeat files: a form with some is offered only *without_files*.

    A session that ended while someone was writing must not cost them the text. Only a browser that vouches that
    the request came from our own page gets this; secrets are never repeated.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin" or request.method != "POST":
        return None
    if request.files and not without_files:
        return None
    try:
        sent = [(nfc(name), nfc(value)) for name, value in request.form.items(multi=True)]
    except UnreadableText:
        return None
    if sum(len(value) for _name, value in sent) > _RESEND_LIMIT:
        return None
    return [(name, value) for name, value in sent if not any(secret in name.lower() for secret in _SECRET)]
