"""Indicators and their published values as tables for reports; small groups of persons are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    DataColumn,
    Dataset,
    Identity,
    Link,
    Record,
    _l,
    db,
    force_locale,
    lazy_pgettext,
    records,
    select,
)

from ..indicator_models import Indicator
from ..models import Recommendation
from . import queries, reading
from .words import DIMENSIONS, DIRECTIONS, MEASURES, RELATION, STATUSES


def _rows(user: Identity, cycle: str | int = "") -> list[Any]:
    """The visible indicators that are no drafts, of recommendations of a cycle where given."""
    stmt = queries.rows(user).add_columns(Indicator).where(Record.status != "draft").order_by(Record.id)
    if cycle not in ("", None):
        of_cycle = (
            select(Link.source_id)
            .join(Recommendation, Recommendation.record_id == Link.target_id)
            .where(Link.relation == RELATION, Recommendation.cycle == int(cycle))
        )
        stmt = stmt.where(Record.id.in_(of_cycle))
    return list(db.session.execute(stmt))


def _numbers(user: Identity, ids: list[int]) -> dict[int, list[str]]:
    """The numbers of the visible recommendations of each indicator."""
    stmt = (
        records.rows(user, "recommendation", Link.source_id, Recommendation.number, Recommendation.number_sort)
        .join(Recommendation, Recommendation.record_id == Record.id)
        .join(Link, Link.target_id == Record.id)
        .where(Link.relation == RELATION, Link.source_id.in_(ids))
        .order_by(Recommendation.number_sort)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in db.session.execute(stmt):
        found[row.source_id].append(row.number)
    return found


def indicator_rows(user: Identity, cycle: str | int = "") -> Iterator[dict[str, Any]]:
    """A row for each indicator, with its last published value of the whole."""
    found = _rows(user, cycle)
    numbers = _numbers(user, [each.id for each in found])
    for each in found:
        row: Indicator = each.Indicator
        yield {
            "id": each.id,
            "name": each.title,
            "definition": row.definition,
            "measure": row.measure,
            "unit": row.unit,
            "direction": row.direction,
            "baseline": row.baseline,
            "baseline_year": row.baseline_year,
            "target": row.target,
            "target_year": row.target_year,
            "value": each.value,
            "period": each.period or "",
            "progress": reading.share_reached(row, each.value),
            "body": each.body or Content(),
            "source": row.source,
            "status": each.status,
            "due_on": each.due_on,
            "sdg_targets": ", ".join(row.sdg_targets),
            "recommendations": ", ".join(numbers[each.id]),
        }


def value_rows(
    user: Identity, cycle: str | int = "", indicator: str | int = "", dimension: str | None = None
) -> Iterator[dict[str, Any]]:
    """A row for each published value."""
    found = [each for each in _rows(user, cycle) if indicator in ("", None) or each.id == int(indicator)]
    values = reading.published([each.Indicator for each in found])
    for each in found:
        names: dict[tuple[str, str], Content] = {}
        for value in values[each.id]:
            if (value.value is None and not value.hidden) or dimension not in (None, value.dimension):
                continue
            key = value.dimension, value.category
            if key not in names:
                names[key] = _category(each.Indicator, *key)
            yield {
                "indicator_id": each.id,
                "name": each.title,
                "period": value.period,
                "ends_on": value.ends_on,
                "dimension": value.dimension,
                "category": value.category,
                "category_name": names[key],
                "value": value.value,
                "hidden": value.hidden,
                "unit": each.unit,
                "note": value.note,
            }


def _category(row: Indicator, dimension: str, category: str) -> Content:
    texts = {}
    for locale in LOCALES:
        with force_locale(locale):
            texts[locale] = reading.named(row, dimension, category)
    return Content(texts, dict.fromkeys(texts, "checked"))


DATASETS: Iterable[Dataset] = (
    Dataset(
        "recommendations.indicators",
        _l("Indicators"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("name", _l("Name"), "content"),
            DataColumn("definition", _l("Definition"), "content"),
            DataColumn("measure", _l("What is counted"), "select", MEASURES),
            DataColumn("unit", _l("Unit of measure"), "content"),
            DataColumn("direction", _l("Direction"), "select", DIRECTIONS),
            DataColumn("baseline", _l("Baseline"), "number"),
            DataColumn("baseline_year", _l("Year of the baseline"), "integer"),
            DataColumn("target", _l("Target"), "number"),
            DataColumn("target_year", _l("Year of the target"), "integer"),
            DataColumn("value", _l("Last value"), "number"),
            DataColumn("period", lazy_pgettext("indicator", "Period")),
            DataColumn("progress", _l("Way from the baseline to the target (0 to 1)"), "number"),
            DataColumn("body", _l("Responsible body"), "content"),
            DataColumn("source", _l("Source"), "content"),
            DataColumn("status", _l("Status"), "select", STATUSES),
            DataColumn("due_on", _l("Value due by"), "date"),
            DataColumn("sdg_targets", _l("SDG targets")),
            DataColumn("recommendations", _l("Recommendations")),
        ),
        indicator_rows,
        filters=("cycle",),
        permission="recommendations.read",
    ),
    Dataset(
        "recommendations.indicator_values",
        _l("Values of indicators"),
        (
            DataColumn("indicator_id", _l("Record number of the indicator"), "integer"),
            DataColumn("name", _l("Indicator"), "content"),
            DataColumn("period", lazy_pgettext("indicator", "Period")),
            DataColumn("ends_on", _l("Last day of the period"), "date"),
            DataColumn("dimension", _l("Broken down by"), "select", DIMENSIONS),
            DataColumn("category", _l("Code of the category")),
            DataColumn("category_name", _l("Category"), "content"),
            DataColumn("value", _l("Value"), "number"),
            DataColumn("hidden", _l("Not shown")),
            DataColumn("unit", _l("Unit of measure"), "content"),
            DataColumn("note", _l("Note on the source")),
        ),
        value_rows,
        filters=("cycle", "indicator", "dimension"),
        permission="recommendations.read",
    ),
)
