"""The form of a rating with its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.validators import InputRequired, ValidationError

from portal.api import Content, ContentField, Form, RequiredInAny, VersionField, _, _l, fields, lazy_pgettext, request

from ..register.forms import check_day
from ..scales import EVIDENCE_KINDS, METHODS, RATINGS
from .rating import Judgement, Piece

PIECES = 12
"""Pieces of evidence in one form at most."""
EMPTY = 2
"""Places for more evidence below those that are filled."""


class EvidenceForm(Form):
    """A piece of evidence, a part of the form of a rating; one where nothing was entered does not count."""

    class Meta(Form.Meta):
        """The token is in the form around it."""

        csrf = False

    kind = fields.SelectField(_l("Kind"), choices=EVIDENCE_KINDS, default="law")
    title = ContentField(_l("What it is"), max_length=500)
    url = fields.URLField(_l("Address on the web"))
    dated = fields.DateField(_l("Date"))
    linked_id = fields.SelectField(
        _l("Record in this portal"), coerce=int, blank=lazy_pgettext("choice", "none"), choices=()
    )
    file = fields.FileField(_l("File"), max_bytes=20_000_000)
    file_id = fields.HiddenField()

    @property
    def filled(self) -> bool:
        """Whether anything was entered."""
        kept = (self.title.data, self.url.data, self.linked_id.data, self.file.data, self.file_id.data)
        return any(kept)

    def validate_title(self, field: Any) -> None:
        """What is filled says what it is."""
        if self.filled and not field.data:
            raise ValidationError(_("Say what this piece of evidence is."))


class RatingForm(Form):
    """A rating, new or a draft."""

    org_id = fields.SelectField(_l("Rated by"), coerce=int)
    rating = fields.RadioField(_l("Rating"), validators=[InputRequired(_l("Choose a rating."))], choices=RATINGS)
    rated_on = fields.DateField(
        _l("Date of the rating"),
        validators=[InputRequired()],
        description=_l("The day whose state of affairs is rated."),
    )
    methods = fields.CheckboxesField(_l("Method"), choices=METHODS, description=_l("How this was assessed."))
    rationale = ContentField(
        _l("Reasons"),
        validators=[RequiredInAny()],
        rows=5,
        max_length=5000,
        description=_l("Why this rating is right."),
    )
    next_step = ContentField(
        _l("Next step"), rows=3, max_length=3000, description=_l("What is to be done next, by whom and until when.")
    )
    evidence = fields.FieldList(fields.FormField(EvidenceForm), label=_l("Evidence"), max_entries=PIECES)
    version = VersionField(default=1)
    not_before: Any = None

    def prepare(self, orgs: Iterable[Any], linked: Iterable[tuple[int, Any]]) -> None:
        """The organisations one rates for, the records one may point at, and places for more evidence."""
        self.org_id.choices = [(org.id, org.name) for org in orgs]
        if request.method != "POST":
            for _place in range(min(EMPTY, PIECES - len(self.evidence.entries))):
                self.evidence.append_entry()
        pairs = list(linked)
        for entry in self.evidence.entries:
            entry.form.linked_id.choices = pairs

    def validate_rated_on(self, field: Any) -> None:
        """Not in the future, not before the review."""
        check_day(field.data, self.not_before)

    def pieces(self) -> list[Piece]:
        """The evidence that was entered."""
        return [
            Piece(
                kind=part.kind.data,
                title=part.title.data,
                url=part.url.data or "",
                dated=part.dated.data,
                linked_id=part.linked_id.data,
                upload=part.file.data,
                file_id=int(part.file_id.data) if (part.file_id.data or "").isdecimal() else None,
            )
            for part in (entry.form for entry in self.evidence.entries)
            if part.filled
        ]

    def judgement(self) -> Judgement:
        """What the form says."""
        return Judgement(
            rating=self.rating.data,
            rated_on=self.rated_on.data,
            rationale=self.rationale.data,
            next_step=self.next_step.data or Content(),
            evidence=self.pieces(),
            methods=[code for code in METHODS if code in (self.methods.data or ())],
        )
