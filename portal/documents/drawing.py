"""Charts and maps for web pages as plain shapes: no engine, no script, no style, sharp at any width.

Lengths along the page are in percent, so a drawing fills its place on a phone and on a wide screen while its
letters keep their size. Lines and words take the colour of the text around them, so they work on dark and light.
"""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from portal.documents.charts import ChartData, show
from portal.documents.layout import LaidMap
from portal.documents.palette import PATTERNS, TONES, Ink, ink, pattern_name
from portal.documents.tiles import COLUMNS, ROWS
from portal.i18n import format_percent

LINE = 20
_WRAP = 42
_BESIDE = 8
"""Letters by which the first line of a label is shorter beside a number, so that they never meet on a phone."""
_MARKS = (
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z",
    "M-4,-4H4V4H-4Z",
    "M0,-5L5,4H-5Z",
    "M0,-5L5,0L0,5L-5,0Z",
    "M-5,-4H5L0,5Z",
    "M-5,-2H-2V-5H2V-2H5V2H2V5H-2V2H-5Z",
)
_CENTRED: dict[str, Any] = {"text_anchor": "middle", "font_weight": "bold"}
_DASHES = ("", "8 4", "2 3", "8 3 2 3", "12 3", "5 2 1 2")


@dataclass(frozen=True)
class Shape:
    """An SVG element of ours: ``tag`` and attribute names are constants, values and words may be anyone's."""

    tag: str
    attrs: dict[str, str | int | float]
    words: str = ""
    title: str = ""
    x: str = ""
    """Where the element stands in percent of the width, for shapes that cannot say so themselves."""
    over: str = ""
    """The pattern laid over the surface; viewers draw hair lines inside a pattern, so the flat colour is below."""


@dataclass
class Drawing:
    """Shapes on a sheet ``height`` units high; ``box`` is a viewBox for drawings that scale as a whole."""

    kind: str
    title: str
    alt: str
    name: str
    height: int = 0
    box: str = ""
    width: str = "100%"
    shapes: list[Shape] = field(default_factory=list)
    patterns: dict[str, Ink] = field(default_factory=dict)

    def surface(self, tag: str, colour: Ink, title: str = "", **attrs: Any) -> None:
        """Put a filled shape on the sheet, in *colour* with its pattern."""
        over = ""
        if PATTERNS[colour.pattern]:
            name = f"{self.name}-{pattern_name(colour.fill)}"
            self.patterns[name] = colour
            over = f"url(#{name})"
        self.add(tag, title=title, over=over, fill=colour.fill, stroke="currentColor", stroke_opacity=0.4, **attrs)

    def add(self, tag: str, words: str = "", title: str = "", at: str = "", over: str = "", **attrs: Any) -> None:
        """Put a shape on the sheet; ``_`` in names of attributes stands for ``-``, ``class_`` for ``class``."""
        named = {key.rstrip("_").replace("_", "-"): value for key, value in attrs.items()}
        self.shapes.append(Shape(tag, named, words, title, at, over))

    def text(self, words: str, x: str | float, y: float, size: int = 14, **attrs: Any) -> None:
        """Words with their base line at *y*."""
        self.add("text", words, x=x, y=y, font_size=size, **({"fill": "currentColor"} | attrs))


def _percent(value: float) -> str:
    return f"{value:.2f}%".replace(".00%", "%")


def _start(kind: str, title: str, alt: str, seed: str) -> Drawing:
    name = "c" + hashlib.sha256(f"{kind}{title}{alt}{seed}".encode()).hexdigest()[:10]
    return Drawing(kind, title, alt, name)


def draw_chart(chart: ChartData, seed: str = "") -> Drawing:
    """The shapes of *chart*; *seed* tells two equal charts of one page apart."""
    sheet = _start(chart.kind, chart.title, chart.alt, seed)
    {"bar": _bars, "stacked": _stack, "donut": _donut, "line": _lines}[chart.kind](sheet, chart)
    return sheet


def _legend(sheet: Drawing, entries: Iterable[tuple[str, Ink]]) -> None:
    sheet.height += 12
    for words, colour in entries:
        for number, line in enumerate(textwrap.wrap(words, _WRAP) or [""]):
            if not number:
                sheet.surface("rect", colour, x=0.5, y=sheet.height + 2.5, width=14, height=14)
            sheet.text(line, 24, sheet.height + 14)
            sheet.height += LINE
        sheet.height += 2


