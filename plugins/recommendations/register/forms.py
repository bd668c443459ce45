"""Forms of the register."""

from __future__ import annotations

from typing import Any

from wtforms.validators import InputRequired, Length, ValidationError

from portal.api import (
    ContentField,
    Form,
    RequiredInAny,
    VersionField,
    _,
    _l,
    as_choices,
    clock,
    fields,
    format_date,
    lazy_pgettext,
)

from ..importers import TEXT_LIMIT
from ..scales import POSITIONS
from . import queries

NOBODY = lazy_pgettext("responsible body", "nobody yet")


class EditForm(Form):
    """Text and responsible bodies of a recommendation."""

    text = ContentField(
        _l("Text"),
        validators=[RequiredInAny()],
        rows=6,
        max_length=TEXT_LIMIT,
        states=True,
        description=_l("The English text is the one of the United Nations; the Mongolian one is its translation."),
    )
    lead_id = fields.SelectField(_l("Leading body"), coerce=int, blank=NOBODY)
    support_ids = fields.CheckboxesField(_l("Supporting bodies"), coerce=int)
    version = VersionField(default=1)

    def fill_choices(self, kept: list[int]) -> None:
        """The bodies of today and those that are responsible already."""
        pairs = [(row.id, row.name) for row in queries.possible_bodies(kept)]
        self.lead_id.choices = as_choices(pairs, blank=NOBODY)
        self.support_ids.choices = pairs


class UnstatedEditForm(EditForm):
    """The same for those who do not make texts official: what they change is a draft."""

    text = ContentField(_l("Text"), validators=[RequiredInAny()], rows=6, max_length=TEXT_LIMIT)


class PositionForm(Form):
    """A new answer of the State under review."""

    position = fields.RadioField(_l("Position"), validators=[InputRequired()], choices=POSITIONS)
    decided_on = fields.DateField(_l("Date of the decision"), validators=[InputRequired()])
    document = fields.StringField(
        _l("Document"),
        validators=[InputRequired(), Length(max=300)],
        description=_l("Symbol or title, such as A/HRC/46/9/Add.1"),
    )
    paragraph = fields.StringField(_l("Paragraph"), validators=[Length(max=300)])
    note = fields.TextAreaField(_l("Note"), validators=[Length(max=2000)])
    version = VersionField(default=1)
    not_before: Any = None

    def validate_decided_on(self, field: Any) -> None:
        """The answer was given between the review and today."""
        check_day(field.data, self.not_before)


def check_day(day: Any, reviewed_on: Any) -> None:
    """Raise ValidationError for a day in the future or before the review (where its day is known)."""
    if day is None:
        return
    if day > clock.today():
        raise ValidationError(_("This day is in the future. Enter today or an earlier day."))
    if reviewed_on is not None and day < reviewed_on:
        raise ValidationError(
            _("The review took place on %(day)s. Enter that day or a later one.", day=format_date(reviewed_on))
        )
