"""The signing outside the portal and what follows: amendment, publication, end of the year."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from portal.api import StaleVersion, _, current, flash, format_date, records, redirect, storage, url_for

from . import queries, service
from .blueprint import agreement, bp, form_page, overtaken, version_sent
from .forms import CloseForm, ReasonForm, SigningForm, signing_defaults
from .making_views import refused
from .statuses import IN_FORCE, OPEN


@bp.route("/<int:record_id>/sign", methods=["GET", "POST"], permission="agreements.sign")
def sign(record_id: int) -> ResponseReturnValue:
    """Record that the agreement was signed on paper."""
    user = current()
    record = agreement(user, record_id, "edit")
    if record.status not in OPEN:
        return refused(record_id)
    facts = queries.facts(record.id)
    orgs = [key for key in (record.org_id, facts.row.party_id) if key is not None]
    defaults = signing_defaults(facts, record.org_id, queries.office_holders(orgs))
    form = SigningForm(data=defaults | {"version": record.version})
    form.fill(facts)
    if form.validate_on_submit():
        try:
            service.sign(
                user,
                record,
                form.signing(),
                version=form.version.data,
                scan=form.scan.data,
                number=form.number.data or "",
            )
        except storage.UploadRefused as problem:
            form.scan.errors = (problem.message,)
        except service.DateOutOfRange as problem:
            form.signed_on.errors = (
                _(
                    "Enter a date between %(first)s and %(last)s.",
                    first=format_date(problem.first),
                    last=format_date(problem.last),
                ),
            )
        except service.NoClauses:
            flash(_("An agreement needs at least one clause before it is signed."), "danger")
            return redirect(url_for(".show", record_id=record.id), 303)
        except service.WrongState:
            return refused(record_id)
        else:
            flash(_("The signing is recorded. The clauses are locked from now on."), "success")
            return redirect(url_for(".show", record_id=record.id) + "#signing", 303)
    return form_page("agreements/sign.html", form, record=record, facts=facts)


@bp.route("/<int:record_id>/reopen", methods=["GET", "POST"], permission="agreements.sign")
def reopen(record_id: int) -> ResponseReturnValue:
    """Open a signed agreement for an amendment, with a reason."""
    user = current()
    record = agreement(user, record_id, "edit")
    form = ReasonForm(data={"version": record.version})
    if form.validate_on_submit():
        try:
            service.reopen(user, record, version=form.version.data, reason=form.reason.data or "")
        except service.WrongState:
            return refused(record_id)
        flash(_("The agreement is open for an amendment. Record the signing anew when it is done."), "success")
        return redirect(url_for(".show", record_id=record.id), 303)
    return form_page("agreements/reopen.html", form, record=record)


@bp.route("/<int:record_id>/cancel", methods=["GET", "POST"], permission="agreements.make")
def cancel(record_id: int) -> ResponseReturnValue:
    """End an agreement for good, with a reason."""
    user = current()
    record = agreement(user, record_id, "edit")
    form = ReasonForm(data={"version": record.version})
    if form.validate_on_submit():
        try:
            service.cancel(user, record, version=form.version.data, reason=form.reason.data or "")
        except service.WrongState:
            return refused(record_id)
        flash(_("The agreement is cancelled."), "success")
        return redirect(url_for(".show", record_id=record.id), 303)
    return form_page("agreements/cancel.html", form, record=record)


@bp.route("/<int:record_id>/close", methods=["GET", "POST"], permission="agreements.make")
def close(record_id: int) -> ResponseReturnValue:
    """Close the year with an evaluation, or change the evaluation."""
    user = current()
    record = agreement(user, record_id, "edit")
    if record.status not in IN_FORCE:
        return refused(record_id)
    row = queries.facts(record.id).row
    form = CloseForm(data={"evaluation": row.evaluation, "version": record.version})
    if form.validate_on_submit():
        try:
            service.close(user, record, version=form.version.data, evaluation=form.evaluation.data)
        except service.WrongState:
            return refused(record_id)
        flash(_("The evaluation is saved and the agreement closed."), "success")
        return redirect(url_for(".show", record_id=record.id), 303)
    return form_page("agreements/close.html", form, record=record)


@bp.post("/<int:record_id>/publish", permission="agreements.make")
def publish(record_id: int) -> ResponseReturnValue:
    """Show a signed agreement to everyone."""
    return _show_to_everyone(record_id, True)


@bp.post("/<int:record_id>/unpublish", permission="agreements.make")
def unpublish(record_id: int) -> ResponseReturnValue:
    """Show it again only to those with a role."""
    return _show_to_everyone(record_id, False)


def _show_to_everyone(record_id: int, public: bool) -> ResponseReturnValue:
    user = current()
    record = records.get(user, record_id, "agreement", "edit")
    try:
        service.publish(user, record, version=version_sent(), public=public)
    except service.WrongState:
        return refused(record_id)
    except StaleVersion:
        return overtaken(record_id)
    flash(
        _("The agreement is published: everyone may read it.")
        if public
        else _("The agreement is no longer published; those with a role may read it."),
        "success",
    )
    return redirect(url_for(".show", record_id=record.id), 303)
