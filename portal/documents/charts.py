"""Charts in one language: their data with shown numbers, their table, their description."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from flask import has_app_context

from portal.documents.model import Cell, CellKind, CellLike, Chart, ChartKind, Column, Number, Table, Tone
from portal.documents.text import resolve
from portal.i18n import current_locale, force_locale, format_number, format_percent, pgettext
from portal.i18n import gettext as _

LONG = 8
"""From more categories than this the description gives totals and points to the table."""


@dataclass(frozen=True)
class SeriesData:
    """A series as it is drawn: ``values`` for lengths, ``shown`` for readers."""

    name: str
    tone: Tone
    values: tuple[float | None, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class ChartData:
    """A chart with all its words in ``language``."""

    kind: ChartKind
    language: str
    title: str
    alt: str
    unit: str
    percent: bool
    categories: tuple[str, ...]
    category_title: str
    series: tuple[SeriesData, ...]
    tones: tuple[Tone, ...]

    @property
    def part_tones(self) -> tuple[Tone, ...]:
        """A tone for each category, of a donut."""
        return self.tones or tuple[Tone, ...]([""] * len(self.categories))

    @property
    def parts_of_one(self) -> bool:
        """Whether the chart divides one whole: a donut, or a single stacked bar."""
        return self.kind == "donut" or (self.kind == "stacked" and len(self.categories) == 1)


def speaking(language: str) -> AbstractContextManager[None]:
    """Texts inside the block are in *language*; without an application they stay as they are written, English."""
    return force_locale(language) if has_app_context() else nullcontext()


def show(value: Number, percent: bool, language: str) -> str:
    """A number of a chart as it is read; "–" for one that is not known."""
    if value is None:
        return "–"
    return format_percent(value, language) if percent else format_number(value, language)


def localise(chart: Chart, language: str) -> ChartData:
    """*chart* for readers of *language*."""
    with speaking(language):
        series = tuple(
            SeriesData(
                resolve(each.name, language)[0],
                each.tone,
                tuple(None if value is None else float(value) for value in each.values),
                tuple(show(value, chart.percent, language) for value in each.values),
            )
            for each in chart.series
        )
        return ChartData(
            chart.kind,
            language,
            resolve(chart.title, language)[0],
            describe(chart, language),
            resolve(chart.unit, language)[0],
            chart.percent,
            tuple(resolve(name, language)[0] for name in chart.categories),
            resolve(chart.category_title, language)[0] or pgettext("document", "Group"),
            series,
            tuple(chart.tones),
        )


def _total(values: Sequence[Number]) -> float:
    return sum(float(value) for value in values if value is not None)


def data_table(chart: Chart, language: str | None = None) -> Table:
    """The numbers of *chart*; parts of a whole get their share, several stacks their total."""
    language = language or current_locale()
    with speaking(language):
        return _table(chart, language)


def _table(chart: Chart, language: str) -> Table:
    kind: CellKind = "percent" if chart.percent else "number"
    first = Column(resolve(chart.category_title, language)[0] or pgettext("document", "Group"), 2)
    rows: list[list[CellLike]]
    if chart.kind == "donut" or (chart.kind == "stacked" and len(chart.categories) == 1):
        if chart.kind == "donut":
            tones: Sequence[Tone] = chart.tones or [""] * len(chart.categories)
            parts = list(zip(chart.categories, chart.series[0].values, tones, strict=True))
        else:
            parts = [(each.name, each.values[0], each.tone) for each in chart.series]
        whole = _total([value for _name, value, _tone in parts])
        columns = [
            first,
            Column(resolve(chart.unit, language)[0].capitalize() or pgettext("document", "Number"), 1, "end"),
        ]
        rows = [[Cell(name, "rating" if tone else "text", tone), Cell(value, kind)] for name, value, tone in parts]
        if not chart.percent:
            columns.append(Column(pgettext("document", "Share"), 1, "end"))
            for row, (_name, value, _tone) in zip(rows, parts, strict=True):
                row.append(Cell.percent(None if value is None or not whole else float(value) / whole))
            rows.append(
                [
                    Cell(pgettext("document", "Total"), bold=True),
                    Cell(whole, bold=True),
                    Cell.percent(1 if whole else None),
                ]
            )
        return Table(columns, rows, row_headers=True, counted=False, name=chart.name or chart.title)
    columns = [first, *(Column(each.name, 1, "end") for each in chart.series)]
    rows = []
    summed = chart.kind == "stacked" and not chart.percent and len(chart.series) > 1
    for place, category in enumerate(chart.categories):
        values = [each.values[place] for each in chart.series]
        cells: list[CellLike] = [Cell(category, "text"), *(Cell(value, kind) for value in values)]
        rows.append([*cells, Cell(_total(values), "number", bold=True)] if summed else cells)
    if summed:
        columns.append(Column(pgettext("document", "Total"), 1, "end"))
    return Table(columns, rows, row_headers=True, counted=False, name=chart.name or chart.title)


def describe(chart: Chart, language: str | None = None) -> str:
    """The chart in words: its own ``alt``, or its kind, title and every number (totals where there are many)."""
    language = language or current_locale()
    if chart.alt:
        return resolve(chart.alt, language)[0]
    with speaking(language):
        kinds = {
            "bar": _("Bar chart"),
            "stacked": _("Stacked bar chart"),
            "donut": _("Ring chart"),
            "line": _("Line chart"),
        }
        names = [resolve(each, language)[0] for each in chart.categories]
        series = [(resolve(each.name, language)[0], each.values) for each in chart.series]
        more = ""
        if len(names) > LONG:
            items = (
                [] if chart.percent else [f"{name}: {show(_total(values), False, language)}" for name, values in series]
            )
            more = _("The numbers of each group are in the table.")
        elif len(series) == 1:
            shown = [show(value, chart.percent, language) for value in series[0][1]]
            items = [f"{name}: {value}" for name, value in zip(names, shown, strict=True)]
        else:
            items = [
                f"{name}: "
                + ", ".join(f"{label} {show(values[place], chart.percent, language)}" for label, values in series)
                for place, name in enumerate(names)
            ]
        said = [f"{kinds[chart.kind]}: {resolve(chart.title, language)[0]}", "; ".join(items), more.rstrip(".")]
        return ". ".join(part for part in said if part) + "."