def _label(sheet: Drawing, words: str, value: str = "") -> None:
    kept_free = " " * (_BESIDE + len(value)) if value else ""
    lines = [line.strip() for line in textwrap.wrap(words, _WRAP, initial_indent=kept_free)] or [""]
    if value:
        sheet.text(value, "100%", sheet.height + 14, text_anchor="end")
    for line in lines:
        sheet.text(line, 0, sheet.height + 14)
        sheet.height += LINE


def _stack(sheet: Drawing, chart: ChartData) -> None:
    totals = [sum(each.values[place] or 0 for each in chart.series) for place in range(len(chart.categories))]
    longest = max(totals, default=0) or 1
    inks = [ink(each.tone, place) for place, each in enumerate(chart.series)]
    for place, category in enumerate(chart.categories):
        _label(sheet, category, show(totals[place], chart.percent, chart.language))
        left = 0.0
        for each, colour in zip(chart.series, inks, strict=True):
            value = each.values[place]
            if not value:
                continue
            width = value / longest * 100
            title = f"{category} – {each.name}: {each.shown[place]}"
            sheet.surface("rect", colour, title, x=_percent(left), y=sheet.height, width=_percent(width), height=28)
            if width > 2.6 * len(each.shown[place]) + 1:
                middle = _percent(left + width / 2)
                sheet.text(each.shown[place], middle, sheet.height + 19, fill=colour.text, **_CENTRED)
            left += width
        sheet.height += 28 + 12
    if chart.parts_of_one:
        entries = [
            (f"{each.name}: {_of_whole(each.values[0], each.shown[0], totals[0], chart)}", colour)
            for each, colour in zip(chart.series, inks, strict=True)
        ]
    else:
        entries = [(each.name, colour) for each, colour in zip(chart.series, inks, strict=True)]
    _legend(sheet, entries)


def _of_whole(value: float | None, shown: str, whole: float, chart: ChartData) -> str:
    if chart.percent or not whole or value is None:
        return shown
    return f"{shown} ({format_percent(value / whole, chart.language)})"


def _bars(sheet: Drawing, chart: ChartData) -> None:
    longest = max((value for each in chart.series for value in each.values if value is not None), default=0) or 1
    inks = [ink(each.tone, place) for place, each in enumerate(chart.series)]
    for place, category in enumerate(chart.categories):
        _label(sheet, category)
        for each, colour in zip(chart.series, inks, strict=True):
            width = max(each.values[place] or 0, 0) / longest * 84
            if width:
                title = f"{category} – {each.name}: {each.shown[place]}"
                sheet.surface("rect", colour, title, x=0, y=sheet.height, width=_percent(width), height=18)
            sheet.text(each.shown[place], _percent(width), sheet.height + 14, dx=6)
            sheet.height += 22
        sheet.height += 8
    if len(chart.series) > 1:
        _legend(sheet, [(each.name, colour) for each, colour in zip(chart.series, inks, strict=True)])


def _donut(sheet: Drawing, chart: ChartData) -> None:
    (series,) = chart.series
    whole = sum(value or 0 for value in series.values)
    inks = [ink(tone, place) for place, tone in enumerate(chart.part_tones)]
    turn = 0.0
    for name, value, shown, colour in zip(chart.categories, series.values, series.shown, inks, strict=True):
        if not value:
            continue
        part = value / whole
        sheet.surface("path", colour, f"{name}: {shown}", d=_ring(turn, min(part, 0.9999)))
        if part > 0.06:
            x, y = _on_circle(turn + part / 2, 78)
            sheet.text(shown, round(x, 1), round(y + 5, 1), fill=colour.text, **_CENTRED)
        turn += part
    sheet.height = 212
    _legend(
        sheet,
        [
            (f"{name}: {_of_whole(value, shown, whole, chart)}", colour)
            for name, value, shown, colour in zip(chart.categories, series.values, series.shown, inks, strict=True)
        ],
    )


def _on_circle(turn: float, radius: float) -> tuple[float, float]:
    angle = 2 * math.pi * turn
    return 104 + radius * math.sin(angle), 104 - radius * math.cos(angle)


def _ring(turn: float, part: float) -> str:
    """The outline of a piece of the ring from *turn* on, *part* of the whole long."""
    far = 1 if part > 0.5 else 0
    (a, b), (c, d) = _on_circle(turn, 102), _on_circle(turn + part, 102)
    (e, f), (g, h) = _on_circle(turn + part, 54), _on_circle(turn, 54)
    return f"M{a:.1f},{b:.1f}A102,102 0 {far} 1 {c:.1f},{d:.1f}L{e:.1f},{f:.1f}A54,54 0 {far} 0 {g:.1f},{h:.1f}Z"


