"""What modules do with forms: find the one of a slot, lead people to it, read what was sent in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from portal.forms import queries
from portal.forms.versions import Versions
from portal.people.identity import Identity
from portal.text import Content


@dataclass(frozen=True)
class FormRef:
    """A published form; ``public`` says whether its link opens without an account."""

    id: int
    title: Content
    token: str
    public: bool


@dataclass(frozen=True)
class FormRow:
    """A form that hangs on a record, in any state, with the number of its submissions.

    ``public`` says whether ``public_url`` opens it without an account once it is published.
    """

    id: int
    title: Content
    status: str
    submissions: int
    url: str
    public_url: str
    public: bool


@dataclass(frozen=True)
class SubmissionView:
    """What was sent in about a record: answers by question name, as the engine keeps them.

    The names are those of the newest version of the form: of an answer sent in with an older one too, for questions
    that were renamed, or whose answers were given to another question when a version was published.
    """

    id: int
    form_id: int
    uid: str
    subject_id: int
    period: str
    state: str
    submitted_at: datetime
    by: str
    answers: Mapping[str, Any]

    @property
    def url(self) -> str:
        """The page that shows it; made when it is asked for, because commands and jobs have no addresses."""
        return url_for("forms.submission", record_id=self.form_id, submission_id=self.id)


def published_for(slot: str, record_id: int | None = None, org_ids: Collection[int] | None = None) -> FormRef | None:
    """The published form of a slot for a record (or for every record), ``None`` where there is none.

    With *org_ids* only a form of these organisations, whose people read what is sent in.
    """
    row = queries.published(slot, record_id, org_ids)
    if row is None:
        return None
    access = row.definition["settings"].get("access") or {}
    return FormRef(row.id, row.title, row.token, access.get("mode") == "public")


def new_url(slot: str, record_id: int | None = None) -> str:
    """Where a form of the slot is made."""
    return url_for("forms.new", slot=slot, record=record_id)


def fill_url(form: FormRef, record_id: int | None = None, period: str = "") -> str:
    """Where the form is filled about a record, with an account."""
    return url_for("forms.fill", record_id=form.id, subject=record_id, period=period or None)


def public_url(form: FormRef, external: bool = False) -> str:
    """The link that opens the form without an account."""
    return url_for("forms.public", token=form.token, _external=external)


def of_record(user: Identity, record_id: int, slot: str) -> list[FormRow]:
    """The forms of a slot that hang on a record, as *user* sees them, newest first."""
    return [
        FormRow(
            row.id,
            row.title,
            row.status,
            row.submissions,
            url_for("forms.show", record_id=row.id),
            url_for("forms.public", token=row.token, _external=True),
            row.mode == "public",
        )
        for row in queries.of_subject(user, record_id, slot)
    ]


def submissions_of(record_ids: Iterable[int], slot: str) -> dict[int, list[SubmissionView]]:
    """What was sent in for a slot, by record, oldest first. The caller has checked who may see the records."""
    found: dict[int, list[SubmissionView]] = {record_id: [] for record_id in record_ids}
    known: dict[int, Versions] = {}
    for row in queries.about(found, slot):
        versions = known[row.form_id] = known.get(row.form_id) or Versions(row.form_id)
        found[row.subject_id].append(
            SubmissionView(
                row.id,
                row.form_id,
                row.uid,
                row.subject_id,
                row.period,
                row.state,
                row.received_at,
                row.person or "",
                versions.now(row.version_id, row.answers),
            )
        )
    return found


def submissions_for(record_id: int, slot: str) -> list[SubmissionView]:
    """What was sent in for a slot about one record, oldest first."""
    return submissions_of([record_id], slot)[record_id]
