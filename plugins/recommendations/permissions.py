"""Who may do what with recommendations and ratings."""

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
]
