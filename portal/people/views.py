"""Signing in and out, and the ways to a password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, TooManyRequests
from werkzeug.wrappers import Response

from portal import jobs
from portal.db import db
from portal.i18n import _, _l
from portal.people import accounts, links, sessions, signin
from portal.people.errors import Refused
from portal.people.forms import CodeForm, ConfirmForm, EmptyForm, ForgottenForm, NewPasswordForm, SignInForm, refuse
from portal.people.identity import current
from portal.people.limits import address, limiter
from portal.people.models import Credential
from portal.routing import PUBLIC, SIGNED_IN, Blueprint
from portal.ui.redirects import safe_redirect

account = Blueprint("account", __name__, template_folder="templates")

LINK = "link"
"""Key in the cookie of a link that was opened, so that the secret leaves the address bar."""
PER_ADDRESS = "10 per hour"
PER_ACCOUNT = "3 per hour"
"""Links for a new password."""


def _next(fallback: str = "/") -> str:
    return safe_redirect(request.args.get("next"), fallback)


def page(template: str, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form: 422 where something typed is wrong, else 200."""
    wrong = bool(form.errors) and not form.language_switched
    return render_template(template, form=form, **context), 422 if wrong else 200


def slowed(template: str, form: Any, error: TooManyRequests, **context: Any) -> ResponseReturnValue:
    """The page again, saying how long to wait: 429 with Retry-After."""
    form.form_errors.append(error.description)
    return render_template(template, form=form, **context), 429, {"Retry-After": str(error.retry_after)}


@account.route("/sign-in", methods=["GET", "POST"], permission=PUBLIC)
def sign_in() -> ResponseReturnValue:
    """E-mail and password."""
    target = _next()
    if current().signed_in:
        return redirect(target, 303)
    form = SignInForm()
    context: dict[str, Any] = {"target": "" if target == "/" else target}
    if not form.validate_on_submit():
        return page("people/sign_in.html", form, **context)
    try:
        outcome = signin.with_password(form.email.data, form.password.data)
    except TooManyRequests as error:
        return slowed("people/sign_in.html", form, error, **context)
    if outcome.state == "in":
        return redirect(target, 303)
    if outcome.state == "second":
        return redirect(url_for("account.code", next=context["target"] or None), 303)
    form.form_errors.append(_("E-mail address and password do not belong together."))
    return page("people/sign_in.html", form, **context)


@account.route("/sign-in/code", methods=["GET", "POST"], permission=PUBLIC)
def code() -> ResponseReturnValue:
    """The second step, for accounts with an authenticator app."""
    target = _next()
    if signin.pending() is None:
        if signin.PENDING in session:
            flash(_("Too much time has passed. Please sign in again."), "warning")
        return redirect(url_for("account.sign_in", next=None if target == "/" else target), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return page("people/code.html", form, target=target)
    try:
        outcome = signin.with_code(form.code.data)
    except TooManyRequests as error:
        return slowed("people/code.html", form, error, target=target)
    if outcome.state == "in":
        return redirect(target, 303)
    form.code.errors = [_("This code is not right, or was used before. Wait for the next one.")]
    return page("people/code.html", form, target=target)


@account.post("/sign-out", permission=PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End the session here and in the database; the browser forgets the pages it kept.

    Not what a form filled without a network keeps on the device: answers that were not sent yet are nowhere else.
    """
    if EmptyForm().validate_on_submit():
        sessions.leave()
    response: Response = redirect(url_for("account.signed_out"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@account.get("/signed-out", permission=PUBLIC)
def signed_out() -> ResponseReturnValue:
    """Says that the session has ended."""
    if current().signed_in:
        return redirect(url_for("account.index"), 303)
    return render_template("people/signed_out.html")


@account.route("/forgotten", methods=["GET", "POST"], permission=PUBLIC)
def forgotten() -> ResponseReturnValue:
    """Ask for a link to a new password; the answer is the same whether the address has an account or not."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return page("people/forgotten.html", form)
    try:
        limiter.check(PER_ADDRESS, "reset", address())
    except TooManyRequests as error:
        return slowed("people/forgotten.html", form, error)
    if not limiter.hit(PER_ACCOUNT, "reset-account", form.email.data.casefold()):
        jobs.start(None, "core.people_reset", title=_l("Link for a new password"), email=form.email.data)
    return redirect(url_for("account.sent"), 303)


@account.get("/sent", permission=PUBLIC)
def sent() -> ResponseReturnValue:
    """What to expect after asking for a link."""
    return render_template("people/sent.html")


@account.get("/link/<any(invite,reset):purpose>", permission=PUBLIC)
def link(purpose: str) -> ResponseReturnValue:
    """A link of a mail: the secret moves from the address into the cookie, so that no page shows or passes it.

    It stands in the query, which the log of requests leaves out.
    """
    session[LINK] = [purpose, request.args.get("key", "")[:100]]
    return redirect(url_for("account.new_password"), 303)


@account.route("/new-password", methods=["GET", "POST"], permission=PUBLIC)
def new_password() -> ResponseReturnValue:
    """Choose a password by the link of an invitation or a reset."""
    kept = session.get(LINK)
    if not isinstance(kept, list) or len(kept) != 2 or kept[0] not in ("invite", "reset"):
        raise NotFound
    purpose: links.Purpose = "invite" if kept[0] == "invite" else "reset"
    found = links.find(purpose, str(kept[1]))
    if found is None:
        session.pop(LINK, None)
        return render_template("people/link_over.html", purpose=purpose), 410
    form = NewPasswordForm()
    context: dict[str, Any] = {"purpose": purpose, "person": found[1]}
    if not form.validate_on_submit():
        return page("people/new_password.html", form, **context)
    try:
        user = accounts.set_password_by_link(purpose, str(kept[1]), form.password.data)
    except Refused as error:
        refuse(form, error)
        return page("people/new_password.html", form, **context)
    session.clear()
    if user is None:
        return render_template("people/link_over.html", purpose=purpose), 410
    flash(_("Your password is set. Sign in with it now."), "success")
    return redirect(url_for("account.sign_in"), 303)


@account.route("/confirm", methods=["GET", "POST"], permission=SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """Who one is, again, before something dangerous."""
    who = current()
    assert who.id is not None
    assert who.session_id is not None
    form = ConfirmForm()
    credential = db.session.get(Credential, who.id)
    context: dict[str, Any] = {
        "second_factor": bool(credential and credential.totp_confirmed_at),
        "target": _next("/account/"),
    }
    if not context["second_factor"]:
        del form.code
    if not form.validate_on_submit():
        return page("people/confirm.html", form, **context)
    typed = form.code.data if context["second_factor"] else ""
    try:
        right = signin.confirm_again(who.id, who.session_id, form.password.data, typed or "")
    except TooManyRequests as error:
        return slowed("people/confirm.html", form, error, **context)
    if right:
        return redirect(context["target"], 303)
    form.form_errors.append(
        _("Password or code is not right.") if context["second_factor"] else _("The password is not right.")
    )
    return page("people/confirm.html", form, **context)
