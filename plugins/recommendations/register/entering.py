"""Entering recommendations into the register and changing what a source says of them, inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.api import (
    Content,
    Identity,
    Record,
    Term,
    audit,
    clock,
    db,
    delete,
    records,
    reference,
    select,
)

from ..models import PositionChange, Recommendation, RecommendationTerm, RecommendingState, Variant
from ..wording import joined, number_key, title_of
from . import counts

HISTORY_NAMES = {"action": "action_category"}
"""What the history calls a field whose own name means something else there."""


@dataclass(frozen=True)
class Entry:
    """A recommendation as it is entered.

    ``wordings`` are (text, ids of its States in their order); ``terms`` ids of themes, groups and goals, and
    ``labels`` what the source wrote for those whose list writes them otherwise. ``bodies`` are organisations with
    their role; None leaves them as they are.
    """

    number: str
    text: Content
    wordings: Sequence[tuple[str, Sequence[int]]]
    position: str
    document: str = ""
    paragraph: str = ""
    heading: str = ""
    symbol: str = ""
    action: int | None = None
    terms: Sequence[int] = ()
    labels: Mapping[int, str] = field(default_factory=dict)
    published_on: date | None = None
    decided_on: date | None = None
    bodies: Mapping[int, str] | None = None

    @property
    def state_ids(self) -> list[int]:
        """The recommending States in their order, each once."""
        return list(dict.fromkeys(state for _, states in self.wordings for state in states))


@dataclass
class Names:
    """Names of States and terms by id, read once for many recommendations."""

    states: Mapping[int, Content] = field(default_factory=dict)
    terms: Mapping[int, Content] = field(default_factory=dict)

    @classmethod
    def read(cls, term_ids: Iterable[int]) -> Names:
        """The names of all States and of *term_ids*."""
        wanted = sorted(set(term_ids))
        found: dict[int, Content] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            found |= {
                row.id: row.name for row in db.session.execute(select(Term.id, Term.name).where(Term.id.in_(part)))
            }
        return cls({state.id: state.name for state in reference.states()}, found)

    def of_states(self, entry: Entry) -> Content:
        """The recommending States as one text."""
        return joined([self.states[state] for state in entry.state_ids])

    def searched(self, entry: Entry) -> list[Content | str]:
        """What is searched besides the title: the whole text, States and themes in both languages."""
        return [entry.text, self.of_states(entry), joined([self.terms[term] for term in entry.terms if term])]


def enter(
    user: Identity, org_id: int | None, country: str, cycle: int, entry: Entry, names: Names, later: list[Any]
) -> Record:
    """Add a recommendation; everyone sees it.

    Its parts are put on *later*, for the caller to add after a flush: one for many recommendations.
    """
    return enter_all(user, org_id, country, [(cycle, entry)], names, later)[0]


def enter_all(
    user: Identity,
    org_id: int | None,
    country: str,
    entries: Sequence[tuple[int, Entry]],
    names: Names,
    later: list[Any],
) -> list[Record]:
    """Add recommendations, each with its cycle, as ``enter`` does, with as few statements as for one."""
    headers: list[tuple[dict[str, Any], list[Content | str]]] = [
        (
            {
                "kind": "recommendation",
                "title": title_of(entry.number, entry.text),
                "org_id": org_id,
                "status": entry.position,
                "visibility": "public",
            },
            names.searched(entry),
        )
        for _cycle, entry in entries
    ]
    made = records.create_all(user, headers)
    for record, (cycle, entry) in zip(made, entries, strict=True):
        db.session.add(
            Recommendation(
                record_id=record.id,
                country=country,
                cycle=cycle,
                number=entry.number,
                number_sort=number_key(entry.number),
                text=entry.text,
                heading=entry.heading,
                symbol=entry.symbol,
                published_on=entry.published_on,
                states_text=names.of_states(entry),
                state_count=len(entry.state_ids),
                action=entry.action,
                position=entry.position,
                source_document=entry.document,
                source_paragraph=entry.paragraph,
            )
        )
        later += [*_parts(record.id, entry), _position(user, record.id, entry)]
    return made


def change(user: Identity, record: Record, entry: Entry, names: Names, differences: list[list[str]]) -> None:
    """Bring a recommendation to what *entry* says; *differences* go into its history.

    A new answer, its source or its day is added to the history of the position.
    """
    row = db.session.get_one(Recommendation, record.id)
    fields = {name for name, _, _ in differences}
    records.update(
        user,
        record,
        version=None,
        title=title_of(row.number, entry.text),
        status=entry.position,
        text=names.searched(entry),
    )
    row.text = entry.text
    row.heading, row.action = entry.heading, entry.action
    row.symbol, row.published_on = entry.symbol, entry.published_on
    if fields & {"states", "theme", "group", "sdg", "text"}:
        _replace_parts(record.id, entry)
        row.states_text, row.state_count = names.of_states(entry), len(entry.state_ids)
    if fields & {"position", "source", "decided_on"}:
        row.position = entry.position
        row.source_document, row.source_paragraph = entry.document, entry.paragraph
        db.session.add(_position(user, record.id, entry))
    audit.note(
        "imported",
        entity=Recommendation.__tablename__,
        entity_id=record.id,
        record_id=record.id,
        **{HISTORY_NAMES.get(name, name): [old, new] for name, old, new in differences},
    )


def _position(user: Identity, record_id: int, entry: Entry) -> PositionChange:
    return PositionChange(
        recommendation_id=record_id,
        position=entry.position,
        decided_on=entry.decided_on,
        document=entry.document,
        paragraph=entry.paragraph,
        created_by_id=user.id,
        created_at=clock.now(),
    )


def _parts(record_id: int, entry: Entry) -> list[Any]:
    parts: list[Any] = [
        RecommendationTerm(recommendation_id=record_id, term_id=term, label=entry.labels.get(term, ""))
        for term in entry.terms
    ]
    for number, (text, states) in enumerate(entry.wordings, 1):
        parts.append(Variant(recommendation_id=record_id, place=number, text=text))
        parts += [
            RecommendingState(recommendation_id=record_id, variant=number, state_id=state, place=place)
            for place, state in enumerate(dict.fromkeys(states), 1)
        ]
    return parts


def _replace_parts(record_id: int, entry: Entry) -> None:
    db.session.flush()
    for model in (Variant, RecommendingState, RecommendationTerm):
        gone = delete(model).where(model.recommendation_id == record_id)
        db.session.execute(gone, execution_options={"synchronize_session": "fetch"})
    db.session.add_all(_parts(record_id, entry))
    counts.touch(record_id)
