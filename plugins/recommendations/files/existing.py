"""What the register holds, in the form in which files are compared with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.api import (
    Content,
    Organisation,
    Record,
    State,
    Term,
    Vocabulary,
    aliased,
    db,
    name_key,
    select,
)

from ..models import Body, PositionChange, Recommendation, RecommendationTerm, RecommendingState, Variant
from ..register_models import Cluster, ClusterMember, Point, Target

Values = dict[str, Any]
"""The fields of a recommendation in comparable form: texts, and lists of [wording, State ids] and of labels."""

Key = tuple[int, str]
"""Cycle and number: what a recommendation of a country is known by."""

SCHEMES = ("theme", "group", "sdg")


@dataclass(frozen=True)
class Pick:
    """A term of a recommendation.

    ``label`` is that of its list (of a goal: its number), ``written`` what the source has where that differs; ``id``
    is empty for one that ``vocabulary`` lacks. ``keys`` are all names it is known by, its national term's included.
    """

    id: int | None
    label: str
    written: str = ""
    vocabulary: str = ""
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Existing:
    """A recommendation of the register."""

    id: int
    version: int
    values: Values
    picks: dict[str, list[Pick]]


def register(country: str, cycles: Iterable[int]) -> dict[Key, Existing]:
    """The recommendations of a country in *cycles*, in ten queries."""
    mine = (Recommendation.country == country, Recommendation.cycle.in_(sorted(set(cycles))))
    picks, wordings, days, bodies = _picks(mine), _wordings(mine), _days(mine), _bodies(mine)
    points, targets, clusters = _points(mine), _targets(mine), _clusters(mine)
    stmt = (
        select(Recommendation, Record.version).join(Record, Record.id == Recommendation.record_id).where(*mine)
    ).execution_options(populate_existing=True)
    found: dict[Key, Existing] = {}
    for one, version in db.session.execute(stmt):
        terms = picks[one.record_id]
        values: Values = {
            "text": one.text.texts.get("en", ""),
            "text_state": one.text.state("en"),
            "text_mn": one.text.texts.get("mn", ""),
            "text_mn_state": one.text.state("mn"),
            "states": wordings[one.record_id],
            "position": one.position,
            "source": [one.source_document, one.source_paragraph],
            "decided_on": days.get(one.record_id, ""),
            "heading": one.heading,
            "symbol": one.symbol,
            "published_on": one.published_on.isoformat() if one.published_on else "",
            "action": one.action,
            **{scheme: [pick.label for pick in terms[scheme]] for scheme in SCHEMES},
            **bodies[one.record_id],
            "points": points[one.record_id],
            "targets": targets[one.record_id],
            "clusters": clusters[one.record_id],
        }
        found[one.cycle, one.number] = Existing(one.record_id, version, values, terms)
    return found


def _picks(mine: Iterable[Any]) -> dict[int, dict[str, list[Pick]]]:
    national = aliased(Term)
    stmt = (
        select(
            RecommendationTerm.recommendation_id,
            RecommendationTerm.label.label("written"),
            Vocabulary.scheme,
            Term.id,
            Term.label,
            Term.code,
            Term.name,
            national.name.label("national"),
        )
        .join(Term, Term.id == RecommendationTerm.term_id)
        .join(Vocabulary, Vocabulary.id == Term.vocabulary_id)
        .outerjoin(national, national.id == Term.mapped_to_id)
        .join(Recommendation, Recommendation.record_id == RecommendationTerm.recommendation_id)
        .where(*mine)
        .order_by(Term.position, Term.id)
    )
    found: dict[int, dict[str, list[Pick]]] = defaultdict(lambda: {scheme: [] for scheme in SCHEMES})
    keys: dict[int, frozenset[str]] = {}
    for row in db.session.execute(stmt):
        if row.id not in keys:
            names = (row.label, *row.name.texts.values(), *(row.national.texts.values() if row.national else ()))
            keys[row.id] = frozenset(map(name_key, names))
        label = row.code if row.scheme == "sdg" else row.label
        known = keys[row.id] | {name_key(row.written)} if row.written else keys[row.id]
        found[row.recommendation_id][row.scheme].append(Pick(row.id, label, row.written, keys=known))
    return found


def _days(mine: Iterable[Any]) -> dict[int, str]:
    """The day of the newest answer of each."""
    stmt = (
        select(PositionChange.recommendation_id, PositionChange.decided_on)
        .join(Recommendation, Recommendation.record_id == PositionChange.recommendation_id)
        .where(*mine)
        .order_by(PositionChange.id)
    )
    return {record_id: day.isoformat() if day else "" for record_id, day in db.session.execute(stmt)}


def _bodies(mine: Iterable[Any]) -> dict[int, dict[str, Any]]:
    stmt = (
        select(Body.recommendation_id, Body.role, Organisation.code)
        .join(Organisation, Organisation.id == Body.org_id)
        .join(Recommendation, Recommendation.record_id == Body.recommendation_id)
        .where(*mine)
        .order_by(Organisation.code)
    )
    found: dict[int, dict[str, Any]] = defaultdict(lambda: {"lead": "", "support": []})
    for record_id, role, code in db.session.execute(stmt):
        if role == "lead":
            found[record_id]["lead"] = code
        else:
            found[record_id]["support"].append(code)
    return found


def _wordings(mine: Iterable[Any]) -> dict[int, list[list[Any]]]:
    found: dict[int, list[list[Any]]] = defaultdict(list)
    places: dict[tuple[int, int], list[int]] = {}
    here = tuple(mine)
    texts = (
        select(Variant.recommendation_id, Variant.place, Variant.text)
        .join(Recommendation, Recommendation.record_id == Variant.recommendation_id)
        .where(*here)
        .order_by(Variant.place)
    )
    for record_id, place, text in db.session.execute(texts):
        places[record_id, place] = []
        found[record_id].append([text, places[record_id, place]])
    named = (
        select(RecommendingState.recommendation_id, RecommendingState.variant, State.id)
        .join(State, State.id == RecommendingState.state_id)
        .join(Recommendation, Recommendation.record_id == RecommendingState.recommendation_id)
        .where(*here)
        .order_by(RecommendingState.place)
    )
    for record_id, place, state_id in db.session.execute(named):
        places[record_id, place].append(state_id)
    return found


def _points(mine: Iterable[Any]) -> dict[int, list[list[str]]]:
    """Letter and both texts of each sub-point."""
    stmt = (
        select(Point.recommendation_id, Point.letter, Point.text)
        .join(Recommendation, Recommendation.record_id == Point.recommendation_id)
        .where(*mine)
        .order_by(Point.letter)
    )
    found: dict[int, list[list[str]]] = defaultdict(list)
    for record_id, letter, text in db.session.execute(stmt):
        found[record_id].append([letter, text.texts.get("en", ""), text.texts.get("mn", "")])
    return found


def _targets(mine: Iterable[Any]) -> dict[int, list[str]]:
    stmt = (
        select(Target.recommendation_id, Target.code)
        .join(Recommendation, Recommendation.record_id == Target.recommendation_id)
        .where(*mine)
        .order_by(Target.goal, Target.code)
    )
    return _listed(db.session.execute(stmt))


def _clusters(mine: Iterable[Any]) -> dict[int, list[str]]:
    """The codes of the clusters of each."""
    stmt = (
        select(ClusterMember.recommendation_id, Cluster.code)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .join(Recommendation, Recommendation.record_id == ClusterMember.recommendation_id)
        .where(*mine)
        .order_by(Cluster.code)
    )
    return _listed(db.session.execute(stmt))


def _listed(rows: Iterable[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for record_id, code in rows:
        found[record_id].append(code)
    return found


def text_of(values: Values) -> Content:
    """The text in both languages with its states."""
    return Content.of(
        en=values["text"],
        mn=values["text_mn"],
        state={"en": values["text_state"], "mn": values["text_mn_state"]},
    )
