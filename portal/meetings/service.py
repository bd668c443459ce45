"""Writing minutes: draft, approved, shared; reopened with a reason. Inside ``transaction()``.

Every function raises Forbidden where *user* may not edit the record and MeetingRefused, in words, where the state
of the minutes does not allow the act.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, clock, records
from portal.db import db
from portal.i18n import _, force_locale
from portal.meetings import refusals
from portal.meetings.models import Decision, Minutes, Statement
from portal.people.identity import Identity
from portal.records import Record, Share
from portal.text import LOCALES, Content


def start_minutes(user: Identity, meeting: Record, *, prefix: str = "", number: str = "") -> Record:
    """The minutes of *meeting*, begun as an empty draft where there are none.

    They belong to the organisation and the unit of the meeting and are seen by nobody else.
    """
    if not records.can_edit(user, meeting):
        raise Forbidden
    db.session.execute(select(Record.id).where(Record.id == meeting.id).with_for_update())
    there = db.session.scalar(
        select(Record).join(Minutes, Minutes.record_id == Record.id).where(Minutes.meeting_id == meeting.id)
    )
    if there is not None:
        return there
    record = records.create(
        user,
        kind=f"{prefix}minutes",
        title=_minutes_title(meeting.title),
        org_id=meeting.org_id,
        unit_id=meeting.unit_id,
        status="draft",
    )
    db.session.add(Minutes(record_id=record.id, meeting_id=meeting.id, number=number))
    db.session.flush()
    return record


def _minutes_title(meeting: Content) -> Content:
    texts: dict[str, str] = {}
    for lang in LOCALES:
        if text := meeting.texts.get(lang):
            with force_locale(lang):
                texts[lang] = _("Minutes: %(title)s", title=text)
    return Content(texts)


def retitle(user: Identity, meeting: Record) -> None:
    """Let the minutes follow a new title, organisation or unit of their meeting."""
    record = db.session.scalar(
        select(Record).join(Minutes, Minutes.record_id == Record.id).where(Minutes.meeting_id == meeting.id)
    )
    if record is None:
        return
    title = _minutes_title(meeting.title)
    if (record.title, record.org_id, record.unit_id) != (title, meeting.org_id, meeting.unit_id):
        records.update(user, record, version=None, title=title, org_id=meeting.org_id, unit_id=meeting.unit_id, text=())
        for part in parts(record.id):
            part.org_id, part.unit_id = meeting.org_id, meeting.unit_id
        db.session.flush()


def parts(minutes_id: int) -> list[Record]:
    """The headers of the statements and decisions of minutes."""
    statement_ids = select(Statement.record_id).where(Statement.minutes_id == minutes_id)
    decision_ids = select(Decision.record_id).where(Decision.minutes_id == minutes_id)
    return list(db.session.scalars(select(Record).where(Record.id.in_(statement_ids.union(decision_ids)))))


def draft(user: Identity, record: Record) -> Minutes:
    """The minutes of header *record*, held for a change; raises Forbidden, NotFound, MeetingRefused when locked."""
    if not records.can_edit(user, record):
        raise Forbidden
    minutes = _held(record.id)
    if record.status != "draft":
        raise refusals.locked()
    return minutes


def _held(minutes_id: int) -> Minutes:
    """The row, locked against an approval at the same moment; the header is read afresh with it."""
    minutes = db.session.scalar(select(Minutes).where(Minutes.record_id == minutes_id).with_for_update())
    if minutes is None:
        raise NotFound
    if (header := db.session.get(Record, minutes_id)) is not None:
        db.session.refresh(header)
    return minutes


def save_minutes(
    user: Identity,
    record: Record,
    *,
    version: int | None,
    number: str,
    chair: str,
    secretary: str,
    summary: Content,
) -> None:
    """Keep number, signatories and summary of draft minutes; raises StaleVersion."""
    minutes = draft(user, record)
    records.update(user, record, version=version, text=(summary, number))
    minutes.number, minutes.chair, minutes.secretary, minutes.summary = number, chair, secretary, summary
    db.session.flush()


def approve(user: Identity, record: Record, *, version: int | None) -> None:
    """Lock the minutes; from now on they may be shared. Raises StaleVersion, and MeetingRefused for empty ones."""
    minutes = draft(user, record)
    inside = parts(record.id)
    if not inside and not minutes.summary:
        raise refusals.nothing_to_approve()
    records.update(user, record, version=version, status="approved", parent_id=minutes.meeting_id)
    minutes.approved_at, minutes.approved_by_id = clock.now(), user.id
    for part in inside:
        if part.status == "draft":
            part.status = "approved"
    db.session.flush()


def reopen(user: Identity, record: Record, *, reason: str) -> None:
    """Make approved minutes a draft again; the *reason* goes into the history.

    All shares of the minutes end: nobody reads what nobody has approved. Does nothing to a draft.
    """
    reason = reason.strip()
    if not reason:
        raise refusals.reason_missing()
    if not records.can_edit(user, record):
        raise Forbidden
    minutes = _held(record.id)
    if record.status == "draft":
        return
    with audit.acting(user.id, reason):
        inside = parts(record.id)
        family = [record.id, *(part.id for part in inside)]
        for given in db.session.scalars(select(Share).where(Share.record_id.in_(family))):
            db.session.delete(given)
        records.update(user, record, version=None, status="draft", parent_id=None)
        minutes.approved_at = minutes.approved_by_id = None
        for part in inside:
            if part.status == "approved":
                part.status = "draft"
        db.session.flush()


def share(user: Identity, record: Record, *, org_id: int) -> None:
    """Show approved minutes, their statements and the meeting itself to an organisation, to read.

    Restricted statements are no part of the minutes' record and so stay where they are.
    Raises MeetingRefused for a draft and for the own organisation.
    """
    if not records.can_edit(user, record):
        raise Forbidden
    minutes = _held(record.id)
    if record.status != "approved":
        raise refusals.not_approved()
    if record.org_id == org_id:
        raise refusals.own_organisation()
    records.share(user, record, org_id=org_id, level="read")
    _show_meeting(user, minutes.meeting_id, org_id)


def _show_meeting(user: Identity, meeting_id: int, org_id: int) -> None:
    """The meeting alone: records.share() would show everything that hangs on it, registrations too."""
    there = select(Share.id).where(Share.record_id == meeting_id, Share.org_id == org_id)
    if db.session.scalar(there) is None:
        row: dict[str, Any] = {"record_id": meeting_id, "org_id": org_id, "level": "read"}
        db.session.add(Share(**row, created_by_id=user.id, created_at=clock.now()))
        db.session.flush()
