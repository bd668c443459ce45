"""The editor: the rows of a form with what can be done to each, and what is still wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import records
from portal.db import db
from portal.forms import service
from portal.forms.blueprint import bp
from portal.forms.builder import outline
from portal.forms.builder.base import BUILD, changed, opened, posted_version, to_editor
from portal.forms.builder.pieces import offered
from portal.forms.builder.undo import ways
from portal.forms.definition import (
    Definition,
    copy_row,
    digest,
    find_row,
    missing_translations,
    move_into,
    remove_row,
    walk,
)
from portal.forms.definition.wiring import label_references, parsed_cell
from portal.forms.expressions import ExpressionError
from portal.forms.models import Form, FormVersion
from portal.forms.slots import slots
from portal.i18n import _, current_locale
from portal.records import Record


@bp.get("/<int:record_id>/edit", permission=BUILD)
def edit(record_id: int) -> ResponseReturnValue:
    """The rows in their order, the check list, and ways to everything else."""
    user, record, form = opened(record_id)
    locale = current_locale()
    problems = service.problems(form.definition)
    return render_template(
        "forms/builder_edit.html",
        record=record,
        form=form,
        lines=outline.outline(form.definition, locale, problems),
        ways=ways(form),
        here=request.args.get("at", ""),
        pasted=offered(user, record)[0],
        library=record.org_id is not None,
        entries=outline.entries(form.definition, locale, problems),
        missing=outline.missing_by_language(form.definition, missing_translations(form.definition)),
        questions=outline.count(form.definition),
        slot=slots.get(form.slot),
        subject=_subject(user, record),
        pending=_pending(form),
        access=form.definition["settings"].get("access") or {},
        public_url=url_for("forms.public", token=form.token, _external=True),
    )


def _subject(user: Any, record: Record) -> Any:
    """The record the form hangs on, as a pair of title and address, where the reader sees it."""
    if record.parent_id is None:
        return None
    row = db.session.execute(
        select(Record.id, Record.kind, Record.title).where(Record.id == record.parent_id, records.visible(user))
    ).one_or_none()
    kind = records.kinds.live(row.kind) if row else None
    return (row.title, url_for(kind.view_endpoint, record_id=row.id)) if row and kind else None


def _pending(form: Form) -> bool:
    """Whether the draft differs from the version that people fill."""
    if form.published_id is None:
        return False
    published = db.session.scalar(select(FormVersion.digest).where(FormVersion.id == form.published_id))
    return published != digest(form.definition)


@bp.post("/<int:record_id>/edit/question/move", permission=BUILD)
def move(record_id: int) -> ResponseReturnValue:
    """Put a row somewhere else: buttons and mouse alike send ``place``, which ``builder_outline.to`` writes."""
    user, record, form = opened(record_id)
    try:
        row_id, (into, at) = outline.placed(request.form.get("place", ""))
    except ValueError:
        abort(400)

    def change(definition: Definition) -> Definition:
        if into:
            find_row(definition, into)
        return move_into(definition, row_id, into or None, at)

    changed(user, record, form, posted_version(), change)
    return to_editor(record, row_id)


@bp.post("/<int:record_id>/edit/question/copy", permission=BUILD)
def copy(record_id: int) -> ResponseReturnValue:
    """Copy a row, with everything in it, after itself."""
    user, record, form = opened(record_id)
    row_id = request.args.get("row", "")
    made: list[str] = []

    def change(definition: Definition) -> Definition:
        before = {row["id"] for row, _parents in walk(definition)}
        after = copy_row(definition, row_id)
        made.extend(row["id"] for row, _parents in walk(after) if row["id"] not in before)
        return after

    changed(user, record, form, posted_version(), change)
    flash(_("The copy stands under its original."), "success")
    return to_editor(record, made[0] if made else row_id)


@bp.route("/<int:record_id>/edit/question/remove", methods=["GET", "POST"], permission=BUILD)
def remove(record_id: int) -> ResponseReturnValue:
    """Ask, then take a row out with everything in it."""
    user, record, form = opened(record_id)
    row_id = request.args.get("row", "")
    if request.method == "POST":
        changed(user, record, form, posted_version(), lambda definition: remove_row(definition, row_id))
        flash(_("The row is removed."), "success")
        return to_editor(record)
    try:
        row = find_row(form.definition, row_id)
    except KeyError:
        abort(404)
    locale = current_locale()
    inside = sum(1 for _row, parents in walk(form.definition) if any(each["id"] == row_id for each in parents))
    points = []
    if inside:
        points.append(_("With it go the rows inside: %(count)s.", count=inside))
    if asking := using(form.definition, [row_id], locale):
        points.append(_("These ask for its answer and will have to be changed: %(names)s.", names=", ".join(asking)))
    if form.published_id is not None:
        points.append(_("Answers already sent keep what was answered; it stays in exports."))
    return render_template(
        "confirm.html",
        heading=_("Remove “%(label)s”?", label=outline.name_of(row, locale)),
        text=_("People see it until the form is published again.")
        if form.published_id is not None
        else _("The row is taken out of the form."),
        points=points,
        danger=_("Remove"),
        back=url_for("forms.edit", record_id=record.id, _anchor=f"row-{row_id}"),
        fields={"version": record.version},
    )


def using(definition: Definition, ids: Collection[str], locale: str) -> list[str]:
    """Labels of the rows outside those of *ids* whose conditions or texts name one of them or what is in it."""
    inside = {
        row["id"]: row.get("name")
        for row, parents in walk(definition)
        if any(each["id"] in ids for each in (row, *parents))
    }
    gone = set(inside.values())
    found = []
    for row, _parents in walk(definition):
        if row["id"] in inside:
            continue
        names = set(label_references(row))
        for cell in ("relevant", "required", "constraint", "calculation", "choice_filter", "repeat_count"):
            try:
                parsed = parsed_cell(row, cell)
            except ExpressionError:
                continue
            names |= parsed.refs if parsed else set()
        if names & gone:
            found.append(outline.name_of(row, locale))
    return found
