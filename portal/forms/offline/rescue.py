"""The file of unsent answers: read, looked at, taken over one record after the other, each once.

A record is judged as if its device had sent it. What fits is taken, what does not is listed with its reasons and
stays in the file. Who imports the file is its sender.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, records, storage
from portal.db import db, transaction
from portal.forms import queries, removed, service, submissions
from portal.forms.access import CLOSED, GRACE, Closed, check_open, first_of, once_key
from portal.forms.messages import Text, _l
from portal.forms.models import FormVersion, Submission
from portal.forms.offline import parts, taking
from portal.forms.offline.place import Place, key_of
from portal.forms.offline.taking import Judged, Reason, Refused
from portal.forms.slots import slots
from portal.people.identity import Identity
from portal.records import Record

FORMAT, FORMAT_VERSION = "portal-form-answers", 1
MOST_RECORDS = 1_000


class BadFile(Exception):
    """A file that is not taken at all: a code and words for the reader."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(code)
        self.code, self.message = code, message


@dataclass(slots=True)
class Line:
    """A record of the file: ``state`` is new, same, taken or refused; ``receipt`` where it is stored."""

    number: int
    title: str
    uid: str = ""
    state: str = "refused"
    reasons: list[Reason] = field(default_factory=list)
    receipt: str = ""
    ready: tuple[Place, taking.Record, Judged] | None = None


