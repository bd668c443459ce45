"""What the module shows on the first page and on the page of a unit."""

from __future__ import annotations

from typing import Any

from portal.api import Identity, Panel, Record, and_, clock, db, or_, records, select

from . import queries
from .models import Consultation
from .words import STATUSES, TONES

_COLUMNS = (Record.id, Record.title, Record.status, Consultation.held_on)


def home(user: Identity) -> list[Panel]:
    """For those who hold consultations: the next ones of their own, and minutes that are waiting; one query."""
    if not user.can("consultations.plan"):
        return []
    waiting = or_(
        and_(Record.status == "planned", Consultation.held_on < clock.today()),
        Record.status.in_(("held", "minutes_in")),
    )
    stmt = (
        records.rows(user, queries.KIND, *_COLUMNS, waiting.label("waiting"))
        .join(Consultation, Consultation.record_id == Record.id)
        .where(records.editable(user), Record.status.in_(("planned", "held", "minutes_in")))
        .order_by(Consultation.held_on, Record.id)
        .limit(30)
    )
    found = list(db.session.execute(stmt))
    return [
        Panel(
            "consultations/_home.html",
            {
                "next": [row for row in found if not row.waiting][:5],
                "waiting": [row for row in found if row.waiting][:8],
                "statuses": STATUSES,
                "tones": TONES,
            },
            order=20,
        )
    ]


def unit(user: Identity, unit_id: int) -> list[Panel]:
    """The consultations of a unit, the latest first; one query."""
    stmt = (
        select(*_COLUMNS)
        .join(Consultation, Consultation.record_id == Record.id)
        .where(Record.kind == queries.KIND, records.visible(user), queries.at_unit(unit_id))
        .order_by(Consultation.held_on.desc(), Record.id)
        .limit(10)
    )
    found: list[Any] = list(db.session.execute(stmt))
    context = {"rows": found, "unit_id": unit_id, "statuses": STATUSES, "tones": TONES}
    return [Panel("consultations/_unit.html", context, order=20)] if found else []
