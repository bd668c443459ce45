"""Permissions and the roles that carry them, declared at start by the core and by every plugin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.people.roles import PUBLIC, ROLES
from portal.routing import PUBLIC as PUBLIC_ROUTE
from portal.routing import SIGNED_IN

if TYPE_CHECKING:
    from portal.i18n import LazyString


@dataclass(frozen=True)
class Permission:
    """A right called ``<unit>.<verb>``, its title, and the code names of the roles that carry it.

    With ``public`` among the roles everyone has it, signed in or not. Raises ValueError for a name without a dot
    and for a role that does not exist.
    """

    name: str
    title: LazyString | str
    roles: tuple[str, ...]

    def __post_init__(self) -> None:
        unit, dot, verb = self.name.partition(".")
        if not (unit and dot and verb):
            raise ValueError(f"permission {self.name!r} is not of the form unit.verb")
        if unknown := set(self.roles) - set(ROLES) - {PUBLIC}:
            raise ValueError(f"permission {self.name!r} names unknown roles {sorted(unknown)}")


class DuplicatePermission(ValueError):
    """Two declarations of one permission that differ."""


class PermissionRegistry:
    """All permissions of this process. What is not declared is refused to everyone."""

    def __init__(self) -> None:
        self._permissions: dict[str, Permission] = {}
        self._roles: dict[str, frozenset[str]] = {}

    def declare(self, permission: Permission) -> None:
        """Add *permission*; the very same again is nothing new (a second application in one process).

        Raises DuplicatePermission where another declaration has the name.
        """
        known = self._permissions.setdefault(permission.name, permission)
        if known is not permission and known.roles != permission.roles:
            raise DuplicatePermission(f"permission {permission.name!r} is declared twice")
        self._roles[permission.name] = frozenset(known.roles)

    def withdraw(self, name: str) -> None:
        """Forget a permission: its plugin failed to load."""
        self._permissions.pop(name, None)
        self._roles.pop(name, None)

    def roles(self, name: str) -> frozenset[str]:
        """The roles that carry the permission; none where it is not declared."""
        if name == PUBLIC_ROUTE:
            return frozenset({PUBLIC})
        return self._roles.get(name, frozenset())

    def known(self, name: str) -> bool:
        """Whether *name* is declared, or one of the two marks PUBLIC and SIGNED_IN of portal.routing."""
        return name in self._permissions or name in (PUBLIC_ROUTE, SIGNED_IN)

    def __iter__(self) -> Iterator[Permission]:
        return iter(sorted(self._permissions.values(), key=lambda p: p.name))


registry = PermissionRegistry()
"""The registry that Identity.can() asks; the plugin host declares the plugins' permissions here."""
