"""Changing consultations: permission, change, header, history in one transaction, then the event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    Event,
    Forbidden,
    Identity,
    LazyString,
    Record,
    clock,
    db,
    delete,
    emit,
    force_locale,
    lazy_pgettext,
    meetings,
    records,
    transaction,
)

from . import queries
from .models import Consultation, CoveredUnit, GroupCount
from .permissions import require
from .words import HELD


@dataclass(frozen=True)
class Plan:
    """What the form of a consultation says; units are ids, ``duration`` is in minutes."""

    title: Content
    org_id: int
    level: str
    kind: str
    cycle: int
    held_on: date
    starts_at: time | None = None
    duration: int | None = None
    venue: Content = field(default_factory=Content)
    about: Content = field(default_factory=Content)
    unit_id: int | None = None
    covered: tuple[int, ...] = ()
    co_organisers: tuple[int, ...] = ()
    visibility: str = "org"


def may_plan_for(user: Identity, org_id: int | None, unit_id: int | None) -> bool:
    """Whether *user* may hold a consultation of that organisation in that unit."""
    return org_id in user.orgs and user.can("consultations.plan", org_id=org_id, unit_id=unit_id)


def plan(user: Identity, given: Plan, *, agenda_of: int | None = None) -> Record:
    """Plan a consultation; *agenda_of* is another one whose agenda is copied.

    Raises Forbidden for an organisation or unit that is not the user's.
    """
    if not may_plan_for(user, given.org_id, given.unit_id):
        raise Forbidden
    with transaction():
        source = records.get(user, agenda_of, queries.KIND) if agenda_of is not None else None
        record = records.create(
            user,
            kind=queries.KIND,
            title=given.title,
            org_id=given.org_id,
            unit_id=given.unit_id,
            owner_id=user.id,
            due_on=given.held_on,
            status="planned",
            visibility=given.visibility,
            text=(given.venue, given.about),
        )
        row = Consultation(record_id=record.id)
        _write(row, given)
        db.session.add(row)
        db.session.flush()
        _cover(record.id, given)
        if source is not None:
            meetings.copy_agenda(user, source.id, record)
        emit(Event("consultations.planned", record.id))
    return record


def edit(user: Identity, record: Record, given: Plan, *, version: int | None) -> None:
    """Change the plan; raises StaleVersion, and Forbidden for an organisation or unit that is not the user's."""
    require(user, "consultations.plan", record)
    if not may_plan_for(user, given.org_id, given.unit_id):
        raise Forbidden
    with transaction():
        records.update(
            user,
            record,
            version=version,
            title=given.title,
            org_id=given.org_id,
            unit_id=given.unit_id,
            due_on=given.held_on,
            visibility=given.visibility,
            text=(given.venue, given.about),
        )
        _write(queries.row(record.id), given)
        _cover(record.id, given)
        meetings.retitle(user, record)


def _write(row: Consultation, given: Plan) -> None:
    row.level, row.kind, row.cycle = given.level, given.kind, given.cycle
    row.held_on, row.starts_at, row.duration = given.held_on, given.starts_at, given.duration
    row.venue, row.about, row.co_organisers = given.venue, given.about, sorted(given.co_organisers)


def _cover(record_id: int, given: Plan) -> None:
    wanted = set(given.covered) if given.level == "regional" else set()
    there = set(queries.covered(record_id))
    for unit_id in sorted(wanted - there):
        db.session.add(CoveredUnit(record_id=record_id, unit_id=unit_id))
    if gone := there - wanted:
        db.session.execute(delete(CoveredUnit).where(CoveredUnit.record_id == record_id, CoveredUnit.unit_id.in_(gone)))
    db.session.flush()


@dataclass(frozen=True)
class Counts:
    """Who came: numbers by category and by group of persons, and of women and men (None: not counted)."""

    attended: Mapping[str, int]
    women: int | None = None
    men: int | None = None
    groups: Mapping[str, int] = field(default_factory=dict)


def count(user: Identity, record: Record, counts: Counts, *, version: int | None) -> None:
    """Keep who came; a planned consultation is thereby held. Raises StaleVersion."""
    require(user, "consultations.plan", record)
    with transaction():
        was = record.status
        held = {"status": "held"} if was == "planned" else {}
        records.update(user, record, version=version, **held)
        row = queries.row(record.id)
        row.attended = {key: number for key, number in counts.attended.items() if number}
        row.attended_total = sum(row.attended.values())
        row.women, row.men = counts.women, counts.men
        db.session.execute(delete(GroupCount).where(GroupCount.record_id == record.id))
        for group, number in counts.groups.items():
            if number:
                db.session.add(GroupCount(record_id=record.id, group=group, number=number))
        db.session.flush()
        if held:
            emit(Event("consultations.held", record.id))


def cancel(user: Identity, record: Record) -> None:
    """Say that a planned consultation does not take place, or that it does after all."""
    require(user, "consultations.plan", record)
    with transaction():
        if record.status in ("planned", "cancelled"):
            records.update(
                user, record, version=None, status="planned" if record.status == "cancelled" else "cancelled"
            )


