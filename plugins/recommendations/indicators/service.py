"""Defining indicators, entering values as revisions, publishing them, keeping what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.api import (
    Content,
    Event,
    Identity,
    Link,
    Record,
    StaleVersion,
    clock,
    db,
    emit,
    records,
    select,
    transaction,
)

from ..indicator_models import Indicator, IndicatorValue
from . import periods
from .words import ASKED, KIND, RELATION

FIELDS = (
    "definition",
    "measure",
    "unit",
    "source",
    "method",
    "direction",
    "baseline",
    "baseline_year",
    "target",
    "target_year",
    "sdg_targets",
    "ages",
    "months",
    "due_days",
    "first_year",
)
"""What a definition says besides the header."""


class WrongState(Exception):
    """The indicator is not in a state in which this is done: the page is old."""


class NeedsReason(Exception):
    """A published value was changed without a word why; ``keys`` are those of the entries."""

    def __init__(self, keys: list[tuple[str, str, str]]) -> None:
        super().__init__(keys)
        self.keys = keys


@dataclass(frozen=True)
class Entry:
    """A value as entered; None takes back the value there was."""

    period: periods.Period
    dimension: str
    category: str
    value: float | None
    note: str = ""
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What of an indicator it is a value of."""
        return self.period.code, self.dimension, self.category


def define(
    user: Identity,
    *,
    org_id: int,
    owner_id: int | None,
    name: Content,
    recommendations: Collection[int] = (),
    **values: Any,
) -> Record:
    """Draft an indicator of the body *org_id*; whose user defines it for another body keeps it in sight."""
    with transaction():
        own = [(each, "edit") for each in user.orgs[:1] if org_id not in user.orgs]
        record = records.create(
            user,
            kind=KIND,
            title=name,
            org_id=org_id,
            owner_id=owner_id,
            status="draft",
            text=_searched(values),
            shared_with=own,
        )
        db.session.add(Indicator(record_id=record.id, **{key: values[key] for key in FIELDS}))
        db.session.flush()
        _link_all(user, record.id, recommendations)
    return record


def edit(
    user: Identity,
    record: Record,
    *,
    version: int | None,
    org_id: int,
    owner_id: int | None,
    name: Content,
    recommendations: Collection[int] = (),
    offered: Collection[int] | None = None,
    **values: Any,
) -> None:
    """Change the definition; recommendations that were not *offered* stay linked. Raises StaleVersion."""
    with transaction():
        if org_id != record.org_id and org_id not in user.orgs and record.org_id in user.orgs:
            records.share(user, record, org_id=record.org_id, level="edit")
        records.update(
            user, record, version=version, title=name, org_id=org_id, owner_id=owner_id, text=_searched(values)
        )
        row = db.session.get_one(Indicator, record.id)
        for key in FIELDS:
            if getattr(row, key) != values[key]:
                setattr(row, key, values[key])
        _link_all(user, record.id, recommendations, offered)
        db.session.flush()
        keep_due(record, row)


def _searched(values: dict[str, Any]) -> list[Content | str]:
    return [values["definition"], values["source"], values["method"], " ".join(values["sdg_targets"])]


def _link_all(user: Identity, record_id: int, wanted: Collection[int], offered: Collection[int] | None = None) -> None:
    there = linked_recommendations(record_id)
    for target_id, link_id in there.items():
        if target_id not in wanted and (offered is None or target_id in offered):
            records.unlink(user, link_id)
    for target_id in wanted:
        if target_id not in there:
            records.link(user, record_id, target_id, RELATION)


def linked_recommendations(record_id: int) -> dict[int, int]:
    """The recommendations an indicator was linked with, with the id of the link."""
    stmt = (
        select(Link.target_id, Link.id)
        .join(Record, Record.id == Link.target_id)
        .where(Link.source_id == record_id, Link.relation == RELATION, Record.kind == "recommendation")
    )
    return {row.target_id: row.id for row in db.session.execute(stmt)}


def open_(user: Identity, record: Record) -> None:
    """Show a draft to everyone, or take a closed one up again; values are asked for from now on. Raises WrongState."""
    with transaction():
        db.session.refresh(record)
        if record.status in ASKED:
            raise WrongState
        records.update(user, record, version=None, status="current", visibility="public")
        keep_due(record, db.session.get_one(Indicator, record.id))


def close(user: Identity, record: Record) -> None:
    """Ask for no more values; what was published stays. Raises WrongState."""
    with transaction():
        db.session.refresh(record)
        if record.status not in ASKED:
            raise WrongState
        records.update(user, record, version=None, status="closed", due_on=None)


