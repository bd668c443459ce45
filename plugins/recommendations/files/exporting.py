"""Everything the register has of recommendations, read in batches, for the files it is exported to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from portal.api import (
    Content,
    DataColumn,
    Identity,
    Select,
    _,
    _l,
    current_locale,
    db,
    documents,
    reference,
    select,
)

from .. import datasets
from ..models import PositionChange, Recommendation, RecommendingState, Variant
from ..ratings import queries as rating_queries
from ..ratings.queries import Rating
from ..register import arranging, parts
from ..scales import BODY_ROLES, POSITIONS, RATING_VOICES, RATINGS, UN_GROUPS, VOICES

BATCH = 500
"""Recommendations whose parts are read together."""


@dataclass(frozen=True)
class Entry:
    """A recommendation with all its parts; ``wordings`` are (text, States)."""

    id: int
    country: str
    cycle: int
    number: str
    text: Content
    states: Content
    state_count: int
    position: str
    document: str
    paragraph: str
    heading: str
    symbol: str
    published_on: date | None
    action: int | None
    wordings: list[tuple[str, list[Any]]]
    positions: list[Any]
    terms: Mapping[str, list[parts.PartTerm]]
    bodies: list[Any]
    ratings: Mapping[str, Rating]
    translation: str = "none"
    points: Sequence[Any] = ()
    targets: Sequence[str] = ()
    clusters: Sequence[Any] = ()

    @property
    def decided_on(self) -> date | None:
        """The day of the present answer, where it is known."""
        day: date | None = self.positions[0].decided_on if self.positions else None
        return day


def entries(user: Identity, stmt: Select[Any]) -> Iterator[Entry]:
    """The recommendations of a statement of ``register.rows`` in its order, BATCH read together in eleven queries."""
    stmt = stmt.add_columns(
        Recommendation.source_document,
        Recommendation.source_paragraph,
        Recommendation.heading,
        Recommendation.symbol,
        Recommendation.published_on,
        Recommendation.action,
        Recommendation.translation,
    )
    for rows in db.session.execute(stmt.execution_options(yield_per=BATCH)).partitions(BATCH):
        ids = [row.id for row in rows]
        wordings, positions, terms, bodies = _wordings(ids), _positions(ids), parts.terms(ids), parts.bodies(ids)
        ratings = rating_queries.latest_ratings(user, ids)
        points, targets, clusters = arranging.around_many(ids)
        for row in rows:
            yield Entry(
                id=row.id,
                country=row.country,
                cycle=row.cycle,
                number=row.number,
                text=row.text,
                states=row.states,
                state_count=row.state_count,
                position=row.position,
                document=row.source_document,
                paragraph=row.source_paragraph,
                heading=row.heading,
                symbol=row.symbol,
                published_on=row.published_on,
                action=row.action,
                wordings=wordings[row.id],
                positions=positions[row.id],
                terms=terms[row.id],
                bodies=bodies[row.id],
                ratings=ratings.get(row.id, {}),
                translation=row.translation,
                points=points[row.id],
                targets=targets[row.id],
                clusters=clusters[row.id],
            )


def _wordings(ids: list[int]) -> dict[int, list[tuple[str, list[Any]]]]:
    states = {state.id: state for state in reference.states()}
    found: dict[int, dict[int, tuple[str, list[Any]]]] = defaultdict(dict)
    texts = select(Variant.recommendation_id, Variant.place, Variant.text).where(Variant.recommendation_id.in_(ids))
    for record_id, place, text in db.session.execute(texts.order_by(Variant.place)):
        found[record_id][place] = (text, [])
    named = (
        select(RecommendingState.recommendation_id, RecommendingState.variant, RecommendingState.state_id)
        .where(RecommendingState.recommendation_id.in_(ids))
        .order_by(RecommendingState.variant, RecommendingState.place)
    )
    for record_id, variant, state_id in db.session.execute(named):
        found[record_id][variant][1].append(states[state_id])
    return defaultdict(list, {record_id: list(each.values()) for record_id, each in found.items()})


def _positions(ids: list[int]) -> dict[int, list[Any]]:
    """The answers, the newest first."""
    stmt = (
        select(
            PositionChange.recommendation_id,
            PositionChange.position,
            PositionChange.decided_on,
            PositionChange.document,
            PositionChange.paragraph,
            PositionChange.note,
            PositionChange.created_at,
        )
        .where(PositionChange.recommendation_id.in_(ids))
        .order_by(PositionChange.id.desc())
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(stmt):
        found[row.recommendation_id].append(row)
    return found


def group_counts(entry: Entry) -> list[str]:
    """How many of the recommending States are of each regional group, in words."""
    states = {state.id: state for _text, states in entry.wordings for state in states}
    counts = Counter(state.un_group for state in states.values() if state.un_group)
    return [f"{UN_GROUPS[group]}: {count}" for group, count in sorted(counts.items())]


@dataclass
class Counted:
    """How many recommendations a file has, by each rule (docs/counting.md)."""

    by_paragraph: int = 0
    by_state: int = 0
    positions: Counter[str] = field(default_factory=Counter)
    mentions: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, found: Iterable[Entry]) -> Counted:
        """The counts of *found*."""
        counted = cls()
        for entry in found:
            counted.add(entry)
        return counted

    def add(self, entry: Entry) -> None:
        """Count one more."""
        self.by_paragraph += 1
        self.by_state += entry.state_count
        self.positions[entry.position] += 1
        self.mentions[entry.position] += entry.state_count

    def lines(self) -> list[tuple[str, int]]:
        """Each rule in words with its number."""
        paragraph, state = _("By UN paragraph"), _("By recommending State")
        lines = [(paragraph, self.by_paragraph)]
        lines += [(f"{paragraph}: {POSITIONS[code]}", count) for code, count in sorted(self.positions.items())]
        lines.append((state, self.by_state))
        lines += [(f"{state}: {POSITIONS[code]}", count) for code, count in sorted(self.mentions.items())]
        return lines

    def dump(self) -> dict[str, Any]:
        """As plain data: a number under the name of its rule."""
        return {
            "by_un_paragraph": {"total": self.by_paragraph, **self.positions},
            "by_recommending_state": {"total": self.by_state, **self.mentions},
        }


CSV_COLUMNS: Final = (
    *datasets.COLUMNS,
    DataColumn("wordings", _l("Wordings")),
    DataColumn("regions", _l("Regional groups of the UN")),
    DataColumn("heading", _l("Heading")),
    DataColumn("symbol", _l("Document")),
    DataColumn("published_on", _l("Date of the document"), "date"),
    DataColumn("action", _l("Action category"), "integer"),
    DataColumn("targets", _l("Targets")),
    DataColumn("clusters", _l("Clusters")),
    DataColumn("points", _l("Sub-points"), "content"),
    DataColumn("decided_on", _l("Date of the decision"), "date"),
    DataColumn("position_history", _l("History of the position")),
    DataColumn("themes_source", _l("Themes in the words of the source")),
    DataColumn("groups_source", _l("Groups of persons in the words of the source")),
    DataColumn("sdgs_source", _l("Goals in the words of the source")),
    *(DataColumn(voice, VOICES[voice], "select", RATINGS) for voice in RATING_VOICES),
    *(
        DataColumn(f"{voice}_challenges", _l("%(voice)s: challenges and answers", voice=VOICES[voice]), "content")
        for voice in RATING_VOICES
    ),
    *(
        DataColumn(f"{voice}_on", _l("%(voice)s: date of the rating", voice=VOICES[voice]), "date")
        for voice in RATING_VOICES
    ),
    DataColumn("rule", _l("Rule of counting"), "select", {"paragraph": _l("by UN paragraph")}),
)
"""What a list has as CSV: a row is a paragraph; ``state_count`` adds up to the count by State."""


def csv(user: Identity, stmt: Select[Any]) -> bytes:
    """The recommendations of a statement as CSV, in the reader's language."""
    rows = (_csv_row(entry) for entry in entries(user, stmt))
    return b"".join(documents.export_rows(CSV_COLUMNS, rows, "csv", current_locale()))


