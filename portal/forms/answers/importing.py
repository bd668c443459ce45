"""Answers from a spreadsheet in the layout of our own export: looked at as a whole, taken as a whole or not at all.

Every row goes through the same engine as a page that is sent. A row with the id (``_uuid``) of a submission that is
there, with the same answers, is that submission; a row without one gets an id made of the file and its place in it, so
that the same file taken twice is taken once. Who sent it, when, and its state are not taken from a file: what is
imported was sent in by the person who imports it, now, and waits for approval.

A row with the id of a submission and other answers corrects it, in the version it was sent in, where its ``_revision``
is the stored one: old and new answers and the reason are in its history.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, records
from portal.db import transaction
from portal.forms import queries, removed, service, sources
from portal.forms.access import CLOSED, GRACE, Closed, check_open, count_of, first_of, once_key
from portal.forms.answers import book
from portal.forms.answers import sheets as answers_sheets
from portal.forms.answers.cells import Reader
from portal.forms.answers.places import Places, clear
from portal.forms.answers.sheets import Line
from portal.forms.answers.tables import Answers
from portal.forms.engine import Context
from portal.forms.filling import files as fill_files
from portal.forms.messages import Text, _l
from portal.forms.models import Form, FormVersion, Submission
from portal.forms.review import service as review
from portal.forms.slots import Slot, slots
from portal.forms.submissions import Invalid, SentBefore, anonymous_of, by_uid, has_files, mark, submit
from portal.forms.xlsform.report import ImportProblem
from portal.i18n import current_locale
from portal.people.identity import Identity
from portal.records import Record, StaleVersion
from portal.text import fold

MOST_PROBLEMS = 1_000
"""Problems that are looked for; whoever has more of them has one of another kind."""
_CLOSED: Mapping[str, Text] = {
    **CLOSED,
    "closed": _l("The form is closed. Open it again to import answers."),
    "over": _l("The time of the form is over. Change when it closes to import answers."),
    "full": _l("With these rows there would be more answers than the form may have."),
    "removed": _l("These answers were removed. They are not taken again."),
}


@dataclass(slots=True)
class Planned:
    """A row that can be taken over."""

    line: Line
    uid: str
    version: FormVersion
    subject_id: int | None
    answers: dict[str, Any]
    context: Context
    stored: Submission | None = None
    """What it corrects."""


@dataclass(slots=True)
class Plan:
    """What an import would do: the rows to take over, how many are there already, what is wrong."""

    form: Form
    file: str
    rows: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    total: int = 0
    same: int = 0
    problems: list[ImportProblem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(problem.level == "error" for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``; texts in the language of the moment."""
        return {
            "ok": self.ok,
            "rows": self.total,
            "new": len(self.rows) if self.ok else 0,
            "changed": len(self.changed) if self.ok else 0,
            "same": self.same,
            "problems": [problem.as_dict() for problem in self.problems],
        }


def plan(user: Identity, record: Record, content: bytes, filename: str) -> Plan:
    """Read a file and compare; nothing is stored. The caller has asked whether *user* may edit the form."""
    _record, form, published = queries.by_id(record.id)
    made = Plan(form, filename)
    try:
        sheets = book.read(content, filename)
    except book.BadBook as bad:
        made.problems.append(ImportProblem("", None, "", bad.code, bad.message))
        return made
    _Planner(user, record, form, published, made, hashlib.sha256(content).hexdigest()).look(sheets)
    order = {sheet.name: number for number, sheet in enumerate(sheets)}
    made.problems.sort(key=lambda each: (order.get(each.sheet, -1), each.row or 0, each.at or 0))
    return made


