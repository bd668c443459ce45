"""Figures of a cycle: positions, ratings by voice, agreement between voices. Every figure counts UN paragraphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from portal.api import _, db, documents, select

from ..models import Count
from ..scales import NOT_RATED, POSITION_TONES, POSITIONS, RATING_TONES, RATING_VOICES, RATINGS, VOICES


@dataclass
class Figures:
    """Counts of a cycle of a country: by UN paragraph, besides ``by_state``.

    ``ratings`` are the latest published ones by voice and rating; ``supported_ratings`` those of the supported
    recommendations only, to which a target refers. ``by_year`` is kept by ``years``, once somebody has asked.
    """

    country: str
    cycle: int
    positions: dict[str, int] = field(default_factory=dict)
    by_state: int = 0
    ratings: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    supported_ratings: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    by_year: dict[int, Figures] | None = field(default=None, repr=False, compare=False)

    @property
    def total(self) -> int:
        """Recommendations, by UN paragraph."""
        return sum(self.positions.values())

    @property
    def voices(self) -> list[str]:
        """The voices that are shown: the three, and others that rated."""
        return [*RATING_VOICES, *(voice for voice in self.ratings if voice not in RATING_VOICES)]

    def not_rated(self, voice: str) -> int:
        """How many the voice has not rated."""
        return self.total - sum(self.ratings.get(voice, {}).values())

    def share_of_supported(self, voice: str) -> float | None:
        """The share of supported recommendations that the voice calls fully implemented; None without any."""
        whole = self.positions.get("supported", 0)
        return self.supported_ratings.get(voice, {}).get("fully", 0) / whole if whole else None


def all_figures() -> list[Figures]:
    """The figures of every cycle in the register, the latest first, in one query."""
    return list(_read("all").get(0, {}).values())


def of_key(facet: str, key: int) -> list[Figures]:
    """The figures of what is about a term, by a State or with a body, in every cycle, the latest first."""
    return list(_read(facet, Count.key == key).get(key, {}).values())


def by_key(facet: str, country: str, cycle: int) -> dict[int, Figures]:
    """The figures of every theme (group, goal, State, region, body) of a cycle."""
    found = _read(facet, Count.country == country, Count.cycle == cycle)
    return {key: one for key, cycles in found.items() for one in cycles.values()}


def sum_of(found: Sequence[Figures]) -> Figures:
    """Several cycles as one; its cycle is 0."""
    whole = Figures(found[0].country if found else "", 0)
    for one in found:
        for position, number in one.positions.items():
            whole.positions[position] = whole.positions.get(position, 0) + number
        whole.by_state += one.by_state
        for mine, theirs in ((whole.ratings, one.ratings), (whole.supported_ratings, one.supported_ratings)):
            for voice, counts in theirs.items():
                for rating, number in counts.items():
                    mine[voice][rating] = mine[voice].get(rating, 0) + number
    return whole


def _read(facet: str, *conditions: Any) -> dict[int, dict[tuple[str, int], Figures]]:
    """Figures by key, and by country and cycle, the latest cycle first."""
    stmt = (
        select(
            Count.key,
            Count.country,
            Count.cycle,
            Count.position,
            Count.voice,
            Count.rating,
            Count.number,
            Count.mentions,
        )
        .where(Count.facet == facet, Count.number != 0, *conditions)
        .order_by(Count.cycle.desc(), Count.country)
    )
    found: dict[int, dict[tuple[str, int], Figures]] = defaultdict(dict)
    for key, country, cycle, position, voice, rating, number, mentions in db.session.execute(stmt):
        one = found[key].get((country, cycle))
        if one is None:
            one = found[key][country, cycle] = Figures(country, cycle)
        if not voice:
            one.positions[position] = number
            one.by_state += mentions
            continue
        counts = one.ratings[voice]
        counts[rating] = counts.get(rating, 0) + number
        if position == "supported":
            one.supported_ratings[voice][rating] = number
    return found


def years(one: Figures) -> dict[int, Figures]:
    """How things stood at the end of each year since the first rating, as *one* has it at the end of the last."""
    if one.by_year is None:
        one.by_year = _years(one)
    return one.by_year


def _years(one: Figures) -> dict[int, Figures]:
    stmt = (
        select(Count.key, Count.position, Count.voice, Count.rating, Count.number)
        .where(Count.facet == "year", Count.country == one.country, Count.cycle == one.cycle, Count.number != 0)
        .order_by(Count.key)
    )
    changes: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(stmt):
        changes[row.key].append(row)
    found: dict[int, Figures] = {}
    before = Figures(one.country, one.cycle, one.positions, one.by_state)
    for year in range(min(changes), max(changes) + 1) if changes else ():
        now = Figures(one.country, one.cycle, one.positions, one.by_state)
        for mine, theirs in ((now.ratings, before.ratings), (now.supported_ratings, before.supported_ratings)):
            mine.update({voice: dict(counts) for voice, counts in theirs.items()})
        for row in changes.get(year, ()):
            for mine in (now.ratings, now.supported_ratings) if row.position == "supported" else (now.ratings,):
                mine[row.voice][row.rating] = mine[row.voice].get(row.rating, 0) + row.number
        found[year] = before = now
    return found


class OfCycle(Protocol):
    """What is told of one cycle of a country."""

    country: str
    cycle: int


C = TypeVar("C", bound=OfCycle)


def of_cycle(found: Sequence[C], country: str, cycle: int | None = None) -> C | None:
    """The one of *cycle* (the latest there is), of *country* where it has any, else of the first other one."""
    own = [each for each in found if each.country == country and cycle in (None, each.cycle)]
    others = [each for each in found if cycle in (None, each.cycle)]
    return next(iter(own or others), None)


def positions_chart(one: Figures) -> documents.Chart:
    """The answers of the State under review."""
    shown = [code for code in POSITIONS if one.positions.get(code)]
    return documents.Chart(
        "donut",
        _("Positions, by UN paragraph"),
        [POSITIONS[code] for code in shown],
        [documents.Series(_("Recommendations"), [one.positions[code] for code in shown])],
        tones=[POSITION_TONES[code] for code in shown],
        unit=_("recommendations"),
        category_title=_("Position"),
    )


def light_of(title: str, what: str, rows: Sequence[tuple[Any, Figures]], voice: str) -> documents.Chart:
    """What a voice says of each of *rows* (name and figures), a bar each; *what* they are called."""
    series = [
        documents.Series(label, [one.ratings.get(voice, {}).get(code, 0) for _name, one in rows], RATING_TONES[code])
        for code, label in RATINGS.items()
    ]
    series.append(documents.Series(NOT_RATED, [one.not_rated(voice) for _name, one in rows], "neutral"))
    return documents.Chart(
        "stacked", title, [name for name, _one in rows], series, unit=_("recommendations"), category_title=what
    )


def target_line(one: Figures, known: dict[int, Figures], percent: int | None) -> documents.Chart:
    """The share of supported recommendations that each voice calls fully implemented, by year, beside the target."""
    series = [
        documents.Series(VOICES[voice], [each.share_of_supported(voice) for each in known.values()])
        for voice in one.voices
        if one.ratings.get(voice)
    ]
    if percent is not None:
        series.append(documents.Series(_("Target"), [percent / 100] * len(known), "info"))
    return documents.Chart(
        "line",
        _("Supported recommendations fully implemented, at the end of each year"),
        [str(year) for year in known],
        series,
        percent=True,
        category_title=_("Year"),
    )


def traffic_light(one: Figures) -> documents.Chart:
    """The ratings of each voice and what it has not rated."""
    series = [
        documents.Series(label, [one.ratings.get(voice, {}).get(code, 0) for voice in one.voices], RATING_TONES[code])
        for code, label in RATINGS.items()
    ]
    series.append(documents.Series(NOT_RATED, [one.not_rated(voice) for voice in one.voices], "neutral"))
    return documents.Chart(
        "stacked",
        _("Latest ratings by voice, by UN paragraph"),
        [VOICES[voice] for voice in one.voices],
        series,
        unit=_("recommendations"),
        category_title=_("Voice"),
    )
