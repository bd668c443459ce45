"""The pages of one's own account: profile, password, second factor, sessions."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.db import db, transaction
from portal.i18n import _, ngettext
from portal.people import accounts, queries, sessions, totp
from portal.people.errors import Refused
from portal.people.forms import EmptyForm, EnrolForm, PasswordForm, ProfileForm, RemoveFactorForm, refuse
from portal.people.fresh import fresh
from portal.people.identity import Identity, current
from portal.people.limits import limiter
from portal.people.models import User
from portal.people.roles import FUNCTIONS, ROLES, SECOND_FACTOR_ROLES, STAFF_ROLES
from portal.people.views import account, page
from portal.routing import SIGNED_IN

CODES = "5 per 5 minutes"


def _who() -> tuple[Identity, int]:
    who = current()
    if who.id is None:
        raise NotFound
    return who, who.id


@account.get("/", permission=SIGNED_IN)
def index() -> ResponseReturnValue:
    """The own account at a glance."""
    who, user_id = _who()
    credential = accounts.credential_of(user_id)
    return render_template(
        "people/account.html",
        person=db.session.get_one(User, user_id),
        credential=credential,
        grants=queries.grants(user_id),
        open_sessions=sessions.open_sessions(user_id, staff=bool(who.roles & STAFF_ROLES)),
        this_session=who.session_id,
        roles=ROLES,
        functions=FUNCTIONS,
        required=_required(who),
    )


@account.route("/profile", methods=["GET", "POST"], permission=SIGNED_IN)
def profile() -> ResponseReturnValue:
    """Name and language."""
    who, user_id = _who()
    form = ProfileForm(obj=db.session.get_one(User, user_id))
    if not form.validate_on_submit():
        return page("people/profile.html", form)
    try:
        accounts.change_profile(who, form.name.data, form.locale.data)
    except Refused as error:
        refuse(form, error)
        return page("people/profile.html", form)
    flash(_("Saved."), "success")
    return redirect(url_for("account.index", lang=form.locale.data), 303)


@account.route("/password", methods=["GET", "POST"], permission=SIGNED_IN)
def password() -> ResponseReturnValue:
    """Another password; the other sessions end."""
    who, user_id = _who()
    form = PasswordForm()
    if not form.validate_on_submit():
        return page("people/password.html", form)
    limiter.check(CODES, "password", str(user_id))
    try:
        accounts.change_password(who, form.old.data, form.new.data)
    except Refused as error:
        refuse(form, error)
        return page("people/password.html", form)
    limiter.clear(CODES, "password", str(user_id))
    flash(_("Your password is changed. You are signed out everywhere else."), "success")
    return redirect(url_for("account.index"), 303)


@account.post("/sessions/<int:session_id>/end", permission=SIGNED_IN)
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out one browser."""
    _identity, user_id = _who()
    sessions.end(user_id, session_id)
    flash(_("The session has ended."), "success")
    return redirect(url_for("account.index"), 303)


@account.post("/sessions/end-others", permission=SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    who, user_id = _who()
    with transaction():
        count = sessions.end_all(user_id, keep=who.session_id)
    text = ngettext("%(count)s session has ended.", "%(count)s sessions have ended.", count, count=count)
    flash(text, "success")
    return redirect(url_for("account.index"), 303)


def _required(who: Identity) -> bool:
    return bool(current_app.config.get("REQUIRE_TOTP")) and bool(who.roles & SECOND_FACTOR_ROLES)


@account.get("/second-factor", permission=SIGNED_IN)
@fresh
def second_factor() -> ResponseReturnValue:
    """The authenticator app: set it up, renew the recovery codes, give it up."""
    who, user_id = _who()
    credential = accounts.credential_of(user_id)
    setting_up = credential.totp_seed is not None and credential.totp_confirmed_at is None
    return render_template(
        "people/second_factor.html",
        credential=credential,
        setting_up=setting_up,
        key=totp.typed_key(credential.totp_seed, user_id) if setting_up and credential.totp_seed else "",
        form=EnrolForm(),
        remove_form=RemoveFactorForm(prefix="remove"),
        codes_left=accounts.recovery_codes_left(user_id),
        required=_required(who),
    )


@account.get("/second-factor/qr.svg", permission=SIGNED_IN)
@fresh
def qr() -> ResponseReturnValue:
    """The code to scan, only while the factor is being set up."""
    who, user_id = _who()
    credential = accounts.credential_of(user_id)
    if credential.totp_seed is None or credential.totp_confirmed_at is not None:
        raise NotFound
    svg = totp.qr_svg(credential.totp_seed, user_id, who.email, _("UPR Portal"))
    return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@account.post("/second-factor/begin", permission=SIGNED_IN)
@fresh
def begin_second_factor() -> ResponseReturnValue:
    """Make a key to scan."""
    if EmptyForm().validate_on_submit():
        accounts.begin_second_factor(current())
    return redirect(url_for("account.second_factor"), 303)


@account.post("/second-factor/confirm", permission=SIGNED_IN)
@fresh
def confirm_second_factor() -> ResponseReturnValue:
    """Finish with a first code; the answer shows the recovery codes, once, and is kept by nobody."""
    who, user_id = _who()
    form = EnrolForm()
    limiter.check(CODES, "enrol", str(user_id))
    codes: list[str] = []
    if form.validate_on_submit():
        try:
            codes = accounts.confirm_second_factor(who, form.code.data)
        except Refused as error:
            refuse(form, error)
    if codes:
        limiter.clear(CODES, "enrol", str(user_id))
        return render_template("people/recovery_codes.html", codes=codes)
    credential = accounts.credential_of(user_id)
    if credential.totp_seed is None or credential.totp_confirmed_at is not None:
        return redirect(url_for("account.second_factor"), 303)
    return page(
        "people/second_factor.html",
        form,
        credential=credential,
        setting_up=True,
        key=totp.typed_key(credential.totp_seed, user_id),
        remove_form=None,
        codes_left=0,
        required=_required(who),
    )


@account.post("/second-factor/recovery-codes", permission=SIGNED_IN)
@fresh
def renew_recovery_codes() -> ResponseReturnValue:
    """New recovery codes; shown in this answer only."""
    if not EmptyForm().validate_on_submit():
        return redirect(url_for("account.second_factor"), 303)
    try:
        codes = accounts.renew_recovery_codes(current())
    except Refused as error:
        flash(str(error), "danger")
        return redirect(url_for("account.second_factor"), 303)
    return render_template("people/recovery_codes.html", codes=codes)


@account.post("/second-factor/remove", permission=SIGNED_IN)
@fresh
def remove_second_factor() -> ResponseReturnValue:
    """Give the authenticator app up."""
    who, user_id = _who()
    form = RemoveFactorForm(prefix="remove")
    limiter.check(CODES, "enrol", str(user_id))
    if form.validate_on_submit():
        try:
            accounts.remove_second_factor(who, form.code.data, required=_required(who))
        except Refused as error:
            flash(str(error), "danger")
        else:
            flash(_("The second factor is removed."), "success")
    return redirect(url_for("account.second_factor"), 303)
