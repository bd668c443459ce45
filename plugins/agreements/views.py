"""Lists, the board of the 22 units, and the page of an agreement."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from portal.api import (
    DataColumn,
    Identity,
    NotFound,
    _l,
    clock,
    current,
    current_locale,
    db,
    documents,
    lists,
    pgettext,
    records,
    reference,
    render_template,
    request,
)

from . import board as boards
from . import linking, progress, quarters, queries
from .blueprint import agreement, bp
from .statuses import CLAUSE_STATUSES, CLAUSE_TONES, IN_FORCE, OPEN, SIGNED, STATUSES, TONES

COLUMNS = [
    lists.Column(
        "unit",
        _l("Aimag or capital"),
        sort={"mn": "unit_sort_mn", "en": "unit_sort_en"},
        link="/agreements/{id}",
        format="content",
    ),
    lists.Column("year", _l("Year"), sort=True),
    lists.Column("number", _l("Number"), sort=True),
    lists.Column("party", _l("Local government"), format="content", hide_small=True),
    lists.Column("signed_on", _l("Signed on"), sort=True, format="date"),
    lists.Column("status", _l("Status"), format="status", labels=STATUSES, tones=TONES),
]
EXPORT = (
    DataColumn("unit", _l("Aimag or capital"), "content"),
    DataColumn("year", _l("Year"), "integer"),
    DataColumn("number", _l("Number")),
    DataColumn("party", _l("Local government"), "content"),
    DataColumn("status", _l("Status"), "select", STATUSES),
    DataColumn("sent_on", _l("Sent on"), "date"),
    DataColumn("signed_on", _l("Signed on"), "date"),
)


def _filters(user: Identity) -> list[lists.Filter]:
    units = [(each.id, str(each.name)) for each in reference.first_level()]
    known = [(year, str(year)) for year in queries.years(user)]
    return [
        lists.Filter("q", _l("Words"), kind="search", where=records.matches),
        lists.Filter("year", _l("Year"), choices=known),
        lists.Filter("unit_id", _l("Aimag or capital"), choices=units),
        lists.Filter("status", _l("Status"), choices=STATUSES),
    ]


@bp.get("/", permission="agreements.read")
def index() -> ResponseReturnValue:
    """The agreements one may see."""
    user = current()
    listing = lists.fetch(
        queries.agreement_list(user), columns=COLUMNS, filters=_filters(user), default_sort="-year", args=request.args
    )
    return render_template("agreements/index.html", listing=listing, may_make=user.can("agreements.make"))


@bp.get("/export/<format_>", permission="agreements.read")
def export(format_: str) -> ResponseReturnValue:
    """The filtered list as CSV or XLSX."""
    if format_ not in ("csv", "xlsx"):
        raise NotFound
    user = current()
    stmt = lists.narrow(
        queries.agreement_list(user), columns=COLUMNS, filters=_filters(user), default_sort="-year", args=request.args
    )
    rows = (row._asdict() for row in db.session.execute(stmt))
    stem = pgettext("file", "agreements")
    name = f"{stem}-{clock.today().isoformat()}.{format_}"
    return Response(
        b"".join(documents.export_rows(EXPORT, rows, format_, current_locale())),
        headers={"Content-Disposition": documents.content_disposition(name)},
        content_type="text/csv; charset=utf-8" if format_ == "csv" else documents.MIME_TYPES["xlsx"],
    )


@bp.get("/board", permission="agreements.make")
def board() -> ResponseReturnValue:
    """Where the agreements of a year stand with the 22 units, and which quarterly reports are missing."""
    user = current()
    today = clock.today()
    year = request.args.get("year", today.year, type=int)
    if not 2000 <= year <= 2100:
        raise NotFound
    listed = boards.lines(user, year)
    shown = sorted({*queries.years(user), today.year, today.year + 1, year}, reverse=True)
    return render_template(
        "agreements/board.html",
        year=year,
        years=shown[:6],
        lines=listed,
        counts=boards.counts(listed),
        overdue=boards.overdue(listed),
        picture=boards.picture(listed, year),
        states=boards.STATES,
        tones=boards.STATE_TONES,
        quarter_states=quarters.STATES,
        quarter_tones=quarters.TONES,
        form_url=progress.new_url(),
    )


@bp.get("/<int:record_id>", permission="agreements.read")
def show(record_id: int) -> ResponseReturnValue:
    """An agreement: facts, clauses with recommendations and progress, quarters, signing."""
    user = current()
    record = agreement(user, record_id)
    facts = queries.facts(record.id)
    panels = records.panels(user, record)
    clauses = queries.clauses(record.id)
    reports = progress.reports([record.id])[record.id] if user.grants else []
    of_year = _quarters(user, record.status, facts, reports)
    may_report = user.can("agreements.report") and facts.row.party_id in user.orgs
    may_make = panels.editable and user.can("agreements.make")
    return render_template(
        "agreements/show.html",
        record=record,
        facts=facts,
        row=facts.row,
        clauses=clauses,
        recommendations=linking.recommendations_of(user, [each.id for each in clauses]),
        reports=reports,
        quarters=of_year,
        quarter_states=quarters.STATES,
        quarter_tones=quarters.TONES,
        fill=progress.fill_urls(record.id, [each.period for each in of_year if each.owed]) if may_report else {},
        clause_statuses=CLAUSE_STATUSES,
        clause_tones=CLAUSE_TONES,
        panels=panels,
        scan=next((file for file in reversed(panels.files) if file.purpose == SIGNED), None),
        is_open=record.status in OPEN,
        in_force=record.status in IN_FORCE,
        may_make=may_make,
        may_sign=may_make and user.can("agreements.sign"),
        may_report=may_report,
    )


def _quarters(user: Identity, status: str, facts: queries.Facts, reports: list[Any]) -> list[quarters.Quarter]:
    """The quarters of an agreement in force, for those with a role."""
    if status not in IN_FORCE or not user.grants:
        return []
    return quarters.quarters(facts.row.year, facts.row.signed_on, {each.period for each in reports})
