"""What a report says in figures: plain values in all languages, which can be kept as JSON and read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from portal.api import Content

from .words import RATING_TONES


@dataclass(frozen=True)
class Rated:
    """The latest published rating of one voice, with what it rests on and what comes next."""

    rating: str
    label: Content
    rated_on: date | None
    organisation: Content
    rationale: Content
    evidence: Content
    next_step: Content


@dataclass(frozen=True)
class Recommended:
    """A recommendation, one UN paragraph; ``state_count`` is how many States made it, ``rated`` None where missing."""

    id: int
    number: str
    text: Content
    states: Content
    state_count: int
    position: str
    position_label: Content
    themes: tuple[Content, ...]
    rated: Rated | None


@dataclass(frozen=True)
class Held:
    """A consultation that took place; ``people`` maps a category of participants to their number."""

    day: date | None
    title: Content
    level: str
    level_label: Content
    kind_label: Content
    place: Content
    attended: int
    people: Mapping[str, int]
    women: int
    men: int


@dataclass(frozen=True)
class Place:
    """An aimag or the capital (``code``: ISO 3166-2) and how many provincial consultations were held there."""

    code: str
    name: Content
    is_aimag: bool
    held: int


@dataclass(frozen=True)
class Body:
    """An organisation of the last annex and the number of ratings it gave."""

    name: Content
    ratings: int


@dataclass(frozen=True)
class Facts:
    """The figures of a report on the day ``taken_on``.

    ``absent`` names the modules that were off or that the author may not read. ``categories`` are the words of the
    categories of participants; ``tasks`` counts follow-up tasks by state (``all``, ``done``), ``agreements`` the
    agreements with local governments (``all``, ``signed``).
    """

    taken_on: date
    recommendations: tuple[Recommended, ...] = ()
    ratings: Mapping[str, Content] = field(default_factory=dict)
    consultations: tuple[Held, ...] = ()
    categories: Mapping[str, Content] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    bodies: tuple[Body, ...] = ()
    tasks: Mapping[str, int] = field(default_factory=dict)
    agreements: Mapping[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Recommendations, by UN paragraph."""
        return len(self.recommendations)

    @property
    def by_state(self) -> int:
        """Recommendations, by recommending State."""
        return sum(each.state_count for each in self.recommendations)

    @property
    def missing(self) -> list[Recommended]:
        """The recommendations that this voice has not rated, noted ones among them (process.md C11)."""
        return [each for each in self.recommendations if each.rated is None]

    def count(self, rating: str | None, position: str = "") -> int:
        """Recommendations with that rating (None: not rated), of one position or of all."""
        return sum(
            (each.rated.rating if each.rated else None) == rating and position in ("", each.position)
            for each in self.recommendations
        )

    def with_position(self, position: str) -> int:
        """Recommendations with that answer of the State under review."""
        return sum(each.position == position for each in self.recommendations)

    @property
    def positions(self) -> dict[str, Content]:
        """The answers that occur, in a fixed order, with their words."""
        order = {"supported": 0, "noted": 1}
        found = {each.position: each.position_label for each in self.recommendations}
        return dict(sorted(found.items(), key=lambda pair: (order.get(pair[0], 9), pair[0])))

    def themes(self, most: int = 10) -> list[tuple[Content, dict[str | None, int]]]:
        """The *most* frequent themes with their ratings; a recommendation counts in each of its themes."""
        names: dict[str, Content] = {}
        counts: dict[str, dict[str | None, int]] = {}
        for each in self.recommendations:
            for theme in each.themes:
                key = theme.text("en")
                names[key] = theme
                ratings = counts.setdefault(key, {})
                rating = each.rated.rating if each.rated else None
                ratings[rating] = ratings.get(rating, 0) + 1
        frequent = sorted(counts, key=lambda key: (-sum(counts[key].values()), key))
        return [(names[key], counts[key]) for key in frequent[:most]]

    @property
    def participants(self) -> int:
        """All who came to the consultations."""
        return sum(each.attended for each in self.consultations)

    def people(self) -> list[tuple[str, int]]:
        """Participants by category, only those that came."""
        totals = {key: sum(each.people.get(key, 0) for each in self.consultations) for key in self.categories}
        return [(key, number) for key, number in totals.items() if number]

    @property
    def aimags(self) -> list[Place]:
        """The aimags; the capital is not one."""
        return [place for place in self.places if place.is_aimag]

    @property
    def without_consultation(self) -> list[Place]:
        """The aimags where no provincial consultation was held."""
        return [place for place in self.aimags if not place.held]

    def contents(self) -> Iterable[Content]:
        """The texts that people wrote or translated, for counting those that are missing in a language."""
        for each in self.recommendations:
            yield each.text
            if each.rated is not None:
                yield from (each.rated.rationale, each.rated.evidence, each.rated.next_step)
        for held in self.consultations:
            yield held.title


RATINGS = tuple(RATING_TONES)
_CLASSES: dict[str, type[Any]] = {cls.__name__: cls for cls in (Facts, Rated, Recommended, Held, Place, Body)}


def dump(value: Any) -> Any:
    """*value* as JSON values; a dataclass, a Content and a date say what they are.

    A mapping becomes a list of pairs: PostgreSQL keeps no order of keys, and the traffic light has one.
    """
    if isinstance(value, Content):
        return {"is": "Content", "value": value.dump()}
    if isinstance(value, date):
        return {"is": "date", "value": value.isoformat()}
    if type(value).__name__ in _CLASSES:
        return {"is": type(value).__name__} | {each.name: dump(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {"is": "mapping", "items": [[str(key), dump(each)] for key, each in value.items()]}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [dump(each) for each in value]
    return value


def load(value: Any) -> Any:
    """What ``dump`` gave; a key that a later version added keeps its default."""
    if isinstance(value, list):
        return tuple(load(each) for each in value)
    if not isinstance(value, dict):
        return value
    match value.get("is"):
        case "Content":
            return Content.load(value["value"])
        case "mapping":
            return {key: load(each) for key, each in value["items"]}
        case "date":
            return date.fromisoformat(value["value"])
        case str() as name if name in _CLASSES:
            known = {each.name for each in fields(_CLASSES[name])}
            return _CLASSES[name](**{key: load(each) for key, each in value.items() if key in known})
    raise ValueError(f"nothing is called {value.get('is')!r}")
