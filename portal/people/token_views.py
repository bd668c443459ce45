"""The page of one's tokens for programs."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.i18n import _
from portal.people import api_tokens
from portal.people.errors import Refused
from portal.people.forms import TokenForm, refuse
from portal.people.fresh import fresh
from portal.people.identity import current
from portal.people.views import account
from portal.routing import SIGNED_IN


@account.route("/tokens", methods=["GET", "POST"], permission=SIGNED_IN)
@fresh
def tokens() -> ResponseReturnValue:
    """The tokens there are, and a new one, whose secret stands in the answer this once and is kept by nobody."""
    who = current()
    titles, forms = dict(api_tokens.offered(who)), dict(api_tokens.forms_for(who))
    form: Any = TokenForm()
    form.days.choices, form.permissions.choices, form.forms.choices = api_tokens.LIFETIMES, titles, forms.items()
    secret, codes = "", []
    if form.validate_on_submit():
        try:
            made, secret = api_tokens.create(
                who, form.name.data, form.days.data, form.permissions.data, form.forms.data
            )
        except Refused as error:
            refuse(form, error)
        else:
            codes = [code for each in api_tokens.codes_of if (code := each(who, made, secret))]
            form = TokenForm(formdata=None)
            form.days.choices, form.permissions.choices = api_tokens.LIFETIMES, titles
            form.forms.choices = forms.items()
    wrong = bool(form.errors) and not form.language_switched
    page = render_template(
        "people/tokens.html",
        form=form,
        secret=secret,
        codes=codes,
        tokens=api_tokens.of_user(who.id or 0),
        titles=titles,
        form_titles=forms,
    )
    return page, 422 if wrong else 200


@account.post("/tokens/<int:token_id>/revoke", permission=SIGNED_IN)
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Take a token back: whoever uses it is refused from now on."""
    api_tokens.revoke(current(), token_id)
    flash(_("The token is revoked."), "success")
    return redirect(url_for("account.tokens"), 303)
