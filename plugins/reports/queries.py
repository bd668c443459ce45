"""Reading reports."""

from __future__ import annotations

from typing import Any

from flask import current_app

from portal.api import (
    Content,
    Identity,
    NotFound,
    Organisation,
    Record,
    Select,
    and_,
    clock,
    db,
    records,
    reference,
    select,
)

from .facts import Facts, load
from .models import Report, ReportSection, ReportSnapshot, ReportTally
from .paper import Draft
from .sources import gather
from .words import CHAPTER, RECORD_KIND, REPORTING_VOICES

_ORDER = {slot: place for place, slot in enumerate(("summary", "methodology", CHAPTER, "conclusions"))}


def own_country() -> str:
    """The State this portal follows (ISO, two letters)."""
    return str(current_app.config["COUNTRY"])


def listing(user: Identity) -> Select[Any]:
    """The reports *user* may see, as the columns of the list."""
    return (
        records.rows(
            user,
            RECORD_KIND,
            Record.id,
            Record.title,
            Record.sort_mn,
            Record.sort_en,
            Record.status,
            Record.due_on,
            Record.changed_at,
            Report.kind,
            Report.voice,
            Report.country,
            Report.cycle,
            Report.word_limit,
            Report.finalised_on,
            Organisation.name.label("org"),
            ReportTally.words,
        )
        .join(Report, Report.record_id == Record.id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .outerjoin(ReportTally, ReportTally.report_id == Record.id)
    )


def row(record_id: int) -> Report:
    """The module's row of a report; raises NotFound."""
    found = db.session.get(Report, record_id)
    if found is None:
        raise NotFound
    return found


def sections(record_id: int) -> tuple[ReportSection, ...]:
    """The written parts of a report in their order."""
    stmt = select(ReportSection).where(ReportSection.report_id == record_id)
    found = db.session.scalars(stmt.order_by(ReportSection.place, ReportSection.id))
    return tuple(sorted(found, key=lambda each: _ORDER[each.slot]))


def section(record_id: int, section_id: int) -> ReportSection:
    """A written part of that report; raises NotFound."""
    stmt = select(ReportSection).where(ReportSection.id == section_id, ReportSection.report_id == record_id)
    found = db.session.scalar(stmt)
    if found is None:
        raise NotFound
    return found


def draft(user: Identity, record: Record) -> Draft:
    """Everything a report is made of; a final one has the figures of the day it was finalised."""
    stmt = (
        select(Report, Organisation.name, ReportSnapshot.facts)
        .join(Record, Record.id == Report.record_id)
        .outerjoin(Organisation, Organisation.id == Record.org_id)
        .outerjoin(ReportSnapshot, and_(ReportSnapshot.report_id == Report.record_id, Record.status == "final"))
        .where(Report.record_id == record.id)
    )
    found = db.session.execute(stmt).one_or_none()
    if found is None:
        raise NotFound
    report, organisation, kept = found
    facts: Facts = load(kept) if kept else gather(user, report, record.org_id, clock.today())
    return Draft(record, report, organisation or Content(), sections(record.id), facts)


def organisations(user: Identity) -> list[tuple[int, Content, str]]:
    """The organisations *user* writes reports for: id, name, voice."""
    ids = [org_id for org_id in user.orgs if user.can("reports.write", org_id=org_id)]
    if not ids:
        return []
    stmt = (
        select(Organisation.id, Organisation.name, Organisation.voice)
        .where(Organisation.id.in_(ids), Organisation.voice.in_(REPORTING_VOICES))
        .order_by(Organisation.sort_mn)
    )
    return [(each.id, each.name, str(each.voice)) for each in db.session.execute(stmt)]


def cycles() -> list[Any]:
    """The reviews of the portal's State that have taken place, the latest first."""
    today = clock.today()
    held = [each for each in reference.cycles(own_country()) if each.reviewed_on and each.reviewed_on <= today]
    return held[::-1]


def open_drafts(user: Identity, limit: int = 3) -> list[Any]:
    """The drafts *user* may change, the earliest due first."""
    return list(
        db.session.execute(
            listing(user)
            .where(Record.status == "draft", records.editable(user))
            .order_by(Record.due_on.is_(None), Record.due_on, Record.changed_at.desc(), Record.id)
            .limit(limit)
        )
    )
