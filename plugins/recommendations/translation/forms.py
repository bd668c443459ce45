"""Forms of translations and of the glossary."""

from __future__ import annotations

from wtforms.validators import InputRequired, Length

from portal.api import Form, VersionField, _l, fields

from ..importers import TEXT_LIMIT


class TranslationForm(Form):
    """The Mongolian text."""

    text = fields.TextAreaField(_l("Mongolian"), validators=[Length(max=TEXT_LIMIT)])
    version = VersionField(default=1)


class WordForm(Form):
    """A reason or a comment."""

    word = fields.TextAreaField(_l("Reason or comment"), validators=[Length(max=2000)])
    version = VersionField(default=1)


class GlossaryForm(Form):
    """An agreed word."""

    en = fields.StringField(_l("English"), validators=[InputRequired(), Length(max=200)])
    mn = fields.TextAreaField(
        _l("Mongolian"),
        validators=[InputRequired(), Length(max=1000)],
        description=_l(
            "Each agreed translation on a line. Endings are allowed for; “*” after a stem says where they begin."
        ),
    )
    note = fields.TextAreaField(_l("Note"), validators=[Length(max=2000)])


class TranslationsFileForm(Form):
    """A workbook with translations."""

    file = fields.FileField(
        _l("File"),
        validators=[InputRequired(_l("Choose a file."))],
        kinds=frozenset({"xlsx"}),
        description=_l("The table of this page, with your texts in the column “text_mn”, up to 20 MB."),
    )
