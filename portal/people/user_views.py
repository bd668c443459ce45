"""Administration of accounts: list, invitation, roles with dates, disabling, sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal import clock
from portal.i18n import _, _l, current_locale, ngettext
from portal.people import admin, api_tokens, history, history_queries, queries
from portal.people.admin_forms import AccountForm, GrantForm, HandOverForm, InviteForm, TermForm
from portal.people.errors import Refused
from portal.people.forms import refuse
from portal.people.fresh import fresh
from portal.people.identity import current
from portal.people.models import User
from portal.people.roles import FUNCTIONS, ROLES
from portal.people.views import page
from portal.routing import Blueprint
from portal.ui import lists

people = Blueprint("people", __name__, template_folder="templates")

STATES = {"active": _l("Active"), "invited": _l("Invited"), "disabled": _l("Disabled")}
TONES = {"active": "success", "invited": "info", "disabled": "neutral"}


@people.get("/users", permission="people.manage")
def users() -> ResponseReturnValue:
    """All accounts."""
    listing = lists.fetch(
        queries.users(),
        columns=[
            lists.Column("name", _l("Name"), sort="name_key", link="people.user"),
            lists.Column("email", _l("E-mail")),
            lists.Column("roles", _l("Roles today"), format="number"),
            lists.Column("second_factor", _l("Second factor"), format="bool", hide_small=True),
            lists.Column("state", _l("Status"), format="status", labels=STATES, tones=TONES),
        ],
        filters=[
            lists.Filter("q", _l("Name or e-mail"), kind="search", where=queries.named),
            lists.Filter("role", _l("Role"), choices=ROLES, where=queries.holds_role),
            lists.Filter("org", _l("Organisation"), choices=queries.organisation_options, where=queries.holds_in),
            lists.Filter("state", _l("Status"), choices=STATES),
        ],
        default_sort="name",
        args=request.args,
    )
    return render_template("people/users.html", listing=listing)


@people.route("/users/new", methods=["GET", "POST"], permission="people.manage")
@fresh
def invite() -> ResponseReturnValue:
    """Invite somebody, with a first role."""
    form = InviteForm(data={"locale": current_locale(), "org_id": request.args.get("org", type=int)})
    if not form.validate_on_submit():
        return page("people/invite.html", form)
    try:
        made = admin.invite(current(), form.email.data, form.name.data, form.locale.data, _new_grant(form))
    except Refused as error:
        refuse(form, error)
        return page("people/invite.html", form)
    flash(_("%(name)s is invited.", name=made.name), "success")
    return redirect(url_for("people.user", user_id=made.id), 303)


def _new_grant(form: Any) -> admin.NewGrant:
    return admin.NewGrant(
        form.role.data,
        form.org_id.data,
        form.unit_id.data,
        form.function.data,
        form.valid_from.data,
        form.valid_to.data,
    )


def _account(user_id: int) -> Any:
    found = queries.user(user_id)
    if found is None:
        raise NotFound
    return found


@people.get("/users/<int:user_id>", permission="people.manage")
def user(user_id: int) -> ResponseReturnValue:
    """One account: state, roles with their terms, history."""
    person, credential, holder = _account(user_id)
    return render_template(
        "people/user.html",
        person=person,
        credential=credential,
        holder=holder,
        state=_state(person, credential),
        states=STATES,
        tones=TONES,
        grants=queries.grants(user_id),
        this_day=clock.today(),
        roles=ROLES,
        functions=FUNCTIONS,
        history=history.lines(history_queries.user_history(user_id)),
        own=user_id == current().id,
        tokens=api_tokens.of_user(user_id),
    )


def _state(person: User, credential: Any) -> str:
    if person.disabled_at is not None:
        return "disabled"
    return "active" if credential and credential.password_hash else "invited"


@people.route("/users/<int:user_id>/edit", methods=["GET", "POST"], permission="people.manage")
@fresh
def edit_user(user_id: int) -> ResponseReturnValue:
    """Name, address, language."""
    person = _account(user_id)[0]
    form = AccountForm(obj=person)
    if not form.validate_on_submit():
        return page("people/user_edit.html", form, person=person)
    try:
        admin.update(
            current(),
            user_id,
            form.version.data,
            name=form.name.data,
            email=form.email.data,
            locale=form.locale.data,
            person_id=form.person_id.data,
        )
    except Refused as error:
        refuse(form, error)
        return page("people/user_edit.html", form, person=person)
    flash(_("Saved."), "success")
    return redirect(url_for("people.user", user_id=user_id), 303)


@people.route("/users/<int:user_id>/roles/new", methods=["GET", "POST"], permission="people.manage")
@fresh
def grant_role(user_id: int) -> ResponseReturnValue:
    """Give a role."""
    person = _account(user_id)[0]
    form = GrantForm()
    if not form.validate_on_submit():
        return page("people/grant_new.html", form, person=person)
    try:
        admin.grant_role(current(), user_id, _new_grant(form))
    except Refused as error:
        refuse(form, error)
        return page("people/grant_new.html", form, person=person)
    flash(_("The role is given."), "success")
    return redirect(url_for("people.user", user_id=user_id), 303)


@people.route("/roles/<int:grant_id>", methods=["GET", "POST"], permission="people.manage")
@fresh
def grant(grant_id: int) -> ResponseReturnValue:
    """From when to when a role holds."""
    row = _grant(grant_id)
    form = TermForm(obj=row[0])
    context = {"grant": row[0], "person": row[1], "organisation": row[2], "roles": ROLES}
    if not form.validate_on_submit():
        return page("people/grant.html", form, **context)
    try:
        admin.set_term(current(), grant_id, form.valid_from.data, form.valid_to.data)
    except Refused as error:
        refuse(form, error)
        return page("people/grant.html", form, **context)
    flash(_("Saved."), "success")
    return redirect(url_for("people.user", user_id=row[1].id), 303)


@people.route("/roles/<int:grant_id>/hand-over", methods=["GET", "POST"], permission="people.manage")
@fresh
def hand_over_role(grant_id: int) -> ResponseReturnValue:
    """Pass a role to a successor from a day on."""
    row = _grant(grant_id)
    form = HandOverForm()
    form.to_user_id.choices = queries.user_options(but=row[1].id)
    context = {"grant": row[0], "person": row[1], "organisation": row[2], "roles": ROLES}
    if not form.validate_on_submit():
        return page("people/grant_hand_over.html", form, **context)
    try:
        successor = admin.hand_over(current(), grant_id, form.to_user_id.data, form.on.data)
    except Refused as error:
        refuse(form, error)
        return page("people/grant_hand_over.html", form, **context)
    flash(_("The role is handed over."), "success")
    return redirect(url_for("people.user", user_id=successor.user_id), 303)


def _grant(grant_id: int) -> Any:
    row = queries.grant(grant_id)
    if row is None:
        raise NotFound
    return row


@people.post("/roles/<int:grant_id>/end", permission="people.manage")
@fresh
def end_grant(grant_id: int) -> ResponseReturnValue:
    """Take a role away now."""
    row = _grant(grant_id)
    return _act(row[1].id, lambda: admin.end_grant(current(), grant_id), _("The role has ended."))


@people.post("/users/<int:user_id>/invite", permission="people.manage")
@fresh
def invite_again(user_id: int) -> ResponseReturnValue:
    """Mail the invitation again."""
    return _act(user_id, lambda: admin.invite_again(current(), user_id), _("A new invitation is on its way."))


@people.post("/users/<int:user_id>/disable", permission="people.manage")
@fresh
def disable(user_id: int) -> ResponseReturnValue:
    """Close an account; it is out at once."""
    return _act(user_id, lambda: admin.disable(current(), user_id), _("The account is disabled."))


@people.post("/users/<int:user_id>/enable", permission="people.manage")
@fresh
def enable(user_id: int) -> ResponseReturnValue:
    """Open an account again."""
    return _act(user_id, lambda: admin.enable(current(), user_id), _("The account is open again."))


@people.post("/users/<int:user_id>/clear-second-factor", permission="people.manage")
@fresh
def clear_second_factor(user_id: int) -> ResponseReturnValue:
    """Remove a lost authenticator app."""
    return _act(user_id, lambda: admin.clear_second_factor(current(), user_id), _("The second factor is removed."))


@people.post("/users/<int:user_id>/tokens/<int:token_id>/revoke", permission="people.manage")
@fresh
def revoke_token(user_id: int, token_id: int) -> ResponseReturnValue:
    """Take a token of somebody's back."""
    _account(user_id)
    return _act(user_id, lambda: api_tokens.revoke(current(), token_id), _("The token is revoked."))


@people.post("/users/<int:user_id>/end-sessions", permission="people.manage")
@fresh
def end_user_sessions(user_id: int) -> ResponseReturnValue:
    """Sign an account out everywhere."""
    _account(user_id)
    count = admin.end_sessions(current(), user_id)
    flash(ngettext("%(count)s session has ended.", "%(count)s sessions have ended.", count, count=count), "success")
    return redirect(url_for("people.user", user_id=user_id), 303)


def _act(user_id: int, act: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do what a button says, tell how it went, and go back to the account."""
    try:
        act()
    except Refused as error:
        flash(str(error), "danger")
    else:
        flash(done, "success")
    return redirect(url_for("people.user", user_id=user_id), 303)
