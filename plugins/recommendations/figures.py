"""Figures of a cycle: positions, ratings by voice, agreement between voices. Every figure counts UN paragraphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlalchemy import literal, union_all

from portal.api import (
    Identity,
    Record,
    _,
    db,
    documents,
    func,
    records,
    select,
)

from .models import Assessment, Recommendation
from .scales import NOT_RATED, POSITION_TONES, POSITIONS, RATING_TONES, RATING_VOICES, RATINGS, VOICES


@dataclass
class Figures:
    """Counts of a cycle of a country: by UN paragraph, besides ``by_state``.

    ``ratings`` are the latest published ones by voice and rating; ``supported_ratings`` those of the supported
    recommendations only, to which a target refers.
    """

    country: str
    cycle: int
    positions: dict[str, int] = field(default_factory=dict)
    by_state: int = 0
    ratings: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    supported_ratings: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

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


def all_figures(user: Identity) -> list[Figures]:
    """The figures of every cycle in the register, the latest first, in one query."""
    seen = records.visible(user)
    answers = (
        select(
            Recommendation.country,
            Recommendation.cycle,
            literal("").label("voice"),
            Recommendation.position,
            literal("").label("rating"),
            func.count().label("number"),
            func.sum(Recommendation.state_count).label("by_state"),
        )
        .join(Record, Record.id == Recommendation.record_id)
        .where(seen)
        .group_by(Recommendation.country, Recommendation.cycle, Recommendation.position)
    )
    rated = (
        select(
            Recommendation.country,
            Recommendation.cycle,
            Assessment.voice,
            Recommendation.position,
            Assessment.rating,
            func.count(),
            literal(0),
        )
        .join(Record, Record.id == Recommendation.record_id)
        .join(Assessment, Assessment.recommendation_id == Recommendation.record_id)
        .where(seen, Assessment.is_latest.is_(True))
        .group_by(
            Recommendation.country,
            Recommendation.cycle,
            Assessment.voice,
            Recommendation.position,
            Assessment.rating,
        )
    )
    found: dict[tuple[str, int], Figures] = {}
    for row in db.session.execute(union_all(answers, rated)):
        one = found.setdefault((row.country, row.cycle), Figures(row.country, row.cycle))
        if not row.voice:
            one.positions[row.position] = row.number
            one.by_state += row.by_state
            continue
        counts = one.ratings[row.voice]
        counts[row.rating] = counts.get(row.rating, 0) + row.number
        if row.position == "supported":
            one.supported_ratings[row.voice][row.rating] = row.number
    return sorted(found.values(), key=lambda each: (-each.cycle, each.country))


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
