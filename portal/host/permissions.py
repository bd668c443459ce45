"""Permissions of the plugin host."""

from portal.i18n import _l
from portal.people.rights import Permission

PERMISSIONS = [Permission("plugins.manage", _l("Switch modules on and off"), ("administrator",))]
