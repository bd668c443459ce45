"""Invitations of people without an account: made, sent, revoked, used once.

Whether one was used is told by its passes. Of an anonymous form they are deleted in the transaction that stores the
answers, and nothing else is written: no time, no number, no mark that the answers have as well. The list of an
anonymous form does not tell which passes are gone, and a reminder looks the same for all.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, update

from portal import audit, clock
from portal.db import db, transaction
from portal.forms import fields
from portal.forms.codes import mark_of, new_code
from portal.forms.models import Form, Invitation, Pass, Saved, Submission, random_id
from portal.forms.submissions import lock
from portal.i18n import _
from portal.people.identity import Identity
from portal.records import Record
from portal.text import fold, nfc

MOST = 1_000
"""Invitations made at once."""
MOST_CODES = 500
"""Codes printed at once."""
TABLE = Form.__tablename__

_HEADS = frozenset(
    {"name", "names", "e-mail", "email", "mail", "address", "нэр", "овог нэр", "и-мэйл", "имэйл", "хаяг"}
)


class BadLine(Exception):
    """A line of the list that cannot be read; ``number`` counts from 1, ``message`` says what is wrong."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"{number}: {message}")
        self.number, self.message = number, message


class Used(Exception):
    """The link was used already, or taken back."""


@dataclass(frozen=True)
class Guest:
    """Somebody to be invited; without an address the code is printed."""

    name: str = ""
    email: str = ""


def read_guests(text: str) -> list[Guest]:
    """The people of a pasted list: an address, a name or both on a line, also cells of a spreadsheet.

    ``Bat <bat@example.mn>``, ``Bat; bat@example.mn`` and cells in any order are understood, a first line of headings
    is left out, and an address that comes twice counts once. Raises BadLine.
    """
    found: dict[str, Guest] = {}
    for number, line in enumerate(nfc(text).splitlines(), 1):
        cells = _cells(line)
        if not cells or (not found and all(cell.casefold() in _HEADS for cell in cells)):
            continue
        guest = _guest(number, cells)
        found.setdefault(fold(guest.email) or f"#{number}", guest)
        if len(found) > MOST:
            raise BadLine(number, _("At most %(most)s people can be invited at once.", most=MOST))
    return list(found.values())


def _cells(line: str) -> list[str]:
    line = re.sub(r"<([^<>]*@[^<>]*)>", r"\t\1", line)
    cut = next((sign for sign in "\t;," if sign in line), ",")
    cells = next(csv.reader([line], delimiter=cut), [])
    return [cell.strip() for cell in cells if cell.strip()]


def _guest(number: int, cells: Sequence[str]) -> Guest:
    mails = [cell for cell in cells if "@" in cell]
    if len(mails) > 1:
        raise BadLine(number, _("There are two addresses on this line. Write each on a line of its own."))
    email = ""
    if mails:
        try:
            email = str(fields.get("email").parser({})(mails[0].removeprefix("mailto:")))
        except fields.Refused as refused:
            raise BadLine(number, str(refused.message)) from None
    name = " ".join(cell for cell in cells if "@" not in cell)
    if len(name) > 200:
        raise BadLine(number, _("This name is longer than 200 letters."))
    return Guest(name, email)


def make(user: Identity, record: Record, guests: Sequence[Guest], *, anonymous: bool, locale: str) -> list[int]:
    """Make invitations; who has an open one by the same address is left out. Returns their ids, in the order given.

    *anonymous* is what the form promises now: such an invitation is never tied to answers, whatever the form says
    later.
    """
    now = clock.now()
    with transaction():
        lock(record.id)
        asked = {fold(str(email)) for email in db.session.scalars(_addresses(record.id))}
        last = db.session.scalar(select(func.max(Invitation.number)).where(Invitation.form_id == record.id)) or 0
        rows = [
            {
                "id": random_id(),
                "form_id": record.id,
                "number": number,
                "name": guest.name,
                "email": guest.email,
                "locale": locale,
                "anonymous": anonymous,
                "made_at": now,
                "made_by_id": user.id,
            }
            for number, guest in enumerate((g for g in guests if not g.email or fold(g.email) not in asked), last + 1)
        ]
        if not rows:
            return []
        db.session.execute(insert(Invitation), rows)
        ids = [int(str(row["id"])) for row in rows]
        _open(ids)
        audit.note("invited", entity=TABLE, entity_id=record.id, record_id=record.id, invitations=[None, len(rows)])
    return ids


