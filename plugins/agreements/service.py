"""The way of an agreement: made, sent, signed outside the portal, reopened, closed, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from portal.api import (
    LOCALES,
    Content,
    Event,
    Identity,
    Record,
    _,
    audit,
    clock,
    db,
    emit,
    force_locale,
    records,
    reference,
    select,
    transaction,
)

from . import clauses, queries
from .clauses import NewClause
from .models import Agreement
from .statuses import IN_FORCE, KIND, OPEN, SIGNED


class AgreementExists(Exception):
    """There is an agreement with this unit for this year; ``record_id`` is it, where known."""

    def __init__(self, record_id: int | None) -> None:
        super().__init__(record_id)
        self.record_id = record_id


class WrongState(Exception):
    """The agreement is not in a state in which this is done: somebody was quicker, or the page is old."""


class NoClauses(Exception):
    """An agreement without a clause is neither sent nor signed."""


class DateOutOfRange(ValueError):
    """The signing lies in the future or before the draft; ``first`` and ``last`` are what is possible."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first} to {last}")
        self.first, self.last = first, last


@dataclass(frozen=True)
class Signing:
    """What happened outside the portal: the day, who signed for each side in which office, a note."""

    signed_on: date
    signer_us: str
    office_us: Content
    signer_them: str
    office_them: Content
    note: str = ""


def place(name: Content, kind: str) -> Content:
    """A unit as a sentence names it: "Ховд аймаг", "Khovd aimag"; the capital by its name."""
    texts = {}
    for lang in LOCALES:
        with force_locale(lang):
            text = name.text(lang)
            texts[lang] = _("%(name)s aimag", name=text) if kind == "aimag" else _("city of %(name)s", name=text)
    return Content.of(**texts, state=dict.fromkeys(LOCALES, "checked"))


def title_of(unit_id: int, year: int) -> Content:
    """The title of an agreement in every language; raises LookupError for a unit that does not exist."""
    unit = reference.unit(unit_id)
    if unit is None:
        raise LookupError(unit_id)
    named = place(unit.name, unit.kind)
    texts = {}
    for lang in LOCALES:
        with force_locale(lang):
            texts[lang] = _("%(unit)s: agreement for %(year)s", unit=named.text(lang), year=year)
            texts[lang] = texts[lang][:1].upper() + texts[lang][1:]
    return Content.of(**texts, state=dict.fromkeys(LOCALES, "checked"))


def maker_org(user: Identity) -> int | None:
    """The organisation for which *user* makes agreements, ``None`` where the role belongs to none."""
    return next((org_id for org_id in user.orgs if user.can("agreements.make", org_id=org_id)), None)


def create(
    user: Identity,
    *,
    org_id: int,
    unit_id: int,
    year: int,
    party_id: int,
    number: str = "",
    purpose: Content | None = None,
    drafted_on: date | None = None,
    due_on: date | None = None,
    previous_id: int | None = None,
    new_clauses: Sequence[NewClause] = (),
) -> Record:
    """Draft an agreement of organisation *org_id* with the local government *party_id*, seen by *org_id* alone.

    Raises AgreementExists where the unit has one for the year that is not cancelled.
    """
    purpose = purpose or Content()
    with transaction():
        if (there := queries.holder(unit_id, year)) is not None:
            raise AgreementExists(there)
        record = records.create(
            user,
            kind=KIND,
            title=title_of(unit_id, year),
            org_id=org_id,
            owner_id=user.id,
            unit_id=unit_id,
            due_on=due_on,
            status="draft",
        )
        row = Agreement(
            record_id=record.id,
            year=year,
            unit_id=unit_id,
            party_id=party_id,
            number=number,
            previous_id=previous_id,
            purpose=purpose,
            drafted_on=drafted_on or clock.today(),
            office_us=Content(),
            office_them=Content(),
            evaluation=Content(),
        )
        db.session.add(row)
        try:
            db.session.flush()
        except IntegrityError:
            raise AgreementExists(None) from None
        for position, new in enumerate(new_clauses, 1):
            clauses.insert(user, record, row, new, position * clauses.GAP)
        clauses.reindex(record, row)
    return record


def edit(
    user: Identity,
    record: Record,
    *,
    version: int,
    party_id: int,
    number: str,
    purpose: Content,
    drafted_on: date,
    due_on: date | None,
) -> None:
    """Change what stands around the clauses; raises StaleVersion, and WrongState once it is signed."""
    with transaction():
        row = begin(record, *OPEN)
        records.update(user, record, version=version, due_on=due_on)
        if row.party_id != party_id and record.status == "sent":
            records.unshare(user, record, org_id=row.party_id)
            records.share(user, record, org_id=party_id)
        row.party_id, row.number, row.purpose, row.drafted_on = party_id, number, purpose, drafted_on
        db.session.flush()
        clauses.reindex(record, row)


