"""Who may do what with recommendations and ratings."""

from __future__ import annotations

from portal.api import Identity, Organisation, Permission, _l, db, select

RATERS = ("focal_point", "coordinator", "cs_editor", "commission_officer")
"""Each rates with the voice of the own organisation."""

INSIDE = (*RATERS, "desk_officer", "local_officer")
"""Those who work with the bodies."""

PERMISSIONS = [
    Permission("recommendations.read", _l("Read recommendations and published ratings"), ("public",)),
    Permission("recommendations.import", _l("Import recommendations from UN files"), ("coordinator",)),
    Permission(
        "recommendations.edit", _l("Edit the translation and the responsible bodies"), ("coordinator", "focal_point")
    ),
    Permission("recommendations.archive", _l("Archive recommendations and take them back"), ("coordinator",)),
    Permission("recommendations.arrange", _l("Keep clusters and voluntary pledges"), ("coordinator",)),
    Permission("recommendations.contacts", _l("See the focal points of the responsible bodies"), INSIDE),
    Permission(
        "recommendations.concern",
        _l("Record concerns and link them with later recommendations"),
        ("coordinator", "cs_editor", "commission_officer"),
    ),
    Permission("recommendations.translate", _l("Translate recommendations and propose texts"), RATERS),
    Permission("recommendations.agree_translation", _l("Agree on a translation for civil society"), ("cs_editor",)),
    Permission("recommendations.official_translation", _l("Make a translation official"), ("coordinator",)),
    Permission(
        "recommendations.dispute_translation",
        _l("Dispute a translation"),
        ("cs_editor", "commission_officer", "coordinator"),
    ),
    Permission("recommendations.glossary", _l("Keep the glossary of agreed words"), ("coordinator", "cs_editor")),
    Permission("recommendations.position", _l("Record a change of position"), ("coordinator",)),
    Permission("recommendations.assess", _l("Rate recommendations with the voice of one's organisation"), RATERS),
    Permission("recommendations.validate", _l("Validate ratings that others of the own voice drafted"), RATERS),
    Permission("recommendations.publish", _l("Publish ratings, and answer those who challenge them"), RATERS),
    Permission("recommendations.challenge", _l("Challenge published ratings of other voices"), RATERS),
]


def organisation(user: Identity) -> int | None:
    """The organisation a coordinator imports for: the first of those they coordinate."""
    mine = [grant.org_id for grant in user.grants if grant.role == "coordinator" and grant.org_id is not None]
    if not mine:
        return None
    return db.session.scalar(select(Organisation.id).where(Organisation.id == mine[0]))
