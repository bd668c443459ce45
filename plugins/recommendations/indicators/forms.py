"""Forms of indicators: the definition, a table of values, a file with values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from portal.api import (
    Content,
    ContentField,
    Form,
    Identity,
    RequiredIn,
    RequiredInAny,
    VersionField,
    _,
    _l,
    clock,
    fields,
    lazy_pgettext,
)

from . import people, periods
from .words import DIRECTIONS, MEASURES, SCHEDULES

_TARGET = re.compile(r"(1[0-7]|[1-9])\.([1-9][0-9]?|[a-d])")
_AGE = re.compile(r"([0-9]{1,3})(?:[-–]([0-9]{1,3})|\+)", re.ASCII)
_APART = re.compile(r"[,;\s]+")
MOST = 30
"""Age groups or SDG targets of one indicator."""


def _parts(text: str | None) -> list[str]:
    return list(dict.fromkeys(part for part in _APART.split(text or "") if part))


class IndicatorForm(Form):
    """The definition of an indicator."""

    name = ContentField(_l("Name"), validators=[RequiredIn("mn")], max_length=300)
    definition = ContentField(
        _l("Definition"),
        validators=[RequiredInAny()],
        rows=3,
        max_length=3000,
        description=_l("What exactly is measured, of whom and where."),
    )
    measure = fields.SelectField(_l("What is counted"), [InputRequired()], choices=MEASURES)
    unit = ContentField(
        _l("Unit of measure"),
        validators=[RequiredInAny()],
        max_length=80,
        description=_l("The words behind the number, such as “children” or “percent of schools”."),
    )
    direction = fields.RadioField(_l("Direction"), [InputRequired()], choices=DIRECTIONS)
    baseline = fields.DecimalField(_l("Baseline"), description=_l("The value from which change is measured."))
    baseline_year = fields.IntegerField(_l("Year of the baseline"), low=periods.FIRST_YEAR, high=2100)
    target = fields.DecimalField(_l("Target"), description=_l("The value to be reached."))
    target_year = fields.IntegerField(_l("Year of the target"), low=periods.FIRST_YEAR, high=2100)
    source = ContentField(
        _l("Source"), rows=2, max_length=1000, description=_l("Which statistics, register or survey it comes from.")
    )
    method = ContentField(_l("How it is calculated"), rows=3, max_length=3000)
    ages = fields.StringField(
        _l("Age groups"),
        [Length(max=200)],
        description=_l("Only where values are told by age, such as: 0-17, 18-34, 35-59, 60+."),
    )
    sdg_targets = fields.StringField(
        _l("SDG targets"), [Length(max=200)], description=_l("Their numbers, such as: 5.2, 16.3, 16.a.")
    )
    org_id = fields.SelectField(_l("Responsible body"), [InputRequired()], coerce=int, blank=_l("Choose…"))
    owner_id = fields.SelectField(
        _l("Focal point"),
        [InputRequired()],
        coerce=int,
        blank=_l("Choose…"),
        description=_l("Enters the values and is reminded. Someone of the responsible body."),
    )
    months = fields.SelectField(_l("How often"), [InputRequired()], coerce=int, choices=SCHEDULES)
    first_year = fields.IntegerField(
        _l("First year"),
        [InputRequired()],
        low=periods.FIRST_YEAR,
        high=2100,
        description=_l("The first year of which a value is asked."),
    )
    due_days = fields.IntegerField(
        _l("Days after the period"),
        [InputRequired()],
        low=1,
        high=730,
        description=_l("So many days after its period ends a value is due to be published."),
    )
    recommendations = fields.RecordsField(
        _l("Recommendations"), description=_l("Whose implementation this indicator measures.")
    )
    version = VersionField(default=1)
    members: Mapping[int, Collection[int]]

    def prepare(self, user: Identity, kept: tuple[int | None, int | None], linked: list[tuple[int, str]]) -> None:
        """Bodies that *user* may define for with their people; *kept* are those of now."""
        found = people.bodies(user, kept)
        self.members = {body.id: {key for key, _name in body.people} for body in found}
        self.org_id.choices = [(body.id, body.name) for body in found]
        self.owner_id.choices = {str(body.name): body.people for body in found if body.people}
        self.recommendations.choices = linked

    def validate_owner_id(self, field: Any) -> None:
        """The focal point is of the body."""
        if self.org_id.data and field.data and field.data not in self.members.get(self.org_id.data, ()):
            raise ValidationError(_("Choose someone of the responsible body."))

    def validate_baseline_year(self, field: Any) -> None:
        """A baseline says of when it is."""
        _together(self.baseline.data, field.data, _("Give both the value of the baseline and its year, or neither."))

    def validate_target_year(self, field: Any) -> None:
        """A target says by when, after the baseline, and lies where it is better."""
        _together(self.target.data, field.data, _("Give both the value of the target and its year, or neither."))
        base, base_year = self.baseline.data, self.baseline_year.data
        if field.data and base_year and field.data <= base_year:
            raise ValidationError(_("The target is to be reached after the year of the baseline."))
        if self.target.data is None or base is None:
            return
        if (self.target.data < base) == (self.direction.data == "more") and self.target.data != base:
            raise ValidationError(_("The target is worse than the baseline. Correct it, or the direction."))

    def validate_sdg_targets(self, field: Any) -> None:
        """Targets of the Goals."""
        wrong = [part for part in _parts(field.data) if not _TARGET.fullmatch(part)]
        if wrong:
            raise ValidationError(_("“%(text)s” is no SDG target. They look like 5.2 or 16.a.", text=wrong[0][:20]))

    def validate_ages(self, field: Any) -> None:
        """Age groups from lower to higher."""
        for part in _parts(field.data):
            found = _AGE.fullmatch(part)
            if found is None or (found[2] and int(found[2]) < int(found[1])):
                raise ValidationError(_("“%(text)s” is no age group. They look like 0-17 or 60+.", text=part[:20]))
        if len(_parts(field.data)) > MOST:
            raise ValidationError(_("Give at most %(number)s age groups.", number=MOST))

    def values(self) -> dict[str, Any]:
        """What the form says, for ``service.define``."""
        same = ("name", "definition", "measure", "unit", "direction", "org_id", "owner_id", "months", "first_year")
        found = {key: self[key].data for key in (*same, "due_days", "baseline_year", "target_year")}
        found |= {key: self[key].data or Content() for key in ("source", "method")}
        for key in ("baseline", "target"):
            number = self[key].data
            found[key] = None if number is None else float(number)
        ages = [part.replace("–", "-") for part in _parts(self.ages.data)]
        found["ages"] = sorted(ages, key=lambda part: int(re.split(r"[-+]", part)[0]))
        found["sdg_targets"] = _parts(self.sdg_targets.data)
        found["recommendations"] = self.recommendations.data or []
        return found


def _together(value: Any, year: Any, message: str) -> None:
    if (value is None) != (year is None):
        raise ValidationError(message)


class ChooseForm(Form):
    """Of which period and by what values are entered; sent in the address."""

    class Meta(Form.Meta):
        """It changes nothing."""

        csrf = False

    period = fields.StringField(
        lazy_pgettext("indicator", "Period"),
        [DataRequired(), Length(max=10)],
        description=_l("A year (2024), half-year (2024-H1), quarter (2024-Q1), month (2024-05) or day (2024-05-31)."),
    )
    by = fields.SelectField(_l("Broken down by"))

    def validate_period(self, field: Any) -> None:
        """A period that has begun."""
        self.chosen = read_period(field.data)

    chosen: periods.Period


def read_period(text: str) -> periods.Period:
    """The period of a text; raises ValidationError where it is none or lies ahead."""
    try:
        period = periods.read(text)
    except periods.BadPeriod:
        raise ValidationError(_("This is no period. Write 2024, 2024-H1, 2024-Q1, 2024-05 or 2024-05-31.")) from None
    if period.begins_on > clock.today():
        raise ValidationError(_("This period has not begun yet."))
    return period


class ValueForm(Form):
    """A line of the table of values."""

    class Meta(Form.Meta):
        """The token is in the form around it."""

        csrf = False

    category = fields.HiddenField()
    value = fields.DecimalField(lazy_pgettext("indicator", "Value"), places=6)
    note = fields.StringField(_l("Note on the source"), [Length(max=500)])


class ValuesForm(Form):
    """A table of values of one period."""

    lines = fields.FieldList(fields.FormField(ValueForm), label=lazy_pgettext("indicator", "Values"))
    reason = fields.StringField(
        _l("Reason for the change"),
        [Length(max=500)],
        description=_l("Needed where a published value changes; it is kept with the earlier one."),
    )
    version = VersionField()

    def name_lines(self, names: Mapping[str, Any]) -> None:
        """Say in each line, also in its errors, what it is about; raises nothing for lines that are not asked for."""
        for entry in self.lines.entries:
            name = str(names.get(entry.form.category.data or "", ""))
            entry.form.value.label.text = name
            entry.form.note.label.text = _("%(name)s, note on the source", name=name)


class ValuesFileForm(Form):
    """A spreadsheet with values."""

    file = fields.FileField(
        _l("File"),
        validators=[InputRequired(_l("Choose a file."))],
        description=_l("The table of this indicator (XLSX). You see what will happen before anything is written."),
        max_bytes=5_000_000,
    )
