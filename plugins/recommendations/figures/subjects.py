"""What recommendations are about, by and with: themes, groups of persons, goals, States, bodies, each with a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.api import Content, Organisation, _l, current_locale, db, lazy_pgettext, reference, select

from ..scales import TERM_SCHEMES, UN_GROUPS
from ..settings import own_country
from . import figures
from .figures import Figures


@dataclass(frozen=True)
class Facet:
    """A kind of subject: its place in addresses and its name in the counts; ``filter`` of the list asks for one."""

    path: str
    name: str
    filter: str
    title: Any
    one: Any


FACETS: Final[Mapping[str, Facet]] = {
    facet.path: facet
    for facet in (
        Facet("themes", "theme", "theme", _l("Themes"), TERM_SCHEMES["theme"]),
        Facet("groups", "group", "group", _l("Groups of persons"), TERM_SCHEMES["group"]),
        Facet("goals", "sdg", "sdg", _l("Sustainable Development Goals"), TERM_SCHEMES["sdg"]),
        Facet("states", "state", "state", lazy_pgettext("subjects", "Recommending States"), _l("Recommending State")),
        Facet("bodies", "body", "body", _l("Responsible bodies"), _l("Responsible body")),
    )
}
"""The kinds by their place in addresses."""


@dataclass(frozen=True)
class Subject:
    """One theme, group, goal, State or body; ``code`` is its place in addresses, ``under`` says more of it.

    ``figures`` are those of one State under review, ``cycles`` its parts; ``countries`` are all that have it.
    """

    facet: Facet
    key: int
    code: str
    name: Content
    under: Any = ""
    figures: Figures = field(default_factory=lambda: Figures("", 0))
    cycles: list[Figures] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)

    @property
    def title(self) -> Any:
        """The name, of a goal with its number."""
        return f"{self.code}. {self.name.text(current_locale())}" if self.facet.name == "sdg" else self.name


def countries() -> list[str]:
    """The States under review in the register."""
    return sorted({each.country for each in figures.all_figures()})


def country(asked: str, known: Collection[str] | None = None) -> str:
    """The State under review that a page tells of, never several together.

    The one *asked* for, the portal's own, or the first there is, whichever is among those *known* (the register's).
    """
    there = countries() if known is None else known
    return next((each for each in (asked, own_country(), *sorted(there)) if each in there), own_country())


def all_of(facet: Facet, country: str) -> list[Subject]:
    """Every subject of a kind in the recommendations to a State, with its figures, in the reader's order."""
    known: dict[int, list[Figures]] = {}
    for cycle in [each.cycle for each in figures.all_figures() if each.country == country]:
        for key, found in figures.by_key(facet.name, country, cycle).items():
            known.setdefault(key, []).append(found)
    return [
        Subject(facet, key, code, name, under, figures.sum_of(known[key]), known[key])
        for key, code, name, under in _named(facet)
        if key in known
    ]


def find(facet: Facet, code: str, asked: str = "") -> Subject | None:
    """The subject of an address, with what is told of it for the State *asked* for (see ``country``)."""
    for key, own, name, under in _named(facet):
        if own.casefold() == code.casefold():
            found = figures.of_key(facet.name, key)
            there = sorted({each.country for each in found})
            chosen = country(asked, there)
            cycles = [each for each in found if each.country == chosen]
            whole = figures.sum_of(cycles) if cycles else Figures(chosen, 0)
            return Subject(facet, key, own, name, under, whole, cycles, there)
    return None


def _named(facet: Facet) -> list[tuple[int, str, Content, Any]]:
    """Key, code, name and what more is said of everything of a kind."""
    if facet.name == "state":
        return [
            (each.id, each.iso2.lower(), each.name, UN_GROUPS.get(each.un_group or "", ""))
            for each in reference.states()
        ]
    if facet.name == "body":
        sort = Organisation.sort_mn if current_locale() == "mn" else Organisation.sort_en
        stmt = select(Organisation.id, Organisation.code, Organisation.name).where(Organisation.voice.is_not(None))
        return [(row.id, row.code, row.name, "") for row in db.session.execute(stmt.order_by(sort))]
    return [(each.id, each.code, each.name, "") for each in reference.terms(facet.name)]


def names(facet: Facet) -> dict[int, Any]:
    """The names of a kind by key; goals with their numbers."""
    return {key: Subject(facet, key, code, name).title for key, code, name, _under in _named(facet)}
