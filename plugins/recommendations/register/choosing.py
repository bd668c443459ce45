"""Choosing in the register: several values of a filter, how many each would leave, gaps and years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, extract, true

from portal.api import VOICES, Identity, Term, Vocabulary, _l, and_, db, func, lists, or_, select

from ..models import Assessment, Body, Count, Recommendation, RecommendationTerm, RecommendingState
from . import finding, gaps
from .finding import NONE, Facets

MOST: Final = 50
"""Values of one filter that are taken together."""
SEVERAL: Final = ("cycle", "position", "theme", "group", "sdg", "state", "body", "rating", "year")
"""Filters of which several values may be chosen; in the address they are parted by commas."""


def filters(args: Mapping[str, str], known: Facets) -> list[lists.Filter]:
    """The filters of the register for an address: also several values at once, the year of a rating, and a gap."""
    voice = args.get("voice", "")
    voice = voice if voice in VOICES else ""
    found = finding.filters(args, known)
    found.append(lists.Filter("year", _l("Year of the latest rating"), _years(args), where=lambda one: _in(one, voice)))
    found.append(
        lists.Filter(
            "gap", _l("What is missing"), gaps.GAPS, where=lambda one: gaps.condition(one, voice or "government")
        )
    )
    found = [_several(each, args.get(each.key, "")) if each.key in SEVERAL else each for each in found]
    if args.get("gap") or args.get("year"):
        found = [replace(each, where=lambda _one: true()) if each.key == "voice" else each for each in found]
    return found


def _years(args: Mapping[str, str]) -> list[tuple[int, str]]:
    """The years an address may name; which there are is told by the counts beside the values."""
    return [(int(year), year) for year in args.get("year", "").split(",") if year.isdecimal() and len(year) == 4]


def _in(year: int, voice: str) -> ColumnElement[bool]:
    """Recommendations whose latest rating (by any voice, or one) is of a year."""
    rated = select(Assessment.recommendation_id).where(
        Assessment.is_latest.is_(True), extract("year", Assessment.rated_on) == year
    )
    return Recommendation.record_id.in_(rated.where(Assessment.voice == voice) if voice else rated)


def _several(one: lists.Filter, asked: str) -> lists.Filter:
    """The filter with a further choice where the address names several: all of them together."""
    pairs = list(one.choices.items()) if isinstance(one.choices, Mapping) else list(one.choices)
    known = {str(value): (value, label) for value, label in pairs}
    parts = list(dict.fromkeys(asked.split(",")))[:MOST]
    if len(parts) < 2 or not all(part in known for part in parts):
        return one
    where = one.where

    def condition(value: Any) -> ColumnElement[bool]:
        values = [known[part][0] for part in parts] if value == asked else [value]
        return or_(*(_meant(where, each) for each in values))

    label = "; ".join(str(known[part][1]) for part in parts)
    return replace(one, choices=[*pairs, (asked, label)], where=condition)


def _meant(where: Any, value: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = where == value if hasattr(where, "__clause_element__") else where(value)
    return condition


@dataclass(frozen=True)
class Option:
    """A value of a facet: its name, how many recommendations it would leave, whether it is chosen."""

    value: str
    label: str
    number: int
    chosen: bool


def facets(user: Identity, args: Mapping[str, str]) -> list[tuple[str, Any, list[Option]]]:
    """Key, title and values of each facet; the numbers respect every other filter of the address."""
    known = finding.facets()
    titles = {each.key: each for each in filters({}, known)}
    voice = args.get("voice", "")
    voice = voice if voice in VOICES else ""
    everything = finding.plain(user)
    hidden = everything.where(finding.HIDDEN)
    any_hidden = db.session.execute(hidden.limit(1)).first() is not None
    found = []
    for key, count in _COUNTED.items():
        others = {name: value for name, value in args.items() if name != key}
        if key in ("rating", "year"):
            others.pop("voice", None)
        bound = lists.bind(filters(others, known), others, everything)
        conditions = [each.condition for each in bound if each.condition is not None]
        kept = finding.counted(bound) if key in _KEPT else None
        numbers: Counter[str] = Counter()
        if kept is not None:
            numbers.update(_numbers(_kept(key).where(*kept)))
        if kept is None or any_hidden:
            left = (hidden if kept is not None else everything).where(*conditions).subquery()
            numbers.update(_numbers(count(left, voice)))
        chosen = set(args.get(key, "").split(",")) - {""}
        labels: Iterable[tuple[Any, Any]] = _pairs(titles[key], numbers)
        options = [
            Option(str(value), str(label), numbers.get(str(value), 0), str(value) in chosen)
            for value, label in labels
            if numbers.get(str(value)) or str(value) in chosen
        ]
        if options:
            found.append((key, titles[key].title, options))
    return found


def _numbers(stmt: Any) -> dict[str, int]:
    return {str(value): n for value, n in db.session.execute(stmt) if value is not None}


def _kept(key: str) -> Any:
    """The numbers of a facet as they are kept (counts.py)."""
    facet, value = ("all", Count.__table__.c[key]) if key in ("cycle", "position") else (key, Count.key)
    return select(value, func.sum(Count.number)).where(Count.facet == facet, Count.voice == "").group_by(value)


_KEPT: Final = frozenset({"cycle", "position", "theme", "group", "sdg", "body", "state"})


def _pairs(one: lists.Filter, numbers: Mapping[str, int]) -> list[tuple[Any, Any]]:
    if one.key == "year":
        return [(year, year) for year in sorted(numbers, reverse=True)]
    return list(one.choices.items()) if isinstance(one.choices, Mapping) else list(one.choices)


def _column(name: str) -> Callable[[Any, str], Any]:
    return lambda left, _voice: select(left.c[name], func.count()).group_by(left.c[name])


def _term(scheme: str) -> Callable[[Any, str], Any]:
    def count(left: Any, _voice: str) -> Any:
        national = func.coalesce(Term.mapped_to_id, Term.id)
        return (
            select(national, func.count(func.distinct(left.c.id)))
            .select_from(left)
            .join(RecommendationTerm, RecommendationTerm.recommendation_id == left.c.id)
            .join(Term, Term.id == RecommendationTerm.term_id)
            .join(Vocabulary, and_(Vocabulary.id == Term.vocabulary_id, Vocabulary.scheme == scheme))
            .group_by(national)
        )

    return count


def _part(model: Any, column: Any) -> Callable[[Any, str], Any]:
    return lambda left, _voice: (
        select(column, func.count(func.distinct(left.c.id)))
        .select_from(left)
        .join(model, model.recommendation_id == left.c.id)
        .group_by(column)
    )


def _rated(left: Any, voice: str, value: Any) -> Any:
    """By the latest rating of a voice, or of any: as the filter takes it, a recommendation may be in several values."""
    latest = and_(Assessment.recommendation_id == left.c.id, Assessment.is_latest.is_(True))
    if voice:
        latest = and_(latest, Assessment.voice == voice)
    number = func.count(func.distinct(left.c.id))
    return select(value, number).select_from(left).outerjoin(Assessment, latest).group_by(value)


_COUNTED: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "cycle": _column("cycle"),
    "position": _column("position"),
    "rating": lambda left, voice: _rated(left, voice, func.coalesce(Assessment.rating, NONE)),
    "year": lambda left, voice: _rated(left, voice, extract("year", Assessment.rated_on)),
    "theme": _term("theme"),
    "group": _term("group"),
    "sdg": _term("sdg"),
    "body": _part(Body, Body.org_id),
    "state": _part(RecommendingState, RecommendingState.state_id),
}
