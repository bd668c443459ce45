"""Writing the parts of a report; finalising it and opening it again."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from portal.api import (
    Content,
    _,
    current,
    flash,
    format_number,
    ngettext,
    records,
    redirect,
    request,
    url_for,
)

from . import queries, service, shown
from .blueprint import back_to, bp, for_writing, locked, with_form
from .forms import LANGUAGES, ChapterForm, FinaliseForm, ReopenForm, TextForm
from .words import CHAPTER, RECORD_KIND, SLOTS


@bp.route("/<int:record_id>/parts/<int:section_id>", methods=["GET", "POST"], permission="reports.write")
def section(record_id: int, section_id: int) -> ResponseReturnValue:
    """Write a part; the conflict page shows both texts where somebody saved it meanwhile."""
    user = current()
    record, refused = for_writing(user, record_id)
    if refused is not None:
        return refused
    part = queries.section(record.id, section_id)
    chapter = part.slot == CHAPTER
    stored: dict[str, Any] = {"text": part.text, "version": part.version}
    if chapter:
        stored |= {"title": part.title, "counted": "yes" if part.counted else "no"}
    form: Any = (ChapterForm if chapter else TextForm)(data=stored)
    if form.validate_on_submit():
        values = {"title": form.title.data, "counted": form.counted.data == "yes"} if chapter else {}
        try:
            service.write(user, record, service.Written(part.id, form.version.data, form.text.data, **values))
        except service.ReportLocked:
            return locked(record)
        flash(_("The part is saved."), "success")
        return back_to(record, "#parts")
    return with_form("reports/section.html", form, record=record, part=part, slots=SLOTS)


@bp.route("/<int:record_id>/parts/new", methods=["GET", "POST"], permission="reports.write")
def new_section(record_id: int) -> ResponseReturnValue:
    """Add a chapter or an annex of one's own."""
    user = current()
    record, refused = for_writing(user, record_id)
    if refused is not None:
        return refused
    form: Any = ChapterForm(data={"counted": "yes", "version": 1})
    if form.validate_on_submit():
        try:
            service.add_section(
                user, record, title=form.title.data, text=form.text.data, counted=form.counted.data == "yes"
            )
        except service.ReportLocked:
            return locked(record)
        flash(_("The part is added."), "success")
        return back_to(record, "#parts")
    return with_form("reports/section.html", form, record=record, part=None, slots=SLOTS)


@bp.post("/<int:record_id>/parts/<int:section_id>/move", permission="reports.write")
def move_section(record_id: int, section_id: int) -> ResponseReturnValue:
    """Move a chapter up or down."""
    user = current()
    record, refused = for_writing(user, record_id)
    if refused is not None:
        return refused
    service.move_section(user, record, section_id, -1 if request.form.get("step") == "up" else 1)
    return back_to(record, "#parts")


@bp.post("/<int:record_id>/parts/<int:section_id>/delete", permission="reports.write")
def delete_section(record_id: int, section_id: int) -> ResponseReturnValue:
    """Take a chapter away."""
    user = current()
    record, refused = for_writing(user, record_id)
    if refused is not None:
        return refused
    service.delete_section(user, record, section_id)
    flash(_("The part is taken away. Its text stays in the history."), "success")
    return back_to(record, "#parts")


@bp.route("/<int:record_id>/finalise", methods=["GET", "POST"], permission="reports.finalise")
def finalise(record_id: int) -> ResponseReturnValue:
    """Lock a report, where every recommendation is rated or a reason is given."""
    user = current()
    record, refused = for_writing(user, record_id)
    if refused is not None:
        return refused
    draft = queries.draft(user, record)
    form = FinaliseForm(
        data={"visibility": "org", "unrated_reason": draft.report.unrated_reason, "version": record.version}
    )
    if form.validate_on_submit():
        try:
            service.finalise(
                user,
                record,
                version=form.version.data,
                unrated_reason=form.unrated_reason.data or Content(),
                visibility=form.visibility.data,
            )
        except service.RatingsMissing as error:
            form.unrated_reason.errors = [_missing(error.missing)]
        except service.OverLimit as error:
            form.form_errors += [_over(lang, words) for lang, words in error.over.items()]
        except service.ReportLocked:
            return locked(record)
        else:
            flash(_("The report is final. Its figures no longer change."), "success")
            return back_to(record)
    return with_form("reports/finalise.html", form, record=record, draft=draft, completeness=shown.completeness(draft))


def _missing(number: int | None) -> str:
    if number is None:
        return _("The register of recommendations is off, so nobody can say whether all are rated. Give a reason.")
    return ngettext(
        "%(num)s recommendation has no published rating of this voice. Rate it, or say why it is left out.",
        "%(num)s recommendations have no published rating of this voice. Rate them, or say why they are left out.",
        number,
    )


def _over(lang: str, words: int) -> str:
    return _(
        "%(language)s: %(words)s words over the limit. Shorten a part, or make it an annex.",
        language=LANGUAGES[lang],
        words=format_number(words),
    )


@bp.route("/<int:record_id>/reopen", methods=["GET", "POST"], permission="reports.finalise")
def reopen(record_id: int) -> ResponseReturnValue:
    """Open a final report again, with a reason."""
    user = current()
    record = records.get(user, record_id, RECORD_KIND, "edit")
    if record.status != "final":
        return redirect(url_for(".show", record_id=record.id), 303)
    form: Any = ReopenForm(data={"version": record.version})
    if form.validate_on_submit():
        service.reopen(user, record, version=form.version.data, reason=form.reason.data)
        flash(_("The report is a draft again, seen by your organisation and those it is shared with."), "success")
        return back_to(record)
    return with_form("reports/reopen.html", form, record=record)