def send(user: Identity, record: Record, *, version: int | None = None, on: date | None = None) -> None:
    """Show the draft to the local government. Raises NoClauses and WrongState."""
    with transaction():
        row = begin(record, "draft")
        _need_clauses(record)
        records.update(user, record, version=version, status="sent")
        records.share(user, record, org_id=row.party_id)
        row.sent_on = on or clock.today()
        emit(Event("agreements.sent", record.id))


def take_back(user: Identity, record: Record, *, version: int | None = None) -> None:
    """Hide a draft again that was sent too early; one that was signed before cannot be. Raises WrongState."""
    with transaction():
        row = begin(record, "sent")
        if row.signed_on is not None:
            raise WrongState
        records.update(user, record, version=version, status="draft")
        records.unshare(user, record, org_id=row.party_id)
        row.sent_on = None


def sign(
    user: Identity,
    record: Record,
    signing: Signing,
    *,
    version: int | None,
    scan: FileStorage | None = None,
    number: str = "",
) -> None:
    """Note that the agreement was signed on paper, with its scan; from now on everyone with a role may read it.

    Raises WrongState, NoClauses, DateOutOfRange, and storage.UploadRefused for the scan; then nothing is stored.
    """
    with transaction():
        row = begin(record, *OPEN)
        _need_clauses(record)
        first, last = row.drafted_on, clock.today()
        if not first <= signing.signed_on <= last:
            raise DateOutOfRange(first, last)
        records.update(user, record, version=version, status="signed", due_on=None)
        records.share(user, record, org_id=row.party_id)
        if scan is not None:
            records.attach(user, record, scan, purpose=SIGNED)
        _show_to(user, record, "site")
        row.sent_on = row.sent_on or signing.signed_on
        row.number = number or row.number
        row.signed_on, row.signing_note = signing.signed_on, signing.note
        row.signer_us, row.office_us = signing.signer_us, signing.office_us
        row.signer_them, row.office_them = signing.signer_them, signing.office_them
        emit(Event("agreements.signed", record.id))


def reopen(user: Identity, record: Record, *, version: int | None, reason: str) -> None:
    """Open a signed agreement for an amendment; until it is signed again only the two parties see it."""
    with transaction(), audit.acting(user.id, reason):
        begin(record, "signed")
        records.update(user, record, version=version, status="sent")
        _show_to(user, record, "org")


def cancel(user: Identity, record: Record, *, version: int | None, reason: str) -> None:
    """End an agreement for good: its unit and year are free for another one. Raises WrongState."""
    with transaction(), audit.acting(user.id, reason):
        row = begin(record, *OPEN, "signed")
        records.update(user, record, version=version, status="cancelled")
        row.cancelled_on = clock.today()


def close(user: Identity, record: Record, *, version: int | None, evaluation: Content, on: date | None = None) -> None:
    """Close the year with an evaluation; again on a closed one to change the evaluation."""
    with transaction():
        row = begin(record, *IN_FORCE)
        records.update(user, record, version=version, status="closed")
        row.evaluation = evaluation
        row.closed_on = row.closed_on or on or clock.today()


def publish(user: Identity, record: Record, *, version: int | None, public: bool) -> None:
    """Show a signed agreement to everyone, also without an account, or take that back. Raises WrongState."""
    with transaction():
        begin(record, *IN_FORCE)
        records.update(user, record, version=version)
        _show_to(user, record, "public" if public else "site")


def begin(record: Record, *allowed: str) -> Agreement:
    """The agreement's own row as it is now. Inside ``transaction()``; raises WrongState in any other status."""
    db.session.refresh(record)
    row = db.session.get(Agreement, record.id, populate_existing=True)
    if row is None or record.status not in allowed:
        raise WrongState
    return row


def _need_clauses(record: Record) -> None:
    if not queries.count_clauses([record.id]):
        raise NoClauses


def _show_to(user: Identity, record: Record, visibility: str) -> None:
    """Who sees the agreement sees its clauses."""
    parts: Sequence[Any] = db.session.scalars(select(Record).where(Record.parent_id == record.id)).all()
    for each in (record, *parts):
        if each.visibility != visibility:
            records.update(user, each, version=None, visibility=visibility)
