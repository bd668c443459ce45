"""The list of recommendations: its statement, columns and filters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import JSON, ColumnElement, literal, literal_column, true, type_coerce, union_all
from sqlalchemy.sql import visitors

from portal.api import (
    LOCALES,
    Identity,
    Organisation,
    Record,
    Select,
    State,
    Term,
    Vocabulary,
    _,
    _l,
    aliased,
    and_,
    current_locale,
    db,
    exists,
    func,
    lazy_pgettext,
    lists,
    or_,
    records,
    select,
)

from ..models import Assessment, Body, Count, Recommendation, RecommendationTerm, RecommendingState
from ..register_models import Cluster, ClusterMember, Target
from ..register_scales import targets
from ..scales import (
    NOT_RATED,
    POSITIONS,
    RATING_TONES,
    RATING_VOICES,
    RATINGS,
    SHORT_RATINGS,
    SHORT_VOICES,
    TERM_SCHEMES,
    VOICES,
)
from . import counted as counted_
from .counted import active

_NUMBER = re.compile(r"\d{1,4}(\.\d{1,4})*[a-z]?|U[IH]\d*-[0-9a-f]{8}", re.ASCII)
NONE = "none"
"""Value of the filter by rating for "not rated yet"."""


def latest(voice: str) -> Any:
    """The latest published rating of a voice, to be joined to Recommendation by ``rated_by``."""
    return aliased(Assessment, name=f"by_{voice}")


def rated_by(one: Any, voice: str) -> Any:
    """The condition that joins ``latest(voice)``."""
    return and_(one.recommendation_id == Recommendation.record_id, one.voice == voice, one.is_latest.is_(True))


_PLAIN: Final[Any] = (
    select(
        Recommendation.record_id.label("id"),
        Recommendation.country,
        Recommendation.cycle,
        Recommendation.position,
        Recommendation.state_count,
    )
    .join(Record, Record.id == Recommendation.record_id)
    .where(active())
)


def plain(user: Identity) -> Any:
    """The visible recommendations without what a list shows of them, to be counted."""
    return _PLAIN.where(records.visible(user))


def _with_ratings() -> Select[Any]:
    voices = {voice: latest(voice) for voice in RATING_VOICES}
    stmt: Select[Any] = _PLAIN.add_columns(
        Recommendation.number,
        Recommendation.number_sort,
        Recommendation.text,
        Recommendation.states_text.label("states"),
        Record.changed_at,
        *(one.rating.label(voice) for voice, one in voices.items()),
    )
    for voice, one in voices.items():
        stmt = stmt.outerjoin(one, rated_by(one, voice))
    return stmt


_ROWS: Final[Select[Any]] = _with_ratings()


def rows(user: Identity) -> Select[Any]:
    """The visible recommendations with their ratings of today; one row each."""
    return _ROWS.where(records.visible(user))


def columns() -> list[lists.Column]:
    """The columns of the list; a rating is told by words, sign and colour."""
    link = "/recommendations/{id}"
    return [
        lists.Column("number", lazy_pgettext("column", "No."), sort="number_sort", link=link),
        lists.Column("text", _l("Recommendation"), link=link, format="content"),
        lists.Column("states", lazy_pgettext("column", "States"), format="content"),
        lists.Column("position", _l("Position"), labels=POSITIONS),
        *(
            lists.Column(voice, SHORT_VOICES[voice], format="status", labels=SHORT_RATINGS, tones=RATING_TONES)
            for voice in RATING_VOICES
        ),
    ]


@dataclass
class Facets:
    """What the register can be narrowed by: only what occurs in it, each as pairs of value and name."""

    cycles: list[tuple[int, str]] = field(default_factory=list)
    countries: list[tuple[str, str]] = field(default_factory=list)
    theme: list[tuple[int, str]] = field(default_factory=list)
    group: list[tuple[int, str]] = field(default_factory=list)
    sdg: list[tuple[int, str]] = field(default_factory=list)
    states: list[tuple[int, str]] = field(default_factory=list)
    bodies: list[tuple[int, str]] = field(default_factory=list)
    clusters: list[tuple[int, str]] = field(default_factory=list)
    targets: list[tuple[str, str]] = field(default_factory=list)


def facets() -> Facets:
    """Everything that occurs in the register, in one query, in the reader's alphabetical order."""
    found = Facets()
    goals: list[tuple[int, int, str]] = []
    lists_of = {kind: getattr(found, kind) for kind in ("theme", "group", "states", "bodies")}
    for kind, key, code, text in db.session.execute(_facets(current_locale())):
        if kind in lists_of:
            lists_of[kind].append((key, text))
        elif kind == "cycles":
            found.cycles.append((key, _("Cycle %(number)s", number=key)))
        elif kind == "countries":
            found.countries.append((code, text))
        elif kind == "sdg":
            goals.append((int(code), key, f"{code}. {text}"))
        elif kind == "clusters":
            found.clusters.append((key, f"{code} {text}"))
        else:
            found.targets.append((code, code))
    found.cycles.sort(reverse=True)
    order = {code: place for place, code in enumerate(targets())} if found.targets else {}
    found.targets.sort(key=lambda each: order[each[0]])
    found.sdg = [(key, text) for _number, key, text in sorted(goals)]
    return found


