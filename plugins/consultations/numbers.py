"""The numbers of recommendations, as far as there is a module that keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.api import Identity, datasets, meetings

from .words import RECOMMENDATION_KIND

DATASET = "recommendations.recommendations"
_NUMBER = re.compile(r"^\d+(?:\.\d+)+")


def of_statements(user: Identity, ids: Iterable[int]) -> dict[int, list[str]]:
    """The numbers of the recommendations each statement is linked with, such as "116.1"; by the statement's id."""
    linked = meetings.linked_to(user, ids, RECOMMENDATION_KIND)
    known = _known(user) if linked else {}
    return {
        statement_id: [known.get(link.id) or _from_title(str(link.title)) for link in links]
        for statement_id, links in linked.items()
    }


def _known(user: Identity) -> dict[int, str]:
    dataset = next((each for each in datasets.datasets(user) if each.name == DATASET), None)
    keys = {column.key for column in dataset.columns} if dataset is not None else set()
    if not {"id", "number"} <= keys:
        return {}
    return {int(row["id"]): str(row["number"]) for row in datasets.rows(user, DATASET)}


def _from_title(title: str) -> str:
    found = _NUMBER.match(title)
    return found[0] if found else title
