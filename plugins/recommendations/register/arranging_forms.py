"""Forms of what stands around a recommendation."""

from __future__ import annotations

from typing import Any

from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

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
    lazy_pgettext,
    reference,
)

from ..importers import TEXT_LIMIT
from ..register_scales import ACTIONS, CONCERN_STATUSES, PLEDGE_STATUSES
from ..settings import own_country
from . import arranging, queries
from .forms import NOBODY

NONE_YET = lazy_pgettext("choice", "none")


def bodies(kept: list[int]) -> list[Any]:
    """The bodies of today and those that are named already, for choosing one."""
    return as_choices([(row.id, row.name) for row in queries.possible_bodies(kept)], blank=NOBODY)


def known_cycles(kept: int | None = None) -> list[tuple[int, str]]:
    """The cycles of the portal's own State, the latest first."""
    known = {cycle.number for cycle in reference.cycles(own_country())} | ({kept} if kept else set())
    return [(number, _("Cycle %(number)s", number=number)) for number in sorted(known, reverse=True)]


class ArrangeForm(Form):
    """Action category, sub-points, targets and clusters of a recommendation."""

    action = fields.SelectField(_l("Action category"), coerce=int, choices=ACTIONS, blank=NONE_YET)
    points = ContentField(
        _l("Sub-points"),
        rows=5,
        max_length=TEXT_LIMIT,
        description=_l("One on each line, with its letter: “a) Adopt a law”. Ratings are of the whole recommendation."),
    )
    targets = fields.StringField(
        _l("Targets of the Sustainable Development Goals"),
        validators=[Length(max=500)],
        description=_l("Such as “16.3, 5.c”."),
    )
    cluster_ids = fields.CheckboxesField(_l("Clusters"), coerce=int)
    version = VersionField(default=1)

    def validate_points(self, field: Any) -> None:
        """Each line is a sub-point, and the letters run from a."""
        try:
            arranging.read_points(field.data)
        except arranging.BadPoints as bad:
            field.fail(
                bad.lang,
                _("Line %(line)s: begin each line with the next letter, a bracket and a blank: “a) …”.", line=bad.line),
            )
            raise ValidationError(_("Correct the sub-points.")) from None

    def validate_targets(self, field: Any) -> None:
        """Every code is a target."""
        wrong = arranging.read_targets(field.data or "")[1]
        if wrong:
            raise ValidationError(
                _("These are no targets: %(codes)s. A target is written as 16.3 or 5.c.", codes=", ".join(wrong[:5]))
            )


class ArchiveForm(Form):
    """Why a recommendation is archived."""

    reason = fields.TextAreaField(_l("Reason"), validators=[InputRequired(), Length(max=2000)])
    version = VersionField(default=1)


class ClusterForm(Form):
    """A cluster of recommendations."""

    code = fields.StringField(
        _l("Code"),
        validators=[
            InputRequired(),
            Length(max=20),
            Regexp(r"[\w.\-]+\Z", message=_l("Use letters, digits, points and hyphens only.")),
        ],
    )
    name = ContentField(_l("Name"), validators=[RequiredInAny()])
    lead_id = fields.SelectField(_l("Leading body"), coerce=int, blank=NOBODY)
    cluster_id: int | None = None

    def validate_code(self, field: Any) -> None:
        """No other cluster has it."""
        if not arranging.code_is_free(field.data, self.cluster_id):
            raise ValidationError(_("Another cluster has this code. Choose another one."))


class PledgeForm(Form):
    """A voluntary pledge."""

    number = fields.StringField(_l("Number"), validators=[InputRequired(), Length(max=40)])
    cycle = fields.SelectField(_l("Cycle"), coerce=int, validators=[InputRequired()])
    text = ContentField(_l("Text"), validators=[RequiredInAny()], rows=4, max_length=TEXT_LIMIT)
    made_on = fields.DateField(lazy_pgettext("pledge", "Made on"), validators=[Optional()])
    document = fields.StringField(_l("Document"), validators=[Length(max=300)])
    paragraph = fields.StringField(lazy_pgettext("source", "Paragraph"), validators=[Length(max=300)])
    lead_id = fields.SelectField(_l("Leading body"), coerce=int, blank=NOBODY)
    status = fields.RadioField(_l("What became of it"), choices=PLEDGE_STATUSES, validators=[InputRequired()])
    progress = ContentField(_l("What was done"), rows=4, max_length=TEXT_LIMIT)
    version = VersionField(default=1)

    def validate_made_on(self, field: Any) -> None:
        """Not in the future."""
        not_in_future(field.data)


class ConcernForm(Form):
    """A concern that outlives a cycle."""

    name = ContentField(_l("Concern"), validators=[RequiredInAny()])
    text = ContentField(_l("What it is about"), rows=5, max_length=TEXT_LIMIT)
    status = fields.RadioField(_l("State"), choices=CONCERN_STATUSES, validators=[InputRequired()])
    cycle = fields.SelectField(_l("Raised in"), coerce=int, validators=[InputRequired()])
    raised_on = fields.DateField(_l("Raised on"), validators=[InputRequired()])
    settled_reason = fields.TextAreaField(
        _l("Why it is settled"), validators=[Length(max=2000)], description=_l("Only for a concern that is settled.")
    )
    version = VersionField(default=1)

    def validate_raised_on(self, field: Any) -> None:
        """Not in the future."""
        not_in_future(field.data)

    def validate_settled_reason(self, field: Any) -> None:
        """A concern is not settled without a word."""
        if self.status.data == "settled" and not (field.data or "").strip():
            raise ValidationError(_("Say why the concern is settled."))


class LinkForm(Form):
    """A recommendation of a later cycle that takes up a concern."""

    target_id = fields.RecordField(_l("Recommendation"), validators=[InputRequired()])


def not_in_future(day: Any) -> None:
    """Raise ValidationError for a day after today."""
    if day is not None and day > clock.today():
        raise ValidationError(_("This day is in the future. Enter today or an earlier day."))
