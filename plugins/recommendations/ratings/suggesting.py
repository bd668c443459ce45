"""What the statements of consultations and the clauses of agreements suggest for a rating, and what was said to that.

Other modules are not asked: what is linked with the recommendation is a record with a kind and a status, statements
belong to the core, and the progress of clauses is read from their dataset. The rule is named where it is shown:

- A statement counts by its section of the minutes: implementation so far says "partially", a persisting concern
  "not", others say nothing. Restricted ones and those of minutes that are not approved do not count.
- A clause counts by the progress last reported: 100 per cent says "fully", 0 "not", between "partially"; one without
  a report says nothing.
- What most say is suggested, "partially" where two are level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.api import (
    Forbidden,
    Identity,
    NotFound,
    Record,
    _l,
    clock,
    datasets,
    db,
    meetings,
    records,
    select,
    transaction,
)

from ..models import Suggestion
from ..scales import RATINGS
from . import rating

STATEMENT, CLAUSE = "statement", "clause"
SOURCES: Final[dict[str, Any]] = {
    "statements": _l("Statements of consultations"),
    "clauses": _l("Progress on clauses of agreements"),
}
BY_SECTION: Final = {"implementation": "partially", "persisting": "not"}
"""What a statement of a section says."""
WORD_LIMIT: Final = 2000


@dataclass(frozen=True)
class Suggested:
    """A rating that one source suggests: ``counts`` of those who speak for each rating, ``whole`` of all that count."""

    source: str
    rating: str
    counts: Mapping[str, int]

    @property
    def whole(self) -> int:
        """How many count."""
        return sum(self.counts.values())

    @property
    def said(self) -> int:
        """How many say just this."""
        return self.counts.get(self.rating, 0)


def suggested(user: Identity, recommendation_id: int) -> list[Suggested]:
    """What each source suggests, from what *user* may read; sources that say nothing are left out."""
    linked: dict[str, list[int]] = {STATEMENT: [], CLAUSE: []}
    for row in records.linked(user, recommendation_id):
        if row.kind in linked:
            linked[row.kind].append(row.id)
    found = [
        _of("statements", _statements(user, linked[STATEMENT])),
        _of("clauses", _clauses(user, linked[CLAUSE])),
    ]
    return [each for each in found if each is not None]


def _of(source: str, counts: Counter[str]) -> Suggested | None:
    if not counts:
        return None
    most = max(counts.values())
    first = [code for code in RATINGS if counts[code] == most]
    code = first[0] if len(first) == 1 else "partially"
    return Suggested(source, code, {each: counts[each] for each in RATINGS if counts[each]})


def _statements(user: Identity, ids: list[int]) -> Counter[str]:
    if not ids:
        return Counter()
    statement = meetings.Statement
    stmt = (
        select(statement.section)
        .join(Record, Record.id == statement.record_id)
        .where(Record.id.in_(ids), Record.status == "approved", ~statement.restricted, records.visible(user))
    )
    return Counter(BY_SECTION[section] for section in db.session.scalars(stmt) if section in BY_SECTION)


def _clauses(user: Identity, ids: list[int]) -> Counter[str]:
    if not ids:
        return Counter()
    try:
        rows = datasets.rows(user, "agreements.clauses")
        wanted = set(ids)
        told = [row["progress"] for row in rows if row["id"] in wanted]
    except (NotFound, Forbidden):
        return Counter()
    return Counter("fully" if done >= 100 else "partially" if done > 0 else "not" for done in told if done is not None)


def decide(
    user: Identity, org_id: int, recommendation_id: int, source: str, *, accepted: bool, word: str
) -> Suggested | None:
    """Keep what the organisation says to a suggestion, with a word; None where the source suggests nothing now.

    Raises Forbidden where *user* does not rate for the organisation, NotFound and Archived.
    """
    records.get(user, recommendation_id, "recommendation")
    if not rating.may_rate(user, org_id):
        raise Forbidden
    rating.in_register(recommendation_id)
    one = next((each for each in suggested(user, recommendation_id) if each.source == source), None)
    if one is None:
        return None
    with transaction():
        db.session.add(
            Suggestion(
                recommendation_id=recommendation_id,
                org_id=org_id,
                source=source,
                rating=one.rating,
                counts=dict(one.counts),
                accepted=accepted,
                word=word[:WORD_LIMIT],
                by_id=user.id,
                at=clock.now(),
            )
        )
    return one


def decided(org_ids: list[int], recommendation_id: int) -> list[Any]:
    """What organisations have said to suggestions before, the newest first; only for themselves to read."""
    stmt = (
        select(Suggestion)
        .where(Suggestion.recommendation_id == recommendation_id, Suggestion.org_id.in_(org_ids))
        .order_by(Suggestion.id.desc())
    )
    return list(db.session.scalars(stmt))
