"""Who reads what was sent in, and what of it stands on a page.

Those who may edit a form (its organisation) read its answers. A submission about a record, unless it is anonymous,
is also read by those who see that record, and by the person who sent it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from portal import records
from portal.audit import HistoryEntry
from portal.db import db
from portal.forms import queries, service, sources
from portal.forms.answers.newest import reworded
from portal.forms.engine import Shown, shown
from portal.forms.messages import pick
from portal.forms.models import Form, FormVersion, Invitation, Submission
from portal.i18n import _, current_locale
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import Record

TABLE = Submission.__tablename__


@dataclass(frozen=True)
class Read:
    """A submission that *user* may read; ``own`` where it came into a form that *user* may edit."""

    user: Identity
    record: Record
    form: Form
    version: FormVersion
    row: Submission
    own: bool

    @property
    def may_judge(self) -> bool:
        """Whether the reader approves it or sends it back."""
        return self.own and self.user.can("forms.build")

    @property
    def may_return(self) -> bool:
        """Whether the reader sends it back: there is somebody who finds it, with an account or by an invitation."""
        known = self.row.submitted_by_id is not None or invited(self.row)
        return self.may_judge and self.row.state == "submitted" and not self.row.anonymous and known

    @property
    def as_sender(self) -> bool:
        """Whether the reader corrects what they got back, and so only what was marked."""
        mine = self.row.submitted_by_id == self.user.id or not self.may_judge
        return self.may_correct and self.row.state == "returned" and mine

    @property
    def may_correct(self) -> bool:
        """Whether the reader may change answers: the office, and the sender of what was sent back."""
        if self.row.anonymous or self.row.state == "approved":
            return False
        sender = self.row.submitted_by_id == self.user.id or (
            self.row.org_id is not None and self.row.org_id in self.user.orgs
        )
        return self.may_judge or (sender and self.row.state == "returned" and self.user.can("forms.fill"))


def invited(row: Submission) -> bool:
    """Whether it came by an invitation, whose link shows it to who sent it."""
    return bool(db.session.scalar(select(exists().where(Invitation.submission_id == row.id))))


def open_form(user: Identity, record_id: int) -> Record:
    """The form whose answers *user* may read; raises NotFound and Forbidden."""
    return records.get(user, record_id, "form", "edit")


def open_submission(user: Identity, record_id: int, submission_id: int) -> Read:
    """A submission *user* may read; raises NotFound."""
    row = queries.submission(record_id, submission_id)
    record, form, _published = queries.by_id(record_id)
    version = db.session.get_one(FormVersion, row.version_id)
    visible = db.session.scalar(select(Record.id).where(Record.id == record_id, records.visible(user))) is not None
    own = visible and records.can_edit(user, record)
    if not own and not _otherwise(user, row):
        raise NotFound
    return Read(user, record, form, version, row, own)


def _otherwise(user: Identity, row: Submission) -> bool:
    """Whether *user* reads a submission of a form that is not theirs."""
    if row.anonymous or not user.signed_in:
        return False
    if row.submitted_by_id == user.id:
        return True
    if row.subject_id is None:
        return False
    seen = select(Record.id).where(Record.id == row.subject_id, records.visible(user))
    return db.session.scalar(seen) is not None


def in_words(read: Read) -> list[Shown]:
    """The answers as people read them now; headings of rows in which nothing was answered are left out."""
    compiled = service.compiled(read.version)
    titles = sources.titles(read.user, compiled, [read.row.answers])
    lines = shown(compiled, read.row.answers, current_locale(), sources.choices(read.user, compiled), titles)
    lines = reworded(read.user, read.version, lines)
    found: list[Shown] = []
    for line in reversed(lines):
        if not line.heading or (found and found[-1].level > line.level):
            found.append(line)
    return found[::-1]


@dataclass(frozen=True)
class Change:
    """An act on a submission: ``lines`` are label, old and new answer of what a correction changed, ``reason`` why.

    ``marks`` are label and remark of the questions that went back.
    """

    at: Any
    actor: str
    action: str
    note: str
    lines: list[tuple[str, str, str]]
    reason: str = ""
    marks: Sequence[tuple[str, str]] = ()


def history(read: Read) -> list[Change]:
    """What happened to a submission, newest first, with the answers that corrections changed."""
    stmt = (
        select(HistoryEntry, User.name.label("actor"))
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(HistoryEntry.entity == TABLE, HistoryEntry.entity_id == str(read.row.id))
        .order_by(HistoryEntry.id.desc())
    )
    found = []
    for entry, actor in db.session.execute(stmt):
        changes: Mapping[str, list[Any]] = entry.changes
        lines: list[tuple[str, str, str]] = []
        action = "sent"
        if entry.action == "changed":
            if "answers" in changes:
                action, lines = "corrected", _lines(read, *changes["answers"])
            elif "state" in changes:
                action = str(changes["state"][1])
            else:
                continue
        note = str((changes.get("note") or ["", ""])[1] or "") if action in ("approved", "returned") else ""
        marks = (changes.get("marks") or [{}, {}])[1] or {} if action == "returned" else {}
        named = [(label_at(read, path), str(remark)) for path, remark in marks.items()]
        found.append(Change(entry.at, actor or "", action, note, lines, entry.reason, named))
    return found


def _lines(read: Read, old: Any, new: Any) -> list[tuple[str, str, str]]:
    """Label, former and later text of every answer that differs."""
    return differences(read, old or {}, new or {})


def differences(read: Read, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Label, text in *old*, text in *new* of every answer that differs between two sets of answers."""
    before, after = texts_of(read, old), texts_of(read, new)
    paths = [*after, *(path for path in before if path not in after)]
    found = []
    for path in paths:
        label = (after.get(path) or before[path])[0]
        texts = before.get(path, ("", ""))[1], after.get(path, ("", ""))[1]
        if texts[0] != texts[1]:
            found.append((label, *texts))
    return found


