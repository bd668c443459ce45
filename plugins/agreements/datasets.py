"""Agreements and clauses as tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from portal.api import DataColumn, Dataset, Identity, Record, Unit, _l, db

from . import linking, progress, queries
from .models import Agreement
from .statuses import CLAUSE_STATUSES, IN_FORCE, STATUSES

AT_ONCE = 100
"""Agreements whose clauses are read together."""


def agreement_rows(user: Identity, year: str | int = "") -> Iterator[dict[str, Any]]:
    """A row per visible agreement, the newest year first."""
    for part in _parts(_rows(user, year)):
        counted = queries.count_clauses([row.id for row in part])
        for row in part:
            yield {
                "id": row.id,
                "unit": row.unit,
                "year": row.year,
                "number": row.number,
                "party": row.party,
                "clauses": counted.get(row.id, 0),
                "status": row.status,
                "sent_on": row.sent_on,
                "signed_on": row.signed_on,
            }


def clause_rows(user: Identity, year: str | int = "") -> Iterator[dict[str, Any]]:
    """A row per clause of the visible agreements, with what was last reported on it."""
    for part in _parts(_rows(user, year)):
        clauses = queries.clauses_of([row.id for row in part])
        linked = linking.recommendations_of(user, [each.id for listed in clauses.values() for each in listed])
        reports = progress.reports([row.id for row in part if row.status in IN_FORCE]) if user.grants else {}
        for row in part:
            latest = progress.latest(reports.get(row.id, []))
            for each in clauses[row.id]:
                period, said = latest.get(each.id, ("", None))
                yield {
                    "id": each.id,
                    "agreement": row.id,
                    "unit": row.unit,
                    "year": row.year,
                    "number": each.number or None,
                    "text": each.text,
                    "indicator": each.indicator,
                    "responsible": each.responsible,
                    "due_on": each.due_on,
                    "status": each.status,
                    "recommendations": [one.number or str(one.title) for one in linked.get(each.id, ())],
                    "period": period,
                    "progress": said.percent if said is not None else None,
                    "reported": said.text if said is not None else "",
                }


def _rows(user: Identity, year: str | int) -> Iterator[Any]:
    stmt = queries.agreement_list(user).order_by(Agreement.year.desc(), Unit.sort_mn, Record.id)
    if str(year).isdecimal():
        stmt = stmt.where(Agreement.year == int(year))
    yield from db.session.execute(stmt)


def _parts(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while part := list(islice(rows, AT_ONCE)):
        yield part


DATASETS = [
    Dataset(
        "agreements.agreements",
        _l("Agreements with local governments"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("unit", _l("Aimag or capital"), "content"),
            DataColumn("year", _l("Year"), "integer"),
            DataColumn("number", _l("Number")),
            DataColumn("party", _l("Local government"), "content"),
            DataColumn("clauses", _l("Clauses"), "integer"),
            DataColumn("status", _l("Status"), "select", STATUSES),
            DataColumn("sent_on", _l("Sent on"), "date"),
            DataColumn("signed_on", _l("Signed on"), "date"),
        ),
        agreement_rows,
        filters=("year",),
        permission="agreements.read",
    ),
    Dataset(
        "agreements.clauses",
        _l("Clauses of the agreements"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("agreement", _l("Agreement"), "integer"),
            DataColumn("unit", _l("Aimag or capital"), "content"),
            DataColumn("year", _l("Year"), "integer"),
            DataColumn("number", _l("Clause"), "integer"),
            DataColumn("text", _l("Text of the clause"), "content"),
            DataColumn("indicator", _l("How one sees that it is done"), "content"),
            DataColumn("responsible", _l("Who carries it out"), "content"),
            DataColumn("due_on", _l("Due"), "date"),
            DataColumn("status", _l("Status"), "select", CLAUSE_STATUSES),
            DataColumn("recommendations", _l("Recommendations it implements"), "list"),
            DataColumn("period", _l("Last report")),
            DataColumn("progress", _l("Progress, %"), "number"),
            DataColumn("reported", _l("What was reported")),
        ),
        clause_rows,
        filters=("year",),
        permission="agreements.read",
    ),
]
