"""Codes typed from paper: of an invitation, of what was saved for later, and of a receipt that is checked."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.forms import codes, queries, saved, submissions
from portal.forms.answers.listing import STATES
from portal.forms.blueprint import bp
from portal.forms.filling.opening import plainly, without_token
from portal.forms.invitations import service as invitations
from portal.i18n import _, current_locale
from portal.people.limits import address, limiter
from portal.routing import PUBLIC

GUESSES = "20 per 10 minutes"
"""How often one sender may try a code or a receipt."""


@bp.route("/code", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def code() -> ResponseReturnValue:
    """A code from a slip of paper, typed: on to the form it opens."""
    plainly()
    typed, wrong = request.form.get("code", "").strip()[:200], ""
    if request.method == "POST" and len(request.form.getlist("_lang")) < 2:
        limiter.check(GUESSES, "forms.code", address())
        found = codes.read_code(typed)
        if found and invitations.by_code(found) is not None:
            return redirect(url_for("forms.invited", code=found, lang=current_locale()), 303)
        if found and (form_id := saved.form_of(found)) is not None:
            _record, form, _version = queries.by_id(form_id)
            return redirect(url_for("forms.resumed", token=form.token, kept_code=found, lang=current_locale()), 303)
        wrong = (
            _("This code opens nothing: it was used already, was taken back, or is not written like this.")
            if found
            else _("A code has 26 letters and digits. Write it as it stands on the paper.")
        )
    return render_template("forms/fill_code.html", typed=typed, wrong=wrong), 422 if wrong else 200


@bp.route("/receipt", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def check_receipt() -> ResponseReturnValue:
    """Whether what belongs to a receipt is stored, and what became of it; nothing of the form or the answers."""
    plainly()
    typed, wrong, state = request.form.get("receipt", "").strip()[:100], "", None
    if request.method == "POST" and len(request.form.getlist("_lang")) < 2:
        limiter.check(GUESSES, "forms.receipt", address())
        found = codes.read_code(typed, codes.RECEIPT)
        state = submissions.state_of(found) if found else None
        if not found:
            wrong = _("A receipt has 10 letters and digits. Write it as it stands on the page or paper.")
        elif state is None:
            wrong = _("No answers are stored under this receipt. Check the letters.")
    told = STATES[state] if state else ""
    page = render_template("forms/receipt_check.html", typed=typed, wrong=wrong, state=told)
    return page, 422 if wrong else 200
