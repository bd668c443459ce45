"""Who may do what with reports."""

from __future__ import annotations

from portal.api import Forbidden, Identity, Permission, Record, _l

WRITING = ("coordinator", "cs_editor", "commission_officer")
"""Those who write reports, each for their own organisation: the record layer keeps them to it."""
INSIDE = (
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

PERMISSIONS = [
    Permission("reports.read", _l("Read reports one may see"), ("public",)),
    Permission("reports.make", _l("Make files of reports"), INSIDE),
    Permission("reports.write", _l("Write reports of one's organisation"), WRITING),
    Permission("reports.finalise", _l("Finalise, publish and reopen reports"), WRITING),
]


def may(user: Identity, permission: str, record: Record) -> bool:
    """Whether *user* holds the permission for the organisation of *record*."""
    return user.can(permission, org_id=record.org_id)


def require(user: Identity, permission: str, record: Record) -> None:
    """Raise Forbidden where ``may`` says no."""
    if not may(user, permission, record):
        raise Forbidden
