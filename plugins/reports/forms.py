"""Forms of the module; choices that depend on the reader are given by the views."""

# mypy: allow-untyped-calls
from __future__ import annotations

from portal.api import ContentField, Form, RequiredInAny, VersionField, _l, fields, lazy_pgettext

from .words import KINDS, VISIBILITY

FORMATS = {"docx": _l("Word (DOCX)"), "pdf": "PDF", "xlsx": _l("Excel (XLSX)")}
LANGUAGES = {"mn": _l("Mongolian"), "en": _l("English")}
LONGEST = 100_000


class _Period(Form):
    """The time a report tells of, and the day it is due."""

    begins_on = fields.DateField(_l("Reports on the time from"), [fields.Optional()])
    ends_on = fields.DateField(
        _l("Reports on the time until"),
        [fields.Optional(), fields.NotBefore("begins_on", _l("The last day is before the first one."))],
    )
    due_on = fields.DateField(_l("To be finished by"), [fields.Optional()])


class NewForm(_Period):
    """A report that is begun."""

    kind = fields.RadioField(_l("Kind of report"), [fields.InputRequired()], choices=KINDS)
    org_id = fields.SelectField(
        _l("Organisation that speaks"),
        [fields.InputRequired()],
        coerce=int,
        description=_l("Only ratings with the voice of this organisation are in the report."),
    )
    cycle = fields.SelectField(_l("Review cycle"), [fields.InputRequired()], coerce=int)
    title = ContentField(
        lazy_pgettext("report", "Title"),
        [fields.Optional()],
        max_length=300,
        description=_l("Leave it empty to take the usual title; you can change it later."),
    )


class EditForm(_Period):
    """What stands on the title page."""

    title = ContentField(lazy_pgettext("report", "Title"), [RequiredInAny()], max_length=300)
    word_limit = fields.IntegerField(
        _l("Word limit"),
        [fields.Optional()],
        low=100,
        high=1_000_000,
        description=_l("The United Nations accept 10,700 words of a State. Leave it empty where there is no limit."),
    )
    version = VersionField()


class TextForm(Form):
    """A part that every report has."""

    text = ContentField(
        _l("Text"),
        [fields.Optional()],
        max_length=LONGEST,
        rows=18,
        description=_l("An empty line begins a new paragraph; lines that begin with a dash make a list."),
    )
    version = VersionField()


class ChapterForm(TextForm):
    """A chapter or a further annex."""

    title = ContentField(lazy_pgettext("report", "Title"), [RequiredInAny()], max_length=300)
    counted = fields.RadioField(
        _l("Chapter or annex"),
        [fields.InputRequired()],
        choices={"yes": _l("A chapter; its words count"), "no": _l("An annex; its words do not count")},
        default="yes",
    )


class MakeForm(Form):
    """The file to make."""

    format = fields.RadioField(_l("File"), [fields.InputRequired()], choices=FORMATS, default="docx")
    language = fields.RadioField(_l("Language"), [fields.InputRequired()], choices=LANGUAGES)


class FinaliseForm(Form):
    """The end of the work on a report."""

    unrated_reason = ContentField(
        _l("Why recommendations are not rated"),
        [fields.Optional()],
        max_length=2_000,
        rows=4,
        description=_l("It is printed in the report."),
    )
    visibility = fields.RadioField(_l("Who may read the report"), [fields.InputRequired()], choices=VISIBILITY)
    version = VersionField()


class ReopenForm(Form):
    """A final report is written on again."""

    reason = fields.TextAreaField(
        _l("Why it is opened again"), [fields.InputRequired(), fields.Length(max=2_000)], rows=3
    )
    version = VersionField()
