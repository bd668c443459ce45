"""Vega-Lite specifications of our charts, for vl-convert; all texts are data, none becomes an expression."""

from __future__ import annotations

import textwrap
from typing import Any

from portal.documents.charts import ChartData, SeriesData
from portal.documents.palette import Ink, ink

FONT = "Liberation Sans"
"""The font vl-convert carries and measures texts with. It lacks Ө and Ү, so it is not the one that is shown."""

WIDTH = 660
_INK, _FAINT = "#1c2127", "#d5dae0"
_KEY = 4
_LABEL = f"split(slice(datum.label, {_KEY}), '\\n')"


def _key(place: int, text: str, width: int = 34) -> str:
    """A category as a field value: its place keeps order and tells two of one name apart; *text* is wrapped."""
    return f"{place:03}|" + "\n".join(textwrap.wrap(text, width)[:3] or [" "])


def format_locale(language: str) -> dict[str, Any]:
    """The d3 number format of *language*, from Babel's data (d3 and vl-convert know no Mongolian)."""
    from babel import Locale
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = Locale.parse(language)
    currency = ["", "\u00a0₮"] if language == "mn" else ["MNT\u00a0", ""]
    return {
        "decimal": get_decimal_symbol(locale),
        "thousands": get_group_symbol(locale),
        "grouping": [3],
        "currency": currency,
        "minus": "\u2212",
    }


def spec(chart: ChartData) -> dict[str, Any]:
    """The Vega-Lite specification of *chart*, WIDTH pixels wide."""
    body = {"bar": _bars, "stacked": _stack, "donut": _donut, "line": _lines}[chart.kind](chart)
    return body | {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        "padding": 4,
        "config": {
            "font": FONT,
            "axis": {
                "labelColor": _INK,
                "titleColor": _INK,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "labelLimit": 260,
                "gridColor": _FAINT,
                "domainColor": _INK,
                "tickColor": _FAINT,
            },
            "legend": {
                "orient": "bottom",
                "title": None,
                "labelFontSize": 12,
                "labelColor": _INK,
                "labelLimit": 600,
                "symbolSize": 180,
                "symbolStrokeWidth": 1,
                "offset": 10,
                "columnPadding": 18,
            },
            "text": {"font": FONT, "fontSize": 12, "color": _INK},
            "view": {"stroke": None},
        },
    }


def _inks(chart: ChartData) -> list[Ink]:
    return [ink(each.tone, place) for place, each in enumerate(chart.series)]


def _scale(names: list[str], colours: list[str]) -> dict[str, Any]:
    return {"domain": names, "range": colours}


def _columns(names: list[str]) -> int:
    """Columns of the legend, so that its widest row stays inside the picture."""
    longest = max(len(name) for name in names)
    return max(1, min(len(names), WIDTH // (8 * longest + 40)))


def _number_axis(chart: ChartData) -> dict[str, Any]:
    axis: dict[str, Any] = {"format": ".0%" if chart.percent else ",~r", "title": chart.unit or None, "tickCount": 6}
    if not chart.percent and all(value is None or value == int(value) for s in chart.series for value in s.values):
        axis["tickMinStep"] = 1
    return axis


def _categories(chart: ChartData) -> dict[str, Any]:
    """The axis of the categories: all of them in the order of the table, also those without a value."""
    return {
        "field": "category",
        "type": "nominal",
        "scale": {"domain": [_key(place, category) for place, category in enumerate(chart.categories)]},
        "title": None,
        "axis": {"labelExpr": _LABEL, "ticks": False, "domain": False, "labelPadding": 8, "grid": False},
    }


def _rows(chart: ChartData, names: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "category": _key(place, category),
            "series": names[number],
            "order": number,
            "value": each.values[place],
            "shown": each.shown[place],
        }
        for number, each in enumerate(chart.series)
        for place, category in enumerate(chart.categories)
        if each.values[place] is not None
    ]


def _names(series: tuple[SeriesData, ...]) -> list[str]:
    return [_key(number, each.name, 200) for number, each in enumerate(series)]


def _legend(names: list[str]) -> dict[str, Any] | None:
    if len(names) < 2:
        return None
    return {"labelExpr": f"slice(datum.label, {_KEY})", "columns": _columns(names), "symbolType": "square"}


def _bars(chart: ChartData) -> dict[str, Any]:
    names = _names(chart.series)
    rows = _rows(chart, names)
    colour = {
        "field": "series",
        "type": "nominal",
        "scale": _scale(names, [each.fill for each in _inks(chart)]),
        "legend": _legend(names),
    }
    offset = {"yOffset": {"field": "series", "type": "nominal", "scale": {"domain": names}}} if len(names) > 1 else {}
    shared = {
        "y": _categories(chart),
        "x": {"field": "value", "type": "quantitative", "axis": _number_axis(chart), "scale": {"zero": True}},
    }
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": {"step": 22 if offset else 34},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": shared | offset,
        "layer": [
            {"mark": {"type": "bar"}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": _INK},
                "encoding": {"text": {"field": "shown", "type": "nominal"}},
            },
        ],
    }