USUAL_AGENDA = (
    (lazy_pgettext("agenda", "Opening and purpose of the meeting"), 10),
    (lazy_pgettext("agenda", "What the Universal Periodic Review is"), 30),
    (lazy_pgettext("agenda", "Participants choose the issues"), 30),
    (lazy_pgettext("agenda", "How the recommendations have been implemented"), 60),
    (lazy_pgettext("agenda", "Persisting and emerging concerns"), 40),
    (lazy_pgettext("agenda", "For the next cycle"), 30),
    (lazy_pgettext("agenda", "Closing"), 10),
)
"""The agenda of a half-day provincial consultation (process.md C4-C6)."""


def usual_agenda(user: Identity, record: Record) -> None:
    """Put the usual points on an empty agenda."""
    require(user, "consultations.plan", record)
    with transaction():
        if not meetings.agenda(record.id):
            meetings.fill_agenda(user, record, [(_both(title), minutes) for title, minutes in USUAL_AGENDA])


def _both(title: LazyString) -> Content:
    texts: dict[str, str] = {}
    for lang in LOCALES:
        with force_locale(lang):
            texts[lang] = str(title)
    return Content(texts)


def start_minutes(user: Identity, record: Record) -> Record:
    """The minutes of a consultation, begun where there are none; the consultation has then taken place."""
    require(user, "consultations.plan", record)
    with transaction():
        made = meetings.start_minutes(user, record)
        if record.status == "planned":
            records.update(user, record, version=None, status="held")
            emit(Event("consultations.held", record.id))
    return made


def save_minutes(user: Identity, minutes: Record, *, version: int | None, **values: Any) -> None:
    """Change the head of the minutes; raises StaleVersion and MeetingRefused."""
    require(user, "consultations.plan", minutes)
    with transaction():
        meetings.save_minutes(user, minutes, version=version, **values)


def add_statement(user: Identity, minutes: Record, said: meetings.Said) -> Record:
    """Write down a statement; with the first one the consultation's minutes are in. Raises MeetingRefused."""
    require(user, "consultations.plan", minutes)
    with transaction():
        made = meetings.add_statement(user, minutes, said)
        _set_status(user, minutes, "minutes_in", only=("planned", "held"))
    return made


def save_statement(user: Identity, statement: Record, said: meetings.Said, *, version: int | None) -> None:
    """Change a statement; raises StaleVersion and MeetingRefused."""
    require(user, "consultations.plan", statement)
    with transaction():
        meetings.save_statement(user, statement, said, version=version)


def move_statement(user: Identity, statement: Record, *, up: bool) -> None:
    """Move a statement within its section; raises MeetingRefused."""
    require(user, "consultations.plan", statement)
    with transaction():
        meetings.move_statement(user, statement, up=up)


def delete_statement(user: Identity, statement: Record) -> None:
    """Take a statement out of draft minutes; raises MeetingRefused."""
    require(user, "consultations.plan", statement)
    with transaction():
        meetings.delete_statement(user, statement)


def link_recommendations(user: Identity, statement: Record, kind: str, chosen: Mapping[int, bool]) -> None:
    """Say of which recommendations a statement is evidence; also of approved minutes."""
    require(user, "consultations.plan", statement)
    with transaction():
        meetings.link_statement(user, statement, kind, chosen, "evidence")


def approve(user: Identity, minutes: Record, *, version: int | None) -> None:
    """Approve the minutes; raises StaleVersion and MeetingRefused."""
    require(user, "consultations.approve", minutes)
    with transaction():
        meetings.approve(user, minutes, version=version)
        meeting_id = _set_status(user, minutes, "approved", only=HELD)
        emit(Event("consultations.minutes_approved", meeting_id, {"minutes_id": minutes.id}))


def reopen(user: Identity, minutes: Record, *, reason: str) -> None:
    """Open approved minutes again; their shares end. Raises MeetingRefused without a reason."""
    require(user, "consultations.approve", minutes)
    with transaction():
        meetings.reopen(user, minutes, reason=reason)
        _set_status(user, minutes, "minutes_in", only=("approved",))


def share(user: Identity, minutes: Record, *, org_id: int) -> None:
    """Show approved minutes and their consultation to an organisation; raises MeetingRefused for a draft."""
    require(user, "consultations.approve", minutes)
    with transaction():
        meetings.share(user, minutes, org_id=org_id)
        meeting = meetings.get_minutes(user, minutes.id)[1].meeting_id
        emit(Event("consultations.shared", meeting, {"minutes_id": minutes.id, "org_id": org_id}))


def _set_status(user: Identity, minutes: Record, status: str, *, only: Iterable[str]) -> int:
    meeting_id = meetings.get_minutes(user, minutes.id)[1].meeting_id
    meeting = records.get(user, meeting_id, queries.KIND)
    if meeting.status in only and meeting.status != status:
        records.update(user, meeting, version=None, status=status)
    return meeting_id


def note_reading(record: Record) -> None:
    """Put into the history that somebody read what is restricted (safety.md, testimony 6)."""
    with transaction():
        records.viewed(record)


def overdue(row: Consultation, status: str) -> bool:
    """Whether the day of a planned consultation has passed."""
    return status == "planned" and row.held_on < clock.today()
