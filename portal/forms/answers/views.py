"""What was sent into a form: the list, each one in words, approval and correction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, Forbidden
from wtforms.validators import Length

from portal import storage
from portal.forms import published, service
from portal.forms.answers import exporting, upload
from portal.forms.answers import listing as answers_list
from portal.forms.answers import reading as answers
from portal.forms.blueprint import bp
from portal.forms.filling import correct as fill_correct
from portal.forms.filling import files as fill_files
from portal.forms.filling.correct import Correcting
from portal.forms.filling.filling import Drawn
from portal.forms.review import marks
from portal.forms.review import service as review
from portal.i18n import _, _l, current_locale, ngettext
from portal.people.identity import current
from portal.text import nfc
from portal.ui.forms import Form, VersionField, fields

READ, BUILD, FILL = "forms.read", "forms.build", "forms.fill"


class ReturnForm(Form):
    """Why a submission goes back, on the whole; what is wrong with single answers stands beside them."""

    version = VersionField()
    note = fields.TextAreaField(
        _l("What is to be corrected"),
        validators=[Length(max=2000)],
        description=_l(
            "The person who sent it reads this above the answers. It may stay empty where a remark is below."
        ),
    )


@bp.get("/<int:record_id>/answers", permission=READ, endpoint="answers")
def list_(record_id: int) -> ResponseReturnValue:
    """What came in, with filters."""
    user = current()
    record = answers.open_form(user, record_id)
    listing = answers_list.listing(record, request.args)
    arrived = [f"{row.id}:{row.revision}" for row in listing if row.state == "submitted"]
    match, more = answers_list.waiting(listing.stmt) if user.can(BUILD) else ([], False)
    return render_template(
        "forms/answers.html",
        record=record,
        listing=listing,
        approve_url=url_for("forms.approve_all", record_id=record.id) + listing.url(),
        match=len(match) if len(match) > len(arrived) else 0,
        match_more=more,
        match_mark=_mark(match),
        anonymous=answers_list.is_anonymous(record),
        may_import=upload.may_import(user, record_id),
        spss=exporting.SPSS,
        gaps=answers_list.gaps(record),
        arrived=arrived if user.can(BUILD) else [],
    )


def _mark(found: Sequence[tuple[int, int]]) -> str:
    """What tells one set of answers and revisions from any other."""
    return hashlib.sha256(" ".join(f"{key}:{revision}" for key, revision in found).encode()).hexdigest()


@bp.post("/<int:record_id>/answers/approve", permission=BUILD)
def approve_all(record_id: int) -> ResponseReturnValue:
    """Approve the answers that stood on a page, without those changed meanwhile; with ``match`` all of the list.

    Where anything arrived or changed since the list was looked at, nothing is approved.
    """
    user = current()
    record = answers.open_form(user, record_id)
    query = urlencode(list(request.args.items(multi=True)))
    back = url_for("forms.answers", record_id=record.id) + (f"?{query}" if query else "")
    chosen: dict[int, int] = {}
    if "match" in request.form:
        found, _more = answers_list.waiting(answers_list.narrowed(record, request.args))
        if _mark(found) != request.form["match"]:
            flash(_("Meanwhile answers arrived or changed, so none was approved. Look at the list again."), "warning")
            return redirect(back, 303)
        chosen = dict(found)
    for text in request.form.get("answers", "").split()[:200]:
        key, _colon, revision = text.partition(":")
        if not (key.isascii() and key.isdecimal() and revision.isascii() and revision.isdecimal()):
            raise BadRequest
        chosen[int(key[:16])] = int(revision[:9])
    done = review.approve_all(user, record.id, chosen)
    left = len(chosen) - done
    flash(ngettext("%(num)s answer is approved.", "%(num)s answers are approved.", done), "success")
    if left:
        flash(
            ngettext(
                "%(num)s was changed meanwhile and still waits.", "%(num)s were changed meanwhile and still wait.", left
            ),
            "warning",
        )
    return redirect(back, 303)


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
        came=marks.came_back(read),
        publishes=[] if read.row.anonymous else published.questions(read.version, current_locale()),
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


@bp.post("/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/unapprove", permission=BUILD)
def unapprove(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Take an approval back; what was published is gone at once."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_judge:
        raise Forbidden
    review.reopen(read.user, read.row, revision=request.form.get("revision", type=int) or 0)
    flash(_("The approval is taken back."), "success")
    return redirect(_page_of(read), 303)


@bp.route(
    "/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/return",
    methods=["GET", "POST"],
    permission=BUILD,
)
def send_back(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Send a submission back with a note on what is to be corrected."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_return:
        raise Forbidden
    form: Any = ReturnForm(data={"version": read.row.revision, "note": read.row.note})
    questions = marks.asked(service.compiled(read.version), read.row.answers, Correcting(read, False).context)
    remarks = _remarks(questions)
    wrong = _("Write what is to be corrected, here or beside at least one question.")
    if form.validate_on_submit():
        if not form.note.data.strip() and not remarks:
            form.note.errors = [wrong]
        elif all(len(each) <= marks.LONGEST for each in remarks.values()):
            review.judge(
                read.user,
                read.row,
                state="returned",
                note=form.note.data,
                marks=remarks,
                revision=form.version.data,
            )
            flash(_("The answers are sent back."), "success")
            return redirect(_page_of(read), 303)
        else:
            form.note.errors = [_("A remark on one question has at most %(most)s letters.", most=marks.LONGEST)]
    code = 422 if request.method == "POST" and not form.language_switched else 200
    page = render_template(
        "forms/submission_return.html",
        read=read,
        form=form,
        back=_page_of(read),
        questions=questions,
        remarks=remarks,
        files=fill_files.named(read.row.uid),
        longest=marks.LONGEST,
    )
    return page, code


def _remarks(questions: Sequence[marks.Asked]) -> dict[str, str]:
    """The remarks that were written, by the path of their question; of no other path."""
    given = {each.path: request.form.get(f"remark:{each.path}", "").strip() for each in questions}
    return {path: nfc(text) for path, text in given.items() if text}


def _page_of(read: answers.Read) -> str:
    return url_for("forms.submission", record_id=read.record.id, submission_id=read.row.id)


@bp.route(
    "/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/correct",
    methods=["GET", "POST"],
    permission=FILL,
)
def correct(record_id: int, submission_id: int) -> ResponseReturnValue:
    """Change answers, of what was sent back only the marked ones; the former ones stay in the history."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_correct:
        raise Forbidden
    filling = Correcting(read, read.as_sender)

    def show(drawn: Drawn, revision: int, code: int = 200, **more: Any) -> ResponseReturnValue:
        page = render_template(
            "forms/submission_correct.html",
            read=read,
            fill=filling,
            drawn=drawn,
            revision=revision,
            **_around(read, filling),
            **more,
        )
        return page, code

    if (page := fill_correct.correct(read, filling, show, why=not read.as_sender)) is not None:
        return page
    flash(_("The answers are corrected."), "success")
    return redirect(_page_of(read), 303)


def _around(read: answers.Read, filling: Correcting) -> dict[str, Any]:
    return {"send_text": _("Save"), "cancel": _page_of(read), "why": not read.as_sender, **filling.tools}


@bp.post("/<int:record_id>/answers/<int(max=9007199254740991):submission_id>/correct/refresh", permission=FILL)
def correct_refresh(record_id: int, submission_id: int) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    read = answers.open_submission(current(), record_id, submission_id)
    if not read.may_correct:
        raise Forbidden
    filling = Correcting(read, read.as_sender)
    drawn = fill_correct.refreshed(filling)
    return render_template("forms/fill_questions.html", fill=filling, drawn=drawn, **_around(read, filling))
