"""The permission of the room; whoever builds a form registers webhooks of that form by ``forms.build``."""

from portal.i18n import _l
from portal.people.rights import Permission

PERMISSIONS = [
    Permission(
        "webhooks.manage",
        _l("Register webhooks for all forms of an organisation"),
        ("administrator", "organisation_administrator"),
    ),
]
