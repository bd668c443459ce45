"""Forms of a challenge and of its answer."""

from __future__ import annotations

from wtforms.validators import InputRequired, Length

from portal.api import ContentField, Form, RequiredInAny, VersionField, _l, fields

from ..scales import RATINGS


class ChallengeForm(Form):
    """Another value, why, and where that is written."""

    org_id = fields.SelectField(_l("For which organisation"), coerce=int)
    rating = fields.RadioField(_l("Your rating"), validators=[InputRequired(_l("Choose a rating."))], choices=RATINGS)
    argument = ContentField(
        _l("Argument"),
        validators=[RequiredInAny()],
        rows=5,
        max_length=5000,
        description=_l(
            "Why the published rating is not right. Everyone reads it beside the rating, as soon as you send it."
        ),
    )
    source = fields.StringField(
        _l("Source"),
        validators=[InputRequired(), Length(max=500)],
        description=_l("A report, a figure, a judgment: where this can be looked up."),
    )
    source_url = fields.URLField(_l("Address of the source"))


class AnswerForm(Form):
    """What the rater says to it."""

    outcome = fields.RadioField(
        _l("Outcome"),
        validators=[InputRequired(_l("Choose an outcome."))],
        choices={
            "accepted": _l("Accepted: a draft of a new rating with this value is made"),
            "kept": _l("The rating is kept"),
        },
    )
    words = ContentField(
        _l("Answer"),
        validators=[RequiredInAny()],
        rows=5,
        max_length=5000,
        description=_l("Your reasons. Everyone reads them beside the rating."),
    )
    version = VersionField(default=1)
