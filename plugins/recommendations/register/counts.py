"""Counts for every dashboard, kept in the transaction of each change.

Whatever touches a recommendation, its parts or its ratings notes its id; before the transaction ends, ``refresh``
compares what the recommendation counts for now with what it was counted for (``Counted``) and adds the difference to
``Count``. So a change costs a few statements whatever the size of the register, and a dashboard reads few rows.
Only what everyone may read, and is not archived, is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from sqlalchemy import event, literal, union
from sqlalchemy.dialects import postgresql, sqlite

from portal.api import Record, State, Term, Vocabulary, and_, case, db, delete, func, select, transaction

from ..models import Assessment, Body, Count, Counted, Recommendation, RecommendationTerm, RecommendingState
from ..scales import UN_GROUPS
from .counted import active

REGIONS: Final = tuple(UN_GROUPS)
"""The regional groups of the United Nations; ``Count.key`` is the place of one, from 1, so none changes its place."""

BATCH: Final = 500
"""Recommendations that are read together."""

Cell: TypeAlias = tuple[str, str, int, int, str, str, str]
"""Facet, country, cycle, key, position, voice, rating."""
Facts: TypeAlias = dict[str, Any]

_TOUCHED = "recommendations_touched"


def touch(*ids: int) -> None:
    """Note recommendations that are changed past the session (by a statement), to be counted anew."""
    db.session.info.setdefault(_TOUCHED, set()).update(ids)


def _noted(_mapper: Any, _connection: Any, row: Any) -> None:
    touch(row.record_id if isinstance(row, Recommendation) else row.recommendation_id)


def _header_noted(_mapper: Any, _connection: Any, row: Record) -> None:
    if row.kind == "recommendation":
        touch(row.id)


for _model in (Recommendation, RecommendationTerm, RecommendingState, Body, Assessment):
    for _act in ("after_insert", "after_update", "after_delete"):
        event.listen(_model, _act, _noted)
event.listen(Record, "after_update", _header_noted)


@event.listens_for(db.session, "before_commit")
def _before_commit(session: Any) -> None:
    session.flush()
    if touched := session.info.pop(_TOUCHED, None):
        refresh(touched)


@event.listens_for(db.session, "after_soft_rollback")
def _after_rollback(session: Any, _previous: Any) -> None:
    session.info.pop(_TOUCHED, None)


def refresh(ids: Iterable[int]) -> None:
    """Bring the counts to what these recommendations are now, inside a transaction; as often as one likes."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        now = facts(part, lock=True)
        stmt = select(Counted.recommendation_id, Counted.facts).where(Counted.recommendation_id.in_(part))
        before: dict[int, Facts] = {row.recommendation_id: row.facts for row in db.session.execute(stmt)}
        changed = [record_id for record_id in part if now.get(record_id) != before.get(record_id)]
        numbers: Counter[Cell] = Counter()
        mentions: Counter[Cell] = Counter()
        for record_id in changed:
            for known, sign in ((before.get(record_id), -1), (now.get(record_id), 1)):
                for cell, number, states in cells(known):
                    numbers[cell] += sign * number
                    mentions[cell] += sign * states
        _add(numbers, mentions)
        _keep({record_id: now.get(record_id) for record_id in changed})


def forget(ids: Iterable[int]) -> None:
    """Take what went past the session out of the counts, and cells that count nothing any more."""
    refresh(ids)
    db.session.execute(delete(Count).where(Count.number == 0, Count.mentions == 0))


def cells(known: Facts | None) -> Iterator[tuple[Cell, int, int]]:
    """What a recommendation with these facts counts for: cells with number and mentions.

    In a year a rating comes (1), and the one of an earlier year goes (-1).
    """
    if not known:
        return
    country, cycle, position, states = known["at"]
    for facet, key in [("all", 0), *known["keys"]]:
        yield (facet, country, cycle, key, position, "", ""), 1, states
        for voice, years in known["ratings"].items():
            yield (facet, country, cycle, key, position, voice, years[-1][1]), 1, 0
    for voice, years in known["ratings"].items():
        for place, (year, rating) in enumerate(years):
            yield ("year", country, cycle, year, position, voice, rating), 1, 0
            if place:
                yield ("year", country, cycle, year, position, voice, years[place - 1][1]), -1, 0


def _add(numbers: Counter[Cell], mentions: Counter[Cell]) -> None:
    rows = [
        {
            **dict(zip(_KEYS, cell, strict=True)),
            "number": numbers[cell],
            "mentions": mentions[cell],
        }
        for cell in sorted(numbers)
        if numbers[cell] or mentions[cell]
    ]
    if not rows:
        return
    stmt = _dialect().insert(Count)
    stmt = stmt.on_conflict_do_update(
        index_elements=list(_KEYS),
        set_={"number": Count.number + stmt.excluded.number, "mentions": Count.mentions + stmt.excluded.mentions},
    )
    db.session.connection().execute(stmt, rows)


_KEYS = ("facet", "country", "cycle", "key", "position", "voice", "rating")


