"""Files that are sent."""

from __future__ import annotations

from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.api import Form, _, _l, as_choices, fields, reference

from ..scales import VOICES
from ..settings import own_country

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
        known = sorted({cycle.number for cycle in reference.cycles(own_country())}, reverse=True)
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