def _addresses(form_id: int) -> Select[str]:
    return select(Invitation.email).where(
        Invitation.form_id == form_id, Invitation.email != "", Invitation.revoked_on.is_(None)
    )


def _open(ids: Sequence[int]) -> dict[int, str]:
    """Give each invitation one more pass; returns the codes, which are known only here."""
    codes = {key: new_code() for key in ids}
    if codes:
        db.session.execute(
            insert(Pass), [{"token_hash": mark_of(code), "invitation_id": key} for key, code in codes.items()]
        )
    return codes


def is_open() -> ColumnElement[bool]:
    """Whether an invitation has a pass: nobody has used it (or, if not anonymous, it also shows what was sent)."""
    return exists().where(Pass.invitation_id == Invitation.id)


def renew(form_id: int, ids: Sequence[int]) -> list[tuple[Invitation, str]]:
    """Those of the invitations that are still open, each with a new code; older codes stay good.

    Inside transaction().
    """
    lock(form_id)
    stmt = select(Invitation).where(
        Invitation.form_id == form_id, Invitation.id.in_(ids), Invitation.revoked_on.is_(None), is_open()
    )
    rows = list(db.session.scalars(stmt.order_by(Invitation.number).execution_options(populate_existing=True)))
    codes = _open([row.id for row in rows])
    return [(row, codes[row.id]) for row in rows]


def sent_today(form_id: int, ids: Sequence[int]) -> None:
    """Note that mails went out or slips were printed today, of all of *ids* alike. Inside transaction()."""
    stmt = update(Invitation).where(Invitation.form_id == form_id, Invitation.id.in_(ids))
    db.session.execute(stmt.values(sent_on=clock.today()), execution_options={"synchronize_session": False})


def revoke(record: Record, ids: Sequence[int]) -> int:
    """Take invitations back: their links open nothing more. What came of them stays. Returns how many."""
    with transaction():
        lock(record.id)
        mine = select(Invitation.id).where(
            Invitation.form_id == record.id, Invitation.id.in_(ids), Invitation.revoked_on.is_(None)
        )
        found = list(db.session.scalars(mine))
        for model in (Pass, Saved):
            db.session.execute(delete(model).where(model.invitation_id.in_(found)))
        db.session.execute(update(Invitation).where(Invitation.id.in_(found)).values(revoked_on=clock.today()))
        if found:
            audit.note(
                "invitations revoked",
                entity=TABLE,
                entity_id=record.id,
                record_id=record.id,
                invitations=[None, len(found)],
            )
    return len(found)


def by_code(code: str) -> Invitation | None:
    """The invitation that a code opens; None where it was used (of an anonymous form), taken back, or is none."""
    stmt = select(Invitation).join(Pass, Pass.invitation_id == Invitation.id)
    return db.session.scalar(stmt.where(Pass.token_hash == mark_of(code)))


def of_submission(submission_id: int) -> Invitation | None:
    """The invitation that a submission came of."""
    return db.session.scalar(select(Invitation).where(Invitation.submission_id == submission_id))


def use(invitation_id: int, row: Submission) -> None:
    """Use an invitation up for *row*, which is being stored in the same transaction; raises Used.

    The caller holds ``lock``. Of what is anonymous only the passes go. Else the invitation is tied to the submission,
    and its links show it.
    """
    kept = db.session.execute(
        select(Invitation.anonymous, is_open()).where(Invitation.id == invitation_id, Invitation.form_id == row.form_id)
    ).one_or_none()
    if kept is None or not kept[1]:
        raise Used
    if row.anonymous or kept.anonymous:
        db.session.execute(delete(Pass).where(Pass.invitation_id == invitation_id))
        return
    free = update(Invitation).where(Invitation.id == invitation_id, Invitation.submission_id.is_(None))
    done: Any = db.session.execute(free.values(submission_id=row.id), execution_options={"synchronize_session": False})
    if done.rowcount != 1:
        raise Used
