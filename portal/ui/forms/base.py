"""The form of every page: translated messages, text in normal form, a language switch that loses nothing."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import FieldList, FormField

from portal.i18n import wtforms_translations
from portal.ui.forms.clean import normal, readable
from portal.ui.forms.numbers import VersionField


class Form(FlaskForm):
    """Base of all forms of the portal.

    Messages come in the reader's language, every text is normalised (NFC), the CSRF token is checked. When the
    language switch sent the form (``_lang`` is among its fields), nothing is validated: the page is drawn again
    in the other language with all that was typed.
    """

    class Meta(FlaskForm.Meta):
        """How fields are made."""

        def get_translations(self, form: Any) -> Any:
            """WTForms' own messages in the reader's language."""
            return wtforms_translations()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Every field that holds text normalises it before its own filters."""
            field = unbound_field.bind(form=form, **options)
            if not isinstance(field, FieldList | FormField):
                field.filters = (normal, *field.filters)
            return field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_submitted() and (any(isinstance(field, VersionField) for field in self) or "portal_form" not in g):
            g.portal_form = self

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Fill the fields; text that was refused is kept in a form that can be shown again."""
        super().process(*args, **kwargs)
        for field in self:
            if field.process_errors:
                field.data = readable(field.data)
                if field.raw_data:
                    field.raw_data = [readable(value) for value in field.raw_data]

    @property
    def language_switched(self) -> bool:
        """Whether the language switch sent this form, and not its reader."""
        return self.is_submitted() and "_lang" in request.form

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Whether the form was sent by its reader and every field is right."""
        if self.language_switched:
            return False
        return bool(super().validate_on_submit(extra_validators=extra_validators))


@dataclass(frozen=True)
class Fault:
    """A line of the error summary: the id of the control it is about ("" for the form), its label, what is wrong."""

    anchor: str
    label: str
    message: str


def faults(form: Any) -> list[Fault]:
    """Everything that is wrong with *form*, in the order of its fields."""
    found = [Fault("", "", str(message)) for message in form.form_errors]
    for field in form:
        found.extend(_faults(field))
    return found


def _faults(field: Any) -> Iterator[Fault]:
    if isinstance(field, FormField):
        yield from faults(field.form)
    elif isinstance(field, FieldList):
        entries: Iterable[Any] = field.entries
        for entry in entries:
            yield from _faults(entry)
        if field.errors and not any(entry.errors for entry in field.entries):
            yield Fault(field.id, str(field.label.text), str(field.errors[0]))
    elif (parts := getattr(field, "parts", None)) is not None and field.errors:
        named = False
        for part in parts:
            for message in part.errors:
                named = True
                yield Fault(part.id, f"{field.label.text} ({part.language})", str(message))
        if not named:
            yield Fault(parts[0].id, str(field.label.text), str(field.errors[0]))
    elif field.errors:
        hidden = getattr(field.widget, "input_type", "") == "hidden"
        anchor = "" if hidden else f"{field.id}-0" if getattr(field, "grouped", False) else field.id
        yield Fault(anchor, "" if hidden else str(field.label.text), str(field.errors[0]))