class _Planner:
    def __init__(
        self, user: Identity, record: Record, form: Form, published: FormVersion | None, made: Plan, digest: str
    ) -> None:
        self.user, self.record, self.form, self.published = user, record, form, published
        self.made, self.problems, self.digest = made, made.problems, digest
        self.answers = Answers(user, record, None)
        self.versions = {str(version.number): version for version in self.answers.versions}
        self.slot: Slot | None = slots.get(form.slot)
        self.readers: dict[tuple[int, int | None], Reader] = {}
        self.once: set[str] = set()
        self.uids: set[str] = set()

    def look(self, sheets: list[Any]) -> None:
        """Judge every row."""
        if self.published is None or (self.form.slot and self.slot is None):
            self._all("draft", _CLOSED["draft"])
            return
        lines = answers_sheets.arrange(self.answers, sheets, self.problems)
        self.made.total = len(lines)
        for line in lines:
            if len(self.problems) >= MOST_PROBLEMS:
                self._all("too_many", _l("There are more problems than are listed. Repair these first."))
                break
            self.row(line)
        if self.made.rows:
            try:
                check_open(self.record, self.published, GRACE)
            except Closed as closed:
                self._all(closed.reason, _CLOSED[closed.reason])
        limit = service.settings_of(self.published).get("limit")
        if limit and self.made.rows and count_of(self.record.id) + len(self.made.rows) > int(limit):
            self._all("full", _CLOSED["full"])
        if lines == [] and self.made.ok:
            self._all("no_rows", _l("There are no answers in the file."))

    def _all(self, code: str, said: Text) -> None:
        self.problems.append(ImportProblem("", None, "", code, said))

    def row(self, line: Line) -> None:
        """Judge one submission."""
        before = len(self.problems)
        uid, version = self._uid(line), self._version(line)
        stored = (by_uid(uid) if uid else None) or self._anonymous(line)
        if stored is None and uid and removed.is_removed(uid):
            repair = _l("Empty the cell, and the row is imported as a new answer.")
            self.problems.append(line.problem("_uuid", "removed", _CLOSED["removed"], repair))
        elif stored is not None and stored.form_id != self.record.id:
            self._elsewhere(line)
        elif stored is not None:
            version = self._version_of(line, stored, version)
        subject_id = self._subject(line) if stored is None else stored.subject_id
        if version is None or len(self.problems) > before:
            return
        try:
            reader = self._reader(version, subject_id, stored)
        except (NotFound, Forbidden):
            said = _l("You cannot fill this form about this record.")
            self.problems.append(line.problem("_subject", "subject", said))
            return
        reader.problems = self.problems
        answers = reader.answers(line, stored.answers if stored is not None else None)
        if len(self.problems) > before:
            return
        context = reader.context
        if has_files(reader.compiled):
            context = replace(context, files=fill_files.uids(stored.uid if stored is not None else uid))
        result = clear(reader, answers, context)
        places = Places(line, reader, result)
        for issue in result.errors:
            self.problems.append(places.problem(issue))
        self.problems.extend(places.lost())
        if len(self.problems) == before:
            planned = Planned(line, uid, version, subject_id, answers, context, stored)
            self._take(planned, mark(reader.compiled, result.values))

    def _anonymous(self, line: Line) -> Submission | None:
        """The anonymous submission whose receipt stands in a row: of those no id is in a file."""
        receipt = "".join(line.own("_receipt").split()).upper()
        return anonymous_of(self.record.id, receipt) if receipt and not line.own("_uuid") else None

    def _elsewhere(self, line: Line) -> None:
        said = _l("An answer with this id was sent into another form.")
        repair = _l("Empty the cell, and the row is imported as a new answer.")
        self.problems.append(line.problem("_uuid", "sent_before", said, repair))

    def _version_of(self, line: Line, stored: Submission, given: FormVersion | None) -> FormVersion | None:
        """The version of what is corrected, which stays."""
        found = next(each for each in self.answers.versions if each.id == stored.version_id)
        if line.own("_version") and given is not None and given.id != found.id:
            said = _l("This answer was sent in with version %(number)s, and stays there.", number=found.number)
            self.problems.append(line.problem("_version", "version", said))
        return found

    def _correct(self, row: Planned, stored: Submission) -> None:
        """Note a correction, where this row may be corrected and was not since the file was written."""
        given = row.line.own("_revision")
        if stored.anonymous:
            said = _l("Answers to an anonymous form are not corrected: only who sent them knows what was meant.")
            self.problems.append(row.line.problem("_receipt", "anonymous", said))
        elif stored.state == "approved":
            said = _l("This answer is approved and is not corrected any more.")
            self.problems.append(row.line.problem("_uuid", "approved", said))
        elif not given:
            said = _l(
                "An answer with this id is there, with other content, and the column _revision is missing or empty."
            )
            repair = _l("Download the answers anew and change them in that file.")
            self.problems.append(row.line.problem("_revision", "revision_missing", said, repair))
        elif given != str(stored.revision):
            said = _l("Somebody corrected this answer since the file was written.")
            repair = _l("Download the answers anew and change them in that file.")
            self.problems.append(row.line.problem("_revision", "stale", said, repair))
        else:
            self.made.changed.append(row)

    def _take(self, row: Planned, digest: str) -> None:
        """Note a row as new, known or corrected; not where it may be there only once."""
        stored = row.stored
        if stored is not None:
            if stored.digest == digest:
                self.made.same += 1
            else:
                self._correct(row, stored)
            return
        period = str(row.answers.get("period") or "")[:20]
        key = once_key(self.user, self.record.id, row.version, row.subject_id, period)
        if key is not None and (key in self.once or first_of(key) is not None):
            said = _l("Only one answer of your organisation is taken for each record and period.")
            self.problems.append(row.line.problem("period", "once", said))
            return
        self.once |= {key} if key else set()
        self.made.rows.append(row)

    def _uid(self, line: Line) -> str:
        given = line.own("_uuid")
        try:
            uid = str(uuid.UUID(given)) if given else self._made_uid(line)
        except ValueError:
            said = _l("This is no id. Ids look like %(example)s.", example="0b4f2f6e-3c1d-4f6a-9a57-1f0a4c1d2e3f")
            self.problems.append(line.problem("_uuid", "uuid", said, _l("Empty the cell.")))
            return ""
        if uid in self.uids:
            said = _l("This id stands in another row already.")
            self.problems.append(line.problem("_uuid", "uuid_twice", said))
        self.uids.add(uid)
        return uid

    def _made_uid(self, line: Line) -> str:
        """An id for a row without one, the same whenever the file is imported; another where that was removed."""
        name, times = f"{self.form.token}:{self.digest}:{line.grid.name}:{line.number}", 0
        while removed.is_removed(made := str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name}:{times}" if times else name))):
            times += 1
        return made

    def _version(self, line: Line) -> FormVersion | None:
        given = line.own("_version")
        found = self.versions.get(given) if given else self.published
        if found is None:
            said = _l("The form has no version of this number.")
            self.problems.append(line.problem("_version", "version", said))
        return found

    def _subject(self, line: Line) -> int | None:
        """The record the row is about: that of the form, else the one whose number or title is given."""
        if self.record.parent_id is not None or self.slot is None:
            return self.record.parent_id
        given = line.own("_subject")
        found = self._subjects.get(fold(given), []) if given else []
        if len(found) == 1:
            return found[0]
        said = (
            _l("Several records have this title. Write the number of the record instead.")
            if found
            else _l("Name the record that the answers are about, by its title or number.")
        )
        self.problems.append(line.problem("_subject", "subject", said))
        return None

    @property
    def _subjects(self) -> dict[str, list[int]]:
        """Titles and numbers of the records the form can be about, as the person sees them."""
        if not hasattr(self, "_known"):
            self._known: dict[str, list[int]] = {}
            kind = self.slot.record_kind if self.slot else ""
            for key, title in records.options(self.user, kind, limit=20_000):
                for text in {str(key), *(fold(each) for each in title.texts.values())}:
                    self._known.setdefault(text, []).append(key)
        return self._known

    def _reader(self, version: FormVersion, subject_id: int | None, stored: Submission | None) -> Reader:
        key = version.id, subject_id
        if key not in self.readers:
            compiled = service.compiled(version)
            context = sources.context(self.user, self.form, compiled, subject_id)
            self.readers[key] = Reader(compiled, context, self.answers.lineages[version.id], self.answers.chains)
        reader = self.readers[key]
        if stored is None or not any(node.kind == "repeat" and node.source for node in reader.compiled.nodes):
            return reader
        titles = sources.titles(self.user, reader.compiled, [stored.answers])
        context = sources.with_rows_of(reader.context, reader.compiled, stored.answers, titles)
        return Reader(reader.compiled, context, reader.lineage, reader.chains)


