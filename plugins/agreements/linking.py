"""Clauses and the recommendations they implement, through the links of the record layer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from portal.api import Content, Identity, Link, Record, db, records, select, url_for

from .statuses import IMPLEMENTS, RECOMMENDATION

MOST = 500
"""Recommendations offered for a clause at once; where there are more, words bring the others."""
_NUMBER = re.compile(r"(\d+(?:\.\d+)*[a-z]?)\s+")


@dataclass(frozen=True)
class Linked:
    """A recommendation that a clause implements; ``number`` is that of the UN paragraph, ``title`` comes after it."""

    id: int
    number: str
    title: Content

    @property
    def url(self) -> str:
        """The address of its page; inside a request."""
        kind = records.kinds.live(RECOMMENDATION)
        return url_for(kind.view_endpoint, record_id=self.id) if kind is not None else ""


def available() -> bool:
    """Whether the module of recommendations is on."""
    return records.kinds.live(RECOMMENDATION) is not None


def recommendations_of(user: Identity, clause_ids: Iterable[int]) -> dict[int, list[Linked]]:
    """The visible recommendations of clauses by clause, in the order of their numbers."""
    wanted = list(clause_ids)
    found: dict[int, list[Linked]] = defaultdict(list)
    if not wanted or not available():
        return {}
    stmt = (
        select(Link.source_id, Record.id, Record.title)
        .join(Record, Record.id == Link.target_id)
        .where(
            Link.source_id.in_(wanted),
            Link.relation == IMPLEMENTS,
            Record.kind == RECOMMENDATION,
            records.visible(user),
        )
        .order_by(Record.id)
    )
    for row in db.session.execute(stmt):
        number, text = number_and_text(row.title)
        found[row.source_id].append(Linked(row.id, number, text))
    return {key: sorted(listed, key=lambda each: _parts(each.number)) for key, listed in found.items()}


def number_and_text(title: Content) -> tuple[str, Content]:
    """The paragraph number with which the title of a recommendation begins, and the rest of the title."""
    number, texts = "", {}
    for lang, text in title.texts.items():
        found = _NUMBER.match(text)
        number = number or (found[1] if found else "")
        texts[lang] = text[found.end() :] if found else text
    return number, Content(texts, title.states)


def choices(user: Identity, chosen: Collection[int], q: str = "") -> tuple[list[tuple[int, str]], bool]:
    """What a clause can be linked with (id and title), what is *chosen* first, then by number; whether there is more.

    With *q* those whose text contains it, and what is chosen.
    """
    options = records.options(user, RECOMMENDATION, q, limit=MOST + 1)
    many = len(options) > MOST
    have = {key for key, _title in options}
    if missing := [key for key in chosen if key not in have]:
        options += records.options(user, RECOMMENDATION, ids=missing)
    ordered = sorted(options, key=lambda pair: (pair[0] not in chosen, _order(pair[1])))
    return [(key, str(title)) for key, title in ordered], many


def _order(title: Content) -> tuple[bool, list[int]]:
    """116.2 before 116.10, what has no number last."""
    return _parts(number_and_text(title)[0])


def _parts(number: str) -> tuple[bool, list[int]]:
    return not number, [int(part) for part in re.findall(r"\d+", number)]


def link_all(user: Identity, clause_id: int, wanted: Collection[int], offered: Collection[int] | None = None) -> None:
    """Let the clause implement exactly *wanted*, of those that were *offered* (all); what was not stays.

    Inside ``transaction()``; raises NotFound for a recommendation *user* does not see.
    """
    stmt = (
        select(Link.id, Link.target_id)
        .join(Record, Record.id == Link.target_id)
        .where(Link.source_id == clause_id, Link.relation == IMPLEMENTS, Record.kind == RECOMMENDATION)
    )
    there = {row.target_id: row.id for row in db.session.execute(stmt)}
    for target_id, link_id in there.items():
        if target_id not in wanted and (offered is None or target_id in offered):
            records.unlink(user, link_id)
    for target_id in wanted:
        if target_id not in there:
            records.link(user, clause_id, target_id, IMPLEMENTS)
