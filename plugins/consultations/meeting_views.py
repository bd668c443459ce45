"""Pages of what stands around a meeting: its agenda, and who took part."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import Identity, NotFound, Record, _, current, flash, meetings, records, redirect, transaction, url_for

from . import queries, service
from .blueprint import bp, form_page
from .forms import CountsForm
from .permissions import require


def _writable(user: Identity, record_id: int) -> Record:
    record = records.get(user, record_id, queries.KIND, "edit")
    require(user, "consultations.plan", record)
    return record


@bp.route("/<int:record_id>/agenda", methods=["GET", "POST"], permission="consultations.plan")
def agenda(record_id: int) -> ResponseReturnValue:
    """The agenda, point by point, and a form for the next one."""
    user = current()
    record = _writable(user, record_id)
    form = _agenda_form()
    if form.validate_on_submit():
        with transaction():
            meetings.add_item(user, record, **_item(form))
        flash(_("The point is on the agenda."), "success")
        return redirect(url_for(".agenda", record_id=record.id) + "#add", 303)
    return form_page("consultations/agenda.html", form, record=record, items=meetings.agenda(record.id))


def _agenda_form(data: dict[str, Any] | None = None) -> meetings.AgendaForm:
    form = meetings.AgendaForm(data=data)
    form.speaker_org_id.choices = queries.organisations()
    return form


def _item(form: meetings.AgendaForm) -> dict[str, Any]:
    return {
        "title": form.title.data,
        "speaker_org_id": form.speaker_org_id.data,
        "minutes": form.minutes.data,
    }


@bp.route("/<int:record_id>/agenda/<int:item_id>", methods=["GET", "POST"], permission="consultations.plan")
def agenda_item(record_id: int, item_id: int) -> ResponseReturnValue:
    """Change a point of the agenda."""
    user = current()
    record = _writable(user, record_id)
    item = next((each for each in meetings.agenda(record.id) if each.id == item_id), None)
    if item is None:
        raise NotFound
    form = _agenda_form({"title": item.title, "speaker_org_id": item.speaker_org_id, "minutes": item.minutes})
    if form.validate_on_submit():
        with transaction():
            meetings.save_item(user, record, item_id, **_item(form))
        flash(_("The point of the agenda is saved."), "success")
        return redirect(url_for(".agenda", record_id=record.id), 303)
    return form_page("consultations/agenda_item.html", form, record=record, item=item)


@bp.post("/<int:record_id>/agenda/<int:item_id>/<any(up, down):way>", permission="consultations.plan")
def agenda_move(record_id: int, item_id: int, way: str) -> ResponseReturnValue:
    """Move a point up or down."""
    user = current()
    record = _writable(user, record_id)
    with transaction():
        meetings.move_item(user, record, item_id, up=way == "up")
    return redirect(url_for(".agenda", record_id=record.id) + f"#item-{item_id}", 303)


@bp.post("/<int:record_id>/agenda/<int:item_id>/delete", permission="consultations.plan")
def agenda_delete(record_id: int, item_id: int) -> ResponseReturnValue:
    """Take a point off the agenda."""
    user = current()
    record = _writable(user, record_id)
    with transaction():
        meetings.delete_item(user, record, item_id)
    flash(_("The point is off the agenda."), "success")
    return redirect(url_for(".agenda", record_id=record.id), 303)


@bp.post("/<int:record_id>/agenda/usual", permission="consultations.plan")
def agenda_usual(record_id: int) -> ResponseReturnValue:
    """Begin with the usual agenda of a half-day consultation."""
    user = current()
    record = _writable(user, record_id)
    service.usual_agenda(user, record)
    return redirect(url_for(".agenda", record_id=record.id), 303)


@bp.route("/<int:record_id>/participants", methods=["GET", "POST"], permission="consultations.plan")
def participants(record_id: int) -> ResponseReturnValue:
    """Who came, as numbers; saving them says that the consultation was held."""
    user = current()
    record = _writable(user, record_id)
    form = _counts_form(record)
    if form.validate_on_submit():
        service.count(user, record, _counts(form), version=form.version.data)
        flash(_("The participants are counted."), "success")
        return redirect(url_for(".show", record_id=record.id) + "#participants", 303)
    return form_page("consultations/participants.html", form, record=record, people=meetings.attendance(record.id))


def _counts_form(record: Record) -> CountsForm:
    row = queries.row(record.id)
    stored: dict[str, Any] = {"women": row.women, "men": row.men, "version": record.version}
    stored |= {f"category_{key}": row.attended.get(key) for key in meetings.CATEGORIES}
    stored |= {f"group_{key}": number for key, number in queries.group_counts(record.id).items()}
    return CountsForm(data=stored)


def _counts(form: CountsForm) -> service.Counts:
    data = form.data
    return service.Counts(
        {key: data[f"category_{key}"] or 0 for key in meetings.CATEGORIES},
        data["women"],
        data["men"],
        {key: data[f"group_{key}"] or 0 for key in meetings.GROUPS},
    )


@bp.route("/<int:record_id>/people", methods=["GET", "POST"], permission="consultations.plan")
def people(record_id: int) -> ResponseReturnValue:
    """The attendance list: who took part, with or without a name."""
    user = current()
    record = _writable(user, record_id)
    form = meetings.AttendanceForm()
    form.org_id.choices = queries.organisations()
    if form.validate_on_submit():
        with transaction():
            meetings.add_attendance(
                user,
                record,
                category=form.category.data,
                name=form.name.data or "",
                named=form.named.data,
                org_id=form.org_id.data,
                organisation=form.organisation.data or "",
            )
        flash(_("The participant is on the list."), "success")
        return redirect(url_for(".people", record_id=record.id) + "#add", 303)
    return form_page(
        "consultations/people.html",
        form,
        record=record,
        people=meetings.attendance(record.id),
        categories=meetings.CATEGORIES,
    )


@bp.post("/<int:record_id>/people/<int:attendance_id>/delete", permission="consultations.plan")
def people_delete(record_id: int, attendance_id: int) -> ResponseReturnValue:
    """Take somebody off the attendance list; nothing of the row is kept."""
    user = current()
    record = _writable(user, record_id)
    with transaction():
        meetings.delete_attendance(user, record, attendance_id)
    flash(_("The participant is off the list."), "success")
    return redirect(url_for(".people", record_id=record.id), 303)
