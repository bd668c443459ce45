"""Pages of a clause."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import Record, StaleVersion, _, current, flash, records, redirect, render_template, request, url_for

from . import clauses, linking, progress, queries
from .blueprint import agreement, asks_for_more, bp, form_page, overtaken, version_sent
from .clauses import Locked
from .forms import ClauseForm
from .statuses import CLAUSE_STATUSES, CLAUSE_TONES, OPEN


@bp.get("/clauses/<int:record_id>", permission="agreements.read")
def clause(record_id: int) -> ResponseReturnValue:
    """A clause: its text, what it implements, what was reported on it."""
    user = current()
    record, row = queries.clause(user, record_id)
    parent = agreement(user, row.agreement_id)
    panels = records.panels(user, record)
    reports = progress.reports([parent.id])[parent.id] if user.grants else []
    siblings = queries.clauses(parent.id)
    return render_template(
        "agreements/clause.html",
        record=record,
        row=row,
        agreement=parent,
        number=next((each.number for each in siblings if each.id == record.id), 0),
        recommendations=linking.recommendations_of(user, [record.id]).get(record.id, []),
        before=_before(user, row.taken_from_id),
        reports=reports,
        statuses=CLAUSE_STATUSES,
        tones=CLAUSE_TONES,
        panels=panels,
        is_open=parent.status in OPEN,
        is_signed=parent.status == "signed",
        may_make=panels.editable and user.can("agreements.make"),
    )


def _before(user: Any, taken_from_id: int | None) -> tuple[int, Any] | None:
    """Last year's clause that this one goes on from, where *user* may see it."""
    found = records.options(user, "clause", ids=[taken_from_id]) if taken_from_id is not None else []
    return found[0] if found else None


@bp.route("/<int:record_id>/clauses/new", methods=["GET", "POST"], permission="agreements.make")
def new_clause(record_id: int) -> ResponseReturnValue:
    """Add a clause."""
    user = current()
    parent = agreement(user, record_id, "edit")
    if parent.status not in OPEN:
        return _locked(parent)
    facts = queries.facts(parent.id)
    form = ClauseForm(data={"version": parent.version})
    form.fill_choices(user, facts.row.year, ())
    if not asks_for_more() and form.validate_on_submit():
        try:
            clauses.add(user, parent, form.clause())
        except Locked:
            return _locked(parent)
        flash(_("The clause is added."), "success")
        endpoint = ".new_clause" if "_again" in request.form else ".show"
        return redirect(url_for(endpoint, record_id=parent.id), 303)
    return form_page("agreements/clause_edit.html", form, agreement=parent, record=None)


@bp.route("/clauses/<int:record_id>/edit", methods=["GET", "POST"], permission="agreements.make")
def edit_clause(record_id: int) -> ResponseReturnValue:
    """Change a clause and the recommendations it implements."""
    user = current()
    record, row = queries.clause(user, record_id, "edit")
    parent = agreement(user, row.agreement_id)
    if parent.status not in OPEN:
        return _locked(parent)
    facts = queries.facts(parent.id)
    linked = tuple(each.id for each in linking.recommendations_of(user, [record.id]).get(record.id, ()))
    form = ClauseForm(
        data={
            "text": row.text,
            "indicator": row.indicator,
            "due_on": record.due_on,
            "responsible": row.responsible,
            "recommendations": list(linked),
            "version": record.version,
        }
    )
    form.fill_choices(user, facts.row.year, linked)
    if not asks_for_more() and form.validate_on_submit():
        try:
            clauses.edit(user, record, version=form.version.data, new=form.clause(), offered=form.offered)
        except Locked:
            return _locked(parent)
        flash(_("The clause is saved."), "success")
        return redirect(url_for(".show", record_id=parent.id) + f"#clause-{record.id}", 303)
    return form_page("agreements/clause_edit.html", form, agreement=parent, record=record)


@bp.post("/clauses/<int:record_id>/move/<any(up, down):direction>", permission="agreements.make")
def move_clause(record_id: int, direction: str) -> ResponseReturnValue:
    """Exchange a clause with its neighbour."""
    user = current()
    record, row = queries.clause(user, record_id, "edit")
    parent = agreement(user, row.agreement_id)
    try:
        clauses.move(user, record, version=version_sent(), up=direction == "up")
    except Locked:
        return _locked(parent)
    except StaleVersion:
        return overtaken(parent.id, f"#clause-{record.id}")
    return redirect(url_for(".show", record_id=parent.id) + f"#clause-{record.id}", 303)


@bp.post("/clauses/<int:record_id>/status/<any(open, done, dropped):status>", permission="agreements.make")
def clause_status(record_id: int, status: str) -> ResponseReturnValue:
    """Drop a clause or take it in again; once the agreement is signed, note it as done or open."""
    user = current()
    record, row = queries.clause(user, record_id, "edit")
    parent = agreement(user, row.agreement_id)
    try:
        clauses.set_status(user, record, version=version_sent(), status=status)
    except Locked:
        return _locked(parent)
    except StaleVersion:
        return overtaken(parent.id, f"#clause-{record.id}")
    said = {
        "open": _("The clause is open."),
        "done": _("The clause is noted as done."),
        "dropped": _("The clause is dropped. It can be taken in again until the agreement is signed."),
    }
    flash(said[status], "success")
    return redirect(url_for(".show", record_id=parent.id) + f"#clause-{record.id}", 303)


def _locked(parent: Record) -> ResponseReturnValue:
    flash(_("The clauses are locked. To amend a signed agreement, open it again first, with a reason."), "danger")
    return redirect(url_for(".show", record_id=parent.id), 303)
