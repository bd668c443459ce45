"""A submission that arrives: checked as a whole by the engine, stored once, its files in one request or in several.

What the engine refuses is refused to the program too, with the questions by name: it then keeps the form and shows
the message, whereas after an acknowledgement it may forget the answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from portal import clock, storage
from portal.db import transaction
from portal.forms import queries, removed, service, sources, waiting
from portal.forms.access import CLOSED, GRACE, Closed, check_open, filled_at
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY, Answers, Context, Issue, Result, evaluate
from portal.forms.filling import files as fill_files
from portal.forms.messages import pick
from portal.forms.models import FormVersion, Submission
from portal.forms.openrosa import instance, xforms
from portal.forms.openrosa.instance import BadInstance, Instance, Read, file_id
from portal.forms.openrosa.phone import NotForPhones
from portal.forms.openrosa.reach import Reached
from portal.forms.submissions import Invalid, SentBefore, by_uid, lock, mark, submit
from portal.i18n import _, current_locale
from portal.people.identity import Identity

MOST_NAMED = 5
"""Questions that a refusal names."""


class Refusal(Exception):
    """A submission that is not taken: the status and what the program shows."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Arrived:
    """What became of a request: the submission, None while files are still to come; ``missing`` names those."""

    submission: Submission | None
    missing: Sequence[str]


def take(
    user: Identity,
    reached: Reached,
    version: FormVersion,
    sent: Instance,
    uploads: Mapping[str, FileStorage],
    *,
    incomplete: bool,
    public: bool,
) -> Arrived:
    """Take a request in; raises Refusal. The same content again gives the same submission, with its later files."""
    if sent.corrects:
        raise Refusal(409, _("Answers are corrected on the pages of the portal, not by sending them again."))
    arrival = _Arrival(user, reached, version, sent)
    arrival.check()
    arrival.keep(uploads, public)
    arrival.settle()
    if incomplete and arrival.before is None:
        return Arrived(None, arrival.missing())
    return Arrived(arrival.store(), arrival.missing())


class _Arrival:
    def __init__(self, user: Identity, reached: Reached, version: FormVersion, sent: Instance) -> None:
        self.user, self.reached, self.version, self.uid = user, reached, version, sent.uid
        self.compiled = service.compiled(version)
        self.anonymous = bool(service.settings_of(version).get("anonymous"))
        try:
            self.read = instance.answers(self.compiled, xforms.phoned(version), sent, clock.zone())
        except BadInstance as bad:
            raise Refusal(400, str(bad.message)) from None
        except NotForPhones as refused:
            raise Refusal(403, str(refused.reason)) from None
        self.ids = frozenset(file_id(self.uid, name) for name in self.read.files)
        self.before = by_uid(self.uid)
        self.context = self._context(self.read)

    def _context(self, read: Read) -> Context:
        """What the engine may know: the time is that of filling, the files are those the answers name."""
        found = sources.context(self.user, self.reached.form, self.compiled, self.reached.subject_id)
        if not self.anonymous and self.user.signed_in:
            period = str(read.answers.get("period") or "")[:20]
            last = queries.last_about(self.reached.record.id, self.reached.subject_id, period)
            found = replace(found, previous=last)
        if read.filled_at is not None:
            moment = filled_at(read.filled_at, self.version)
            found = replace(found, now=moment.astimezone(clock.zone()), today=moment.date())
        if self.before is not None:
            found = sources.as_before(found, self.compiled, self.before.answers, read.answers)
        return replace(found, files=self.ids)

    def check(self) -> None:
        """Refuse what cannot be stored, before any file of it is kept."""
        result = evaluate(self.compiled, self.read.answers, self.context, "submit")
        if self.before is not None:
            if not self._same(self.before, result):
                raise _known()
            return
        try:
            removed.check(self.uid)
            check_open(self.reached.record, self.reached.version, GRACE)
        except Closed as closed:
            raise _closed(closed) from None
        if not result.ok:
            raise self._invalid(result)
        if lost := _lost(self.compiled.top, self.read.answers, result, ""):
            said = _("These rows are not, or no longer, part of the form: %(rows)s.", rows=", ".join(lost[:MOST_NAMED]))
            raise Refusal(422, said)

    def _same(self, before: Submission, result: Result) -> bool:
        digest = mark(self.compiled, result.values)
        return (before.form_id, before.version_id, before.digest) == (self.version.form_id, self.version.id, digest)

    def keep(self, uploads: Mapping[str, FileStorage], public: bool) -> None:
        """Keep the files that the answers name; what nobody asked for is left."""
        form_id = self.reached.record.id if public else None
        there = fill_files.uids(self.uid) if self.ids else frozenset()
        for name, node in self.read.files.items():
            upload = uploads.get(name)
            if upload is None or file_id(self.uid, name) in there:
                continue
            upload.filename = name
            try:
                if form_id is not None:
                    waiting.ask_room(form_id, upload.stream.seek(0, 2))
                    upload.stream.seek(0)
                fill_files.keep(
                    self.user,
                    self.uid,
                    node,
                    upload,
                    public=public,
                    anonymous=self.anonymous,
                    known_as=file_id(self.uid, name),
                    form_id=form_id,
                )
            except storage.UploadRefused as refused:
                raise Refusal(413 if refused.code == "too_large" else 422, refused.message) from None
            except storage.StorageFull as full:
                raise Refusal(507, full.message) from None
            except waiting.Full as full:
                raise Refusal(429, str(full.message)) from None
            except fill_files.TooMany:
                raise Refusal(413, _("No more files can be sent with this form.")) from None
            except IntegrityError:  # the same file in two requests at once: it is there
                continue

    def settle(self) -> None:
        """Where another request has stored the answers, the files that came with this one stay with them.

        It may have done so while this one was read. Under the lock that a form with files is stored under: either
        its answers are seen here, or what was kept here is seen there.
        """
        if not self.ids:
            return
        with transaction():
            lock(self.reached.record.id)
            stored = by_uid(self.uid)
            if stored is not None and self.before is None:
                self.before = stored
                if not self._same(stored, evaluate(self.compiled, self.read.answers, self.context, "submit")):
                    raise _known()
            if stored is not None:
                fill_files.settle(self.uid)

    def store(self) -> Submission:
        """Store the submission, or find the one there is."""
        try:
            return submit(
                self.user,
                self.reached.record,
                self.reached.form,
                self.version,
                uid=self.uid,
                answers=self.read.answers,
                language=current_locale(),
                subject_id=self.reached.subject_id,
                context=self.context,
                coming=self.ids,
            )
        except Invalid as invalid:
            raise self._invalid(invalid.result) from None
        except Closed as closed:
            raise _closed(closed) from None
        except SentBefore as before:
            if not before.once:
                raise _known() from None
            said = _("Your organisation has sent this form already; it is taken once for each record and period.")
            raise Refusal(409, said) from None

    def missing(self) -> list[str]:
        """The files that the answers name and that are not there yet."""
        there = fill_files.uids(self.uid) if self.ids else frozenset()
        return [name for name in self.read.files if file_id(self.uid, name) not in there]

    def _invalid(self, result: Result) -> Refusal:
        lines = [_line(self.compiled, issue) for issue in result.errors[:MOST_NAMED]]
        if (more := len(result.errors) - MOST_NAMED) > 0:
            lines.append(_("and %(count)s more", count=more))
        return Refusal(422, _("Not taken: %(what)s", what=" · ".join(lines)))


