"""Logs: one JSON object per line, without secrets; anonymous routes leave nothing of the reader behind.

``structlog.get_logger("portal.<room>")`` anywhere; lines of other libraries take the same form. During a request
each line carries its id, the account and the module. Routes declared with ``log_address=False`` have a format of
their own: method, route and status, the day instead of the moment, and errors without their texts, because an
error may quote what somebody told in confidence.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any, Final, TextIO
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, has_app_context, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from portal.routing import Blueprint

Line = MutableMapping[str, Any]

REMOVED: Final = "[removed]"
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SECRET_NAME: Final = re.compile(r"passw|secret|token|cookie|authorization|csrf|session_id|totp|api_?key", re.I)
_SECRET_PAIR: Final = re.compile(r"(?i)\b([\w-]*(?:passw|secret|token|csrf|api_?key)[\w-]*)(\s*[=:]\s*)[^\s&;,'\"]+")
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/\s@]+@")
_DATABASE_VALUES: Final = re.compile(r"^(\[parameters: |DETAIL:).*$", re.M)
_OBEYED: Final = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_LONG: Final = 16
"""From this length on, a text in an address may be a secret link; ids and names of pages are shorter."""

log = structlog.get_logger("portal.access")


def reference() -> str:
    """A number for an error, such as ``7F3K-9QXA``: shown to the reader and written to the log, easy to say aloud."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def report(error: BaseException, what: str = "error", **details: Any) -> str:
    """Log *error* with its trace and return the reference number under which it stands there, for the 500 page.

    Within one request an error is logged once and keeps its number.
    """
    known = g.get("portal_reported") if has_app_context() else None
    if known is not None and known[0] is error:
        return str(known[1])
    number = reference()
    if has_request_context():
        details = {"method": request.method, "path": _path(), **details}
    structlog.get_logger("portal.errors").error(what, reference=number, exc_info=error, **details)
    if has_app_context():
        g.portal_reported = (error, number)
    return number


def anonymous_route() -> bool:
    """Whether the running request goes to a route declared with ``log_address=False``, by any spelling of it."""
    if "portal_anonymous" not in g:
        name, _, view = _endpoint().rpartition(".")
        blueprint = current_app.blueprints.get(name)
        g.portal_anonymous = isinstance(blueprint, Blueprint) and view in blueprint.unlogged
    return bool(g.portal_anonymous)


def _endpoint() -> str:
    """The endpoint asked for, also where Flask answers by itself (other method, missing slash)."""
    if request.endpoint is not None:
        return request.endpoint
    error = request.routing_exception
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return ""
    try:
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            return str(adapter.match(method=next(iter(error.valid_methods)))[0])
        if isinstance(error, RequestRedirect):
            return str(adapter.match(path_info=urlsplit(error.new_url).path)[0])
    except HTTPException:
        pass
    return ""


def _path() -> str:
    """The path asked for, without query and with secret links cut out."""
    parts = request.path.split("/")
    fixed = set(request.url_rule.rule.split("/")) if request.url_rule else set()
    return "/".join(part if len(part) < _LONG or part in fixed else "…" for part in parts)


def _begin() -> None:
    """Before a request: its id, and the module it goes to."""
    g.portal_begun = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    if anonymous_route():
        structlog.contextvars.bind_contextvars(anonymous=True)
        return
    g.portal_request_id = secrets.token_hex(8)
    structlog.contextvars.bind_contextvars(request_id=g.portal_request_id)
    if request.blueprint:
        structlog.contextvars.bind_contextvars(plugin=request.blueprint)


def _add_user(logger: Any, method: str, line: Line) -> Line:
    """Name the account in lines of a request that has read it; never asks the database for a log line."""
    if has_request_context() and not line.get("anonymous"):
        kept = g.get("portal_identity")
        user_id = kept[1].id if kept else None
        if user_id is not None:
            line.setdefault("user_id", user_id)
    return line


