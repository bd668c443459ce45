"""Making an agreement from last year's, changing what stands around its clauses, sending it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from portal.api import Identity, NotFound, StaleVersion, _, clock, current, flash, redirect, reference, request, url_for

from . import linking, progress, queries, roll, service
from .blueprint import agreement, asks_for_more, bp, form_page, overtaken, version_sent
from .forms import FIRST_YEAR, LAST_YEAR, AgreementForm, ChooseForm
from .roll import Before


@bp.route("/new", methods=["GET", "POST"], permission="agreements.make")
def new() -> ResponseReturnValue:
    """Choose with whom and for which year."""
    form = ChooseForm(data={"unit_id": request.args.get("unit", type=int), "year": clock.today().year})
    form.fill_choices()
    there = None
    if form.validate_on_submit():
        there = queries.holder(form.unit_id.data, form.year.data or 0)
        if there is None:
            return redirect(url_for(".make", unit_id=form.unit_id.data, year=form.year.data), 303)
        form.year.errors = (_exists(form.unit_id.data, form.year.data or 0),)
    return form_page("agreements/choose.html", form, there=_visible(current(), there))


def _exists(unit_id: int, year: int) -> str:
    unit = reference.unit(unit_id)
    return _(
        "There is an agreement with %(unit)s for %(year)s already; there can be only one.",
        unit=unit.name if unit else "",
        year=year,
    )


def _visible(user: Identity, record_id: int | None) -> int | None:
    """The id, where *user* may open that agreement."""
    if record_id is None:
        return None
    try:
        return agreement(user, record_id).id
    except NotFound:
        return None


@bp.route("/new/<int:unit_id>/<int:year>", methods=["GET", "POST"], permission="agreements.make")
def make(unit_id: int, year: int) -> ResponseReturnValue:
    """Go on from last year's agreement, clause by clause, or begin one."""
    user = current()
    unit = reference.unit(unit_id)
    if unit is None or unit.kind not in ("aimag", "capital") or not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound
    there = queries.holder(unit_id, year)
    previous = queries.last_before(user, unit_id, year)
    facts = queries.facts(previous.id) if previous is not None else None
    befores = _befores(user, previous.id) if previous is not None else []
    parties = queries.parties().get(unit_id, [])
    form = roll.roll_form(befores, parties, year, request.form, facts.row.purpose if facts else None)
    org_id = service.maker_org(user)
    if there is None and not asks_for_more() and form.validate_on_submit() and org_id is not None:
        try:
            made = service.create(
                user,
                org_id=org_id,
                unit_id=unit_id,
                year=year,
                party_id=form.party_id.data,
                number=form.number.data or "",
                purpose=form.purpose.data,
                drafted_on=form.drafted_on.data,
                due_on=form.due_on.data,
                previous_id=previous.id if previous is not None else None,
                new_clauses=form.clauses(),
            )
        except service.AgreementExists as exists:
            there = exists.record_id
            form.form_errors = [_exists(unit_id, year)]
        else:
            flash(_("The draft is made. Nobody outside your organisation sees it until you send it."), "success")
            return redirect(url_for(".show", record_id=made.id), 303)
    return form_page(
        "agreements/make.html",
        form,
        unit=service.place(unit.name, unit.kind),
        year=year,
        previous=previous,
        previous_year=facts.row.year if facts else None,
        parties=parties,
        without_org=org_id is None,
        exists=there is not None,
        there=_visible(user, there),
    )


def _befores(user: Identity, previous_id: int) -> list[Before]:
    """Last year's clauses, those dropped left out, with their recommendations and reports."""
    listed = [each for each in queries.clauses(previous_id) if each.number]
    linked = linking.recommendations_of(user, [each.id for each in listed])
    reports = progress.reports([previous_id])[previous_id]
    return [
        Before(
            each,
            linked.get(each.id, ()),
            tuple((report.period, report.clauses[each.id]) for report in reports if each.id in report.clauses),
        )
        for each in listed
    ]


@bp.route("/<int:record_id>/edit", methods=["GET", "POST"], permission="agreements.make")
def edit(record_id: int) -> ResponseReturnValue:
    """Change what stands around the clauses."""
    user = current()
    record = agreement(user, record_id, "edit")
    facts = queries.facts(record.id)
    row = facts.row
    parties = queries.parties().get(row.unit_id, [])
    if row.party_id not in {key for key, _name in parties}:
        parties = [(row.party_id, facts.party), *parties]
    form = AgreementForm(
        data={
            "party_id": row.party_id,
            "number": row.number,
            "purpose": row.purpose,
            "drafted_on": row.drafted_on,
            "due_on": record.due_on,
            "version": record.version,
        }
    )
    form.fill_choices(parties)
    if form.validate_on_submit():
        try:
            service.edit(
                user,
                record,
                version=form.version.data,
                party_id=form.party_id.data,
                number=form.number.data or "",
                purpose=form.purpose.data,
                drafted_on=form.drafted_on.data,
                due_on=form.due_on.data,
            )
        except service.WrongState:
            return refused(record_id)
        flash(_("The agreement is saved."), "success")
        return redirect(url_for(".show", record_id=record.id), 303)
    return form_page("agreements/edit.html", form, record=record)


@bp.post("/<int:record_id>/send", permission="agreements.make")
def send(record_id: int) -> ResponseReturnValue:
    """Show the draft to the local government."""
    user = current()
    record = agreement(user, record_id, "edit")
    try:
        service.send(user, record, version=version_sent())
    except service.NoClauses:
        flash(_("An agreement needs at least one clause before it is sent."), "danger")
    except service.WrongState:
        return refused(record_id)
    except StaleVersion:
        return overtaken(record_id)
    else:
        flash(_("The agreement is sent: the local government sees it now."), "success")
    return redirect(url_for(".show", record_id=record.id), 303)


@bp.post("/<int:record_id>/take-back", permission="agreements.make")
def take_back(record_id: int) -> ResponseReturnValue:
    """Hide a draft again that was sent too early."""
    user = current()
    record = agreement(user, record_id, "edit")
    try:
        service.take_back(user, record, version=version_sent())
    except service.WrongState:
        return refused(record_id)
    except StaleVersion:
        return overtaken(record_id)
    flash(_("The agreement is a draft again; the local government no longer sees it."), "success")
    return redirect(url_for(".show", record_id=record.id), 303)


def refused(record_id: int) -> ResponseReturnValue:
    """Back to the agreement, which is no longer in the state the page was drawn for."""
    flash(_("Nothing was changed: the agreement is in another state by now. Look at it again."), "danger")
    return redirect(url_for(".show", record_id=record_id), 303)
