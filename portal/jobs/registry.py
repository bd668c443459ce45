"""Which functions can run in the background, and which run by the clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

CORE: Final = "core"
"""Plugin name of the portal's own jobs; always on."""

_FIELD: Final = re.compile(r"(\*(/\d+)?|\d+(-\d+(/\d+)?)?)(,(\*(/\d+)?|\d+(-\d+(/\d+)?)?))*")
_TOP: Final = (59, 23, 31, 12, 7)


class BadJob(ValueError):
    """A job that cannot be registered, or a name that nobody registered; the message says why."""


@dataclass(frozen=True)
class Registered:
    """A background function.

    It is called as ``function(progress, **arguments)``. *crontab* has five fields, in the portal's zone; *delays*
    are the seconds to wait before each further attempt after the function raised TryLater.
    """

    name: str
    function: Callable[..., Any]
    plugin: str
    crontab: str = ""
    delays: tuple[int, ...] = ()


_registered: dict[str, Registered] = {}


def register(
    name: str, function: Callable[..., Any], plugin: str = CORE, crontab: str = "", *, delays: tuple[int, ...] = ()
) -> None:
    """Make *function* startable as ``<plugin>.<name>``; raises BadJob for a name taken by another function.

    A *crontab* such as ``0 8 * * 1-5`` (minute, hour, day, month, weekday with 0 = Sunday) starts it by itself,
    without arguments, once for all workers, while the plugin is on. A run missed by less than a day is made up.
    """
    full = full_name(name, plugin)
    if crontab:
        _check(full, crontab)
    known = _registered.get(full)
    if known is not None and _place(known.function) != _place(function):
        raise BadJob(f"two jobs are named {full}")
    _registered[full] = Registered(full, function, plugin, crontab, delays)


def schedule(name: str, crontab: str, function: Callable[..., Any], plugin: str = CORE) -> None:
    """``register`` for a function that runs by the clock only."""
    register(name, function, plugin, crontab)


def full_name(name: str, plugin: str) -> str:
    """*name* with the plugin in front, once."""
    return name if name.startswith(f"{plugin}.") else f"{plugin}.{name}"


def find(name: str) -> Registered:
    """The function registered as *name* (``<plugin>.<name>``); raises BadJob."""
    try:
        return _registered[name]
    except KeyError:
        raise BadJob(f"no job is named {name}") from None


def scheduled() -> list[Registered]:
    """Those that run by the clock, by name."""
    return [_registered[name] for name in sorted(_registered) if _registered[name].crontab]


def _place(function: Callable[..., Any]) -> tuple[Any, Any]:
    return getattr(function, "__module__", None), getattr(function, "__qualname__", function)


def _check(name: str, crontab: str) -> None:
    fields = crontab.split()
    if len(fields) != 5 or not all(_FIELD.fullmatch(field) for field in fields):
        raise BadJob(f"{name}: a crontab has five fields such as '0 8 * * 1-5', not {crontab!r}")
    for field, top in zip(fields, _TOP, strict=True):
        if any(int(number) > top for number in re.findall(r"\d+", field)):
            raise BadJob(f"{name}: {field!r} in the crontab {crontab!r} is out of range")
