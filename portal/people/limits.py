"""Rate limits: counted in memory, or in Redis by LIMITER_STORAGE_URL; no address is ever kept in clear."""

from __future__ import annotations

import functools
import hashlib
import hmac
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from portal import clock
from portal.i18n import _

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter

P = ParamSpec("P")
R = TypeVar("R")


class _Counter:
    """The counter of an application, made when something is counted for the first time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._made: MovingWindowRateLimiter | None = None

    def get(self) -> MovingWindowRateLimiter:
        """The one counter, in whichever thread."""
        from limits.storage import storage_from_string
        from limits.strategies import MovingWindowRateLimiter

        with self._lock:
            if self._made is None:
                self._made = MovingWindowRateLimiter(storage_from_string(self._url))
            return self._made


class Limiter:
    """Counts per application. A rule is written like ``"5 per 5 minutes"``."""

    def init_app(self, app: Flask) -> None:
        """Count where LIMITER_STORAGE_URL says; RATELIMIT_ENABLED = False switches limits off."""
        url = str(app.config.get("LIMITER_STORAGE_URL") or "memory://")
        app.extensions["portal_limiter"] = counter = _Counter(url)
        if not url.startswith("memory:"):
            counter.get()  # a wrong address is told at the start

    @property
    def _strategy(self) -> MovingWindowRateLimiter | None:
        if not current_app.config.get("RATELIMIT_ENABLED", True):
            return None
        found: _Counter | None = current_app.extensions.get("portal_limiter")
        return found.get() if found else None

    def hit(self, rule: str, scope: str, *keys: str) -> int:
        """Count one act of *scope* by *keys*; 0 where it is allowed, else the seconds to wait."""
        strategy = self._strategy
        if strategy is None:
            return 0
        from limits import parse

        item, names = parse(rule), (scope, *map(concealed, keys))
        if strategy.hit(item, *names):
            return 0
        stats = strategy.get_window_stats(item, *names)
        return max(1, math.ceil(stats.reset_time - clock.now().timestamp()))

    def clear(self, rule: str, scope: str, *keys: str) -> None:
        """Forget what was counted: the person proved to be the right one."""
        if strategy := self._strategy:
            from limits import parse

            strategy.clear(parse(rule), scope, *map(concealed, keys))

    def check(self, rule: str, scope: str, *keys: str) -> None:
        """Count one act; raises TooManyRequests (429 with Retry-After) beyond the rule."""
        if wait := self.hit(rule, scope, *keys):
            raise too_many(wait)

    def limit(self, rule: str, scope: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Decorate a view: each address may do this so often; only requests that change something count."""

        def decorate(view: Callable[P, R]) -> Callable[P, R]:
            name = scope or f"{view.__module__}.{view.__qualname__}"

            @functools.wraps(view)
            def limited(*args: P.args, **kwargs: P.kwargs) -> R:
                if request.method not in ("GET", "HEAD", "OPTIONS"):
                    self.check(rule, name, address())
                return view(*args, **kwargs)

            return limited

        return decorate


limiter = Limiter()
"""The limiter of the portal; ``limiter.limit("20 per minute")`` decorates views that anybody can send to."""


def address() -> str:
    """The address of the reader, after the proxies that the settings trust; only ever kept concealed."""
    return request.remote_addr or ""


def concealed(key: str) -> str:
    """A key under which nobody reads an address or a name."""
    secret = str(current_app.config["SECRET_KEY"]).encode("utf-8")
    return hmac.new(secret, key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def too_many(wait: int) -> TooManyRequests:
    """The error for *wait* more seconds."""
    minutes = math.ceil(wait / 60)
    text = _("Too many attempts. Try again in %(minutes)s min.", minutes=minutes)
    return TooManyRequests(description=text, retry_after=wait)