def _csv_row(entry: Entry) -> dict[str, Any]:
    locale = current_locale()
    several = len(entry.wordings) > 1
    history = (
        ", ".join(
            filter(None, (str(POSITIONS[each.position]), str(each.decided_on or ""), each.document, each.paragraph))
        )
        for each in entry.positions
    )
    roles = [f"{body.name.text(locale)} ({BODY_ROLES[body.role]})" for body in entry.bodies]
    named: dict[str, str] = {}
    for scheme, name in (("theme", "themes"), ("group", "groups")):
        named[name] = "; ".join(dict.fromkeys(term.name.text(locale) for term in entry.terms[scheme]))
        named[f"{name}_source"] = "; ".join(term.source for term in entry.terms[scheme])
    return {
        **{name: getattr(entry, name) for name in _SIMPLE},
        **named,
        "position_source": ", ".join(filter(None, (entry.document, entry.paragraph))),
        "sdgs": ", ".join(term.code for term in entry.terms["sdg"]),
        "sdgs_source": "; ".join(term.source for term in entry.terms["sdg"]),
        "bodies": "; ".join(roles),
        "wordings": "; ".join(_with_states(each) for each in entry.wordings) if several else "",
        "regions": "; ".join(group_counts(entry)),
        "position_history": "; ".join(history),
        "targets": ", ".join(entry.targets),
        "clusters": "; ".join(f"{each.code} {each.name.text(locale)}" for each in entry.clusters),
        "points": arranging.written_points(entry.points),
        **{voice: rated.rating for voice, rated in entry.ratings.items()},
        **{f"{voice}_challenges": datasets.challenges_text(rated.challenges) for voice, rated in entry.ratings.items()},
        **{f"{voice}_on": rated.rated_on for voice, rated in entry.ratings.items()},
        "rule": "paragraph",
    }


_SIMPLE = (
    "id",
    "country",
    "cycle",
    "number",
    "text",
    "states",
    "state_count",
    "position",
    "heading",
    "symbol",
    "published_on",
    "action",
    "decided_on",
)


def _with_states(wording: tuple[str, list[Any]]) -> str:
    text, states = wording
    return f"{text} ({', '.join(state.name.text('en') for state in states)})"
