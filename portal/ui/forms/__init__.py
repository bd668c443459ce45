"""Forms: the base form, its fields, and what is wrong with what was sent."""

from portal.ui.forms import fields
from portal.ui.forms.base import Fault, Form, faults
from portal.ui.forms.choices import CheckboxesField, RadioField, RecordField, RecordsField, SelectField, as_choices
from portal.ui.forms.content import ContentField, RequiredIn, RequiredInAny
from portal.ui.forms.fields import (
    DateField,
    DateTimeField,
    FileField,
    FilesField,
    NotBefore,
    StringField,
    TextAreaField,
    TimeField,
    URLField,
)
from portal.ui.forms.numbers import DecimalField, IntegerField, MoneyField, VersionField, parse_number

__all__ = [
    "CheckboxesField",
    "ContentField",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "Fault",
    "FileField",
    "FilesField",
    "Form",
    "IntegerField",
    "MoneyField",
    "NotBefore",
    "RadioField",
    "RecordField",
    "RecordsField",
    "RequiredIn",
    "RequiredInAny",
    "SelectField",
    "StringField",
    "TextAreaField",
    "TimeField",
    "URLField",
    "VersionField",
    "as_choices",
    "faults",
    "fields",
    "parse_number",
]
