"""Who may do what with consultations."""

from __future__ import annotations

from portal.api import Forbidden, Identity, Permission, Record, _l

WRITING = ("commission_officer", "coordinator", "cs_editor")
"""Those who hold consultations, each for their own organisation: the record layer keeps them to it."""

PERMISSIONS = [
    Permission("consultations.read", _l("Read consultations one may see"), ("public",)),
    Permission("consultations.plan", _l("Plan consultations and write their minutes"), WRITING),
    Permission("consultations.approve", _l("Approve, reopen and share minutes"), WRITING),
    Permission(
        "consultations.export",
        _l("Export consultations and statements"),
        (
            "administrator",
            "coordinator",
            "focal_point",
            "desk_officer",
            "commission_officer",
            "local_officer",
            "cs_editor",
            "external_reviewer",
            "observer",
        ),
    ),
]


def may(user: Identity, permission: str, record: Record) -> bool:
    """Whether *user* holds the permission for the organisation and unit of *record*."""
    return user.can(permission, org_id=record.org_id, unit_id=record.unit_id)


def require(user: Identity, permission: str, record: Record) -> None:
    """Raise Forbidden where ``may`` says no."""
    if not may(user, permission, record):
        raise Forbidden
