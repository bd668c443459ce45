"""Permissions of forms."""

from portal.i18n import _l
from portal.people.rights import Permission

BUILDERS = ("coordinator", "commission_officer", "cs_editor", "focal_point", "desk_officer")

PERMISSIONS = [
    Permission("forms.build", _l("Build and publish forms"), BUILDERS),
    Permission("forms.read", _l("Read the answers of one's forms"), (*BUILDERS, "local_officer")),
    Permission("forms.fill", _l("Fill forms one is asked to"), (*BUILDERS, "local_officer")),
]