def texts_of(read: Read, values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Path → label and text of each of *values*, which are answers to the version of the submission."""
    compiled = service.compiled(read.version)
    titles = sources.titles(read.user, compiled, [dict(values)])
    known = sources.choices(read.user, compiled)
    return _texts(shown(compiled, dict(values), current_locale(), known, titles))


def label_at(read: Read, path: str) -> str:
    """The label of the question at *path* with the numbers of its rows: ``Person 2: Age``."""
    compiled, words = service.compiled(read.version), []
    for part in path.split("."):
        name, _bracket, index = part.rstrip("]").partition("[")
        node = compiled.by_name.get(name)
        label = pick(node.row.get("label") if node else None, current_locale(), name)
        words.append(f"{label} {int(index) + 1}" if index.isdecimal() else label)
    return ": ".join(words)


def _texts(lines: list[Shown]) -> dict[str, tuple[str, str]]:
    """Path → label (with that of its row) and text of each answer."""
    found: dict[str, tuple[str, str]] = {}
    around: dict[str, str] = {}
    for line in lines:
        if line.heading:
            around[line.path] = line.label
            continue
        row = line.path.rpartition(".")[0]
        prefix = f"{around[row]}: " if row in around else ""
        found[line.path] = (prefix + line.label, line.text)
    return found


def people_of(row: Submission) -> tuple[str, Any]:
    """The name of the person (that of an account, or as they were invited) and of the organisation, where kept."""
    stmt = (
        select(User.name, Organisation.name, Invitation.name, Invitation.email, Invitation.number)
        .select_from(Submission)
        .outerjoin(Invitation, Invitation.submission_id == Submission.id)
        .outerjoin(User, User.id == Submission.submitted_by_id)
        .outerjoin(Organisation, Organisation.id == Submission.org_id)
        .where(Submission.id == row.id)
    )
    person, organisation, name, email, number = db.session.execute(stmt).one()
    if number is not None:
        person = name or email or _("Code %(number)s", number=number)
    return person or "", organisation or None


def returned_to(user: Identity) -> list[Any]:
    """What *user* sent and got back for correction: ``id form_id period note marks title subject``."""
    about = aliased(Record)
    stmt = (
        select(
            Submission.id,
            Submission.form_id,
            Submission.period,
            Submission.note,
            Submission.marks,
            Record.title,
            about.title.label("subject"),
        )
        .join(Record, Record.id == Submission.form_id)
        .outerjoin(about, about.id == Submission.subject_id)
        .where(Submission.submitted_by_id == user.id, Submission.state == "returned")
        .order_by(Submission.received_at.desc())
        .limit(50)
    )
    return list(db.session.execute(stmt))
