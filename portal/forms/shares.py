"""How much of the room for waiting files one address takes, so that nobody takes it from all others.

Counted in the memory of the process and nowhere else, also where other limits are counted in Redis: nothing of an
address is written, be the form anonymous or not. What is answered is given back. An address stands there concealed, and
is forgotten after a day or with the process.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from flask import current_app, has_request_context

from portal.people.limits import address, concealed

if TYPE_CHECKING:
    from limits.storage import MemoryStorage

MOST = 256 * 1024 * 1024
"""Bytes that wait for answers from one address."""
DAY = 24 * 60 * 60


@functools.cache
def _counter() -> MemoryStorage:
    from limits.storage import MemoryStorage

    return MemoryStorage()


def _key() -> str:
    """Whose share is counted in this request; "" where none is."""
    if not has_request_context() or not current_app.config.get("RATELIMIT_ENABLED", True):
        return ""
    return f"forms.shares/{concealed(address())}"


def take(size: int) -> bool:
    """Count *size* bytes from the address of the request; False, and nothing counted, where they are too many."""
    key = _key()
    if not key:
        return True
    if _counter().incr(key, DAY, size) <= MOST:
        return True
    _counter().decr(key, size)
    return False


def give_back(size: int) -> None:
    """The address of the request has answered: *size* bytes of its files wait no longer."""
    if size and (key := _key()):
        _counter().decr(key, size)
