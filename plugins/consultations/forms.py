"""Forms of the module; choices that depend on the reader are given by the views."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from portal.api import (
    ContentField,
    Form,
    RequiredInAny,
    VersionField,
    _,
    _l,
    fields,
    meetings,
)

from .words import KINDS, LEVELS, VISIBILITY


class PlanForm(Form):
    """A consultation as it is planned."""

    title = ContentField(_l("Title"), [RequiredInAny()], max_length=200)
    level = fields.SelectField(_l("Level"), [fields.InputRequired()], choices=LEVELS)
    kind = fields.SelectField(_l("Kind of meeting"), [fields.InputRequired()], choices=KINDS)
    cycle = fields.SelectField(_l("Review cycle"), [fields.InputRequired()], coerce=int)
    org_id = fields.SelectField(_l("Organiser"), [fields.InputRequired()], coerce=int)
    unit_id = fields.SelectField(
        _l("Aimag or capital where it meets"),
        coerce=int,
        blank=_l("None in particular"),
        description=_l("Needed for a provincial consultation."),
    )
    covered = fields.CheckboxesField(
        _l("Aimags that take part"),
        coerce=int,
        description=_l("For a regional consultation: all aimags it is held for."),
    )
    held_on = fields.DateField(_l("Date"), [fields.InputRequired()])
    starts_at: Any = fields.TimeField(
        _l("Begins at"), [fields.Optional()], description=_l("Local time of the place, for example 09:30.")
    )
    duration = fields.IntegerField(
        _l("Length in minutes"), [fields.Optional()], low=1, high=10_080, description=_l("A half day is 240 minutes.")
    )
    venue = ContentField(_l("Place"), [fields.Optional()], max_length=200)
    about = ContentField(
        _l("What it is about"),
        [fields.Optional()],
        max_length=3_000,
        rows=3,
        description=_l("Purpose, issues, who is invited."),
    )
    co_organisers = fields.CheckboxesField(
        _l("Organised together with"),
        coerce=int,
        description=_l("They are named as organisers. To let them see this page, share it with them."),
    )
    visibility = fields.RadioField(
        _l("Who sees this page"),
        [fields.InputRequired()],
        choices=VISIBILITY,
        description=_l("Minutes are never shown by this: they are approved first, then shared."),
    )
    version = VersionField()

    def validate_unit_id(self, field: Any) -> None:
        """A provincial consultation meets somewhere."""
        if self.level.data == "provincial" and field.data is None:
            raise fields.ValidationError(_("Choose the aimag (or the capital) of a provincial consultation."))


def _number(label: Any) -> Any:
    return fields.IntegerField(label, [fields.Optional()], low=0, high=100_000)


class CountsForm(Form):
    """Who came, as numbers; the fields of categories and groups are made from their lists."""

    women = _number(_l("Women"))
    men = _number(_l("Men"))
    version = VersionField()

    def by_category(self) -> list[Any]:
        """The fields of the categories of participants."""
        return [self[f"category_{key}"] for key in meetings.CATEGORIES]

    def by_group(self) -> list[Any]:
        """The fields of the groups of persons."""
        return [self[f"group_{key}"] for key in meetings.GROUPS]

    def validate(self, extra_validators: Any = None) -> bool:
        """Women and men, or one group, are not more than have come."""
        if not super().validate(extra_validators=extra_validators):
            return False
        total = sum(each.data or 0 for each in self.by_category())
        if (self.women.data or 0) + (self.men.data or 0) > total:
            message = _("Women and men together are more than the %(total)s participants counted above.", total=total)
            self.women.errors = [*self.women.errors, message]
            return False
        over = [each for each in self.by_group() if (each.data or 0) > total]
        for each in over:
            each.errors = [
                *each.errors,
                _("These are more than the %(total)s participants counted above.", total=total),
            ]
        return not over


for _key, _label in meetings.CATEGORIES.items():
    setattr(CountsForm, f"category_{_key}", _number(_label))
for _key, _label in meetings.GROUPS.items():
    setattr(CountsForm, f"group_{_key}", _number(_label))


class LinkForm(Form):
    """The recommendations a statement is evidence for."""

    chosen = fields.RecordsField(_l("Recommendations"))
