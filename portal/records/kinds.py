"""Kinds of records, declared by modules through a hook and asked for everywhere a record is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    ``view_endpoint`` takes ``record_id``; ``new_endpoint`` is offered on records of ``from_kinds`` (with
    ``?from=<id>``) to those who have ``new_permission``. ``open_statuses`` are those in which a record waits
    for its owner in "my work". ``statuses`` maps each status to its label.
    """

    name: str
    title: Any
    plugin: str
    view_endpoint: str
    new_endpoint: str | None = None
    new_title: Any = None
    new_permission: str = ""
    from_kinds: tuple[str, ...] = ()
    icon: str = "file"
    statuses: dict[str, Any] = field(default_factory=dict)
    tones: dict[str, str] = field(default_factory=dict)
    open_statuses: tuple[str, ...] = ()
    commentable: bool = True
    attachable: bool = True
    links_to: tuple[str, ...] = ()


class DuplicateKind(ValueError):
    """Two modules declared a kind of one name."""


class Kinds:
    """The kinds of this process and which modules are on now."""

    def __init__(self) -> None:
        self._by_name: dict[str, Kind] = {}
        self.on_plugins: Callable[[], Collection[str]] = frozenset

    def declare(self, kinds: Iterable[Kind]) -> None:
        """Add kinds; raises DuplicateKind unless the same kind is declared again."""
        for kind in kinds:
            old = self._by_name.get(kind.name)
            if old is not None and (old.plugin, old.view_endpoint) != (kind.plugin, kind.view_endpoint):
                raise DuplicateKind(f"{kind.name}: {old.plugin} and {kind.plugin}")
            self._by_name[kind.name] = kind

    def get(self, name: str) -> Kind | None:
        """The kind of that name, ``None`` where its module is not installed."""
        return self._by_name.get(name)

    def plugin(self, name: str) -> str:
        """The module of a kind; raises KeyError for a kind nobody declared."""
        return self._by_name[name].plugin

    def live(self, name: str) -> Kind | None:
        """The kind where its module is on, else ``None``."""
        kind = self._by_name.get(name)
        return kind if kind is not None and kind.plugin in self.on_plugins() else None

    def makeable_from(self, name: str) -> list[Kind]:
        """Live kinds that can be made from a record of kind *name*, by name."""
        on = self.on_plugins()
        return [
            kind
            for _, kind in sorted(self._by_name.items())
            if name in kind.from_kinds and kind.new_endpoint and kind.plugin in on
        ]

    def all(self) -> list[Kind]:
        """Every live kind, by name."""
        on = self.on_plugins()
        return [kind for _, kind in sorted(self._by_name.items()) if kind.plugin in on]


kinds = Kinds()