def carry_out(user: Identity, record: Record, made: Plan, progress: Any = None, reason: str = "") -> int:
    """Store what was planned, all or nothing, and note it in the history; how many are new.

    *reason* is why answers are corrected. Raises ValueError for a plan with errors, or corrections without a reason.
    What came in between (the form was closed, somebody sent the same) is added to the problems of the plan, and
    nothing is stored.
    """
    if not made.ok:
        raise ValueError("the plan has errors")
    if made.changed and not reason.strip():
        raise ValueError("corrections need a reason")
    every = [*made.rows, *made.changed]
    at = 0
    try:
        with transaction():
            for at, row in enumerate(every):
                if row.stored is not None:
                    _corrected(user, made, row, row.stored, reason)
                    if progress is not None:
                        progress.step(at + 1, len(every))
                    continue
                submit(
                    user,
                    record,
                    made.form,
                    row.version,
                    uid=row.uid,
                    answers=row.answers,
                    language=current_locale(),
                    subject_id=row.subject_id,
                    context=row.context,
                )
                if progress is not None:
                    progress.step(at + 1, len(every))
            if every:
                audit.note(
                    "imported",
                    entity="portal_form",
                    entity_id=record.id,
                    record_id=record.id,
                    file=made.file,
                    new=len(made.rows),
                    **({"changed": len(made.changed)} if made.changed else {}),
                )
    except Closed as closed:
        made.problems.append(ImportProblem("", None, "", closed.reason, _CLOSED[closed.reason]))
        return 0
    except (Invalid, SentBefore, StaleVersion):
        said = _l("Somebody has changed something in between. Import the file again.")
        made.problems.append(every[at].line.problem("_uuid", "changed", said))
        return 0
    return len(made.rows)


def _corrected(user: Identity, made: Plan, row: Planned, stored: Submission, reason: str) -> None:
    review.correct(
        user,
        made.form,
        stored,
        revision=int(row.line.own("_revision")),
        answers=row.answers,
        context=row.context,
        reason=reason,
    )
