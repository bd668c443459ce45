"""What was sent into a form: the list, each one in words, approval and correction."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden
from wtforms.validators import InputRequired, Length

from portal import storage
from portal.forms import answers, answers_export, answers_list, answers_upload, fill_files, review, service, sources
from portal.forms.blueprint import bp
from portal.forms.fill import Drawn, Filling
from portal.forms.fill_public import action
from portal.forms.fill_words import TOOLS
from portal.forms.submissions import Invalid, SentBefore
from portal.i18n import _, _l
from portal.people.identity import current
from portal.records import StaleVersion
from portal.ui.forms import Form, VersionField, fields

READ, BUILD, FILL = "forms.read", "forms.build", "forms.fill"


class ReturnForm(Form):
    """Why a submission goes back."""

    version = VersionField()
    note = fields.TextAreaField(
        _l("What is to be corrected"),
        validators=[InputRequired(), Length(max=2000)],
        description=_l("The person who sent it reads this beside the answers."),
    )


@bp.get("/<int:record_id>/answers", permission=READ, endpoint="answers")
def list_(record_id: int) -> ResponseReturnValue:
    """What came in, with filters."""
    user = current()
    record = answers.open_form(user, record_id)
    listing = answers_list.listing(record, request.args)
    return render_template(
        "forms/answers.html",
        record=record,
        listing=listing,
        anonymous=answers_list.is_anonymous(record),
        may_import=answers_upload.may_import(user, record_id),
        spss=answers_export.SPSS,
    )


@bp.get("/<int:record_id>/answers/<int(max=9007199254740991):submission_id>", permission=READ)
def submission(record_id: int, submission_id: int) -> ResponseReturnValue:
    """One submission in words, with what happened to it."""
    user = current()
    read = answers.open_submission(user, record_id, submission_id)
    person, organisation = answers.people_of(read.row)
    return render_template(
        "forms/submission.html",
        read=read,
        row=read.row,
        lines=answers.in_words(read),
        files=fill_files.named(read.row.uid),
        history=answers.history(read),
        person=person,
        organisation=organisation,
        subject=answers_list.subject_of(user, read.row),
        states=answers_list.STATES,
        tones=answers_list.TONES,
    )


@bp.get("/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/files/<uid>", permission=READ)
def submission_file(record_id: int, submission_id: int, uid: str) -> ResponseReturnValue:
    """A file that was sent with a submission."""
    read = answers.open_submission(current(), record_id, submission_id)
    return storage.send_file_response(fill_files.find(read.row.uid, uid))


@bp.post("/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/approve", permission=BUILD)
def approve(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Take a submission as it is."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_judge:
        raise Forbidden
    revision = request.form.get("revision", type=int)
    review.judge(read.user, read.row, state="approved", revision=revision or 0)
    flash(_("The answers are approved."), "success")
    return redirect(_page_of(read), 303)


@bp.route(
    "/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/return",
    methods=["GET", "POST"],
    permission=BUILD,
)
def send_back(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Send a submission back with a note on what is to be corrected."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_judge or read.row.anonymous:
        raise Forbidden
    form: Any = ReturnForm(data={"version": read.row.revision, "note": read.row.note})
    if form.validate_on_submit():
        review.judge(read.user, read.row, state="returned", note=form.note.data, revision=form.version.data)
        flash(_("The answers are sent back."), "success")
        return redirect(_page_of(read), 303)
    code = 422 if request.method == "POST" and not form.language_switched else 200
    return render_template("forms/submission_return.html", read=read, form=form, back=_page_of(read)), code


def _page_of(read: answers.Read) -> str:
    return url_for("forms.submission", record_id=read.record.id, submission_id=read.row.id)


def _filling(read: answers.Read) -> Filling:
    """The stored answers as a form; rows whose records are gone since stay."""
    compiled = service.compiled(read.version)
    context = sources.context(read.user, read.form, compiled, read.row.subject_id)
    titles = sources.titles(read.user, compiled, [read.row.answers])
    return Filling(
        read.user,
        read.record,
        read.form,
        read.version,
        subject_id=read.row.subject_id,
        uid=read.row.uid,
        stored=read.row.answers,
        context=sources.with_rows_of(context, compiled, read.row.answers, titles),
    )


@bp.route(
    "/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/correct",
    methods=["GET", "POST"],
    permission=FILL,
)
def correct(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Change answers; the former ones stay in the history."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_correct:
        raise Forbidden
    filling = _filling(read)
    if request.method == "GET":
        return _correcting(read, filling, filling.draw(), read.row.revision)
    revision = request.form.get("revision", 0, type=int)
    number = request.form.get("_page", 1, type=int) or 1
    filling.read(request.form, request.files)
    filling.uid = read.row.uid
    act = action(public=False)
    if act == "next":
        drawn = filling.step(number)
        return _correcting(read, filling, drawn, revision, 422 if drawn.wrong else 200)
    if act != "send" or filling.refused:
        drawn = filling.draw(number - (act == "back"), judged=act == "send" or bool(request.form.get("_judged")))
        return _correcting(read, filling, drawn, revision, 422 if filling.refused else 200)
    try:
        review.correct(
            read.user, read.form, read.row, revision=revision, answers=filling.answers, context=filling.context
        )
    except Invalid as invalid:
        return _correcting(read, filling, filling.send_back(invalid.result), revision, 422)
    except StaleVersion:
        others = answers.differences(read, read.row.answers, filling.draft())
        return _correcting(read, filling, filling.draw(number), read.row.revision, 409, others=others)
    except SentBefore as before:
        return _correcting(read, filling, filling.draw(number), revision, 409, before=before)
    flash(_("The answers are corrected."), "success")
    return redirect(_page_of(read), 303)


def _correcting(
    read: answers.Read, filling: Filling, drawn: Drawn, revision: int, code: int = 200, **more: Any
) -> ResponseReturnValue:
    page = render_template(
        "forms/submission_correct.html",
        read=read,
        fill=filling,
        drawn=drawn,
        revision=revision,
        send_text=_("Save"),
        cancel=_page_of(read),
        **TOOLS,
        **more,
    )
    return page, code


@bp.post("/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/correct/refresh", permission=FILL)
def correct_refresh(record_id: int, submission_id: int) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_correct:
        raise Forbidden
    filling = _filling(read)
    filling.read(request.form, request.files)
    filling.uid = read.row.uid
    drawn = filling.draw(request.form.get("_page", 1, type=int) or 1, judged=bool(request.form.get("_judged")))
    return render_template(
        "forms/fill_questions.html", fill=filling, drawn=drawn, send_text=_("Save"), cancel=_page_of(read), **TOOLS
    )