@cache
def _facets(locale: str) -> Any:
    """A union of (kind, id, code, name), sorted by the names."""

    def part(kind: Any, model: Any, code: Any, condition: Any) -> Select[Any]:
        sort = model.sort_mn if locale == "mn" else model.sort_en
        names = [type_coerce(model.name, JSON)[each].as_string() for each in sorted(LOCALES, key=locale.__ne__)]
        return select(
            kind.label("kind"),
            model.id.label("key"),
            code.label("code"),
            func.coalesce(*names, "").label("name"),
            sort.label("sort"),
        ).where(condition)

    used = select(func.coalesce(Term.mapped_to_id, Term.id)).where(
        exists().where(RecommendationTerm.term_id == Term.id)
    )
    target = select(literal("targets"), literal(0), Target.code, literal(""), literal("")).distinct()
    cycle = select(literal("cycles"), Recommendation.cycle, literal(""), literal(""), literal("")).distinct()
    everything = union_all(
        part(Vocabulary.scheme, Term, Term.code, Term.id.in_(used)).join(
            Vocabulary, Vocabulary.id == Term.vocabulary_id
        ),
        part(literal("states"), State, State.iso2, exists().where(RecommendingState.state_id == State.id)),
        part(literal("countries"), State, State.iso2, State.iso2.in_(select(Recommendation.country))),
        part(literal("bodies"), Organisation, Organisation.code, exists().where(Body.org_id == Organisation.id)),
        part(literal("clusters"), Cluster, Cluster.code, exists().where(ClusterMember.cluster_id == Cluster.id)),
        cycle,
        target,
    ).subquery()
    of = everything.c
    return select(of.kind, of.key, of.code, of.name).order_by(of.sort, of.key)


def filters(args: Mapping[str, str], known: Facets) -> list[lists.Filter]:
    """The filters of the list; the one by rating asks the voice that is chosen beside it, else any."""
    voice, rating = args.get("voice", ""), args.get("rating", "")
    several = len(known.countries) > 1
    return [
        lists.Filter("q", _l("Words or number"), kind="search", where=matching),
        lists.Filter("cycle", _l("Cycle"), choices=known.cycles, where=Recommendation.cycle),
        *([lists.Filter("country", _l("State under review"), known.countries)] if several else []),
        lists.Filter("position", _l("Position"), choices=POSITIONS, where=Recommendation.position),
        lists.Filter("theme", TERM_SCHEMES["theme"], choices=known.theme, where=about),
        lists.Filter("group", TERM_SCHEMES["group"], choices=known.group, where=about),
        lists.Filter("sdg", TERM_SCHEMES["sdg"], choices=known.sdg, where=about),
        *([lists.Filter("target", _l("Target of a goal"), known.targets, where=serving)] if known.targets else []),
        *([lists.Filter("cluster", _l("Cluster"), known.clusters, where=in_cluster)] if known.clusters else []),
        lists.Filter("state", _l("Recommending State"), choices=known.states, where=recommended_by),
        lists.Filter("body", _l("Responsible body"), choices=known.bodies, where=led_by),
        lists.Filter("voice", _l("Rated by"), choices=VOICES, where=lambda one: true() if rating else rated(one, "")),
        lists.Filter(
            "rating",
            _l("Rating"),
            choices={**RATINGS, NONE: NOT_RATED},
            where=lambda one: rated(voice if voice in VOICES else "", one),
        ),
    ]


