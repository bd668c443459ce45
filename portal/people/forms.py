"""Forms of the account pages: signing in, passwords, second factor, profile."""

from __future__ import annotations

from typing import Any

from portal.i18n import _l
from portal.people.errors import Refused
from portal.people.passwords import LONGEST, SHORTEST
from portal.text import LOCALES
from portal.ui.forms import CheckboxesField, Form, fields

LANGUAGES = {"mn": _l("Mongolian"), "en": _l("English")}
assert tuple(LANGUAGES) == LOCALES

PASSWORD_HINT = _l(
    "At least %(count)s characters. Several unusual words are good; any characters and blanks are allowed.",
    count=SHORTEST,
)
CODE_HINT = _l("Six digits from your authenticator app, or one of your recovery codes.")


def refuse(form: Any, error: Refused) -> None:
    """Show what a service refused at the field it names, or on top of the form."""
    if error.field and error.field in form:
        form[error.field].errors = [*form[error.field].errors, *error.texts]
    else:
        form.form_errors.extend(error.texts)


def _present(label: Any) -> Any:
    return fields.PasswordField(
        label,
        validators=[fields.InputRequired()],
        render_kw={"autocomplete": "current-password"},
    )


def _new(label: Any) -> Any:
    return fields.PasswordField(
        label,
        description=PASSWORD_HINT,
        validators=[fields.InputRequired(), fields.Length(max=LONGEST)],
        render_kw={"autocomplete": "new-password"},
    )


def _code(required: bool = True, description: Any = CODE_HINT) -> Any:
    return fields.StringField(
        _l("Code"),
        description=description,
        validators=[fields.InputRequired() if required else fields.Optional(), fields.Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"},
    )


class SignInForm(Form):
    """E-mail and password."""

    email = fields.EmailField(
        _l("E-mail"),
        validators=[fields.InputRequired(), fields.Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = _present(_l("Password"))


class CodeForm(Form):
    """The second step."""

    code = _code()


class ForgottenForm(Form):
    """The address to which a link for a new password goes."""

    email = fields.EmailField(
        _l("E-mail"),
        validators=[fields.InputRequired(), fields.Length(max=254)],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(Form):
    """A password for an account that came by a link."""

    password = _new(_l("New password"))


class PasswordForm(Form):
    """Another password, proved by the present one."""

    old = _present(_l("Present password"))
    new = _new(_l("New password"))


class ProfileForm(Form):
    """Name and language of an account."""

    name = fields.StringField(
        _l("Name"), validators=[fields.InputRequired(), fields.Length(max=200)], render_kw={"autocomplete": "name"}
    )
    locale = fields.SelectField(
        _l("Language"),
        choices=LANGUAGES,
        validators=[fields.InputRequired()],
        description=_l("Language of the pages and of the mails you get."),
    )


class ConfirmForm(Form):
    """Who one is, again, before something dangerous."""

    password = _present(_l("Password"))
    code = _code(required=False)


class EnrolForm(Form):
    """The first code of a new authenticator app."""

    code = _code(description=_l("Six digits that the app shows now."))


class RemoveFactorForm(Form):
    """A code that gives the second factor up."""

    code = _code()


class TokenForm(Form):
    """What a token is for, how long it is good, and what a program may do with it."""

    name = fields.StringField(
        _l("What it is for"),
        description=_l("The program or device that gets it, so that you know it again in the list."),
        validators=[fields.InputRequired(), fields.Length(max=80)],
        render_kw={"autocomplete": "off"},
    )
    days = fields.SelectField(_l("Good for"), choices={}, coerce=int, default=90, validators=[fields.InputRequired()])
    permissions = CheckboxesField(
        _l("What the program may do"),
        description=_l("Never more than you may do yourself on the day it is used."),
        validators=[fields.InputRequired()],
    )
    forms = CheckboxesField(
        _l("Only these forms"), description=_l("Nothing ticked: all forms that you reach."), coerce=int
    )


class EmptyForm(Form):
    """A button: nothing but the protection against forged requests."""
