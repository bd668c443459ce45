"""Permissions of the record layer."""

from portal.i18n import _l
from portal.people.rights import Permission

EVERYONE_INSIDE = (
    "administrator",
    "coordinator",
    "focal_point",
    "desk_officer",
    "commission_officer",
    "local_officer",
    "cs_editor",
    "external_reviewer",
    "observer",
)
WORKING = tuple(role for role in EVERYONE_INSIDE if role not in ("observer", "external_reviewer"))

PERMISSIONS = [
    Permission("records.read", _l("Open what one may see"), ("public",)),
    Permission("records.comment", _l("Comment on records"), tuple(r for r in EVERYONE_INSIDE if r != "observer")),
    Permission("records.work", _l("Link, attach and share"), WORKING),
]