def latest(record_id: int) -> dict[tuple[str, str, str], IndicatorValue]:
    """The newest revision of every value, drafts among them, by period, dimension and category."""
    stmt = select(IndicatorValue).where(IndicatorValue.indicator_id == record_id, IndicatorValue.is_latest.is_(True))
    return {(row.period, row.dimension, row.category): row for row in db.session.scalars(stmt)}


def changes(known: dict[tuple[str, str, str], IndicatorValue], entries: Iterable[Entry]) -> list[Entry]:
    """The entries that say something else than what is *known*."""
    found = []
    for entry in entries:
        old = known.get(entry.key)
        if old is None:
            if entry.value is not None:
                found.append(entry)
        elif old.value != entry.value or (entry.value is not None and old.note != entry.note):
            found.append(entry)
    return found


def published_before(record_id: int) -> set[tuple[str, str, str]]:
    """The keys of which a value was published: a change of it needs a reason."""
    stmt = select(IndicatorValue.period, IndicatorValue.dimension, IndicatorValue.category).where(
        IndicatorValue.indicator_id == record_id, IndicatorValue.is_public.is_(True)
    )
    return {(row.period, row.dimension, row.category) for row in db.session.execute(stmt)}


def enter(user: Identity, record: Record, entries: Iterable[Entry], *, version: int | None) -> int:
    """Keep what differs as drafts, each a new revision; how many there were.

    Raises StaleVersion, NeedsReason, and WrongState for a closed indicator.
    """
    with transaction():
        records.update(user, record, version=version)
        if record.status == "closed":
            raise WrongState
        known = latest(record.id)
        changed = changes(known, entries)
        told = published_before(record.id)
        if silent := [entry.key for entry in changed if entry.key in told and not entry.reason.strip()]:
            raise NeedsReason(silent)
        for entry in changed:
            old = known.get(entry.key)
            if old is not None:
                old.is_latest = False
            db.session.add(
                IndicatorValue(
                    indicator_id=record.id,
                    period=entry.period.code,
                    ends_on=entry.period.ends_on,
                    dimension=entry.dimension,
                    category=entry.category,
                    revision=old.revision + 1 if old is not None else 1,
                    value=entry.value,
                    note=entry.note,
                    reason=entry.reason,
                    entered_by_id=user.id,
                    entered_at=clock.now(),
                )
            )
        try:
            db.session.flush()
        except IntegrityError:  # two people entered the same value at the same moment
            raise StaleVersion(record) from None
    return len(changed)


def publish(user: Identity, record: Record, period: str = "") -> int:
    """Publish the drafts, those of *period* where given; how many. Raises WrongState for a draft of an indicator."""
    with transaction():
        records.update(user, record, version=None)
        if record.status == "draft":
            raise WrongState
        stmt = select(IndicatorValue).where(
            IndicatorValue.indicator_id == record.id,
            IndicatorValue.is_latest.is_(True),
            IndicatorValue.state == "draft",
        )
        drafts = list(db.session.scalars(stmt.where(IndicatorValue.period == period) if period else stmt))
        shown = select(IndicatorValue).where(
            IndicatorValue.indicator_id == record.id, IndicatorValue.is_public.is_(True)
        )
        before = {(row.period, row.dimension, row.category): row for row in db.session.scalars(shown)}
        for row in drafts:
            if (old := before.get((row.period, row.dimension, row.category))) is not None:
                old.is_public = False
            row.state, row.is_public = "published", True
            row.published_by_id, row.published_at = user.id, clock.now()
        db.session.flush()
        keep_due(record, db.session.get_one(Indicator, record.id))
        if drafts:
            emit(Event("recommendations.values_published", record.id))
    return len(drafts)


def next_due(row: Indicator) -> periods.Due:
    """What an indicator owes next: only what is published counts."""
    known = select(IndicatorValue.period).where(
        IndicatorValue.indicator_id == row.record_id,
        IndicatorValue.is_public.is_(True),
        IndicatorValue.value.is_not(None),
    )
    return periods.due(row.months, row.first_year, row.due_days, set(db.session.scalars(known)))


def keep_due(record: Record, row: Indicator) -> periods.Due | None:
    """Write into the header what is owed and by when, where values are asked for; inside a transaction."""
    if record.status not in ASKED:
        return None
    owed = next_due(row)
    if record.status != owed.status:
        record.status = owed.status
    if record.due_on != owed.due_on:
        record.due_on = owed.due_on
    db.session.flush()
    return owed
