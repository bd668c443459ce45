"""What the module shows on the first page."""

from __future__ import annotations

from typing import Any

from portal.api import Identity, Panel, clock, current_locale, datasets

from . import queries

SUMMARY = "recommendations.summary"


def home(user: Identity) -> list[Panel]:
    """For those who write: their drafts, with the words left and the ratings that are missing."""
    if not user.can("reports.write"):
        return []
    drafts = queries.open_drafts(user)
    unrated = _unrated(user) if drafts else {}
    locale = current_locale()
    rows = [
        {
            "id": row.id,
            "title": row.title,
            "due_on": row.due_on,
            "late": row.due_on is not None and row.due_on < clock.today(),
            "words": (row.words or {}).get(locale, 0),
            "limit": row.word_limit,
            "missing": unrated.get((row.country, row.cycle, row.voice)),
        }
        for row in drafts
    ]
    return [Panel("reports/_home.html", {"rows": rows}, order=50)]


def _unrated(user: Identity) -> dict[tuple[str, int, str], int]:
    """How many recommendations each voice has not rated, by country, cycle and voice; one query."""
    if not datasets.available(SUMMARY):
        return {}
    rows: list[Any] = list(datasets.rows(user, SUMMARY))
    return {
        (row["country"], row["cycle"], row["voice"]): row["count"]
        for row in rows
        if row["measure"] == "rating" and row["value"] == "none"
    }