def _known() -> Refusal:
    return Refusal(409, _("This form was sent before with other answers. The first ones are kept."))


def _closed(closed: Closed) -> Refusal:
    """To a phone, which has the form, one that was taken back is closed."""
    return Refusal(403, str(CLOSED["closed" if closed.reason == "draft" else closed.reason]))


def _line(compiled: Compiled, issue: Issue) -> str:
    """``Children 2, Age: Write a whole number.``"""
    places = []
    for part in issue.path.split("."):
        name, _bracket, index = part.rstrip("]").partition("[")
        node = compiled.by_name.get(name)
        label = " ".join(pick(node.row.get("label"), current_locale(), name).split()) if node else name
        places.append(f"{label[:60]} {int(index) + 1}" if index else label[:60])
    return f"{', '.join(places)}: {issue.message}"


def _lost(nodes: Sequence[Node], sent: Answers, result: Result, prefix: str) -> list[str]:
    """Rows of repeats that were sent with answers, are relevant, and of which the engine keeps nothing."""
    return _lost_rows(nodes, sent, result.values, result, prefix)


def _lost_rows(nodes: Sequence[Node], sent: Answers, kept: Answers, result: Result, prefix: str) -> list[str]:
    found: list[str] = []
    for node in nodes:
        if node.kind == "group":
            found += _lost_rows(node.children, sent, kept, result, prefix)
        elif node.kind == "repeat" and isinstance(rows := sent.get(node.name), list):
            path = prefix + node.name
            if not result.visible(path):
                continue
            there: dict[str, tuple[int, Any]] = {
                str(row.get(KEY)): (index, row) for index, row in enumerate(kept.get(node.name) or [])
            }
            for index, row in enumerate(rows):
                if (found_row := there.get(row[KEY])) is not None:
                    inside = f"{path}[{found_row[0]}]."
                    found += _lost_rows(node.children, row, found_row[1], result, inside)
                elif len(row) > 1:
                    found.append(f"{pick(node.row.get('label'), current_locale(), node.name)} {index + 1}")
    return found
