"""Forms of the module."""

from __future__ import annotations

from wtforms.validators import InputRequired, Length, Optional, ValidationError

from portal.api import ContentField, Form, RequiredInAny, VersionField, _, _l, as_choices, fields

from . import queries
from .statuses import STATUSES


class TaskForm(Form):
    """A task, new or edited."""

    title = ContentField(_l("Task"), validators=[RequiredInAny()], max_length=300)
    description = ContentField(_l("What is to be done"), rows=5, max_length=5000)
    org_id = fields.SelectField(_l("Sub-committee"), coerce=int, validators=[InputRequired()])
    owner_id = fields.SelectField(_l("Desk officer"), coerce=int, blank=_l("nobody yet"))
    due_on = fields.DateField(_l("Due"), validators=[Optional()])
    version = VersionField(default=1)

    def fill_choices(self) -> None:
        """The sub-committees and their desk officers of today."""
        committees = queries.sub_committees()
        names = {key: str(name) for key, name in committees}
        self.org_id.choices = as_choices(list(names.items()))
        self.officers = {(key, org): name for key, name, org in queries.desk_officers()}
        self.owner_id.choices = as_choices(
            [(key, f"{name} ({names.get(org, '')})") for (key, org), name in self.officers.items()],
            blank=_("nobody yet"),
        )

    def validate_owner_id(self, field: fields.SelectField) -> None:
        """The desk officer belongs to the chosen sub-committee."""
        if field.data and (field.data, self.org_id.data) not in self.officers:
            raise ValidationError(_("This desk officer belongs to another sub-committee. Choose one of the same."))


class ReportForm(Form):
    """A progress report."""

    text = fields.TextAreaField(_l("What was done"), validators=[InputRequired(), Length(max=5000)])
    progress = fields.IntegerField(_l("Progress in percent"), validators=[InputRequired()], low=0, high=100)
    version = VersionField(default=1)


class CloseForm(Form):
    """The end of a task."""

    status = fields.RadioField(_l("How the task ends"))
    outcome = ContentField(_l("What came of it"), validators=[RequiredInAny()], rows=5, max_length=5000)
    version = VersionField(default=1)

    def fill_choices(self) -> None:
        """The two ways a task ends."""
        self.status.choices = as_choices([(key, STATUSES[key]) for key in ("done", "cancelled")])
