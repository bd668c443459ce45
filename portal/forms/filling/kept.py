"""What somebody without an account saved for later: where they go on, the link by mail."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.forms import codes, fields, saved
from portal.forms.filling.opening import Opening
from portal.i18n import current_locale, format_date
from portal.jobs import mail
from portal.people.limits import address, limiter
from portal.people.links import absolute

BY_ADDRESS, BY_CODE = "20 per hour", "3 per hour"
"""How many mails one sender orders, and how many go out for one draft: nobody is flooded from here."""


def kept_page(opening: Opening) -> ResponseReturnValue:
    """The page after "Save for later"; on POST the link goes to an address, which is not stored.

    Not of an anonymous form: what waits to be mailed would hold the address beside the code.
    """
    if opening.kept is None:
        raise LookupError("nothing is kept")
    until = format_date(saved.until(opening.kept))
    link = opening.url(lang=current_locale(), _external=True)
    typed, wrong, done = request.form.get("email", ""), "", request.args.get("mailed") == "1"
    may_mail = not opening.anonymous and bool(opening.kept_code)
    if request.method == "POST" and may_mail and len(request.form.getlist("_lang")) < 2:
        try:
            to = str(fields.get("email").parser({})(typed))
        except fields.Refused as refused:
            wrong = str(refused.message)
        else:
            limiter.check(BY_ADDRESS, "forms.kept", address())
            limiter.check(BY_CODE, "forms.kept_code", opening.kept_code)
            mail.send(
                to,
                "forms_kept",
                current_locale(),
                title=opening.record.title,
                address=absolute(
                    "forms.resumed", token=opening.form.token, kept_code=opening.kept_code, lang=current_locale()
                ),
                until=until,
            )
            return redirect(opening.url("kept", lang=current_locale(), mailed=1), 303)
    page = render_template(
        "forms/fill_kept_page.html",
        opening=opening,
        link=link,
        picture=picture(link),
        code=codes.grouped(opening.kept_code) if opening.kept_code and opening.guest is None else "",
        until=until,
        may_mail=may_mail,
        typed=typed,
        wrong=wrong,
        done=done,
    )
    return page, 422 if wrong else 200


def picture(link: str) -> str:
    """A link as a picture for a phone's camera: the address of an image."""
    import segno

    return segno.make(link, error="m", micro=False).svg_data_uri(scale=4, border=2)
