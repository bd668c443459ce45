"""Adding and changing one row of a form."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms.blueprint import bp
from portal.forms.builder import cascade, conditions, lists, pictures, question_form, types
from portal.forms.builder.base import AUTO, BUILD, answer, autosave, basis, is_auto, not_yet, opened, save, to_editor
from portal.forms.builder.cells import NotSaved, build
from portal.forms.builder.outline import around, name_of
from portal.forms.builder.pieces import offered
from portal.forms.definition import Row, find_row, languages
from portal.forms.models import Form
from portal.forms.slots import slots
from portal.i18n import _, current_locale
from portal.people.identity import Identity
from portal.records import Record
from portal.storage import UploadRefused

AGAIN = ("_retype", "_condition")
"""Buttons that draw the page again and save nothing."""


@bp.route("/<int:record_id>/edit/question/new", methods=["GET", "POST"], permission=BUILD)
def add_question(record_id: int) -> ResponseReturnValue:
    """Choose a type, then write the question; ``after`` or ``into`` say where it goes."""
    user, record, form = opened(record_id)
    after, into = request.args.get("after", ""), request.args.get("into", "")
    kind = request.form.get("kind") or request.args.get("type", "")
    definition = basis(record, form)
    if after:
        try:
            find_row(definition, after)
        except KeyError:
            after = ""
        into = around(definition, after) if after else into
    if not types.can_add(kind):
        words = request.args.get("q", "").strip()
        clipboard, library = offered(user, record, words)
        return render_template(
            "forms/builder_types.html",
            record=record,
            groups=types.groups(),
            after=after,
            into=into,
            clipboard=clipboard,
            library=library,
            words=words,
        )
    return _page(user, record, form, None, kind, after, into)


@bp.route("/<int:record_id>/edit/question", methods=["GET", "POST"], permission=BUILD)
def question(record_id: int) -> ResponseReturnValue:
    """Change a row: words, type, conditions, choices, place."""
    user, record, form = opened(record_id)
    row_id = request.args.get("row", "")
    try:
        row = find_row(basis(record, form), row_id)
    except KeyError:
        abort(404)
    now = types.kind_of(row)
    kind = request.form.get("kind") or now
    allowed = {each.name for _title, offers in types.others(now) for each in offers}
    return _page(user, record, form, row, kind if kind in allowed else now, "", "")


def _page(
    user: Identity, record: Record, stored: Form, row: Row | None, kind: str, after: str, into: str
) -> ResponseReturnValue:
    """The page of a row, drawn, drawn again or saved."""
    definition = basis(record, stored)
    there = pictures.attached(record)
    form = question_form.make(
        definition, row, kind, slots.get(stored.slot), version=record.version, inside=into, pictures=there
    )
    again = request.method == "POST" and any(name in request.form for name in AGAIN)
    writes = "_condition" in request.form if again else _saves(form) and _chosen(form)
    written = not writes or _write_condition(form, definition)
    if not again and written and form.validate_on_submit():
        try:
            made, row_id = build(definition, form, row, kind, after=after)
            made = pictures.keep(user, record, form, made, row_id)
        except NotSaved:
            pass
        except UploadRefused as refused:
            form["picture" if form.picture.data else "choice_pictures"].errors = [str(refused.message)]
        else:
            if is_auto() and row is not None:
                return autosave(user, record, form.version.data, definition, made)
            save(user, record, form.version.data, made)
            if row is None:
                flash(_("The question is added."), "success")
            if "_more" in request.form:
                place: dict[str, Any] = {"into" if kind in types.CONTAINERS else "after": row_id}
                return redirect(url_for("forms.add_question", record_id=record.id, **place), 303)
            return to_editor(record, row_id)
    if is_auto():
        return not_yet()
    locale = current_locale()
    wish = (form.depends.data or "") if "depends" in form else ""
    shared = len(lists.users(definition).get(row.get("list") or "", [])) - 1 if row else 0
    return answer(
        "forms/builder_question.html",
        form,
        record=record,
        row=row,
        kind=types.offer(kind),
        retype=not types.can_add(kind) or kind != "yes_no",
        cells=types.cells_of(kind),
        heading=name_of(row, locale) if row else "",
        asked=conditions.questions(definition, locale, row["id"] if row else None),
        shared=max(shared, 0),
        languages=languages(definition),
        grid=cascade.grid(definition, (row or {}).get("list"), wish, there) if "choices" in form else "",
        tree=cascade.tree(definition, row, locale) if "choices" in form else [],
        carried=_carried(form) if request.method == "POST" else [],
        condition=writes,
        container=kind in types.CONTAINERS,
    )


def _carried(form: Any) -> list[tuple[str, str]]:
    """What was typed for another type: kept on the page, so that changing the type back loses nothing."""
    names = {field.name for field in form}
    own = ("_lang", "csrf_token", *AGAIN, "_more", AUTO)
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in own and name not in names and name.removesuffix("-mn").removesuffix("-en") not in names
    ]


def _saves(form: Any) -> bool:
    """Whether the person pressed a button that saves."""
    return request.method == "POST" and not is_auto() and not form.language_switched


def _chosen(form: Any) -> bool:
    """Whether a condition was put together and its button not pressed: saving writes it too."""
    return "ask" in form and bool(form.ask.data)


def _write_condition(form: Any, definition: Any) -> bool:
    """Write the condition that was chosen into the expression, and empty the helper; whether it makes sense."""
    if "ask" not in form:
        return True
    try:
        written = conditions.write(definition, form.ask.data or "", form.compare.data or "", form.value.data or "")
    except conditions.CannotWrite as fault:
        field = form.value if fault.part == "value" else form.ask
        field.errors = [str(fault)]
        return False
    form.relevant.data = conditions.joined(form.relevant.data or "", written, form.join.data or "and")
    form.ask.data, form.value.data, form.compare.data = None, "", "is"
    return True
