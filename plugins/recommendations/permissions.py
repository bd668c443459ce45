"""Who may do what with recommendations and ratings."""

from __future__ import annotations

from portal.api import Permission, _l

RATERS = ("focal_point", "coordinator", "cs_editor", "commission_officer")
"""Each rates with the voice of the own organisation."""

PERMISSIONS = [
    Permission("recommendations.read", _l("Read recommendations and published ratings"), ("public",)),
    Permission("recommendations.import", _l("Import recommendations from UN files"), ("coordinator",)),
    Permission(
        "recommendations.edit", _l("Edit the translation and the responsible bodies"), ("coordinator", "focal_point")
    ),
    Permission("recommendations.position", _l("Record a change of position"), ("coordinator",)),
    Permission("recommendations.assess", _l("Rate recommendations with the voice of one's organisation"), RATERS),
    Permission("recommendations.validate", _l("Validate ratings that others of the own voice drafted"), RATERS),
    Permission("recommendations.publish", _l("Publish ratings, and answer those who challenge them"), RATERS),
    Permission("recommendations.challenge", _l("Challenge published ratings of other voices"), RATERS),
]
