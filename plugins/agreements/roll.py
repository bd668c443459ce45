"""Going on from last year's agreement: every clause is kept, changed or dropped, and new ones are added."""

# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wtforms.validators import InputRequired, Length, Optional

from portal.api import Content, ContentField, Form, _, _l, clock, fields, lazy_pgettext

from .clauses import NewClause
from .forms import day_in, limit
from .linking import Linked
from .progress import ClauseReport
from .queries import ClauseRow

KEEP, CHANGE, DROP = "keep", "change", "drop"
CHOICES = {KEEP: _l("Keep as it is"), CHANGE: lazy_pgettext("clause", "Change"), DROP: lazy_pgettext("clause", "Drop")}
MOST_NEW = 30
"""Rooms for new clauses on the page; more are added one by one later."""
FIRST_NEW = 1


@dataclass(frozen=True)
class Before:
    """A clause of last year: what it implements, what was reported on it by quarter."""

    clause: ClauseRow
    recommendations: Sequence[Linked] = ()
    reports: Sequence[tuple[str, ClauseReport]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Row:
    """A clause of last year with its controls on the page."""

    before: Before
    choice: Any
    text: Any
    due_on: Any


class RollForm(Form):
    """The agreement of the new year; the controls of last year's clauses are added by ``roll_form``."""

    party_id = fields.SelectField(_l("Local government"), coerce=int, validators=[InputRequired()])
    number = fields.StringField(
        _l("Number of the agreement"), validators=[Length(max=40)], description=_l("It may be given later.")
    )
    purpose = ContentField(
        _l("Purpose"),
        rows=4,
        max_length=3000,
        description=_l("One paragraph that stands before the clauses, with the legal ground where there is one."),
    )
    drafted_on = fields.DateField(_l("Date of the draft"), validators=[InputRequired()])
    due_on = fields.DateField(_l("To be signed by"), validators=[Optional()])

    befores: Sequence[Before] = ()
    new_numbers: Sequence[int] = ()
    year: int = 0

    def rows(self) -> list[Row]:
        """Last year's clauses with their controls."""
        return [
            Row(each, *(self[f"{name}_{each.clause.id}"] for name in ("choice", "text", "due")))
            for each in self.befores
        ]

    def new_rows(self) -> list[tuple[Any, Any]]:
        """Text and due date of each new clause."""
        return [(self[f"new_text_{number}"], self[f"new_due_{number}"]) for number in self.new_numbers]

    def fill(self, parties: list[tuple[int, Content]]) -> None:
        """The local governments of the unit, and the days that are possible."""
        self.party_id.choices = [(key, str(name)) for key, name in parties]
        limit(self.drafted_on, last=clock.today())
        for row in self.rows():
            limit(row.due_on, date(self.year, 1, 1), date(self.year, 12, 31))
        for _text, due_on in self.new_rows():
            limit(due_on, date(self.year, 1, 1), date(self.year, 12, 31))

    def validate(self, extra_validators: Any = None) -> bool:
        """A changed clause has a text, a new one with a date too, and something is left of the agreement."""
        right = bool(super().validate(extra_validators=extra_validators))
        for row in self.rows():
            if row.choice.data == CHANGE and not row.text.data:
                row.text.errors = [*row.text.errors, _("Write the new text, or choose another way.")]
                right = False
        for text, due_on in self.new_rows():
            if due_on.data is not None and not text.data:
                text.errors = [*text.errors, _("A clause needs a text.")]
                right = False
        if right and not self.clauses():
            self.form_errors = [_("Every clause is dropped. Keep one, or write a new one.")]
            right = False
        return right

    def clauses(self) -> list[NewClause]:
        """The clauses of the new agreement in last year's order, the new ones last.

        What was typed counts: a clause that should be kept but whose text was changed is a changed one.
        """
        found = []
        for row in self.rows():
            if row.choice.data == DROP:
                continue
            old = row.before.clause
            text = row.text.data if row.text.data else old.text
            found.append(
                NewClause(
                    text,
                    old.indicator,
                    old.responsible,
                    row.due_on.data,
                    old.id,
                    tuple(each.id for each in row.before.recommendations),
                )
            )
        found += [NewClause(text.data, due_on=due_on.data) for text, due_on in self.new_rows() if text.data]
        return found


def roll_form(
    befores: Sequence[Before],
    parties: list[tuple[int, Content]],
    year: int,
    sent: Mapping[str, str],
    purpose: Content | None = None,
) -> RollForm:
    """The form for *year* with the controls of last year's clauses; *sent* is what was posted, if anything."""
    wanted = sent.get("new", "")
    number = min(int(wanted), MOST_NEW) if wanted.isdecimal() and len(wanted) < 3 else 0
    if not number:
        number = FIRST_NEW if befores else 4
    elif "_more" in sent:
        number = min(number + 1, MOST_NEW)
    numbers = range(1, number + 1)
    attributes: dict[str, Any] = {"befores": tuple(befores), "new_numbers": numbers, "year": year}
    data: dict[str, Any] = {
        "party_id": parties[0][0] if parties else None,
        "purpose": purpose or Content(),
        "drafted_on": clock.today(),
    }
    for each in befores:
        key = each.clause.id
        attributes[f"choice_{key}"] = fields.RadioField(
            _("Clause %(number)s", number=each.clause.number), choices=CHOICES, validators=[InputRequired()]
        )
        attributes[f"text_{key}"] = ContentField(
            _("New text of clause %(number)s", number=each.clause.number), rows=4, max_length=4000
        )
        attributes[f"due_{key}"] = fields.DateField(
            _("Clause %(number)s is due", number=each.clause.number), validators=[Optional()]
        )
        data |= {
            f"choice_{key}": KEEP,
            f"text_{key}": each.clause.text,
            f"due_{key}": day_in(year, each.clause.due_on),
        }
    for each_number in numbers:
        attributes[f"new_text_{each_number}"] = ContentField(
            _("New clause %(number)s", number=each_number), rows=3, max_length=4000
        )
        attributes[f"new_due_{each_number}"] = fields.DateField(_("Due"), validators=[Optional()])
    form: RollForm = type("RollForm", (RollForm,), attributes)(data=data)
    form.fill(parties)
    return form
