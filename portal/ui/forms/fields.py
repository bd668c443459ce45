"""The fields and validators of forms, one namespace: ``from portal.api import fields``."""

# mypy: allow-untyped-calls
from __future__ import annotations

import re
from typing import Any

import wtforms
from wtforms import validators
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation, ValidationError

from portal.i18n import _
from portal.ui.forms.choices import (
    CheckboxesField,
    RadioField,
    RecordField,
    RecordsField,
    SelectField,
    as_choices,
)
from portal.ui.forms.content import ContentField, RequiredIn, RequiredInAny
from portal.ui.forms.dates import DateField, DateTimeField, NotBefore, TimeField
from portal.ui.forms.files import FileField, FilesField
from portal.ui.forms.numbers import DecimalField, IntegerField, MoneyField, VersionField, parse_number


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class _Line:
    """Text on one line: blanks at its ends do not count."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["filters"] = (_stripped, *kwargs.get("filters", ()))
        super().__init__(*args, **kwargs)


class StringField(_Line, wtforms.StringField):
    """A line of text."""


class SearchField(_Line, wtforms.SearchField):
    """Words to look for."""


class EmailField(_Line, wtforms.EmailField):
    """A mail address; add ``Email()`` to have it checked."""


class TelField(_Line, wtforms.TelField):
    """A telephone number."""


class URLField(_Line, wtforms.URLField):
    """An address of the web: http and https only."""

    def pre_validate(self, form: Any) -> None:
        """Refuse every other scheme (javascript:, data:)."""
        if self.data and not re.fullmatch(r"https?://[^\s/?#@\\]+[^\s\\]*", self.data, re.IGNORECASE):
            raise ValidationError(_("Enter an address that begins with https:// or http://."))


class TextAreaField(_Line, wtforms.TextAreaField):
    """Text on several lines; ``rows`` is the height of its control."""

    def __init__(self, *args: Any, rows: int = 4, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"rows": rows, **(kwargs.get("render_kw") or {})}
        super().__init__(*args, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Lines end alike, whichever browser sent them."""
        super().process_formdata([value.replace("\r\n", "\n") for value in valuelist])


# WTForms has no type information: as Any its own classes can be called from code that is checked strictly.
BooleanField: Any = wtforms.BooleanField
FieldList: Any = wtforms.FieldList
FormField: Any = wtforms.FormField
HiddenField: Any = wtforms.HiddenField
PasswordField: Any = wtforms.PasswordField
SubmitField: Any = wtforms.SubmitField
DataRequired: Any = validators.DataRequired
Email: Any = validators.Email
EqualTo: Any = validators.EqualTo
InputRequired: Any = validators.InputRequired
Length: Any = validators.Length
NumberRange: Any = validators.NumberRange
Optional: Any = validators.Optional
Regexp: Any = validators.Regexp
Required: Any = validators.DataRequired

__all__ = [
    "BooleanField",
    "CheckboxesField",
    "ContentField",
    "DataRequired",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "Email",
    "EmailField",
    "EqualTo",
    "FieldList",
    "FileField",
    "FilesField",
    "FormField",
    "HiddenField",
    "InputRequired",
    "IntegerField",
    "Length",
    "MoneyField",
    "NotBefore",
    "NumberRange",
    "Optional",
    "PasswordField",
    "RadioField",
    "RecordField",
    "RecordsField",
    "Regexp",
    "Required",
    "RequiredIn",
    "RequiredInAny",
    "SearchField",
    "SelectChoice",
    "SelectField",
    "StopValidation",
    "StringField",
    "SubmitField",
    "TelField",
    "TextAreaField",
    "TimeField",
    "URLField",
    "ValidationError",
    "VersionField",
    "as_choices",
    "parse_number",
    "validators",
]
