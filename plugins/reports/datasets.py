"""The reports as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.api import DataColumn, Dataset, Identity, Record, _l, db, lazy_pgettext

from . import queries
from .models import Report
from .words import KINDS, STATUSES, VOICE_NAMES


def report_rows(user: Identity, cycle: int | str = "", voice: str = "", status: str = "") -> Iterator[dict[str, Any]]:
    """A row per visible report, the latest cycle first; ``words`` as counted at its last save."""
    stmt = queries.listing(user).order_by(Report.cycle.desc(), Record.id)
    if str(cycle).isdecimal():
        stmt = stmt.where(Report.cycle == int(cycle))
    if voice:
        stmt = stmt.where(Report.voice == voice)
    if status:
        stmt = stmt.where(Record.status == status)
    for row in db.session.execute(stmt.execution_options(yield_per=200)):
        words = row.words or {}
        yield {
            "id": row.id,
            "title": row.title,
            "kind": row.kind,
            "voice": row.voice,
            "organisation": row.org,
            "cycle": row.cycle,
            "status": row.status,
            "due_on": row.due_on,
            "finalised_on": row.finalised_on,
            "words_mn": words.get("mn"),
            "words_en": words.get("en"),
            "word_limit": row.word_limit,
        }


DATASETS = [
    Dataset(
        "reports.reports",
        _l("Reports"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("title", lazy_pgettext("report", "Title"), "content"),
            DataColumn("kind", _l("Kind of report"), "select", KINDS),
            DataColumn("voice", _l("Voice"), "select", VOICE_NAMES),
            DataColumn("organisation", _l("Organisation"), "content"),
            DataColumn("cycle", _l("Review cycle"), "integer"),
            DataColumn("status", _l("Status"), "select", STATUSES),
            DataColumn("due_on", _l("Due"), "date"),
            DataColumn("finalised_on", _l("Finalised on"), "date"),
            DataColumn("words_mn", _l("Words in Mongolian"), "integer"),
            DataColumn("words_en", _l("Words in English"), "integer"),
            DataColumn("word_limit", _l("Word limit"), "integer"),
        ),
        report_rows,
        filters=("cycle", "voice", "status"),
        permission="reports.read",
    )
]
