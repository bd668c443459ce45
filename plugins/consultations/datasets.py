"""Consultations and what was said in them, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.api import (
    DataColumn,
    Dataset,
    Identity,
    Record,
    Select,
    Unit,
    _l,
    aliased,
    db,
    meetings,
    records,
    select,
)

from . import numbers, queries
from .models import Consultation
from .words import HELD, KINDS, LEVELS, STATEMENT_KIND, STATUSES


def consultation_rows(
    user: Identity, cycle: int | str = "", year: int | str = "", level: str = "", status: str = ""
) -> Iterator[dict[str, Any]]:
    """A row per visible consultation, the earliest first; *status* ``held`` keeps all that have taken place."""
    stmt = (
        queries.listing(user)
        .add_columns(Consultation.attended, Consultation.women, Consultation.men)
        .order_by(Consultation.held_on, Record.id)
    )
    for row in db.session.execute(_narrowed(stmt, cycle, year, level, status).execution_options(yield_per=500)):
        yield {
            "id": row.id,
            "date": row.held_on,
            "title": row.title,
            "level": row.level,
            "kind": row.kind,
            "unit": row.unit,
            "cycle": row.cycle,
            "status": row.status,
            "attended": row.attended_total or 0,
            **{f"attended_{key}": row.attended.get(key, 0) for key in meetings.CATEGORIES},
            "women": row.women,
            "men": row.men,
        }


def _narrowed(stmt: Select[Any], cycle: int | str, year: int | str, level: str, status: str) -> Select[Any]:
    if cycle != "":
        stmt = stmt.where(Consultation.cycle == int(cycle))
    if year != "":
        stmt = stmt.where(queries.in_year(int(year)))
    if level:
        stmt = stmt.where(Consultation.level == level)
    if status:
        wanted = HELD if status == "held" else (status,)
        stmt = stmt.where(Record.status.in_(wanted))
    return stmt


def statement_rows(
    user: Identity, cycle: int | str = "", section: str = "", consultation: int | str = ""
) -> Iterator[dict[str, Any]]:
    """A row per statement of approved minutes *user* may read; what is restricted is never among them."""
    meeting = aliased(Record)
    statement, minutes = meetings.Statement, meetings.Minutes
    stmt = (
        select(
            Record.id,
            statement.section,
            statement.text,
            statement.category,
            meeting.id.label("meeting_id"),
            meeting.title.label("consultation"),
            Consultation.held_on,
            Consultation.cycle,
            Unit.name.label("unit"),
        )
        .select_from(Record)
        .join(statement, statement.record_id == Record.id)
        .join(minutes, minutes.record_id == statement.minutes_id)
        .join(meeting, meeting.id == minutes.meeting_id)
        .join(Consultation, Consultation.record_id == meeting.id)
        .outerjoin(Unit, Unit.id == meeting.unit_id)
        .where(
            Record.kind == STATEMENT_KIND,
            Record.status == "approved",
            ~statement.restricted,
            records.visible(user),
        )
        .order_by(Consultation.held_on, meeting.id, statement.position, Record.id)
    )
    if cycle != "":
        stmt = stmt.where(Consultation.cycle == int(cycle))
    if section:
        stmt = stmt.where(statement.section == section)
    if consultation != "":
        stmt = stmt.where(meeting.id == int(consultation))
    found = list(db.session.execute(stmt))
    known = numbers.of_statements(user, [row.id for row in found])
    for row in found:
        yield {
            "id": row.id,
            "section": row.section,
            "text": row.text,
            "said_by": row.category,
            "consultation": row.consultation,
            "consultation_id": row.meeting_id,
            "date": row.held_on,
            "unit": row.unit,
            "cycle": row.cycle,
            "recommendations": known.get(row.id, []),
        }


DATASETS = [
    Dataset(
        "consultations.consultations",
        _l("Consultations"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("date", _l("Date"), "date"),
            DataColumn("title", _l("Consultation"), "content"),
            DataColumn("level", _l("Level"), "select", LEVELS),
            DataColumn("kind", _l("Kind"), "select", KINDS),
            DataColumn("unit", _l("Aimag or capital"), "content"),
            DataColumn("cycle", _l("Review cycle"), "integer"),
            DataColumn("status", _l("Status"), "select", STATUSES),
            DataColumn("attended", _l("Participants"), "integer"),
            *(DataColumn(f"attended_{key}", label, "integer") for key, label in meetings.CATEGORIES.items()),
            DataColumn("women", _l("Women"), "integer"),
            DataColumn("men", _l("Men"), "integer"),
        ),
        consultation_rows,
        filters=("cycle", "year", "level", "status"),
        permission="consultations.export",
    ),
    Dataset(
        "consultations.statements",
        _l("Statements of consultations"),
        (
            DataColumn("id", _l("Record number"), "integer"),
            DataColumn("section", _l("Section"), "select", meetings.SECTIONS),
            DataColumn("text", _l("Statement"), "content"),
            DataColumn("said_by", _l("Said by"), "select", meetings.CATEGORIES),
            DataColumn("consultation", _l("Consultation"), "content"),
            DataColumn("consultation_id", _l("Number of the consultation"), "integer"),
            DataColumn("date", _l("Date"), "date"),
            DataColumn("unit", _l("Aimag or capital"), "content"),
            DataColumn("cycle", _l("Review cycle"), "integer"),
            DataColumn("recommendations", _l("Recommendations"), "list"),
        ),
        statement_rows,
        filters=("cycle", "section", "consultation"),
        permission="consultations.export",
    ),
]
