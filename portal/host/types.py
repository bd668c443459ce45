"""The small frozen values that modules hand to the host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu; shown to those who have *permission*."""

    title: Any
    endpoint: str
    icon: str = "file"
    order: int = 100
    permission: str = "signed_in"
    group: Any = ""


@dataclass(frozen=True)
class Panel:
    """A part of a core page: a template of the module and its context."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100
    title: Any = ""


@dataclass(frozen=True)
class Command:
    """``portal <plugin> <name>``, a click command."""

    name: str
    command: Any


@dataclass(frozen=True)
class Event:
    """Something that happened, told after the commit: ids only, never objects."""

    name: str
    record_id: int | None = None
    ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class JobSpec:
    """A background function ``function(progress, **arguments)``; *crontab* (five fields) where it runs by itself."""

    name: str
    function: Callable[..., Any]
    crontab: str = ""


@dataclass(frozen=True)
class Settings:
    """What administrators may set: *form* derives from portal.api.Form, *defaults* has a value for each field."""

    form: type[Any]
    defaults: Mapping[str, Any]


@dataclass(frozen=True)
class DemoLoader:
    """A module's demo data: ``load(demo)``, run in the order of *order* over all modules.

    ``cleared(ids)`` takes away what the module worked out from records of these ids, which have just gone.
    """

    order: int
    load: Callable[[Any], None]
    cleared: Callable[[list[int]], None] | None = None
