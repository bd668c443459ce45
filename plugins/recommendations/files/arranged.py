"""Writing what a table says of the arrangement of recommendations: targets, clusters, sub-points."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from portal.api import Content

from ..register import arranging
from .existing import Values

FIELDS: Final = ("targets", "clusters", "points")
"""The fields of a comparison that are written here."""


def write(record_id: int, values: Values, fields: Collection[str], clusters: dict[str, int]) -> None:
    """Make *fields* of a recommendation what *values* say; *clusters* are ids by code. Inside a transaction."""
    if "points" in fields:
        points = {letter: Content.of(en=en or None, mn=mn or None) for letter, en, mn in values["points"]}
        arranging.set_points(record_id, points)
    if "targets" in fields:
        arranging.set_targets(record_id, values["targets"])
    if "clusters" in fields:
        arranging.set_clusters(record_id, [clusters[code] for code in values["clusters"]])


def ids() -> dict[str, int]:
    """The ids of all clusters by code."""
    return {row.code: row.id for row in arranging.clusters()}
