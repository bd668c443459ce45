"""Organisations: the directory everyone with an account may read, and its upkeep by administrators."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal import clock
from portal.db import db
from portal.i18n import _, _l
from portal.people import directory, history, history_queries, queries
from portal.people.admin_forms import (
    CloseOfficeForm,
    FormerNameForm,
    HolderForm,
    LastDayForm,
    OfficeForm,
    OrganisationEditForm,
    OrganisationForm,
    SuccessorForm,
)
from portal.people.errors import Refused
from portal.people.forms import refuse
from portal.people.identity import current
from portal.people.models import Office, OfficeHolding, Organisation, Person
from portal.people.roles import FUNCTIONS, KINDS, ROLES, VOICES
from portal.people.user_views import people
from portal.people.views import page
from portal.ui import lists


@people.get("/organisations", permission="people.read_directory")
def organisations() -> ResponseReturnValue:
    """All organisations."""
    listing = lists.fetch(
        queries.organisations(),
        columns=[
            lists.Column(
                "name",
                _l("Name"),
                sort={"mn": "sort_mn", "en": "sort_en"},
                link="people.organisation",
                format="content",
            ),
            lists.Column("short", _l("Short name"), format="content", hide_small=True),
            lists.Column("kind", _l("Kind"), labels=KINDS),
            lists.Column("voice", _l("Voice"), labels=VOICES),
            lists.Column("unit", _l("Administrative unit"), format="content"),
            lists.Column("valid_to", _l("Existed until"), format="date", hide_small=True),
        ],
        filters=[
            lists.Filter("q", _l("Name"), kind="search", where=Organisation.folded),
            lists.Filter("kind", _l("Kind"), choices=KINDS),
            lists.Filter("voice", _l("Voice"), choices=VOICES),
            lists.Filter("unit", _l("Administrative unit"), choices=queries.unit_options, where=Organisation.unit_id),
            lists.Filter("today", _l("Only those that exist today"), kind="check", where=queries.exists_today),
        ],
        default_sort="name",
        args=request.args,
    )
    return render_template("people/organisations.html", listing=listing)


@people.get("/organisations/<int:org_id>", permission="people.read_directory")
def organisation(org_id: int) -> ResponseReturnValue:
    """One organisation: names over time, place, offices and who held them, people with roles."""
    row = queries.organisation(org_id)
    if row is None:
        raise NotFound
    manager = current().can("people.manage")
    return render_template(
        "people/organisation.html",
        org=row[0],
        parent=row.parent,
        unit=row.unit,
        below=queries.below(org_id),
        former=queries.former_names(org_id),
        offices=queries.offices(org_id),
        members=queries.members(org_id) if manager else [],
        history=history.lines(history_queries.organisation_history(org_id)) if manager else [],
        manager=manager,
        this_day=clock.today(),
        kinds=KINDS,
        voices=VOICES,
        roles=ROLES,
        functions=FUNCTIONS,
    )


@people.route("/organisations/new", methods=["GET", "POST"], permission="people.manage")
def new_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    form = OrganisationForm()
    if not form.validate_on_submit():
        return page("people/organisation_new.html", form)
    try:
        made = directory.create(current(), **_values(form))
    except Refused as error:
        refuse(form, error)
        return page("people/organisation_new.html", form)
    flash(_("The organisation is added."), "success")
    return redirect(url_for("people.organisation", org_id=made.id), 303)


@people.route("/organisations/<int:org_id>/edit", methods=["GET", "POST"], permission="people.manage")
def edit_organisation(org_id: int) -> ResponseReturnValue:
    """Change an organisation; a new name with its first day keeps the old one."""
    org = _organisation(org_id)
    form = OrganisationEditForm(obj=org)
    context = {"org": org}
    if not form.validate_on_submit():
        return page("people/organisation_edit.html", form, **context)
    try:
        directory.update(current(), org_id, form.version.data, renamed_on=form.renamed_on.data, **_values(form))
    except Refused as error:
        db.session.rollback()
        refuse(form, error)
        return page("people/organisation_edit.html", form, **context)
    flash(_("Saved."), "success")
    return redirect(url_for("people.organisation", org_id=org_id), 303)


def _values(form: Any) -> dict[str, Any]:
    return {name: form[name].data for name in directory.FIELDS}


def _organisation(org_id: int) -> Organisation:
    org = db.session.get(Organisation, org_id)
    if org is None:
        raise NotFound
    return org


@people.route("/organisations/<int:org_id>/names/new", methods=["GET", "POST"], permission="people.manage")
def former_name(org_id: int) -> ResponseReturnValue:
    """Add a former name."""
    org = _organisation(org_id)
    form = FormerNameForm()
    if not form.validate_on_submit():
        return page("people/former_name.html", form, org=org)
    try:
        directory.add_former_name(current(), org_id, form.name.data, form.valid_from.data, form.valid_to.data)
    except Refused as error:
        refuse(form, error)
        return page("people/former_name.html", form, org=org)
    flash(_("The former name is added."), "success")
    return redirect(url_for("people.organisation", org_id=org_id), 303)


@people.post("/organisations/<int:org_id>/names/<int:name_id>/remove", permission="people.manage")
def remove_former_name(org_id: int, name_id: int) -> ResponseReturnValue:
    """Take a former name away that was a mistake."""
    directory.remove_former_name(current(), org_id, name_id)
    flash(_("The former name is removed."), "success")
    return redirect(url_for("people.organisation", org_id=org_id), 303)


@people.route("/organisations/<int:org_id>/offices/new", methods=["GET", "POST"], permission="people.manage")
def new_office(org_id: int) -> ResponseReturnValue:
    """Add an office."""
    org = _organisation(org_id)
    form = OfficeForm()
    if not form.validate_on_submit():
        return page("people/office_new.html", form, org=org)
    directory.add_office(current(), org_id, form.title.data)
    flash(_("The office is added."), "success")
    return redirect(url_for("people.organisation", org_id=org_id), 303)


@people.route("/offices/<int:office_id>/close", methods=["GET", "POST"], permission="people.manage")
def close_office(office_id: int) -> ResponseReturnValue:
    """Note the last day of an office that no longer exists."""
    office, org = _office(office_id)
    form = CloseOfficeForm(obj=office)
    if not form.validate_on_submit():
        return page("people/office_close.html", form, office=office, org=org)
    try:
        directory.close_office(current(), office_id, form.closed_on.data)
    except Refused as error:
        refuse(form, error)
        return page("people/office_close.html", form, office=office, org=org)
    flash(_("Saved."), "success")
    return redirect(url_for("people.organisation", org_id=org.id), 303)


def _office(office_id: int) -> tuple[Office, Organisation]:
    office = db.session.get(Office, office_id)
    if office is None:
        raise NotFound
    return office, _organisation(office.org_id)


@people.route("/offices/<int:office_id>/holders/new", methods=["GET", "POST"], permission="people.manage")
def new_holder(office_id: int) -> ResponseReturnValue:
    """Note who holds or held an office."""
    office, org = _office(office_id)
    form = HolderForm()
    if not form.validate_on_submit():
        return page("people/holder.html", form, office=office, org=org)
    try:
        directory.hold(
            current(),
            office_id,
            form.family_name.data or "",
            form.given_name.data,
            form.valid_from.data,
            form.valid_to.data,
        )
    except Refused as error:
        refuse(form, error)
        return page("people/holder.html", form, office=office, org=org)
    flash(_("Saved."), "success")
    return redirect(url_for("people.organisation", org_id=org.id), 303)


@people.route("/offices/<int:office_id>/hand-over", methods=["GET", "POST"], permission="people.manage")
def hand_over_office(office_id: int) -> ResponseReturnValue:
    """Pass an office to a successor from a day on."""
    office, org = _office(office_id)
    form = SuccessorForm()
    context = {"office": office, "org": org, "present": queries.holder_on(office_id, clock.today())}
    if not form.validate_on_submit():
        return page("people/office_hand_over.html", form, **context)
    try:
        directory.hand_over(
            current(), office_id, form.family_name.data or "", form.given_name.data, form.valid_from.data
        )
    except Refused as error:
        db.session.rollback()
        refuse(form, error)
        return page("people/office_hand_over.html", form, **context)
    flash(_("The office is handed over."), "success")
    return redirect(url_for("people.organisation", org_id=org.id), 303)


@people.route("/holders/<int:holding_id>/end", methods=["GET", "POST"], permission="people.manage")
def end_holding(holding_id: int) -> ResponseReturnValue:
    """Note the last day of somebody in office, without a successor yet."""
    holding = db.session.get(OfficeHolding, holding_id)
    if holding is None:
        raise NotFound
    office, org = _office(holding.office_id)
    form = LastDayForm(obj=holding)
    context = {"office": office, "org": org, "person": db.session.get_one(Person, holding.person_id)}
    if not form.validate_on_submit():
        return page("people/holding_end.html", form, **context)
    try:
        directory.end_holding(current(), holding_id, form.valid_to.data)
    except Refused as error:
        refuse(form, error)
        return page("people/holding_end.html", form, **context)
    flash(_("Saved."), "success")
    return redirect(url_for("people.organisation", org_id=org.id), 303)
