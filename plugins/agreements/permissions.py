"""Who may do what with agreements."""

from portal.api import Permission, _l

PERMISSIONS = [
    Permission("agreements.read", _l("Read agreements one may see"), ("public",)),
    Permission("agreements.make", _l("Make agreements and change their clauses"), ("coordinator",)),
    Permission("agreements.sign", _l("Record the signing of an agreement"), ("coordinator",)),
    Permission("agreements.report", _l("Report progress on the own agreement"), ("local_officer",)),
]
"""Reading is for everyone: which agreements one sees is decided record by record, and a published one is public."""