def _access(response: Response) -> Response:
    """After a request: one line."""
    if anonymous_route():
        rule = request.url_rule.rule if request.url_rule else _endpoint()
        log.info("anonymous request", method=request.method, route=rule, status=response.status_code)
        return response
    response.headers["X-Request-ID"] = g.get("portal_request_id", "")
    quiet = request.endpoint is not None and request.endpoint.rpartition(".")[2] in ("static", "healthz", "readyz")
    log.log(
        logging.DEBUG if quiet else logging.INFO,
        "request",
        method=request.method,
        path=_path(),
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("portal_begun", time.perf_counter())) * 1000, 1),
        bytes=response.content_length,
        address=request.remote_addr,
        agent=request.user_agent.string[:200],
        referer=urlsplit(request.referrer or "").netloc or None,
    )
    return response


def _end(error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()


def _unhandled(exc_info: Any) -> None:
    """What Flask calls for an error no view caught; the page for it gets the same number from report()."""
    if isinstance(exc_info[1], BaseException):
        report(exc_info[1], "unhandled error")


def _guard(logger: Any, method: str, line: Line) -> Line:
    """Take out what may not stand in a log."""
    hidden = line.pop("anonymous", False)
    if hidden:
        line["timestamp"] = str(line.get("timestamp", ""))[:10]
        line.pop("path", None)
    for key, value in line.items():
        if _SECRET_NAME.search(key):
            line[key] = REMOVED
        elif isinstance(value, str):
            line[key] = _clean(value)
    return line


def _clean(text: str) -> str:
    text = _CREDENTIALS.sub(f"{REMOVED}@", text)
    return _DATABASE_VALUES.sub(rf"\g<1>{REMOVED}", _SECRET_PAIR.sub(rf"\g<1>\g<2>{REMOVED}", text))


def _traceback(logger: Any, method: str, line: Line) -> Line:
    """The trace of an error as text; on anonymous routes the places only, never the error's own words."""
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return line
    if line.get("anonymous"):
        places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        line["exception"] = f"{type(error).__name__} at {' > '.join(places)}"
    else:
        line["exception"] = "".join(traceback.format_exception(error))
    return line


def _visible(logger: Any, method: str, line: str) -> str:
    """Escape what JSON leaves as it is and a screen obeys: other line ends, marks that turn the direction."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


class _Out(logging.StreamHandler[TextIO]):
    """Writes to the standard stream of the moment, so that a redirected one is followed."""

    def __init__(self, name: str) -> None:
        logging.Handler.__init__(self)
        self.name_of_stream = name

    @property
    def stream(self) -> TextIO:
        """Standard output or standard error."""
        found: TextIO = getattr(sys, self.name_of_stream)
        return found

    @stream.setter
    def stream(self, value: TextIO) -> None:
        raise AttributeError("the stream is chosen by name")


def configure(level: str = "INFO", stream: str = "stdout") -> None:
    """Send all logs of the process to *stream* (``stdout`` or ``stderr``); calling again replaces the former."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _add_user,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _traceback,
        _guard,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _Out(stream)
    rendering: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=repr),
        _visible,
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=rendering))
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, _Out)] + [handler]
    root.setLevel(level.upper())
    for name, floor in _FLOORS.items():
        logging.getLogger(name).setLevel(floor)


_FLOORS: Final = {
    "waitress": logging.ERROR,
    "werkzeug": logging.WARNING,
    "huey": logging.WARNING,
    "alembic": logging.WARNING,
    "PIL": logging.WARNING,
}
"""Libraries whose ordinary lines would name addresses (servers, rate limits), tell what a picture knows of its
author, or repeat what we log ourselves."""


def init_logs(app: Flask) -> None:
    """Log the requests of *app*. Call it first: what is registered first runs first before a request, last after.

    Settings read: LOG_LEVEL and, given by commands whose standard output is a result, LOG_STREAM.
    """
    configure(str(app.config.get("LOG_LEVEL") or "INFO"), str(app.config.get("LOG_STREAM") or "stdout"))
    app.before_request(_begin)
    app.after_request(_access)
    app.teardown_request(_end)
    app.log_exception = _unhandled  # type: ignore[method-assign]