def matching(words: str) -> ColumnElement[bool]:
    """Recommendations with these words; what looks like a number is looked for as one: "116.1" is not 116.10."""
    numbers = [word for word in words.split() if _NUMBER.fullmatch(word)][:8]
    rest = " ".join(word for word in words.split() if not _NUMBER.fullmatch(word))
    conditions = [or_(Recommendation.number == word, Recommendation.number.like(f"{word}.%")) for word in numbers]
    return and_(true(), *conditions, records.matches(rest))


def about(term_id: int) -> ColumnElement[bool]:
    """Recommendations about a term, or about one of a source's list that stands for it."""
    terms = select(Term.id).where(or_(Term.id == term_id, Term.mapped_to_id == term_id))
    return Recommendation.record_id.in_(
        select(RecommendationTerm.recommendation_id).where(RecommendationTerm.term_id.in_(terms))
    )


def in_cluster(cluster_id: int) -> ColumnElement[bool]:
    """Recommendations of a cluster."""
    members = select(ClusterMember.recommendation_id).where(ClusterMember.cluster_id == cluster_id)
    return Recommendation.record_id.in_(members)


def serving(code: str) -> ColumnElement[bool]:
    """Recommendations that serve a target."""
    return Recommendation.record_id.in_(select(Target.recommendation_id).where(Target.code == code))


def recommended_by(state_id: int) -> ColumnElement[bool]:
    """Recommendations of a State."""
    named = select(RecommendingState.recommendation_id).where(RecommendingState.state_id == state_id)
    return Recommendation.record_id.in_(named)


def led_by(org_id: int) -> ColumnElement[bool]:
    """Recommendations that an organisation leads or supports."""
    return Recommendation.record_id.in_(select(Body.recommendation_id).where(Body.org_id == org_id))


def rated(voice: str, rating: str) -> ColumnElement[bool]:
    """Recommendations with that latest rating by that voice; "" stands for any, NONE for not rated."""
    return counted_.unrated(voice) if rating == NONE else counted_.rated(voice, rating)


@dataclass(frozen=True)
class Totals:
    """Numbers of a list by their rule (docs/counting.md)."""

    by_paragraph: int = 0
    by_state: int = 0
    supported: int = 0
    noted: int = 0


def totals(user: Identity, listing: lists.Listing) -> Totals:
    """The numbers of a list, by the counts that are kept where those know its filters."""
    conditions = [each.condition for each in listing.filters if each.condition is not None]
    kept = counted(listing.filters)
    found: Any = _numbers(user).where(*conditions)
    if kept is not None:
        stmt = select(Count.position, Count.number, Count.mentions).where(
            Count.facet == "all", Count.voice == "", *kept
        )
        found = union_all(stmt, found.where(HIDDEN))
    numbers: Counter[str] = Counter()
    by_state = 0
    for position, number, mentions in db.session.execute(found):
        numbers[position] += number
        by_state += mentions
    return Totals(numbers.total(), by_state, numbers["supported"], numbers["noted"])


HIDDEN: Final = Record.visibility != literal_column("'public'")
"""What the kept counts leave out."""


def counted(bound: Iterable[Any]) -> list[ColumnElement[bool]] | None:
    """The conditions of filters as conditions on Count; None where one is about more than it keeps."""
    chosen = [each for each in bound if each.condition is not None]
    if not {each.filter.key for each in chosen} <= {"cycle", "country", "position"}:
        return None
    return [visitors.replacement_traverse(each.condition, {}, _as_counted) for each in chosen]


def _numbers(user: Identity) -> Any:
    """How many visible recommendations have each position, and how many States they name."""
    return (
        plain(user)
        .with_only_columns(
            Recommendation.position, func.count(), func.sum(Recommendation.state_count), maintain_column_froms=True
        )
        .group_by(Recommendation.position)
    )


def _as_counted(element: Any, **_kw: Any) -> Any:
    """The column of the counts that stands for one of a recommendation."""
    if getattr(element, "table", None) is Recommendation.__table__:
        return Count.__table__.c[element.name]
    return None
