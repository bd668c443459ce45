"""Pictures of an indicator: values over time with baseline and target, a breakdown, a map; each has its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.api import _, documents, pgettext, reference

from ..indicator_models import Indicator
from . import reading
from .reading import Value

MOST = 60
"""Periods of one chart; the last ones are shown."""


def over_time(row: Indicator, values: Sequence[Value]) -> documents.Chart | None:
    """The whole by period, between baseline and target; None where there is nothing to draw."""
    whole = {each.period: each for each in values if not each.dimension and each.value is not None}
    places = {each.ends_on.isoformat(): each.period for each in whole.values()}
    for year in (row.baseline_year, row.target_year):
        if year is not None:
            places.setdefault(f"{year}-12-31", str(year))
    if not whole and row.baseline is None:
        return None
    shown = [places[key] for key in sorted(places)]
    if all(code.isdigit() for code in shown):
        shown = [str(year) for year in range(int(shown[0]), int(shown[-1]) + 1)]
    shown = shown[-MOST:]
    numbers: list[float | None] = [whole[code].value if code in whole else None for code in shown]
    series = [documents.Series(pgettext("indicator", "Value"), numbers, "info")]
    if row.baseline is not None:
        series.append(documents.Series(_("Baseline"), [row.baseline] * len(shown), "neutral"))
        if str(row.baseline_year) not in whole and str(row.baseline_year) in shown:
            numbers[shown.index(str(row.baseline_year))] = row.baseline
    if row.target is not None:
        series.append(documents.Series(_("Target"), [row.target] * len(shown), "success"))
    return documents.Chart(
        "line",
        _("Values over time"),
        list(shown),
        series,
        unit=row.unit,
        category_title=pgettext("indicator", "Period"),
        name=_("Over time"),
    )


def of_period(values: Sequence[Value], dimension: str, period: str) -> list[Value]:
    """The values of a breakdown in a period."""
    return [each for each in values if each.dimension == dimension and each.period == period]


def breakdown(row: Indicator, values: Sequence[Value], dimension: str, title: Any, period: str) -> documents.Chart:
    """The values of a breakdown in one period, in the order of its list."""
    found = {each.category: each for each in of_period(values, dimension, period)}
    names = {code: name for code, name in reading.categories(row, dimension).items() if code in found}
    names |= {code: code for code in found if code not in names}
    return documents.Chart(
        "bar",
        _("%(dimension)s, %(period)s", dimension=title, period=reading.period_name(period)),
        list(names.values()),
        [documents.Series(pgettext("indicator", "Value"), [found[code].value for code in names], "info")],
        unit=row.unit,
        category_title=title,
        name=title,
    )


def country(row: Indicator, values: Sequence[Value], period: str) -> documents.Map:
    """The aimags as squares; where not persons are counted and there is a target, with whether it is reached."""
    rated = row.target is not None and row.measure not in ("persons", "number", "tugrik")
    tiles: dict[str, documents.Tile] = {}
    for each in of_period(values, "unit", period):
        tone: Any = "neutral" if each.value is None else "info"
        if rated and each.value is not None:
            tone = "success" if reading.reaches(row, each.value) else "warning"
        tiles[each.category] = documents.Tile("…" if each.value is None else each.value, tone)
    legend: dict[Any, Any] = {"info": _("Value")}
    if rated:
        legend = {"success": _("Target reached"), "warning": _("Target not reached")}
    if any(tile.tone == "neutral" for tile in tiles.values()):
        legend["neutral"] = _("Not shown")
    return documents.Map(
        _("By aimag, %(period)s", period=reading.period_name(period)),
        tiles,
        {unit.code: unit.name for unit in reference.first_level()},
        legend,
        value_title=row.unit,
        name=_("Map"),
    )
