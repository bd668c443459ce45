"""Voluntary pledges and concerns."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Identity,
    Organisation,
    Record,
    _,
    clock,
    current,
    db,
    flash,
    lists,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from ..blueprint import bp, form_page
from ..models import Recommendation
from ..permissions import organisation
from ..register_models import Concern, Pledge
from ..register_scales import CONCERN_STATUSES, CONCERN_TONES, PLEDGE_STATUSES, PLEDGE_TONES
from ..scales import POSITION_TONES, POSITIONS
from ..settings import own_country
from . import promise_rows, promises
from .arranging_forms import ConcernForm, LinkForm, PledgeForm, bodies, known_cycles

PLEDGE_VALUES = ("number", "cycle", "text", "made_on", "document", "paragraph", "lead_id", "progress")
CONCERN_VALUES = ("name", "text", "cycle", "raised_on", "settled_reason")


@bp.get("/pledges", permission="recommendations.read")
def pledges() -> ResponseReturnValue:
    """The voluntary pledges: counted apart, never among recommendations."""
    user = current()
    listing = lists.fetch(
        promises.pledges(user),
        columns=promise_rows.pledge_columns(),
        filters=promise_rows.pledge_filters(),
        default_sort="number",
        args=request.args,
    )
    return render_template(
        "recommendations/pledges.html", listing=listing, may_change=user.can("recommendations.arrange")
    )


@bp.get("/pledges/<int:record_id>", permission="recommendations.read")
def pledge(record_id: int) -> ResponseReturnValue:
    """One pledge, and what became of it."""
    user = current()
    record = records.get(user, record_id, "pledge")
    row = db.session.get_one(Pledge, record.id)
    return render_template(
        "recommendations/pledge.html",
        record=record,
        row=row,
        lead=db.session.get(Organisation, row.lead_id) if row.lead_id else None,
        statuses=PLEDGE_STATUSES,
        tones=PLEDGE_TONES,
        panels=records.panels(user, record),
        may_edit=user.can("recommendations.arrange") and records.can_edit(user, record),
    )


@bp.route("/pledges/new", methods=["GET", "POST"], permission="recommendations.arrange")
def pledge_new() -> ResponseReturnValue:
    """Add a pledge."""
    return _pledge(current(), None)


@bp.route("/pledges/<int:record_id>/edit", methods=["GET", "POST"], permission="recommendations.arrange")
def pledge_edit(record_id: int) -> ResponseReturnValue:
    """Change a pledge, or say what became of it."""
    user = current()
    return _pledge(user, records.get(user, record_id, "pledge", "edit"))


def _pledge(user: Identity, record: Record | None) -> ResponseReturnValue:
    row = db.session.get_one(Pledge, record.id) if record is not None else None
    stored: dict[str, Any] = {"status": "open"}
    if row is not None and record is not None:
        stored = {name: getattr(row, name) for name in PLEDGE_VALUES}
        stored |= {"status": record.status, "version": record.version}
    form = PledgeForm(data=stored)
    form.cycle.choices = known_cycles(row.cycle if row is not None else None)
    form.lead_id.choices = bodies([row.lead_id] if row is not None and row.lead_id else [])
    country = row.country if row is not None else own_country()
    if form.validate_on_submit():
        free = promises.number_is_free(country, form.cycle.data, form.number.data, record.id if record else None)
        if free:
            made = promises.save_pledge(
                user,
                record,
                org_id=organisation(user),
                country=country,
                version=form.version.data if record is not None else None,
                status=form.status.data,
                **{name: form[name].data for name in PLEDGE_VALUES},
            )
            flash(_("The pledge is saved."), "success")
            return redirect(url_for(".pledge", record_id=made.id), 303)
        form.number.errors = (_("Another pledge of this cycle has this number."),)
    return form_page("recommendations/pledge_edit.html", form, record=record)


@bp.get("/concerns", permission="recommendations.read")
def concerns() -> ResponseReturnValue:
    """The concerns: persisting, emerging, settled."""
    user = current()
    listing = lists.fetch(
        promises.concerns(user),
        columns=promise_rows.concern_columns(),
        filters=promise_rows.concern_filters(),
        default_sort="-raised_on",
        args=request.args,
    )
    return render_template(
        "recommendations/concerns.html", listing=listing, may_change=user.can("recommendations.concern")
    )


@bp.get("/concerns/<int:record_id>", permission="recommendations.read")
def concern(record_id: int) -> ResponseReturnValue:
    """One concern: where it comes from, and which recommendations of later cycles took it up."""
    user = current()
    record = records.get(user, record_id, "concern")
    row = db.session.get_one(Concern, record.id)
    may_edit = user.can("recommendations.concern") and records.can_edit(user, record)
    form = _link_form(user, row) if may_edit else None
    taken_up = promises.taken_up(user, record.id)
    return render_template(
        "recommendations/concern.html",
        record=record,
        row=row,
        org=db.session.get(Organisation, record.org_id) if record.org_id else None,
        before=[one for one in taken_up if one.cycle <= row.cycle],
        after=[one for one in taken_up if one.cycle > row.cycle],
        form=form,
        statuses=CONCERN_STATUSES,
        tones=CONCERN_TONES,
        positions=POSITIONS,
        position_tones=POSITION_TONES,
        panels=records.panels(user, record),
        may_edit=may_edit,
    )


def _link_form(user: Identity, row: Concern) -> LinkForm:
    form = LinkForm()
    form.target_id.choices = promises.later_cycles(user, row)
    return form


@bp.post("/concerns/<int:record_id>/link", permission="recommendations.concern")
def concern_link(record_id: int) -> ResponseReturnValue:
    """Say that a recommendation of a later cycle takes a concern up."""
    user = current()
    record = records.get(user, record_id, "concern", "edit")
    form = _link_form(user, db.session.get_one(Concern, record.id))
    if form.validate_on_submit():
        promises.take_up(user, record, form.target_id.data)
        flash(_("The recommendation is linked with the concern."), "success")
    else:
        flash(_("Choose a recommendation of a later cycle from the list."), "warning")
    return redirect(url_for(".concern", record_id=record.id), 303)


@bp.route("/concerns/new", methods=["GET", "POST"], permission="recommendations.concern")
def concern_new() -> ResponseReturnValue:
    """Record a concern; ``from`` is the recommendation or the statement it comes from."""
    user = current()
    source = request.args.get("from", type=int)
    return _concern(user, None, records.get(user, source) if source else None)


@bp.route("/concerns/<int:record_id>/edit", methods=["GET", "POST"], permission="recommendations.concern")
def concern_edit(record_id: int) -> ResponseReturnValue:
    """Change a concern, or settle it."""
    user = current()
    return _concern(user, records.get(user, record_id, "concern", "edit"), None)


def _concern(user: Identity, record: Record | None, source: Record | None) -> ResponseReturnValue:
    row = db.session.get_one(Concern, record.id) if record is not None else None
    origin = db.session.get(Recommendation, source.id) if source is not None else None
    cycles = known_cycles(row.cycle if row is not None else origin.cycle if origin is not None else None)
    stored: dict[str, Any] = {"status": "persisting", "raised_on": clock.today()}
    stored["cycle"] = origin.cycle if origin is not None else cycles[0][0] if cycles else None
    if row is not None and record is not None:
        stored = {name: getattr(row, name) for name in CONCERN_VALUES}
        stored |= {"status": record.status, "version": record.version}
    form = ConcernForm(data=stored)
    form.cycle.choices = cycles
    if form.validate_on_submit():
        made = promises.save_concern(
            user,
            record,
            org_id=next((each for each in user.orgs if user.can("recommendations.concern", each)), None),
            country=row.country if row else origin.country if origin else own_country(),
            version=form.version.data if record is not None else None,
            status=form.status.data,
            sources=(source.id,) if source is not None else (),
            **{name: form[name].data for name in CONCERN_VALUES},
        )
        flash(_("The concern is saved."), "success")
        return redirect(url_for(".concern", record_id=made.id), 303)
    return form_page("recommendations/concern_edit.html", form, record=record, source=source)
