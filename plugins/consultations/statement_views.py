"""Pages of statements: written, read, moved, deleted, linked with recommendations."""

from __future__ import annotations

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
from .forms import LinkForm
from .minutes_views import minutes_page, minutes_parts, panels_of
from .permissions import may, require
from .words import RECOMMENDATION_KIND, STATEMENT_KIND


@bp.route("/minutes/<int:record_id>/statements/new", methods=["GET", "POST"], permission="consultations.plan")
def statement_new(record_id: int) -> ResponseReturnValue:
    """Write down what somebody said; ``?section=`` is where it belongs."""
    user = current()
    record, _found, meeting = minutes_parts(user, record_id, "edit")
    require(user, "consultations.plan", record)
    section = request.args.get("section", "")
    form = meetings.StatementForm(data={"section": section if section in meetings.SECTIONS else None, "version": 0})
    context: dict[str, Any] = {"record": record, "meeting": meeting, "statement": None}
    if form.validate_on_submit():
        said = _said(form)
        try:
            made = service.add_statement(user, record, said)
        except meetings.MeetingRefused as refused:
            return form_page("consultations/statement_edit.html", form, refused, **context)
        flash(_("The statement is written down."), "success")
        if "another" in request.form:
            return redirect(url_for(".statement_new", record_id=record.id, section=said.section), 303)
        return redirect(minutes_page(record.id, f"statement-{made.id}"), 303)
    return form_page("consultations/statement_edit.html", form, **context)


def _said(form: meetings.StatementForm) -> meetings.Said:
    return meetings.Said(
        section=form.section.data,
        text=form.text.data,
        category=form.category.data,
        speaker=form.speaker.data or "",
        anonymous=form.anonymous.data,
        restricted=form.restricted.data,
    )


@bp.get("/statements/<int:record_id>", permission="consultations.read")
def statement(record_id: int) -> ResponseReturnValue:
    """One statement with its links and what was made of it."""
    user = current()
    record, row = meetings.get_statement(user, record_id)
    if record.kind != STATEMENT_KIND:
        raise NotFound
    minutes_record, found, meeting = minutes_parts(user, row.minutes_id)
    if row.restricted:
        service.note_reading(record)
    live = records.kinds.live(RECOMMENDATION_KIND)
    writable = records.can_edit(user, record) and may(user, "consultations.plan", record)
    return render_template(
        "consultations/statement.html",
        record=record,
        row=row,
        minutes=minutes_record,
        meeting=meeting,
        sections=meetings.SECTIONS,
        categories=meetings.CATEGORIES,
        panels=panels_of(user, record),
        writable=writable and not found.approved,
        linkable=bool(live) and writable,
    )


@bp.route("/statements/<int:record_id>/edit", methods=["GET", "POST"], permission="consultations.plan")
def statement_edit(record_id: int) -> ResponseReturnValue:
    """Change a statement of draft minutes."""
    user = current()
    record, row = _statement(user, record_id)
    minutes_record, _found, meeting = minutes_parts(user, row.minutes_id)
    form = meetings.StatementForm(
        data={
            "section": row.section,
            "text": row.text,
            "category": row.category,
            "speaker": row.speaker,
            "anonymous": row.anonymous,
            "restricted": row.restricted,
            "version": record.version,
        }
    )
    context: dict[str, Any] = {"record": minutes_record, "meeting": meeting, "statement": record}
    if form.validate_on_submit():
        try:
            service.save_statement(user, record, _said(form), version=form.version.data)
        except meetings.MeetingRefused as refused:
            return form_page("consultations/statement_edit.html", form, refused, **context)
        flash(_("The statement is saved."), "success")
        return redirect(minutes_page(row.minutes_id, f"statement-{record.id}"), 303)
    return form_page("consultations/statement_edit.html", form, **context)


def _statement(user: Identity, record_id: int) -> tuple[Record, meetings.StatementRow]:
    record, row = meetings.get_statement(user, record_id, level="edit")
    if record.kind != STATEMENT_KIND:
        raise NotFound
    require(user, "consultations.plan", record)
    return record, row


@bp.post("/statements/<int:record_id>/<any(up, down):way>", permission="consultations.plan")
def statement_move(record_id: int, way: str) -> ResponseReturnValue:
    """Move a statement up or down within its section."""
    user = current()
    record, row = _statement(user, record_id)
    back = minutes_page(row.minutes_id, f"statement-{record_id}")
    try:
        service.move_statement(user, record, up=way == "up")
    except meetings.MeetingRefused as refused:
        return turned_down(refused, back)
    return redirect(back, 303)


@bp.post("/statements/<int:record_id>/delete", permission="consultations.plan")
def statement_delete(record_id: int) -> ResponseReturnValue:
    """Take a statement out of draft minutes."""
    user = current()
    record, row = _statement(user, record_id)
    back = minutes_page(row.minutes_id, row.section)
    try:
        service.delete_statement(user, record)
    except meetings.MeetingRefused as refused:
        return turned_down(refused, back)
    flash(_("The statement is deleted."), "success")
    return redirect(back, 303)


@bp.route("/statements/<int:record_id>/recommendations", methods=["GET", "POST"], permission="consultations.plan")
def recommendations(record_id: int) -> ResponseReturnValue:
    """Find the recommendations a statement is evidence for; 404 where there is no module that keeps any."""
    user = current()
    record, row = _statement(user, record_id)
    if records.kinds.live(RECOMMENDATION_KIND) is None:
        raise NotFound
    minutes_record, _found, meeting = minutes_parts(user, row.minutes_id)
    chosen = [link.id for link in meetings.linked_to(user, [record.id], RECOMMENDATION_KIND)[record.id]]
    q = request.args.get("q", "")
    offered = queries.recommendations(user, q, chosen)
    form = LinkForm(data={"chosen": chosen})
    form.chosen.choices = offered
    if form.validate_on_submit():
        wanted = set(form.chosen.data or ())
        service.link_recommendations(
            user, record, RECOMMENDATION_KIND, {target: target in wanted for target, _title in offered}
        )
        flash(_("The recommendations of this statement are saved."), "success")
        return redirect(minutes_page(row.minutes_id, f"statement-{record.id}"), 303)
    return form_page(
        "consultations/recommendations.html",
        form,
        statement=record,
        row=row,
        record=minutes_record,
        meeting=meeting,
        q=q,
        found=len(offered) - len(chosen),
    )
