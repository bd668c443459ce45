"""The pictures of the dashboard, each with its numbers, on the page and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from portal.api import VOICES, _, current, current_locale, documents, reference

from ..settings import own_country
from . import by_unit, crossing, figures, subjects
from .figures import Figures

Picture = documents.Chart | documents.Map

SHOWN: Final = crossing.SHOWN
"""Bars of a picture of themes or bodies: those with most recommendations; a file of numbers has them all."""


@dataclass(frozen=True)
class Asked:
    """What an address says of a picture besides its cycle; ``numbers``: not the picture, but all of its numbers."""

    voice: str
    unit: str
    down: str
    across: str
    numbers: bool = False

    @property
    def most(self) -> int | None:
        """How many bars there are at most."""
        return None if self.numbers else SHOWN


def asked(args: Mapping[str, str], *, numbers: bool = False) -> Asked:
    """What an address asks for."""
    return Asked(voice_of(args), args.get("unit", ""), *crossing.chosen(args), numbers)


def chosen(args: Mapping[str, str]) -> Figures | None:
    """The cycle the address names, else the latest; None where there is none."""
    asked = args.get("cycle", "")
    cycle = int(asked) if asked.isdecimal() and len(asked) < 4 else None
    return figures.of_cycle(figures.all_figures(), args.get("country", own_country()), cycle)


def voice_of(args: Mapping[str, str]) -> str:
    """The voice the address names, else the Government."""
    asked = args.get("voice", "")
    return asked if asked in VOICES else "government"


def draw(name: str, one: Figures, said: Asked) -> Picture | None:
    """A picture of a cycle by its name; None where there is no such picture, or nothing to show."""
    make = DRAWN.get(name)
    return make(one, said) if make is not None else None


def _by(path: str) -> Callable[[Figures, Asked], Picture | None]:
    def make(one: Figures, said: Asked) -> Picture | None:
        facet, voice = subjects.FACETS[path], said.voice
        known = figures.by_key(facet.name, one.country, one.cycle)
        most = sorted(known, key=lambda key: (-known[key].total, key))[: said.most]
        names = subjects.names(facet)
        rows = [(names.get(key, str(key)), known[key]) for key in most]
        # TRANSLATORS: title of a chart: what is compared (themes, bodies) and whose ratings
        title = _("%(what)s: ratings of %(voice)s", what=facet.title, voice=VOICES[voice])
        return figures.light_of(title, str(facet.one), rows, voice) if rows else None

    return make


def _years(one: Figures, said: Asked) -> Picture | None:
    known = figures.years(one)
    rows = [(str(year), each) for year, each in known.items()]
    title = _("At the end of each year: ratings of %(voice)s", voice=VOICES[said.voice])
    return figures.light_of(title, _("Year"), rows, said.voice) if rows else None


def _crossed(one: Figures, said: Asked) -> Picture | None:
    found = crossing.cross(one, said.down, said.across, said.voice)
    return found.chart(said.most) if found is not None else None


def _units(one: Figures, said: Asked) -> Picture | None:
    measure = by_unit.among(by_unit.measures(current(), one), said.unit)
    return measure.draw(current(), one) if measure is not None else None


def _target(one: Figures, _said: Asked) -> Picture | None:
    known = figures.years(one)
    review = next((cycle for cycle in reference.cycles(one.country) if cycle.number == one.cycle), None)
    if not known or not any(one.ratings.values()):
        return None
    return figures.target_line(one, known, review.target_percent if review else None)


DRAWN: Final[Mapping[str, Callable[[Figures, Asked], Picture | None]]] = {
    "ratings": lambda one, _said: figures.traffic_light(one),
    "positions": lambda one, _said: figures.positions_chart(one),
    "units": _units,
    "crossed": _crossed,
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


def file(chart: Picture, kind: str) -> bytes:
    """A picture (PNG, SVG) or its numbers (CSV, XLSX) in the reader's language."""
    locale = current_locale()
    if kind in ("png", "svg"):
        return documents.picture_file(chart, locale, "png" if kind == "png" else "svg")
    document = documents.Document(chart.title, locale, [chart])
    return documents.write(document, kind)


def disposition(chart: Picture, kind: str) -> str:
    """The header that names the file."""
    return documents.content_disposition(documents.file_name(str(chart.title), kind))
