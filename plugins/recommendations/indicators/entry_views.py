"""Entering values: a table of one period, and a spreadsheet with what it would change."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from portal.api import (
    NotFound,
    Record,
    _,
    current,
    documents,
    flash,
    ngettext,
    redirect,
    render_template,
    request,
    transaction,
    url_for,
)

from ..blueprint import bp, download, form_page
from ..files import kept_files
from ..indicator_models import Indicator
from . import reading, service, sheet
from .forms import ChooseForm, ValuesFileForm, ValuesForm
from .views import WORDS, find, plain
from .words import DIMENSIONS

SHOWN = 300
"""Rows of a file that the preview shows; the others are told by their number."""
PURPOSE = "indicator"


def _open(record_id: int) -> tuple[Record, Indicator]:
    """An indicator whose values the reader may enter; a closed one takes none."""
    record, row = find(current(), record_id, "edit")
    if record.status == "closed":
        raise NotFound
    return record, row


@bp.route("/indicators/<int:record_id>/enter", methods=["GET", "POST"], permission="recommendations.enter_values")
def enter_values(record_id: int) -> ResponseReturnValue:
    """A table of values of one period, which the address names; what is emptied is taken back."""
    user = current()
    record, row = _open(record_id)
    by = request.args.get("by", "")
    asked = {"period": request.args.get("period") or service.next_due(row).period.code, "by": by}
    choose: Any = ChooseForm(formdata=None, data=asked)
    choose.by.choices = {code: title for code, title in DIMENSIONS.items() if reading.categories(row, code)}
    if by not in DIMENSIONS or not choose.validate():
        context = {"record": record, "row": row, "choose": choose, "form": None, **WORDS}
        return render_template("recommendations/indicators/enter.html", **context), 422 if request.args else 200
    period = choose.chosen
    names = reading.categories(row, by)
    known = service.latest(record.id)
    here = {code: known.get((period.code, by, code)) for code in names}
    lines = [
        {
            "category": code,
            "value": None if old is None or old.value is None else plain(old.value),
            "note": old.note if old else "",
        }
        for code, old in here.items()
    ]
    form: Any = ValuesForm(data={"lines": lines, "version": record.version})
    form.name_lines({code: name if code else DIMENSIONS[""] for code, name in names.items()})
    if form.validate_on_submit():
        entries = [
            service.Entry(
                period,
                by,
                line.category.data or "",
                None if line.value.data is None else float(line.value.data),
                line.note.data or "",
                form.reason.data or "",
            )
            for line in (entry.form for entry in form.lines.entries)
            if (line.category.data or "") in names
        ]
        try:
            number = service.enter(user, record, entries, version=form.version.data)
        except service.NeedsReason:
            form.reason.errors = [_("A published value changes. Say why; the earlier one stays to be read.")]
        else:
            _tell(number)
            return redirect(url_for(".indicator", record_id=record.id) + "#values", 303)
    return form_page(
        "recommendations/indicators/enter.html",
        form,
        record=record,
        row=row,
        choose=choose,
        period=period,
        by=by,
        states={code: old.state for code, old in here.items() if old is not None and old.value is not None},
        published=any(key[:2] == (period.code, by) for key in service.published_before(record.id)),
        **WORDS,
    )


def _tell(number: int) -> None:
    if number:
        flash(
            ngettext(
                "%(num)s value is saved as a draft. Others see it when it is published.",
                "%(num)s values are saved as drafts. Others see them when they are published.",
                number,
            ),
            "success",
        )
    else:
        flash(_("Nothing was different, so nothing was changed."), "info")


@bp.get("/indicators/<int:record_id>/table.xlsx", permission="recommendations.enter_values")
def values_table(record_id: int) -> Response:
    """The values as a table to be filled in and sent back."""
    record, row = _open(record_id)
    return download(sheet.template(record, row), documents.file_name(str(record.title), "xlsx"))


@bp.route("/indicators/<int:record_id>/import", methods=["GET", "POST"], permission="recommendations.enter_values")
def import_values(record_id: int) -> ResponseReturnValue:
    """Send a table of values; what it would change is shown before anything is written."""
    user = current()
    record, row = _open(record_id)
    form: Any = ValuesFileForm()
    if form.validate_on_submit():
        upload = form.file.data
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2] or "values.xlsx"
        data = upload.read()
        try:
            sheet.plan(record, row, data)
        except sheet.FileRefused as refused:
            form.file.errors = [refused.message]
        else:
            with transaction():
                file = kept_files.keep(user, data, name, PURPOSE, replace=True)
                uid = file.uid
            return redirect(url_for(".preview_values", record_id=record.id, uid=uid), 303)
    return form_page("recommendations/indicators/import.html", form, record=record, row=row)


def _kept(uid: str) -> tuple[str, bytes]:
    """Name and content of the file that the reader sent."""
    file_id = kept_files.mine(current(), uid, PURPOSE)
    if file_id is None:
        raise NotFound
    return kept_files.read(file_id)


@bp.route(
    "/indicators/<int:record_id>/import/<uid>", methods=["GET", "POST"], permission="recommendations.enter_values"
)
def preview_values(record_id: int, uid: str) -> ResponseReturnValue:
    """What the file would change; sent, it is carried out."""
    user = current()
    record, row = _open(record_id)
    name, data = _kept(uid)
    try:
        plan = sheet.plan(record, row, data)
    except sheet.FileRefused as refused:
        flash(refused.message, "warning")
        return redirect(url_for(".import_values", record_id=record.id), 303)
    if request.method == "POST" and not plan.problems:
        version = request.form.get("version", type=int)
        if version != record.version:
            flash(_("The values have changed since this was shown. Nothing was written. Look again."), "warning")
            return redirect(url_for(".preview_values", record_id=record.id, uid=uid), 303)
        entries = [entry for _row, entry, _old, _new in plan.changed]
        _tell(service.enter(user, record, entries, version=version))
        return redirect(url_for(".indicator", record_id=record.id) + "#values", 303)
    return render_template(
        "recommendations/indicators/preview.html",
        record=record,
        row=row,
        plan=plan,
        name=name,
        uid=uid,
        limit=SHOWN,
        named=lambda dimension, category: reading.named(row, dimension, category),
        **WORDS,
    )


@bp.get("/indicators/<int:record_id>/import/<uid>/errors.xlsx", permission="recommendations.enter_values")
def errors_of_values(record_id: int, uid: str) -> ResponseReturnValue:
    """The file with its errors written into it."""
    record, row = _open(record_id)
    name, data = _kept(uid)
    try:
        plan = sheet.plan(record, row, data)
        marked = sheet.marked(data, plan.problems)
    except sheet.FileRefused as refused:
        flash(refused.message, "warning")
        return redirect(url_for(".import_values", record_id=record.id), 303)
    # TRANSLATORS: added to the name of a file in which errors are marked
    added = _("errors")
    return download(marked, f"{name.rpartition('.')[0]} ({added}).xlsx")