def _keep(changed: dict[int, Facts | None]) -> None:
    if gone := [record_id for record_id, known in changed.items() if known is None]:
        db.session.execute(delete(Counted).where(Counted.recommendation_id.in_(gone)))
    rows = [{"recommendation_id": record_id, "facts": known} for record_id, known in changed.items() if known]
    if rows:
        stmt = _dialect().insert(Counted)
        stmt = stmt.on_conflict_do_update(index_elements=["recommendation_id"], set_={"facts": stmt.excluded.facts})
        db.session.connection().execute(stmt, rows)


def _dialect() -> Any:
    return postgresql if db.engine.dialect.name == "postgresql" else sqlite


def facts(ids: list[int], *, lock: bool = False) -> dict[int, Facts]:
    """What each of these recommendations counts for; those that not everyone may read, or are archived, have none."""
    stmt = (
        select(
            Recommendation.record_id,
            Recommendation.country,
            Recommendation.cycle,
            Recommendation.position,
            Recommendation.state_count,
        )
        .join(Record, Record.id == Recommendation.record_id)
        .where(Recommendation.record_id.in_(ids), Record.visibility == "public", active())
        .order_by(Recommendation.record_id)
    )
    if lock:
        stmt = stmt.with_for_update(of=Recommendation)
    found: dict[int, Facts] = {
        record_id: {"at": list(at), "keys": [], "ratings": {}} for record_id, *at in db.session.execute(stmt)
    }
    there = list(found)
    if not there:
        return found
    for record_id, facet, key in db.session.execute(_keys(there)):
        found[record_id]["keys"].append([facet, key])
    rated = (
        select(Assessment.recommendation_id, Assessment.voice, Assessment.rated_on, Assessment.rating)
        .where(Assessment.recommendation_id.in_(there), Assessment.published_at.is_not(None))
        .order_by(Assessment.recommendation_id, Assessment.voice, Assessment.rated_on, Assessment.record_id)
    )
    for record_id, voice, day, rating in db.session.execute(rated):
        years = found[record_id]["ratings"].setdefault(voice, [])
        if years and years[-1][0] == day.year:
            years[-1][1] = rating
        else:
            years.append([day.year, rating])
    return found


def _keys(ids: list[int]) -> Any:
    """Recommendation, facet and key of everything these recommendations are about, each once, in order."""
    term = (
        select(
            RecommendationTerm.recommendation_id.label("id"),
            Vocabulary.scheme.label("facet"),
            func.coalesce(Term.mapped_to_id, Term.id).label("key"),
        )
        .join(Term, Term.id == RecommendationTerm.term_id)
        .join(Vocabulary, Vocabulary.id == Term.vocabulary_id)
        .where(RecommendationTerm.recommendation_id.in_(ids))
    )
    state = select(RecommendingState.recommendation_id, literal("state"), RecommendingState.state_id).where(
        RecommendingState.recommendation_id.in_(ids)
    )
    places = {group: place for place, group in enumerate(REGIONS, 1)}
    region = (
        select(RecommendingState.recommendation_id, literal("region"), case(places, value=State.un_group))
        .join(State, and_(State.id == RecommendingState.state_id, State.un_group.is_not(None)))
        .where(RecommendingState.recommendation_id.in_(ids))
    )
    body = select(Body.recommendation_id, literal("body"), Body.org_id).where(Body.recommendation_id.in_(ids))
    return union(term, state, region, body).order_by("id", "facet", "key")


def recount(*, fix: bool = False) -> list[tuple[Cell, tuple[int, int], tuple[int, int]]]:
    """Count everything anew and compare: each cell that is not right, what it holds, what it should (number, mentions).

    With *fix* the counts are written anew.
    """
    with transaction():
        ids = list(db.session.scalars(select(Recommendation.record_id).order_by(Recommendation.record_id)))
        numbers: Counter[Cell] = Counter()
        mentions: Counter[Cell] = Counter()
        kept: dict[int, Facts | None] = {}
        for start in range(0, len(ids), BATCH):
            for record_id, known in facts(ids[start : start + BATCH], lock=fix).items():
                kept[record_id] = known
                for cell, number, states in cells(known):
                    numbers[cell] += number
                    mentions[cell] += states
        columns = [getattr(Count, name) for name in _KEYS]
        stored = {
            tuple(cell): (number, said)
            for *cell, number, said in db.session.execute(select(*columns, Count.number, Count.mentions))
            if number or said
        }
        right = {cell: (numbers[cell], mentions[cell]) for cell in numbers if numbers[cell] or mentions[cell]}
        wrong = [
            (cell, stored.get(cell, (0, 0)), right.get(cell, (0, 0)))
            for cell in sorted(stored.keys() | right.keys())
            if stored.get(cell) != right.get(cell)
        ]
        if fix:
            db.session.execute(delete(Count))
            db.session.execute(delete(Counted))
            _add(numbers, mentions)
            _keep(kept)
    return wrong