@dataclass(slots=True)
class Carried:
    """What became of a file, or would become of it."""

    file: str
    lines: list[Line]

    def count(self, *states: str) -> int:
        """How many records are in one of *states*."""
        return sum(line.state in states for line in self.lines)

    @property
    def ok(self) -> bool:
        """Whether no record is refused."""
        return not self.count("refused")

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``; texts in the language of the moment."""
        return {
            "ok": self.ok,
            "rows": len(self.lines),
            "new": self.count("new", "taken"),
            "same": self.count("same"),
            "problems": [
                {"row": line.number, "column": each.label, "code": each.code, "message": each.message}
                for line in self.lines
                for each in line.reasons
            ],
            "records": [
                {"row": line.number, "uid": line.uid, "state": line.state, "receipt": line.receipt}
                for line in self.lines
            ],
        }


def is_carried(content: bytes) -> bool:
    """Whether a file is one of unsent answers, and no spreadsheet."""
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def plan(user: Identity, record: Record, content: bytes, filename: str) -> Carried:
    """Read a file and judge each record; raises BadFile. The caller has asked whether *user* may import.

    Nothing is stored but pictures of typed signatures, which go by themselves where the record is not taken.
    """
    _record, form, live = queries.by_id(record.id)
    if live is None:
        raise BadFile("draft", CLOSED["draft"])
    raw = _read(content, key_of(form))
    try:
        check_open(record, live, GRACE)
        closed = None
    except Closed as found:
        closed = taking.shut(found.reason)
    stmt = select(FormVersion).where(FormVersion.form_id == record.id)
    versions = {version.number: version for version in db.session.scalars(stmt)}
    public = service.settings_of(live).get("mode") == "public"
    base = Place(user, record, form, live, live, record.parent_id, "", public)
    made = Carried(filename, [])
    seen: set[str] = set()
    for number, one in enumerate(raw, 1):
        line = Line(number, str(one.get("title") or "")[:80] if isinstance(one, dict) else "")
        made.lines.append(line)
        try:
            _look(base, versions, one, line, closed)
            if line.uid in seen:
                raise Refused(409, [Reason(str(_l("This record stands in the file twice.")), code="twice")])
            seen.add(line.uid)
        except taking.Unreadable:
            line.reasons = [Reason(str(_l("This record cannot be read.")), code="unreadable")]
        except Refused as refused:
            line.state, line.reasons, line.ready = "refused", refused.reasons, None
    return made


def _read(content: bytes, key: str) -> list[Any]:
    try:
        raw = json.loads(content.decode("utf-8-sig"))
        found, form, number = raw["records"], raw["form"], raw["format_version"]
        if raw["format"] != FORMAT or not isinstance(found, list):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadFile("unreadable", _l("This is no file of unsent answers, or it is damaged.")) from None
    if number != FORMAT_VERSION:
        raise BadFile("format", _l("The file was written by a newer portal. Import it there."))
    if form != key:
        raise BadFile("other_form", _l("These answers belong to another form. Import them there."))
    if len(found) > MOST_RECORDS:
        said = _l("There are more than %(limit)s records in the file.", limit=MOST_RECORDS)
        raise BadFile("too_many", said)
    return found


def _look(base: Place, versions: dict[int, FormVersion], raw: Any, line: Line, closed: Reason | None) -> None:
    """Judge one record; raises Unreadable and Refused."""
    record = taking.read(raw)
    line.uid = record.uid
    version = versions.get(record.version)
    if version is None:
        raise Refused(404, [Reason(str(_l("The form has no version of this number.")), code="version")])
    place = replace(base, version=version, subject_id=_subject(base, raw), period=str(raw.get("period") or "")[:20])
    pairs = zip(record.files, raw.get("files", ()), strict=True)
    record = replace(record, files=tuple(_with_data(each, one) for each, one in pairs))
    stored = submissions.by_uid(record.uid)
    if stored is None and removed.is_removed(record.uid):
        raise Refused(410, [taking.shut("removed")])
    if stored is None and closed is not None:
        raise Refused(410, [closed])
    for each in record.files:
        _check(place, each)
    judged = taking.judge(place, record, known=stored is not None)
    if stored is not None:
        line.state, line.receipt = "same", _same(stored, base, judged)
        return
    _once(place, judged)
    line.state, line.ready = "new", (place, record, judged)


def _same(stored: Submission, place: Place, judged: Judged) -> str:
    """The receipt of what is there already; raises Refused where it is of other answers."""
    if stored.form_id != place.record.id or stored.digest != judged.digest:
        raise Refused(409, [taking.again(submissions.SentBefore(stored))])
    return stored.receipt


def _once(place: Place, judged: Judged) -> None:
    """Raise Refused where the form takes one answer and has it."""
    period = str(judged.answers.get("period") or "")[:20]
    key = once_key(place.user, place.record.id, place.version, place.subject_id, period)
    if (first := first_of(key)) is not None:
        raise Refused(409, [taking.again(submissions.SentBefore(first, once=True))])


def _subject(base: Place, raw: Any) -> int | None:
    """The record the answers are about, where the reader sees it."""
    slot = slots.get(base.form.slot)
    asked = raw.get("subject")
    if base.record.parent_id is not None:
        return base.record.parent_id
    if slot is None and asked is None:
        return None
    try:
        if not isinstance(asked, int):
            raise NotFound
        return records.get(base.user, asked, slot.record_kind if slot else None).id
    except (NotFound, Forbidden):
        said = _l("You cannot fill this form about this record.")
        raise Refused(404, [Reason(str(said), code="subject")]) from None


def _with_data(each: taking.FileOf, raw: Any) -> taking.FileOf:
    try:
        data = base64.b64decode(raw["data"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise taking.Unreadable from None
    if len(data) != each.size or hashlib.sha256(data).hexdigest() != each.mark:
        said = _l("The file %(name)s is damaged.", name=each.name)
        raise Refused(422, [Reason(str(said), code="damaged")])
    return replace(each, data=data)


def _check(place: Place, each: taking.FileOf) -> None:
    try:
        parts.check(place, parts.question(place, each.field), each.name, each.data)
    except parts.Refused as refused:
        raise Refused(422, [Reason(f"{each.name}: {refused.message}", code=refused.code)]) from None


def carry_out(user: Identity, record: Record, made: Carried) -> None:
    """Store the new records of a plan, each by itself, and note it in the history."""
    for line in made.lines:
        if line.ready is None:
            continue
        place, one, judged = line.ready
        line.ready = None
        try:
            line.state, line.receipt = _take(place, one, judged)
        except Refused as refused:
            line.state, line.reasons = "refused", refused.reasons
        except (parts.Refused, storage.StorageFull) as refused:
            line.state, line.reasons = "refused", [Reason(str(refused.message), code="file")]
    if made.count("taken"):
        with transaction():
            audit.note(
                "imported",
                entity="portal_form",
                entity_id=record.id,
                record_id=record.id,
                file=made.file,
                new=made.count("taken"),
            )


def _take(place: Place, one: taking.Record, judged: Judged) -> tuple[str, str]:
    """Store one record with its files, all or nothing: ``taken`` or ``same``, and its receipt.

    Its device may send it at the same moment. Raises Refused, parts.Refused and storage.StorageFull.
    """
    for _turn in range(len(one.files) + 1):
        try:
            with transaction():
                for each in one.files:
                    node = parts.question(place, each.field)
                    parts.keep(place, one.uid, node, each.mark, name=each.name, content=each.data)
                submissions.lock(place.record.id)  # after the files, for which a device may wait; before the row
                if (stored := submissions.by_uid(one.uid)) is not None:
                    return "same", _same(stored, place, judged)
                _once(place, judged)  # a record before it in the file may be the one
                return "taken", taking.store(place, one, judged).receipt
        except IntegrityError:  # the device has kept a file meanwhile: now it is there
            continue
    raise Refused(
        409, [Reason(str(_l("This record is being sent at this moment. Import the file again.")), code="busy")]
    )
