"""The roles of the portal, the kinds and voices of organisations, and the functions of a grant."""

from __future__ import annotations

from typing import Final

from portal.i18n import _l

PUBLIC: Final = "public"
"""The role that everyone has, signed in or not."""

ROLES: Final = {
    "administrator": _l("Administrator"),
    "organisation_administrator": _l("Organisation administrator"),
    "coordinator": _l("Coordinator"),
    "focal_point": _l("Focal point"),
    "desk_officer": _l("Desk officer"),
    "commission_officer": _l("Commission officer"),
    "local_officer": _l("Local government officer"),
    "cs_editor": _l("Civil-society editor"),
    "external_reviewer": _l("External reviewer"),
    "observer": _l("Observer"),
}
"""Code name → title of every role that can be granted (A1-A23 of the process)."""

SECOND_FACTOR_ROLES: Final = frozenset({"administrator", "coordinator", "commission_officer"})
"""Roles that need a second factor where PORTAL_REQUIRE_TOTP is on."""

STAFF_ROLES: Final = frozenset({"administrator", "coordinator", "focal_point", "desk_officer", "commission_officer"})
"""Roles whose sessions end after the shorter idle time."""

FUNCTIONS: Final = {
    "main": _l("Main"),
    "deputy": _l("Deputy"),
    "validator": _l("Validator"),
}
"""What a focal point does within the organisation: each with a term of its own."""

KINDS: Final = {
    "cabinet": _l("Government (Cabinet)"),
    "ministry": _l("Ministry"),
    "agency": _l("Agency"),
    "nhri": _l("National human rights institution"),
    "commission_office": _l("Office of the Commission"),
    "local_government": _l("Local government"),
    "sub_committee": _l("Sub-committee"),
    "working_group": _l("Working group"),
    "coalition": _l("Coalition of organisations"),
    "ngo": _l("Non-governmental organisation"),
    "foundation": _l("Foundation"),
    "international": _l("International organisation"),
}
"""Kinds of organisations."""

VOICES: Final = {
    "government": _l("Government"),
    "nhri": _l("National human rights institution"),
    "civil_society": _l("Civil society"),
    "international": _l("International organisations"),
}
"""Voices that rate and report; they are shown side by side and never mixed."""