def _stack(chart: ChartData) -> dict[str, Any]:
    names = _names(chart.series)
    rows = _rows(chart, names)
    totals = [sum(each.values[place] or 0 for each in chart.series) for place in range(len(chart.categories))]
    room = max(totals, default=0) * 0.045
    rows = [row | {"shown": row["shown"] if row["value"] > room else ""} for row in rows if row["value"]]
    inks = _inks(chart)
    order = {"field": "order", "type": "ordinal"}
    length = {"field": "value", "type": "quantitative", "stack": "zero", "axis": _number_axis(chart)}
    if len(chart.categories) == 1:
        length |= {"scale": {"domain": [0, totals[0] or 1], "nice": False}}
    series = {"field": "series", "type": "nominal"}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": {"step": 46 if len(chart.categories) == 1 else 34},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "resolve": {"scale": {"color": "independent"}},
        "encoding": {"y": _categories(chart), "order": order},
        "layer": [
            {
                "mark": {"type": "bar", "stroke": "white", "strokeWidth": 1},
                "encoding": {
                    "x": length,
                    "color": series
                    | {"scale": _scale(names, [each.fill for each in inks]), "legend": _legend([*names, ""])},
                },
            },
            {
                "mark": {"type": "text", "fontWeight": "bold"},
                "encoding": {
                    "x": length | {"bandPosition": 0.5},
                    "text": {"field": "shown", "type": "nominal"},
                    "color": series | {"scale": _scale(names, [each.text for each in inks]), "legend": None},
                },
            },
        ],
    }


def _donut(chart: ChartData) -> dict[str, Any]:
    (series,) = chart.series
    whole = sum(value or 0 for value in series.values) or 1
    inks = [ink(tone, place) for place, tone in enumerate(chart.part_tones)]
    names = [
        f"{place:03}|{name}: {shown}"
        for place, (name, shown) in enumerate(zip(chart.categories, series.shown, strict=True))
    ]
    rows = [
        {
            "series": name,
            "order": place,
            "value": value,
            "shown": series.shown[place] if value / whole > 0.05 else "",
        }
        for place, (name, value) in enumerate(zip(names, series.values, strict=True))
        if value
    ]
    part = {"field": "series", "type": "nominal"}
    legend = {"labelExpr": f"slice(datum.label, {_KEY})", "orient": "right", "symbolType": "square", "rowPadding": 6}
    return {
        "data": {"values": rows},
        "width": 210,
        "height": 210,
        "resolve": {"scale": {"color": "independent"}},
        "encoding": {
            "theta": {"field": "value", "type": "quantitative", "stack": True},
            "order": {"field": "order", "type": "ordinal"},
        },
        "layer": [
            {
                "mark": {"type": "arc", "innerRadius": 54, "outerRadius": 102, "stroke": "white", "strokeWidth": 2},
                "encoding": {"color": part | {"scale": _scale(names, [each.fill for each in inks]), "legend": legend}},
            },
            {
                "mark": {"type": "text", "radius": 78, "fontWeight": "bold", "fontSize": 13},
                "encoding": {
                    "text": {"field": "shown", "type": "nominal"},
                    "color": part | {"scale": _scale(names, [each.text for each in inks]), "legend": None},
                },
            },
        ],
    }


def _line_numbers(chart: ChartData, rows: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    """The numbers of one or two lines: above the upper line, below the lower one, beside it near the axis."""
    sums = [sum(value or 0 for value in each.values) for each in chart.series]
    low = max((row["value"] for row in rows), default=0) * 0.12
    places: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
        "above": ({"dy": -12}, []),
        "below": ({"dy": 16}, []),
        "beside": ({"dx": 9, "dy": -7, "align": "left"}, []),
    }
    for row in rows:
        upper = sums[names.index(row["series"])] == max(sums)
        places["above" if upper else "below" if row["value"] > low else "beside"][1].append(row)
    return [
        {
            "data": {"values": chosen},
            "mark": {"type": "text", "color": _INK} | where,
            "encoding": {"text": {"field": "shown", "type": "nominal"}},
        }
        for where, chosen in places.values()
        if chosen
    ]


def _lines(chart: ChartData) -> dict[str, Any]:
    names = _names(chart.series)
    inks = _inks(chart)
    dashes = [[1, 0], [8, 4], [2, 3], [8, 3, 2, 3], [12, 3], [5, 2, 1, 2]]
    shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
    legend = _legend(names)
    if legend:
        legend.pop("symbolType")
    field = {"field": "series", "type": "nominal", "legend": legend}
    layers: list[dict[str, Any]] = [
        {
            "mark": {
                "type": "line",
                "strokeWidth": 2.5,
                "point": {"filled": True, "size": 70, "opacity": 1},
            },
            "encoding": {
                "color": field
                | {"scale": _scale(names, [each.dark if each.fill > "#c" else each.fill for each in inks])},
                "strokeDash": field | {"scale": {"domain": names, "range": [dashes[i % 6] for i in range(len(names))]}},
                "shape": field | {"scale": {"domain": names, "range": [shapes[i % 6] for i in range(len(names))]}},
            },
        }
    ]
    rows = _rows(chart, names)
    if len(names) <= 2:
        layers += _line_numbers(chart, rows, names)
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": 240,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": {
            "x": _categories(chart)
            | {"axis": {"labelExpr": _LABEL, "labelAngle": 0, "grid": False, "labelOverlap": True}},
            "y": {"field": "value", "type": "quantitative", "axis": _number_axis(chart), "scale": {"zero": True}},
        },
        "layer": layers,
    }
