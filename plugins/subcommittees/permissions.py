"""Who may do what with tasks."""

from portal.api import Permission, _l

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
    Permission("subcommittees.read", _l("Read tasks one may see"), INSIDE),
    Permission(
        "subcommittees.create",
        _l("Give tasks to a sub-committee"),
        ("coordinator", "desk_officer", "commission_officer", "focal_point"),
    ),
    Permission("subcommittees.report", _l("Report on tasks and close them"), ("coordinator", "desk_officer")),
]
