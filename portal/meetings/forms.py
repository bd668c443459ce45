"""Forms that the modules with meetings have in common."""

from __future__ import annotations

from typing import Any

from portal.i18n import _l
from portal.meetings.words import CATEGORIES, SECTIONS
from portal.ui.forms import ContentField, Form, RequiredInAny, VersionField, fields


class AgendaForm(Form):
    """A point of the agenda; the choices of ``speaker_org_id`` are given by the view."""

    title = ContentField(_l("Point of the agenda"), [RequiredInAny()], max_length=300)
    speaker_org_id = fields.SelectField(
        _l("Presented by"), [fields.Optional()], coerce=int, blank=_l("Nobody in particular")
    )
    minutes = fields.IntegerField(_l("Length in minutes"), [fields.Optional()], low=1, high=1440)


class AttendanceForm(Form):
    """Somebody who took part; the choices of ``org_id`` are given by the view."""

    category = fields.SelectField(_l("Taking part as"), [fields.InputRequired()], choices=CATEGORIES)
    name = fields.StringField(
        _l("Name"),
        [fields.Optional(), fields.Length(max=200)],
        description=_l("May stay empty, or be a pseudonym."),
    )
    named = fields.BooleanField(
        _l("The person agreed that the minutes give the name"),
        description=_l("Without this no document prints the name."),
    )
    org_id = fields.SelectField(
        _l("Organisation"), [fields.Optional()], coerce=int, blank=_l("None, or one that is not in the list")
    )
    organisation = fields.StringField(
        _l("Organisation that is not in the list"), [fields.Optional(), fields.Length(max=300)]
    )


class MinutesForm(Form):
    """The head of the minutes and what they say besides the statements."""

    number = fields.StringField(
        _l("Number of the minutes"), [fields.Optional(), fields.Length(max=40)], description=_l("For example 03.")
    )
    chair = fields.StringField(_l("Chaired by"), [fields.Optional(), fields.Length(max=200)])
    secretary = fields.StringField(_l("Minutes taken by"), [fields.Optional(), fields.Length(max=200)])
    summary = ContentField(_l("How the meeting went"), [fields.Optional()], max_length=10_000, rows=6)
    version = VersionField()


class StatementForm(Form):
    """What one person said."""

    section = fields.SelectField(_l("Section"), [fields.InputRequired()], choices=SECTIONS)
    text = ContentField(_l("Statement"), [RequiredInAny()], max_length=5_000, rows=4)
    category = fields.SelectField(_l("Said by"), [fields.Optional()], choices=CATEGORIES, blank=_l("Not known"))
    speaker = fields.StringField(
        _l("Name of the speaker"),
        [fields.Optional(), fields.Length(max=200)],
        description=_l("Only where the speaker agreed to be named in the minutes."),
    )
    anonymous = fields.BooleanField(
        _l("The speaker wishes to stay anonymous"), description=_l("Then no name is kept, also not in the history.")
    )
    restricted = fields.BooleanField(
        _l("Keep within the organisation"),
        description=_l("The statement is left out when the minutes are shared, printed or exported."),
    )
    version = VersionField()


class ReopenForm(Form):
    """Why approved minutes are opened again."""

    reason = fields.TextAreaField(
        _l("Reason"),
        [fields.DataRequired(), fields.Length(max=1000)],
        rows=3,
        description=_l("The reason is kept in the history."),
    )


class ShareMinutesForm(Form):
    """The organisation that is to read the minutes; the choices are given by the view."""

    org_id: Any = fields.SelectField(_l("Organisation"), [fields.InputRequired()], coerce=int, blank=_l("Choose…"))
