"""Pages of the minutes: read, begun, approved, reopened, shared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Identity,
    NotFound,
    Record,
    _,
    current,
    flash,
    meetings,
    records,
    redirect,
    render_template,
    request,
    url_for,
)

from . import queries, service
from .blueprint import bp, form_page, turned_down
from .permissions import may, require
from .words import MINUTES_KIND, RECOMMENDATION_KIND


def minutes_parts(user: Identity, record_id: int, level: str = "read") -> tuple[Record, meetings.MinutesView, Record]:
    """Header and text of minutes and the consultation they are of; raises NotFound, Forbidden."""
    record, minutes = meetings.get_minutes(user, record_id, level)
    if record.kind != MINUTES_KIND:
        raise NotFound
    return record, minutes, records.get(user, minutes.meeting_id, queries.KIND)


def panels_of(user: Identity, record: Record) -> records.RecordPanels:
    """The panels of minutes or of a statement; what they said before the approval is for those who write them."""
    found = records.panels(user, record)
    return found if found.editable else replace(found, history=[])


def minutes_page(record_id: int, anchor: str = "") -> str:
    """The address of minutes, at the statement or section *anchor*."""
    return url_for("consultations.minutes", record_id=record_id) + (f"#{anchor}" if anchor else "")


@bp.post("/<int:record_id>/minutes", permission="consultations.plan")
def minutes_start(record_id: int) -> ResponseReturnValue:
    """Begin the minutes of a consultation, or go to them where they are begun."""
    user = current()
    record = records.get(user, record_id, queries.KIND, "edit")
    made = service.start_minutes(user, record)
    return redirect(minutes_page(made.id), 303)


@bp.get("/minutes/<int:record_id>", permission="consultations.read")
def minutes(record_id: int) -> ResponseReturnValue:
    """The minutes, statement by statement, by section."""
    user = current()
    record, found, meeting = minutes_parts(user, record_id)
    said = meetings.statements(user, record.id)
    if any(row.restricted for row in said):
        service.note_reading(record)
    live = records.kinds.live(RECOMMENDATION_KIND)
    editable = records.can_edit(user, record)
    return render_template(
        "consultations/minutes.html",
        record=record,
        minutes=found,
        meeting=meeting,
        sections=meetings.SECTIONS,
        categories=meetings.CATEGORIES,
        said=said,
        links=meetings.linked_to(user, [row.id for row in said], RECOMMENDATION_KIND) if live else {},
        recommendation_page=live.view_endpoint if live else "",
        panels=panels_of(user, record),
        writable=editable and may(user, "consultations.plan", record) and not found.approved,
        linkable=bool(live) and editable and may(user, "consultations.plan", record),
        may_approve=editable and may(user, "consultations.approve", record),
        receivers=meetings.shared_with(record.id) if editable else [],
    )


@bp.route("/minutes/<int:record_id>/edit", methods=["GET", "POST"], permission="consultations.plan")
def minutes_edit(record_id: int) -> ResponseReturnValue:
    """Number, signatories and summary of the minutes."""
    user = current()
    record, found, meeting = minutes_parts(user, record_id, "edit")
    require(user, "consultations.plan", record)
    form = meetings.MinutesForm(
        data={
            "number": found.number,
            "chair": found.chair,
            "secretary": found.secretary,
            "summary": found.summary,
            "version": record.version,
        }
    )
    context: dict[str, Any] = {"record": record, "meeting": meeting}
    if form.validate_on_submit():
        try:
            service.save_minutes(
                user,
                record,
                version=form.version.data,
                number=form.number.data or "",
                chair=form.chair.data or "",
                secretary=form.secretary.data or "",
                summary=form.summary.data,
            )
        except meetings.MeetingRefused as refused:
            return form_page("consultations/minutes_edit.html", form, refused, **context)
        flash(_("The minutes are saved."), "success")
        return redirect(minutes_page(record.id), 303)
    return form_page("consultations/minutes_edit.html", form, **context)


@bp.post("/minutes/<int:record_id>/approve", permission="consultations.approve")
def approve(record_id: int) -> ResponseReturnValue:
    """Approve the minutes as they were read: of another version the conflict page tells."""
    user = current()
    record, _found, _meeting = minutes_parts(user, record_id, "edit")
    try:
        service.approve(user, record, version=request.form.get("version", type=int) or 0)
    except meetings.MeetingRefused as refused:
        return turned_down(refused, minutes_page(record.id))
    flash(_("The minutes are approved. They can now be shared."), "success")
    return redirect(minutes_page(record.id), 303)


@bp.route("/minutes/<int:record_id>/reopen", methods=["GET", "POST"], permission="consultations.approve")
def reopen(record_id: int) -> ResponseReturnValue:
    """Open approved minutes again, with a reason; whoever they were shared with no longer sees them."""
    user = current()
    record, _found, meeting = minutes_parts(user, record_id, "edit")
    require(user, "consultations.approve", record)
    form = meetings.ReopenForm()
    receivers = meetings.shared_with(record.id)
    if form.validate_on_submit():
        service.reopen(user, record, reason=form.reason.data or "")
        flash(_("The minutes are a draft again."), "success")
        return redirect(minutes_page(record.id), 303)
    return form_page("consultations/reopen.html", form, record=record, meeting=meeting, receivers=receivers)


@bp.route("/minutes/<int:record_id>/share", methods=["GET", "POST"], permission="consultations.approve")
def share(record_id: int) -> ResponseReturnValue:
    """Share approved minutes with an organisation."""
    user = current()
    record, found, meeting = minutes_parts(user, record_id, "edit")
    require(user, "consultations.approve", record)
    receivers = meetings.shared_with(record.id)
    known = {org_id for org_id, _name in receivers} | {record.org_id}
    form = meetings.ShareMinutesForm()
    form.org_id.choices = [pair for pair in queries.organisations() if pair[0] not in known]
    context: dict[str, Any] = {
        "record": record,
        "meeting": meeting,
        "receivers": receivers,
        "restricted": sum(row.restricted for row in meetings.statements(user, record.id)),
        "approved": found.approved,
    }
    if form.validate_on_submit():
        try:
            service.share(user, record, org_id=form.org_id.data)
        except meetings.MeetingRefused as refused:
            return form_page("consultations/share.html", form, refused, **context)
        flash(_("The minutes are shared."), "success")
        return redirect(minutes_page(record.id), 303)
    return form_page("consultations/share.html", form, **context)
