"""The pictures of the dashboard, each with its numbers, on the page and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from portal.api import VOICES, _, current_locale, documents, reference

from ..settings import own_country
from . import figures, subjects
from .figures import Figures

SHOWN: Final = 20
"""Bars of a picture of themes or bodies: those with most recommendations."""


def chosen(args: Mapping[str, str]) -> Figures | None:
    """The cycle the address names, else the latest; None where there is none."""
    asked = args.get("cycle", "")
    cycle = int(asked) if asked.isdecimal() and len(asked) < 4 else None
    return figures.of_cycle(figures.all_figures(), args.get("country", own_country()), cycle)


def voice_of(args: Mapping[str, str]) -> str:
    """The voice the address names, else the Government."""
    asked = args.get("voice", "")
    return asked if asked in VOICES else "government"


def draw(name: str, one: Figures, voice: str) -> documents.Chart | None:
    """A picture of a cycle by its name; None where there is no such picture, or nothing to show."""
    make = DRAWN.get(name)
    return make(one, voice) if make is not None else None


def _by(path: str) -> Callable[[Figures, str], documents.Chart | None]:
    def make(one: Figures, voice: str) -> documents.Chart | None:
        facet = subjects.FACETS[path]
        known = figures.by_key(facet.name, one.country, one.cycle)
        most = sorted(known, key=lambda key: (-known[key].total, key))[:SHOWN]
        names = subjects.names(facet)
        rows = [(names.get(key, str(key)), known[key]) for key in most]
        # TRANSLATORS: title of a chart: what is compared (themes, bodies) and whose ratings
        title = _("%(what)s: ratings of %(voice)s", what=facet.title, voice=VOICES[voice])
        return figures.light_of(title, str(facet.one), rows, voice) if rows else None

    return make


def _years(one: Figures, voice: str) -> documents.Chart | None:
    known = figures.years(one)
    rows = [(str(year), each) for year, each in known.items()]
    title = _("At the end of each year: ratings of %(voice)s", voice=VOICES[voice])
    return figures.light_of(title, _("Year"), rows, voice) if rows else None


def _target(one: Figures, _voice: str) -> documents.Chart | None:
    known = figures.years(one)
    review = next((cycle for cycle in reference.cycles(one.country) if cycle.number == one.cycle), None)
    if not known or not any(one.ratings.values()):
        return None
    return figures.target_line(one, known, review.target_percent if review else None)


DRAWN: Final[Mapping[str, Callable[[Figures, str], documents.Chart | None]]] = {
    "ratings": lambda one, _voice: figures.traffic_light(one),
    "positions": lambda one, _voice: figures.positions_chart(one),
    "themes": _by("themes"),
    "groups": _by("groups"),
    "goals": _by("goals"),
    "bodies": _by("bodies"),
    "years": _years,
    "target": _target,
}
"""Each picture by the name of its file."""

TYPES: Final = {
    "csv": documents.MIME_TYPES["csv"],
    "xlsx": documents.MIME_TYPES["xlsx"],
    "png": "image/png",
    "svg": "image/svg+xml",
}


def file(chart: documents.Chart, kind: str) -> bytes:
    """A picture (PNG, SVG) or its numbers (CSV, XLSX) in the reader's language."""
    locale = current_locale()
    if kind in ("png", "svg"):
        return documents.picture_file(chart, locale, "png" if kind == "png" else "svg")
    document = documents.Document(chart.title, locale, [chart])
    return documents.write(document, kind)


def disposition(chart: documents.Chart, kind: str) -> str:
    """The header that names the file."""
    return documents.content_disposition(documents.file_name(str(chart.title), kind))


def links(name: str, one: Figures, voice: str) -> dict[str, Any]:
    """What the address of a picture's file needs besides its kind."""
    return {"name": name, "cycle": one.cycle, "country": one.country, "voice": voice}
