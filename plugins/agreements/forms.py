"""Forms of the module; the one that goes on from last year's agreement is in roll.py."""

# mypy: allow-untyped-calls
from __future__ import annotations

from datetime import date
from typing import Any

from wtforms.validators import InputRequired, Length, Optional

from portal.api import (
    Content,
    ContentField,
    Form,
    Identity,
    RequiredInAny,
    VersionField,
    _,
    _l,
    clock,
    fields,
    format_date,
    reference,
)

from . import linking
from .clauses import NewClause
from .queries import Facts, OfficeHolder
from .service import Signing

SCANS = ("pdf", "jpg", "jpeg", "png")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def limit(field: Any, first: date | None = None, last: date | None = None) -> None:
    """Let a date field, and the browser's control for it, take only days from *first* to *last*."""
    if first is not None:
        field.first = first
        field.render_kw = {**field.render_kw, "min": first.isoformat()}
    if last is not None:
        field.last = last
        field.render_kw = {**field.render_kw, "max": last.isoformat()}


class ChooseForm(Form):
    """With whom and for which year an agreement is made."""

    unit_id = fields.SelectField(
        _l("Aimag or capital"), coerce=int, blank=_l("Choose…"), validators=[InputRequired(_l("Choose one."))]
    )
    year = fields.IntegerField(_l("Year"), validators=[InputRequired()], low=FIRST_YEAR, high=LAST_YEAR)

    def fill_choices(self) -> None:
        """The 22 first-level units."""
        self.unit_id.choices = [(each.id, str(each.name)) for each in reference.first_level()]


class AgreementForm(Form):
    """What stands around the clauses."""

    party_id = fields.SelectField(_l("Local government"), coerce=int, validators=[InputRequired()])
    number = fields.StringField(_l("Number of the agreement"), validators=[Length(max=40)])
    purpose = ContentField(
        _l("Purpose"),
        rows=4,
        max_length=3000,
        description=_l("One paragraph that stands before the clauses, with the legal ground where there is one."),
    )
    drafted_on = fields.DateField(_l("Date of the draft"), validators=[InputRequired()])
    due_on = fields.DateField(_l("To be signed by"), validators=[Optional()])
    version = VersionField(default=1)

    def fill_choices(self, parties: list[tuple[int, Content]]) -> None:
        """The local governments of the unit; the draft is not of tomorrow."""
        self.party_id.choices = [(key, str(name)) for key, name in parties]
        limit(self.drafted_on, last=clock.today())


class ClauseForm(Form):
    """A clause, new or edited."""

    text = ContentField(_l("Text of the clause"), validators=[RequiredInAny()], rows=4, max_length=4000)
    indicator = ContentField(
        _l("How one sees that it is done"),
        rows=2,
        max_length=1000,
        description=_l("A deliverable or an indicator, with its target for the year."),
    )
    due_on = fields.DateField(_l("Due"), validators=[Optional()])
    responsible = ContentField(_l("Who carries it out"), rows=2, max_length=300)
    recommendations = fields.RecordsField(
        _l("Recommendations it implements"),
        description=_l("Those that are chosen stand first; type a number or a word to find others."),
    )
    find = fields.SearchField(_l("Words of other recommendations"), validators=[Length(max=200)])
    version = VersionField(default=1)
    many = False
    """Whether there are more recommendations than the list shows, so that words are needed to find the others."""

    def fill_choices(self, user: Identity, year: int, linked: tuple[int, ...]) -> None:
        """Recommendations to choose from, where their module is on; a due date lies in the agreement's year."""
        limit(self.due_on, date(year, 1, 1), date(year, 12, 31))
        if not linking.available():
            del self.recommendations
            return
        ticked = {each for each in self.recommendations.data or () if isinstance(each, int)}
        found, more = linking.choices(user, {*linked, *ticked}, self.find.data or "")
        self.recommendations.choices = found
        self.many = more or bool(self.find.data)

    @property
    def offered(self) -> tuple[int, ...] | None:
        """The ids of the recommendations to choose from; ``None`` where their module is off."""
        if "recommendations" not in self:
            return None
        return tuple(int(choice.value) for choice in self.recommendations.iter_choices())

    def clause(self, taken_from_id: int | None = None) -> NewClause:
        """What was typed."""
        return NewClause(
            self.text.data,
            self.indicator.data,
            self.responsible.data,
            self.due_on.data,
            taken_from_id,
            tuple(self.recommendations.data) if "recommendations" in self else (),
        )


class SigningForm(Form):
    """What happened outside the portal: who signed, when, and the scan of the paper."""

    signed_on = fields.DateField(_l("Day of the signing"), validators=[InputRequired()])
    number = fields.StringField(_l("Number of the agreement"), validators=[Length(max=40)])
    signer_us = fields.StringField(_l("Signed for the ministry by"), validators=[InputRequired(), Length(max=200)])
    office_us = ContentField(_l("In the office of"), max_length=200)
    signer_them = fields.StringField(
        _l("Signed for the local government by"), validators=[InputRequired(), Length(max=200)]
    )
    office_them = ContentField(_l("In the office of"), max_length=200)
    scan = fields.FileField(
        _l("Scan of the signed paper"),
        kinds=SCANS,
        validators=[InputRequired(_l("Choose the scan of the signed paper."))],
        description=_l("PDF, JPG or PNG. The portal keeps it unchanged, with its checksum."),
    )
    signing_note = fields.TextAreaField(
        _l("Note on the signing"),
        validators=[Length(max=2000)],
        description=_l("Where it was signed, in how many copies, and so on."),
    )
    version = VersionField(default=1)

    def fill(self, facts: Facts) -> None:
        """The signing lies between the draft and today."""
        self.first = facts.row.drafted_on
        limit(self.signed_on, last=clock.today())

    def validate_signed_on(self, field: fields.DateField) -> None:
        """Say which of the two ends was passed."""
        if field.data is not None and field.data < self.first:
            raise fields.ValidationError(
                _("The draft is of %(day)s; the signing cannot lie before it.", day=format_date(self.first))
            )

    def signing(self) -> Signing:
        """What was typed."""
        return Signing(
            self.signed_on.data,
            self.signer_us.data or "",
            self.office_us.data,
            self.signer_them.data or "",
            self.office_them.data,
            self.signing_note.data or "",
        )


def signing_defaults(facts: Facts, org_id: int | None, holders: dict[int, OfficeHolder]) -> dict[str, Any]:
    """What the signing form starts with: what was noted before, else who holds the offices today."""
    row, nobody = facts.row, OfficeHolder("", Content())
    us = holders.get(org_id, nobody) if org_id is not None else nobody
    them = holders.get(row.party_id, nobody)
    return {
        "signed_on": None,
        "number": row.number,
        "signer_us": row.signer_us or us.name,
        "office_us": row.office_us or us.office,
        "signer_them": row.signer_them or them.name,
        "office_them": row.office_them or them.office,
        "signing_note": row.signing_note,
    }


class ReasonForm(Form):
    """Why a signed agreement is opened again, or one is cancelled."""

    reason = fields.TextAreaField(_l("Reason"), validators=[InputRequired(), Length(max=2000)])
    version = VersionField(default=1)


class CloseForm(Form):
    """The end of the year."""

    evaluation = ContentField(
        _l("Evaluation of the year"),
        validators=[RequiredInAny()],
        rows=6,
        max_length=5000,
        description=_l("What was reached, what was not and why, what goes on next year."),
    )
    version = VersionField(default=1)


def day_in(year: int, day: date | None) -> date | None:
    """The same day in another year; 29 February becomes the 28th."""
    if day is None:
        return None
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
