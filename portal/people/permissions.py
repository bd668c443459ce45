"""The permissions of this room."""

from __future__ import annotations

from typing import Final

from portal.i18n import _l
from portal.people.rights import Permission
from portal.people.roles import ROLES

PERMISSIONS: Final = (
    Permission("people.manage", _l("Manage accounts, roles and organisations"), ("administrator",)),
    Permission("people.read_directory", _l("Read the directory of organisations and offices"), tuple(ROLES)),
)
