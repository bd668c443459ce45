"""Forms of the register."""

from __future__ import annotations

from typing import Any

from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

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
    reference,
)

from . import importing, queries
from .importers import TEXT_LIMIT
from .scales import POSITIONS, VOICES

NOBODY = lazy_pgettext("responsible body", "nobody yet")
SESSIONS = 100
"""The last session of the Working Group that a form accepts; the fourth cycle ends with the 54th."""


class ImportForm(Form):
    """A file of the field."""

    file = fields.FileField(
        _l("File"),
        validators=[InputRequired(_l("Choose a file."))],
        description=_l(
            "OHCHR's thematic list of recommendations (DOCX), an export of UHRI (XLSX) or UPR Info (CSV), or the table "
            "of this portal (XLSX), up to 20 MB."
        ),
    )
    cycle = fields.SelectField(_l("Cycle"), coerce=int, blank=_l("as the file says"))
    whole = fields.BooleanField(
        _l("Import nothing where a row has an error"),
        description=_l("Otherwise rows with errors are left out and the others imported."),
    )
    session = fields.IntegerField(
        _l("Session of the Working Group"),
        validators=[Optional(), NumberRange(1, SESSIONS)],
        description=_l("Only for a CSV file with several sessions."),
    )
    country = fields.StringField(
        _l("State under review"),
        validators=[Length(max=100)],
        description=_l("Only for a file with several States; without it the State of this portal."),
    )

    def fill_choices(self) -> None:
        """The cycles that are known, the latest first."""
        known = sorted({cycle.number for cycle in reference.cycles(importing.own_country())}, reverse=True)
        self.cycle.choices = [(number, _("Cycle %(number)s", number=number)) for number in known]


class FillForm(Form):
    """A list of the UN to be filled."""

    file = fields.FileField(
        _l("File"),
        validators=[InputRequired(_l("Choose a file."))],
        kinds=frozenset({"docx"}),
        description=_l("OHCHR's thematic list of the second or third cycle (DOCX), up to 20 MB."),
    )
    voice = fields.SelectField(_l("Whose ratings"), validators=[InputRequired()])
    language = fields.SelectField(_l("Language of the ratings"), validators=[InputRequired()])
    overwrite = fields.BooleanField(
        _l("Replace what stands in the column already"),
        description=_l("Otherwise only empty cells are filled."),
    )

    def fill_choices(self) -> None:
        """The voices and the languages, English first: the lists of the UN are in English."""
        self.voice.choices = as_choices(list(VOICES.items()))
        self.language.choices = as_choices([("en", _("English")), ("mn", _("Mongolian"))])


class SheetForm(Form):
    """A table of ratings."""

    file = fields.FileField(
        _l("File"),
        validators=[InputRequired(_l("Choose a file."))],
        kinds=frozenset({"xlsx"}),
        description=_l("The table of ratings (XLSX), filled in, up to 20 MB."),
    )


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
