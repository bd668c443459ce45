"""Voluntary pledges and concerns as rows of tables: for lists, files, reports and open data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from portal.api import (
    DataColumn,
    Identity,
    Link,
    Record,
    Select,
    _l,
    and_,
    db,
    lazy_pgettext,
    lists,
    or_,
    records,
)

from ..models import Recommendation
from ..register_models import Concern, Pledge
from ..register_scales import CONCERN_STATUSES, CONCERN_TONES, PLEDGE_STATUSES, PLEDGE_TONES
from . import promises
from .arranging_forms import known_cycles
from .counted import active

BATCH: Final = 500
"""Rows whose parts are read together."""

PLEDGE_COLUMNS: Final = (
    DataColumn("id", _l("Record number"), "integer"),
    DataColumn("country", _l("State under review")),
    DataColumn("cycle", _l("Cycle"), "integer"),
    DataColumn("number", _l("Number")),
    DataColumn("text", _l("Voluntary pledge"), "content"),
    DataColumn("made_on", lazy_pgettext("pledge", "Made on"), "date"),
    DataColumn("document", _l("Document")),
    DataColumn("paragraph", lazy_pgettext("source", "Paragraph")),
    DataColumn("lead", _l("Leading body"), "content"),
    DataColumn("status", _l("State"), "select", PLEDGE_STATUSES),
    DataColumn("progress", _l("What was done"), "content"),
)
CONCERN_COLUMNS: Final = (
    DataColumn("id", _l("Record number"), "integer"),
    DataColumn("country", _l("State under review")),
    DataColumn("cycle", _l("Raised in cycle"), "integer"),
    DataColumn("name", _l("Concern"), "content"),
    DataColumn("text", _l("What it is about"), "content"),
    DataColumn("raised_on", _l("Raised on"), "date"),
    DataColumn("org", _l("Raised by"), "content"),
    DataColumn("status", _l("State"), "select", CONCERN_STATUSES),
    DataColumn("settled_reason", _l("Why it is settled")),
    DataColumn("recommendations", _l("Linked recommendations"), "list"),
)
"""``recommendations`` are as in their addresses: ``mn/3/116.21``."""


def pledge_columns() -> list[lists.Column]:
    """The columns of the list of pledges."""
    link = "/recommendations/pledges/{id}"
    return [
        lists.Column("number", lazy_pgettext("column", "No."), sort="number_sort", link=link),
        lists.Column("text", _l("Voluntary pledge"), link=link, format="content"),
        lists.Column("cycle", _l("Cycle"), sort=True, format="number"),
        lists.Column("lead", _l("Leading body"), format="content"),
        lists.Column("status", _l("State"), format="status", labels=PLEDGE_STATUSES, tones=PLEDGE_TONES),
    ]


def pledge_filters() -> list[lists.Filter]:
    """By words, cycle and what became of it."""
    return [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("cycle", _l("Cycle"), choices=known_cycles, where=Pledge.cycle),
        lists.Filter("status", _l("State"), choices=PLEDGE_STATUSES, where=Record.status),
    ]


def concern_columns() -> list[lists.Column]:
    """The columns of the list of concerns."""
    link = "/recommendations/concerns/{id}"
    return [
        lists.Column("name", _l("Concern"), sort={"mn": "sort_mn", "en": "sort_en"}, link=link, format="content"),
        lists.Column("cycle", _l("Raised in cycle"), sort=True, format="number"),
        lists.Column("raised_on", _l("Raised on"), sort=True, format="date"),
        lists.Column("org", _l("Raised by"), format="content"),
        lists.Column("number", _l("Linked recommendations"), format="number"),
        lists.Column("status", _l("State"), format="status", labels=CONCERN_STATUSES, tones=CONCERN_TONES),
    ]


def concern_filters() -> list[lists.Filter]:
    """By words, the cycle it was raised in and whether it persists."""
    return [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("cycle", _l("Cycle"), choices=known_cycles, where=Concern.cycle),
        lists.Filter("status", _l("State"), choices=CONCERN_STATUSES, where=Record.status),
    ]


def pledges(stmt: Select[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a statement of ``promises.pledges`` with all their parts."""
    stmt = stmt.add_columns(Pledge.document, Pledge.paragraph, Pledge.progress)
    for row in db.session.execute(stmt.execution_options(yield_per=BATCH)):
        yield dict(row._mapping)


def concerns(user: Identity, stmt: Select[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a statement of ``promises.concerns``, with the recommendations linked that *user* sees."""
    stmt = stmt.add_columns(Concern.text, Concern.settled_reason)
    for rows in db.session.execute(stmt.execution_options(yield_per=BATCH)).partitions(BATCH):
        linked = _linked(user, [row.id for row in rows])
        for row in rows:
            yield {**row._mapping, "recommendations": linked[row.id]}


def _linked(user: Identity, ids: list[int]) -> dict[int, list[str]]:
    there = or_(
        and_(Link.target_id == Record.id, Link.source_id.in_(ids)),
        and_(Link.source_id == Record.id, Link.target_id.in_(ids)),
    )
    stmt = (
        records.rows(
            user,
            "recommendation",
            Record.id,
            Recommendation.country,
            Recommendation.cycle,
            Recommendation.number,
            Recommendation.number_sort,
            Link.source_id,
            Link.target_id,
        )
        .join(Recommendation, Recommendation.record_id == Record.id)
        .join(Link, there)
        .where(active())
        .order_by(Recommendation.country, Recommendation.cycle, Recommendation.number_sort)
    )
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for row in db.session.execute(stmt):
        concern = row.target_id if row.source_id == row.id else row.source_id
        found[concern][f"{row.country.lower()}/{row.cycle}/{row.number}"] = None
    return defaultdict(list, {concern: list(addresses) for concern, addresses in found.items()})


def pledge_rows(user: Identity, cycle: str | int = "", status: str = "", country: str = "") -> Iterator[dict[str, Any]]:
    """A row per pledge, by cycle and number."""
    stmt = _narrowed(promises.pledges(user), Pledge, cycle, status, country)
    return pledges(stmt.order_by(Pledge.country, Pledge.cycle, Pledge.number_sort, Record.id))


def concern_rows(
    user: Identity, cycle: str | int = "", status: str = "", country: str = ""
) -> Iterator[dict[str, Any]]:
    """A row per concern, by cycle and day; *cycle* is the one it was raised in."""
    stmt = _narrowed(promises.concerns(user), Concern, cycle, status, country)
    return concerns(user, stmt.order_by(Concern.country, Concern.cycle, Concern.raised_on, Record.id))


def _narrowed(stmt: Select[Any], model: Any, cycle: str | int, status: str, country: str) -> Select[Any]:
    if cycle not in ("", None):
        stmt = stmt.where(model.cycle == int(cycle))
    if status:
        stmt = stmt.where(Record.status == status)
    return stmt.where(model.country == country) if country else stmt
