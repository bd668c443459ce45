"""Answers that a device sends when the network is back: each once, on the version they were filled on."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from portal import audit, clock
from portal.forms import sources, submissions
from portal.forms.access import CLOSED, Closed
from portal.forms.engine import KEY, Answers, Context, Issue, evaluate, field_id
from portal.forms.filling.filling import Filling
from portal.forms.messages import _l, pick
from portal.forms.models import Submission
from portal.forms.offline import parts
from portal.forms.offline.place import Place
from portal.forms.submissions import answered

MOST_FIELDS = 20_000
"""Fields of one record; a form draws fewer."""


class Unreadable(Exception):
    """What a device or a file says is no record of a form."""


@dataclass(frozen=True)
class FileOf:
    """A file of a record: the field it answers, its hash, name and size; ``data`` where a rescue file brought it."""

    field: str
    mark: str
    name: str
    size: int
    data: bytes = b""


@dataclass(frozen=True)
class Record:
    """What a device keeps of one filled form: ``pairs`` are names and values as a page posts them."""

    uid: str
    version: int
    language: str
    filled: str
    pairs: tuple[tuple[str, str], ...]
    files: tuple[FileOf, ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a record is not taken: the question it is about ("" for none), its place on the page, what to do."""

    message: str
    label: str = ""
    anchor: str = ""
    code: str = ""

    def as_dict(self) -> dict[str, str]:
        """For the device."""
        return {"message": self.message, "label": self.label, "anchor": self.anchor, "code": self.code}


def shut(reason: str) -> Reason:
    """Why a form takes nothing, by the reason of Closed."""
    return Reason(str(CLOSED[reason]), code=reason)


class Refused(Exception):
    """A record that cannot be taken as it is; ``status`` is what HTTP says of it."""

    def __init__(self, status: int, reasons: list[Reason]) -> None:
        super().__init__(status)
        self.status, self.reasons = status, reasons


@dataclass(frozen=True)
class Judged:
    """A record that the form would take: answers and the hash they will have."""

    filling: Filling
    answers: Answers
    context: Context
    digest: str


def read(raw: Any) -> Record:
    """A record from JSON; raises Unreadable."""
    try:
        pairs = tuple((str(name), value) for name, value in raw["answers"])
        files = tuple(
            FileOf(str(each["field"]), str(each["hash"]), str(each["name"])[:200], int(each["size"]))
            for each in raw.get("files", ())
        )
        filled = str(raw.get("filled") or "")
        if filled:
            datetime.fromisoformat(filled)
        found = Record(as_uid(raw["uid"]), int(raw["version"]), str(raw.get("lang") or "")[:8], filled, pairs, files)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise Unreadable from None
    texts = (*(text for pair in pairs for text in pair), filled, found.language, *(each.name for each in files))
    if len(pairs) > MOST_FIELDS or not all(isinstance(text, str) and _clean(text) for text in texts):
        raise Unreadable
    if not all(parts.HASH.fullmatch(each.mark) and 0 < each.size < 2**31 for each in files):
        raise Unreadable
    return found


def as_uid(text: Any) -> str:
    """The id of a record as a device makes it, a UUID; raises Unreadable."""
    try:
        return str(uuid.UUID(str(text)))
    except ValueError:
        raise Unreadable from None


def _clean(text: str) -> bool:
    """Whether a text can be stored at all."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def judge(place: Place, record: Record, *, known: bool = False) -> Judged:
    """Judge a record as a page that is sent; nothing is stored but the picture of a typed signature.

    Raises Refused (422) with the reasons by question, but not of what is stored already (*known*): lists may have
    changed since, and it is to get its receipt.
    """
    context = place.context(record.filled)
    filling = place.filling(context, record.uid)
    posted = MultiDict([("uid", record.uid), *((name, value) for name, value in record.pairs if name != "uid")])
    for each in record.files:
        try:
            node = parts.question(place, each.field)
        except parts.Refused:
            continue
        posted.setlist(each.field, [parts.id_of(record.uid, node, each.mark)])
    filling.read(posted, MultiDict())
    if known and (before := submissions.by_uid(record.uid)) is not None:
        context = sources.as_before(context, filling.compiled, before.answers, filling.answers)
    result = evaluate(filling.compiled, filling.answers, context, "submit")
    issues = [*filling.refused, *_lost(filling), *result.errors]
    if issues and not known:
        raise Refused(422, [_reason(filling, each) for each in issues])
    mark = submissions.mark(filling.compiled, result.values)
    return Judged(filling, filling.answers, context, mark)


def store(place: Place, record: Record, judged: Judged) -> Submission:
    """Store what was judged, once; raises Refused."""
    try:
        with nullcontext() if place.user.signed_in else audit.acting(None):
            return submissions.submit(
                place.user,
                place.record,
                place.form,
                place.version,
                uid=record.uid,
                answers=judged.answers,
                language=record.language,
                subject_id=place.subject_id,
                context=judged.context,
            )
    except submissions.Invalid as invalid:
        reasons = [_reason(judged.filling, each) for each in invalid.result.errors]
        raise Refused(422, reasons) from None
    except Closed as closed:
        raise Refused(410, [shut(closed.reason)]) from None
    except submissions.SentBefore as before:
        raise Refused(409, [again(before)]) from None


def again(before: submissions.SentBefore) -> Reason:
    """Why what was sent before is not taken once more."""
    if before.once:
        said = _l("You have sent this form already, once is enough. The first one is kept.")
        return Reason(str(said), code="once")
    said = _l(
        "This form was sent before with other answers. The first one is kept and this one was not stored. It stays on"
        " this device; send it as a new answer if it is to be kept as well."
    )
    return Reason(str(said), code="sent_before")


def _reason(filling: Filling, issue: Issue) -> Reason:
    node = filling.compiled.by_id.get(issue.row)
    label = pick((node.row.get("label") if node else None) or {}, filling.context.locale, issue.path)
    return Reason(str(issue.message), label, field_id(issue.path), issue.code)


def _lost(filling: Filling) -> Iterator[Issue]:
    """Answers in rows that the form has no more, since their record is gone: nothing is dropped unsaid."""
    rows = filling.context.rows
    for node in filling.compiled.nodes:
        if node.kind != "repeat" or not node.source or node.path or node.source.startswith("choices:"):
            continue
        known = {seed.key for seed in rows.get(node.name) or rows.get(node.source) or ()}
        inner = [each.name for each in node.children if answered(each)]
        for index, row in enumerate(filling.answers.get(node.name) or ()):
            if str(row.get(KEY)) not in known and any(row.get(name) for name in inner):
                said = _l("What row %(number)s is about is not in the list any more. Empty the row.", number=index + 1)
                yield Issue(node.name, node.id, "row_lost", said)


def receipt(stored: Submission) -> dict[str, str]:
    """What the device keeps of what was stored: id, code, time (of anonymous ones the day) and hash."""
    local = stored.received_at.astimezone(clock.zone())
    moment = local.date() if stored.anonymous else local
    return {"uid": stored.uid, "code": stored.receipt, "received": moment.isoformat(), "hash": stored.digest}
