"""Permissions of the plugin host."""

from portal.i18n import _l
from portal.people.rights import Permission

PERMISSIONS = [
    Permission("plugins.manage", _l("Switch modules on and off"), ("administrator",)),
    Permission(
        "plugins.choose",
        _l("Choose the modules of an organisation"),
        ("administrator", "organisation_administrator"),
    ),
    Permission(
        "plugins.choose_own", _l("Choose the modules of one's own organisation"), ("organisation_administrator",)
    ),
]