def _step(highest: float) -> float:
    """The distance of the grid lines: 1, 2 or 5 times a power of ten, some four lines in all."""
    rough = (highest or 1) / 4
    power = 10 ** math.floor(math.log10(rough))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999))


def _lines(sheet: Drawing, chart: ChartData) -> None:
    deep, top = 200, 18
    highest = max((value for each in chart.series for value in each.values if value is not None), default=0)
    step = _step(highest)
    lines = max(1, math.ceil(highest / step - 1e-9))

    def level(value: float) -> float:
        return round(top + deep * (1 - value / (step * lines)), 1)

    for number in range(lines + 1):
        y = level(number * step)
        sheet.add("line", x1="12%", x2="100%", y1=y, y2=y, stroke="currentColor", stroke_opacity=0.2)
        words = show(round(number * step, 6), chart.percent, chart.language)
        sheet.text(words, "11%", y + 4, 12, text_anchor="end")
    count = len(chart.categories)
    across = [54.0] if count == 1 else [16 + 80 * place / (count - 1) for place in range(count)]
    skip = math.ceil(count / 8)
    for place, name in enumerate(chart.categories):
        if place % skip == 0:
            sheet.text(name, _percent(across[place]), top + deep + 20, 13, text_anchor="middle")
    for number, each in enumerate(chart.series):
        points = zip(across, each.values, strict=True)
        _one_line(sheet, chart, number, [(x, level(value)) if value is not None else None for x, value in points])
    sheet.height = top + deep + 28
    if len(chart.series) > 1:
        _legend(sheet, [(each.name, ink(each.tone, place)) for place, each in enumerate(chart.series)])


def _one_line(sheet: Drawing, chart: ChartData, number: int, points: list[tuple[float, float] | None]) -> None:
    series = chart.series[number]
    colour = ink(series.tone, number).fill
    known = [point for point in points if point]
    for (x1, y1), (x2, y2) in pairwise(known):
        dashes = _DASHES[number % 6] or "none"
        ends: dict[str, Any] = {"x1": _percent(x1), "y1": y1, "x2": _percent(x2), "y2": y2}
        sheet.add("line", stroke=colour, stroke_width=2.5, stroke_dasharray=dashes, **ends)
    for place, point in enumerate(points):
        if point:
            title = f"{chart.categories[place]} – {series.name}: {series.shown[place]}"
            sheet.add(
                "path", title=title, at=_percent(point[0]), transform=f"translate(0,{point[1]})", fill=colour,
                d=_MARKS[number % 6], stroke="currentColor", stroke_opacity=0.5,
            )  # fmt: skip
            if len(chart.series) == 1:
                sheet.text(series.shown[place], _percent(point[0]), point[1] - 9, 13, text_anchor="middle")


def draw_map(given: LaidMap, title: str, alt: str, seed: str = "", fixed: bool = False) -> Drawing:
    """The squares of the units with their names and values; *fixed* for a document, with a size of its own."""
    wide, high, gap = 84, 58, 3
    sheet = _start("map", title, alt, seed)
    for tile in given.tiles:
        x, y = tile.column * wide, tile.row * high
        colour = TONES[tile.tone] if tile.tone else None
        said = " – ".join(part for part in (tile.value, tile.meaning) if part)
        title = f"{tile.name}: {said}" if said else tile.name
        square: dict[str, Any] = {"x": x, "y": y, "width": wide - gap, "height": high - gap, "rx": 3}
        if colour:
            sheet.surface("rect", colour, title, **square)
        else:
            sheet.add("rect", title=title, fill="none", stroke="currentColor", stroke_opacity=0.4, **square)
        words = colour.text if colour else "currentColor"
        middle = x + (wide - gap) / 2
        sheet.text(tile.name, middle, y + 21, 12 if len(tile.name) < 11 else 11, text_anchor="middle", fill=words)
        sheet.text(tile.value, middle, y + 43, 16, fill=words, **_CENTRED)
    sheet.height = ROWS * high
    _legend(sheet, [(words, ink(tone)) for tone, words in given.legend])
    sheet.box = f"0 0 {COLUMNS * wide} {sheet.height}"
    if fixed:
        sheet.width = str(COLUMNS * wide)
    return sheet
