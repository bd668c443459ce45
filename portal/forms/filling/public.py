"""Forms by their public link, and what was kept of them: no account, no cookie, no script needed."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.forms import codes, queries, saved, service, submissions
from portal.forms.access import Closed, check_open
from portal.forms.blueprint import bp
from portal.forms.filling import opening as fill_opening
from portal.forms.filling.kept import kept_page
from portal.forms.filling.opening import Opening, action, plainly, without_token
from portal.forms.models import Form, FormVersion
from portal.i18n import current_locale
from portal.people.identity import Identity, current
from portal.records import Record
from portal.routing import PUBLIC

__all__ = ["action", "begin", "check_public"]


def begin(token: str) -> tuple[Identity, Record, Form, FormVersion]:
    """The form of a public link and who is before it; raises NotFound, also where it was never published."""
    plainly()
    record, form, version = queries.by_token(token)
    if version is None:
        raise NotFound
    anonymous = bool(service.settings_of(version).get("anonymous"))
    return Identity.anonymous() if anonymous else current(), record, form, version


def mode_of(version: FormVersion) -> str:
    """How people come to a form: ``public``, ``invited`` or ``personal``."""
    return str(service.settings_of(version).get("mode") or "invited")


def check_public(version: FormVersion) -> None:
    """Raise NotFound for a form that is not filled by a public link."""
    if mode_of(version) != "public":
        raise NotFound


@bp.route("/f/<token>", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def public(token: str) -> ResponseReturnValue:
    """Fill a form and send it."""
    user, record, form, version = begin(token)
    mode = mode_of(version)
    if mode == "personal":
        return render_template("forms/fill_personal.html", record=record), 200 if request.method == "GET" else 403
    if mode != "public":
        return redirect(url_for("forms.fill", record_id=record.id), 303)
    return fill_opening.fill(Opening(user, record, form, version))


@bp.post("/f/<token>/refresh", permission=PUBLIC, log_address=False)
@without_token
def public_refresh(token: str) -> ResponseReturnValue:
    """The questions anew after an answer changed, for pages with scripts; keeps nothing."""
    user, record, form, version = begin(token)
    check_public(version)
    return fill_opening.refresh(Opening(user, record, form, version))


@bp.route("/f/<token>/s/<kept_code>", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def resumed(token: str, kept_code: str) -> ResponseReturnValue:
    """Go on with what was kept; what is typed into a page whose draft is gone is taken all the same."""
    user, record, form, version = begin(token)
    check_public(version)
    row = saved.by_code(record.id, kept_code)
    if row is None and request.method == "GET":
        return render_template("forms/fill_gone.html", record=record, days=saved.days()), 404
    opening = Opening(user, record, form, version, kept=row, kept_code=codes.read_code(kept_code) if row else "")
    return fill_opening.fill(opening)


@bp.route("/f/<token>/s/<kept_code>/kept", methods=["GET", "POST"], permission=PUBLIC, log_address=False)
@without_token
def kept(token: str, kept_code: str) -> ResponseReturnValue:
    """Where one goes on later; the link by mail, if one likes."""
    user, record, form, version = begin(token)
    check_public(version)
    row = saved.by_code(record.id, kept_code)
    if row is None:
        raise NotFound
    return kept_page(Opening(user, record, form, version, kept=row, kept_code=codes.read_code(kept_code)))


@bp.get("/f/<token>/receipt/<uuid:uid>", permission=PUBLIC, log_address=False)
def receipt(token: str, uid: Any) -> ResponseReturnValue:
    """The receipt of what was sent: only who sent it knows the address."""
    _user, record, _form, version = begin(token)
    stored = submissions.by_uid(str(uid))
    if stored is None or stored.form_id != record.id:
        raise NotFound
    again = None
    if mode_of(version) == "public":
        try:
            check_open(record, version)
            again = url_for("forms.public", token=token, lang=current_locale())
        except Closed:
            pass
    return render_template("forms/receipt.html", record=record, stored=stored, again=again)
