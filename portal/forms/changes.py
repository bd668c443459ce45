"""What happened to the answers of a form, numbered in the order in which it became visible.

Programs read on from the last number they know. A number is given in the last moment before the commit, with the
counter of the form locked until it: whoever sees a number therefore sees all smaller ones, also where transactions
end in another order than they began. An anonymous answer is told the day after it came, in an order left to chance;
until then nothing that happens to it is told either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import ForeignKey, String, event, exists, insert, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import clock
from portal.db import CoreBase, db, transaction
from portal.forms.models import Submission, WideInteger

ACTS: Final = ("submitted", "edited", "approved", "reopened", "returned", "removed")
_KEY: Final = "portal_form_changes"
_AT_ONCE: Final = 500


class Feed(CoreBase):
    """The last number that was given in a form."""

    __tablename__ = "portal_form_feed"

    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"), primary_key=True)
    last: Mapped[int]


class Change(CoreBase):
    """Something that happened to a submission, which may be gone since; ``act`` is one of ACTS."""

    __tablename__ = "portal_form_change"

    form_id: Mapped[int] = mapped_column(ForeignKey("portal_form.record_id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(WideInteger, index=True)
    act: Mapped[str] = mapped_column(String(10))


@dataclass(frozen=True)
class Told:
    """A change as it is about to be stored: the number it gets, and whose answer it is about."""

    form_id: int
    number: int
    submission_id: int
    act: str
    anonymous: bool


listeners: list[Callable[[Sequence[Told]], None]] = []
"""Called in the transaction that stores changes: what they store is stored with them or not at all."""


@event.listens_for(Session, "after_flush")
def _notice(session: Session, context: Any) -> None:
    """Remember what was flushed of submissions; anonymous ones come past the session and are not noticed."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Submission) and (act := _act(session, row)):
            seen: dict[int, tuple[int, str, bool]] = session.info.setdefault(_KEY, {})
            before = seen.get(row.id)
            if act != "removed" and before is not None and before[1] in ("submitted", "edited"):
                act = before[1]
            seen[row.id] = (row.form_id, act, row.anonymous)


def note(submission_id: int, form_id: int, act: str, *, anonymous: bool) -> None:
    """Tell what happens past the session, by a statement. Inside transaction()."""
    db.session().info.setdefault(_KEY, {})[submission_id] = (form_id, act, anonymous)


def _act(session: Session, row: Submission) -> str:
    if row in session.deleted:
        return "removed"
    if row in session.new:
        return "submitted"
    state = inspect(row)
    if state.attrs.answers.history.has_changes():
        return "edited"
    if not state.attrs.state.history.has_changes():
        return ""
    return "reopened" if row.state == "submitted" else row.state


@event.listens_for(Session, "before_commit")
def _number(session: Session) -> None:
    """Number what was noticed, form by form in one order, so that two transactions never wait for each other."""
    if session.in_nested_transaction() or not (
        session.info.get(_KEY) or session.new or session.dirty or session.deleted
    ):
        return
    session.flush()
    seen: dict[int, tuple[int, str, bool]] = session.info.pop(_KEY, {})
    hidden = [key for key, (_form, _act_, anonymous) in seen.items() if anonymous]
    if hidden:
        known = set(session.scalars(select(Change.submission_id).where(Change.submission_id.in_(hidden))))
        seen = {key: value for key, value in seen.items() if not value[2] or key in known}
    by_form: dict[int, list[tuple[int, str, bool]]] = {}
    for submission_id, (form_id, act, anonymous) in seen.items():
        by_form.setdefault(form_id, []).append((submission_id, act, anonymous))
    for form_id in sorted(by_form):
        _store(session, form_id, by_form[form_id])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: Any) -> None:
    if not previous.nested:
        session.info.pop(_KEY, None)


def _store(session: Session, form_id: int, acts: Sequence[tuple[int, str, bool]]) -> None:
    """Write changes of a form; its counter stays locked until the commit."""
    dialect = session.connection().dialect.name
    insert_one: Any = (postgresql if dialect == "postgresql" else sqlite).insert(Feed)
    taken = insert_one.values(form_id=form_id, last=len(acts)).on_conflict_do_update(
        index_elements=[Feed.form_id], set_={"last": Feed.last + len(acts)}
    )
    last: int = session.scalars(taken.returning(Feed.last)).one()
    told = [
        Told(form_id, last - len(acts) + at, submission_id, act, anonymous)
        for at, (submission_id, act, anonymous) in enumerate(acts, 1)
    ]
    rows = [
        {"form_id": form_id, "number": each.number, "submission_id": each.submission_id, "act": each.act}
        for each in told
    ]
    session.execute(insert(Change), rows)
    for listener in listeners:
        listener(told)


def tell_anonymous(progress: Any = None) -> int:
    """Tell the anonymous answers of the days before today, by chance within a day; how many. Runs every night."""
    today = datetime.combine(clock.today(), time(), clock.zone())
    due = (
        select(Submission.form_id, Submission.id)
        .where(Submission.anonymous.is_(True), Submission.received_at < today)
        .where(~exists().where(Change.submission_id == Submission.id))
        .order_by(Submission.form_id, Submission.received_at, Submission.id)
        .limit(_AT_ONCE)
    )
    count = 0
    while True:
        with transaction():
            rows = db.session.execute(due).all()
            by_form: dict[int, list[tuple[int, str, bool]]] = {}
            for form_id, submission_id in rows:
                by_form.setdefault(form_id, []).append((submission_id, "submitted", True))
            for form_id, acts in by_form.items():
                _store(db.session(), form_id, acts)
        count += len(rows)
        if progress is not None:
            progress.step(count)
        if len(rows) < _AT_ONCE:
            return count


class UnknownCursor(Exception):
    """A place in the changes that is none: of another form, or given before the data was restored."""


def after(form_id: int, cursor: str, limit: int) -> tuple[list[Change], str, bool]:
    """The changes after *cursor* ("": from the first on), the next cursor, and whether there are more by now.

    Raises UnknownCursor.
    """
    number = _place(form_id, cursor)
    stmt = select(Change).where(Change.form_id == form_id, Change.number > number).order_by(Change.number)
    rows: list[Change] = list(db.session.scalars(stmt.limit(limit + 1)))
    page = rows[:limit]
    return page, _cursor(page[-1]) if page else cursor, len(rows) > limit


def _place(form_id: int, cursor: str) -> int:
    if not cursor:
        return 0
    number, _dash, _mark = cursor.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise UnknownCursor
    row = db.session.get(Change, (form_id, int(number)))
    if row is None or _cursor(row) != cursor:
        raise UnknownCursor
    return row.number


def _cursor(row: Change) -> str:
    """The number, and a mark by which a change is told from another that got its number after a restore."""
    text = f"{row.form_id}:{row.number}:{row.submission_id}:{row.act}"
    return f"{row.number}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def newest(acts: Iterable[Change]) -> dict[int, int]:
    """Submission → the number of the last of *acts* about it."""
    return {each.submission_id: each.number for each in acts}
