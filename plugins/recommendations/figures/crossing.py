"""Two breakdowns crossed: how many recommendations of a cycle have this theme and that position, by UN paragraph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from portal.api import (
    Record,
    State,
    Term,
    Vocabulary,
    _,
    _l,
    and_,
    db,
    documents,
    func,
    select,
)

from ..models import Body, Recommendation, RecommendationTerm, RecommendingState
from ..register import finding
from ..register.counted import active
from ..register_scales import ACTIONS
from ..scales import NOT_RATED, POSITION_TONES, POSITIONS, RATING_TONES, RATINGS, TERM_SCHEMES, UN_GROUPS, VOICES
from . import subjects
from .figures import Figures

SHOWN: Final = 20
"""Bars of a picture; the table and the file have every row."""

DOWN: Final[Mapping[str, Any]] = {
    "theme": TERM_SCHEMES["theme"],
    "group": TERM_SCHEMES["group"],
    "sdg": TERM_SCHEMES["sdg"],
    "state": _l("Recommending State"),
    "region": _l("Regional group of the UN"),
    "body": _l("Responsible body"),
    "action": _l("Action category"),
}
"""What a table has a row for each of."""
ACROSS: Final[Mapping[str, Any]] = {
    "position": _l("Position"),
    "rating": _l("Rating"),
    "region": _l("Regional group of the UN"),
    "action": _l("Action category"),
}
"""What a table has a column for each of: what is few."""
FILTERS: Final = frozenset({"theme", "group", "sdg", "state", "body", "position", "rating"})
"""Those by which the register can be narrowed, under the same name."""


@dataclass(frozen=True)
class Row:
    """One theme (group, body …): ``key`` is None where a recommendation names none; ``whole`` counts each once."""

    key: Any
    name: Any
    counts: Mapping[Any, int] = field(default_factory=dict)

    @property
    def whole(self) -> int:
        """All of the row; of something that is said several times of a recommendation, more than there are."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Crossing:
    """Two breakdowns of a cycle: rows, columns (key and name), and how to find what a cell counts."""

    down: str
    across: str
    voice: str
    rows: Sequence[Row]
    columns: Sequence[tuple[Any, Any]]

    @property
    def title(self) -> str:
        """What is crossed, and whose ratings."""
        title = _("%(one)s and %(other)s", one=DOWN[self.down], other=str(ACROSS[self.across]).lower())
        if self.across != "rating":
            return title
        # TRANSLATORS: title of a chart: what is compared and whose ratings
        return _("%(what)s: ratings of %(voice)s", what=DOWN[self.down], voice=VOICES[self.voice])

    def args(self, row: Row, column: Any) -> dict[str, Any] | None:
        """The filters of the register for a cell; None where it has none for them."""
        if {self.down, self.across} - FILTERS or row.key is None or column is None:
            return None
        voice = {"voice": self.voice} if self.across == "rating" else {}
        return {self.down: row.key, self.across: column, **voice}

    def chart(self, most: int | None = SHOWN) -> documents.Chart:
        """A bar for each row, of the *most* with most recommendations; with all rows it is for their numbers."""
        tones: Mapping[Any, documents.Tone] = {
            "position": POSITION_TONES,
            "rating": {**RATING_TONES, finding.NONE: "neutral"},
        }.get(self.across, {})
        rows = self.rows[:most]
        return documents.Chart(
            "stacked",
            self.title,
            [row.name for row in rows],
            [
                documents.Series(name, [row.counts.get(key, 0) for row in rows], tones.get(key, ""))
                for key, name in self.columns
            ],
            unit=_("recommendations"),
            category_title=DOWN[self.down],
            with_table=most is None,
        )


def chosen(args: Mapping[str, str]) -> tuple[str, str]:
    """The two breakdowns that an address names, themes and positions unless it does; never the same twice."""
    down = args.get("down", "")
    across = args.get("across", "")
    down = down if down in DOWN else "theme"
    across = across if across in ACROSS else "position"
    return down, across if across != down else "position"


def cross(one: Figures, down: str, across: str, voice: str) -> Crossing | None:
    """A cycle by two breakdowns, what has most first; None where there is nothing."""
    rows, columns = _pairs(down, voice), _pairs(across, voice)
    first = rows.c.key if rows is not None else getattr(Recommendation, down)
    second = columns.c.key if columns is not None else getattr(Recommendation, across)
    stmt = (
        select(first, second, func.count())
        .select_from(Recommendation)
        .join(Record, Record.id == Recommendation.record_id)
        .where(
            Recommendation.country == one.country,
            Recommendation.cycle == one.cycle,
            Record.visibility == "public",
            active(),
        )
        .group_by(first, second)
    )
    for pairs in (rows, columns):
        if pairs is not None:
            stmt = stmt.outerjoin(pairs, pairs.c.id == Recommendation.record_id)
    counts: dict[Any, dict[Any, int]] = defaultdict(dict)
    for key, other, number in db.session.execute(stmt):
        shown = finding.NONE if across == "rating" and other is None else other
        counts[key][shown] = number
    if not counts:
        return None
    names, heads = _names(down), _names(across)
    found = [Row(key, names.get(key, _("None named")), each) for key, each in counts.items()]
    found.sort(key=lambda row: (row.key is None, -row.whole, str(row.name)))
    used = {key for each in counts.values() for key in each}
    shown = [(key, name) for key, name in heads.items() if key in used or across in ("position", "rating")]
    if None in used:
        shown.append((None, _("None named")))
    return Crossing(down, across, voice, found, shown)


def _pairs(what: str, voice: str) -> Any:
    """Recommendations (``id``) with what is said of them (``key``), each pair once; None where it is a column."""
    if what in ("position", "action"):
        return None
    if what == "rating":
        latest = finding.latest(voice)
        stmt = select(latest.recommendation_id.label("id"), latest.rating.label("key")).where(
            latest.voice == voice, latest.is_latest.is_(True)
        )
    elif what == "body":
        stmt = select(Body.recommendation_id.label("id"), Body.org_id.label("key"))
    elif what in ("state", "region"):
        key = RecommendingState.state_id if what == "state" else State.un_group
        stmt = select(RecommendingState.recommendation_id.label("id"), key.label("key"))
        if what == "region":
            stmt = stmt.join(State, and_(State.id == RecommendingState.state_id, State.un_group.is_not(None)))
    else:
        stmt = (
            select(
                RecommendationTerm.recommendation_id.label("id"), func.coalesce(Term.mapped_to_id, Term.id).label("key")
            )
            .join(Term, Term.id == RecommendationTerm.term_id)
            .join(Vocabulary, and_(Vocabulary.id == Term.vocabulary_id, Vocabulary.scheme == what))
        )
    return stmt.distinct().subquery()


def _names(what: str) -> Mapping[Any, Any]:
    """The names of a breakdown by key, in its order."""
    known: dict[str, Mapping[Any, Any]] = {
        "position": POSITIONS,
        "rating": {**RATINGS, finding.NONE: NOT_RATED},
        "region": UN_GROUPS,
        "action": ACTIONS,
    }
    if what in known:
        return known[what]
    return subjects.names(next(facet for facet in subjects.FACETS.values() if facet.name == what))
