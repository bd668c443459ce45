"""Forms by an invitation: a link of one's own, which sends once and, where names are kept, shows what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.db import db
from portal.forms import codes, queries, saved, submissions
from portal.forms.answers import listing
from portal.forms.answers import reading as answers
from portal.forms.blueprint import bp
from portal.forms.filling import correct
from portal.forms.filling import opening as fill_opening
from portal.forms.filling.correct import Correcting
from portal.forms.filling.filling import Drawn
from portal.forms.filling.kept import kept_page
from portal.forms.filling.opening import Opening, plainly, without_token
from portal.forms.invitations import service as invitations
from portal.forms.models import FormVersion, Submission
from portal.i18n import _, current_locale
from portal.people.identity import Identity
from portal.routing import PUBLIC


def _found(code: str) -> Opening | None:
    """The form before somebody invited; None where the link opens nothing (any more)."""
    plainly()
    guest = invitations.by_code(code)
    if guest is None:
        return None
    record, form, version = queries.by_id(guest.form_id)
    if version is None:
        raise NotFound
    opening = Opening(Identity.anonymous(), record, form, version, guest, codes.read_code(code))
    return replace(opening, kept=saved.of_invitation(guest.id)) if opening.named else opening


def _open(code: str) -> Opening:
    found = _found(code)
    if found is None:
        raise NotFound
    return found


def _sent(opening: Opening) -> Submission | None:
    """What came of the invitation."""
    key = opening.guest.submission_id if opening.guest else None
    return db.session.get(Submission, key) if key else None


@bp.route("/i/<code>", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def invited(code: str) -> ResponseReturnValue:
    """Fill the form one is invited to; afterwards the receipt and what is to be corrected."""
    opening = _found(code)
    return _gone() if opening is None else _fill(opening)


@bp.route("/i/<code>/s/<kept_code>", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def invited_resumed(code: str, kept_code: str) -> ResponseReturnValue:
    """Go on with what was kept of an anonymous form: the invitation does not know it."""
    opening = _found(code)
    if opening is None:
        return _gone()
    row = saved.by_code(opening.record.id, kept_code)
    if row is None and request.method == "GET":
        return render_template("forms/fill_gone.html", record=opening.record, days=saved.days()), 404
    return _fill(replace(opening, kept=row, kept_code=codes.read_code(kept_code) if row else ""))


def _fill(opening: Opening) -> ResponseReturnValue:
    stored = _sent(opening)
    if stored is None or (request.method == "POST" and request.form.get("uid") == stored.uid):
        return fill_opening.fill(opening)
    if request.method == "POST" and fill_opening.action(public=True) != "language":
        return fill_opening.closed(opening, "used")
    page = render_template(
        "forms/fill_answered.html",
        opening=opening,
        stored=stored,
        states=listing.STATES,
        tones=listing.TONES,
        marks=_marks(opening, stored),
    )
    return page


def _marks(opening: Opening, stored: Submission) -> list[tuple[str, str]]:
    if stored.state != "returned":
        return []
    read = _read(opening, stored)
    return [(answers.label_at(read, path), str(remark)) for path, remark in stored.marks.items()]


def _gone() -> ResponseReturnValue:
    """The answer to a link that opens nothing: sent a second time it leads to the receipt; nothing typed is lost."""
    if request.method == "POST":
        before = submissions.by_uid(request.form.get("uid", ""))
        if before is not None:
            return fill_opening.receipt_of(queries.by_id(before.form_id)[1], before.uid)
        try:
            record, form, version = queries.by_token(request.form.get("_form", ""))
        except NotFound:
            version = None
        if version is not None:
            return fill_opening.closed(Opening(Identity.anonymous(), record, form, version), "used")
    return render_template("forms/fill_no_link.html"), 404


@bp.post("/i/<code>/refresh", permission=PUBLIC, log_address=False)
@without_token
def invited_refresh(code: str) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    return fill_opening.refresh(_open(code))


@bp.get("/i/<code>/kept", permission=PUBLIC, log_address=False)
def invited_kept(code: str) -> ResponseReturnValue:
    """That what was typed is kept: the link of the invitation goes on with it."""
    opening = _open(code)
    if opening.kept is None:
        raise NotFound
    return kept_page(opening)


@bp.get("/i/<code>/s/<kept_code>/kept", permission=PUBLIC, log_address=False)
def invited_kept_code(code: str, kept_code: str) -> ResponseReturnValue:
    """Where one goes on with an anonymous form."""
    opening = _open(code)
    row = saved.by_code(opening.record.id, kept_code)
    if row is None:
        raise NotFound
    return kept_page(replace(opening, kept=row, kept_code=codes.read_code(kept_code)))


def _read(opening: Opening, stored: Submission) -> answers.Read:
    version = db.session.get_one(FormVersion, stored.version_id)
    return answers.Read(opening.user, opening.record, opening.form, version, stored, own=False)


@bp.route("/i/<code>/correct", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def invited_correct(code: str) -> ResponseReturnValue:
    """Correct what was sent back, as far as it was marked."""
    opening = _open(code)
    stored = _sent(opening)
    if stored is None or stored.anonymous or stored.state != "returned":
        if stored is None:
            raise NotFound
        return redirect(opening.url(lang=current_locale()), 303)
    read = _read(opening, stored)
    filling = Correcting(read, narrow=True)

    def show(drawn: Drawn, revision: int, code: int = 200, **more: Any) -> ResponseReturnValue:
        page = render_template(
            "forms/fill_correct.html",
            opening=opening,
            read=read,
            fill=filling,
            drawn=drawn,
            revision=revision,
            **_around(opening, filling),
            **more,
        )
        return page, code

    if (page := correct.correct(read, filling, show, why=False)) is not None:
        return page
    return redirect(opening.url(lang=current_locale()), 303)


def _around(opening: Opening, filling: Correcting) -> dict[str, Any]:
    return {"send_text": _("Send the corrections"), "cancel": opening.url(lang=current_locale()), **filling.tools}


@bp.post("/i/<code>/correct/refresh", permission=PUBLIC, log_address=False)
@without_token
def invited_correct_refresh(code: str) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    opening = _open(code)
    stored = _sent(opening)
    if stored is None or stored.state != "returned":
        raise NotFound
    filling = Correcting(_read(opening, stored), narrow=True)
    drawn = correct.refreshed(filling)
    return render_template("forms/fill_questions.html", fill=filling, drawn=drawn, **_around(opening, filling))
