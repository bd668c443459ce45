"""Files from people without an account that wait for an answer: how many bytes of a form they may take.

Whoever has the link of a form may send files before any answer: on a page that is changed, and in parts from a device.
They go when no answer comes (filling.files, offline.parts). Until then the form has room for so much and no more,
so that a link does not fill the disk, and one address has a share of it (shares). What people with an account send is
not counted: it tells who they are.
"""

from __future__ import annotations

from sqlalchemy import case, delete, func, insert, select

from portal.db import db
from portal.forms import shares
from portal.forms.messages import _l
from portal.forms.models import Waiting
from portal.records import File

MOST = 1024 * 1024 * 1024
"""Bytes that may wait for one form."""
LEAST = 64 * 1024
"""A file counts for at least so many: thousands of small ones cost as much as one that is large."""


class Full(Exception):
    """Too much waits for a form; it passes when answers are sent or what nobody sent is removed."""

    message = _l("Too many files wait for this form at the moment. Nothing is lost here; send it again later.")


class FullShare(Full):
    """Too much waits of what came from one address."""

    message = _l("Too many files came from your network without an answer. Send the answers first, or go on tomorrow.")


_COUNTED = func.sum(case((File.size < LEAST, LEAST), else_=File.size))


def waiting_bytes(form_id: int) -> int:
    """How many bytes wait for the form."""
    stmt = select(_COUNTED).join(Waiting, Waiting.file_id == File.id).where(Waiting.form_id == form_id)
    return db.session.scalar(stmt) or 0


def ask_room(form_id: int, size: int) -> None:
    """Raise Full where *size* more bytes are too many; they count for the address they come from."""
    if waiting_bytes(form_id) + max(size, LEAST) > MOST:
        raise Full
    if not shares.take(max(size, LEAST)):
        raise FullShare


def note(form_id: int, file_id: int) -> None:
    """The file, which is stored already, waits for an answer of the form."""
    db.session.execute(insert(Waiting).values(file_id=file_id, form_id=form_id))


def over(purpose: str) -> None:
    """Files of that purpose wait no longer: their answer is stored."""
    ids = select(File.id).where(File.purpose == purpose, File.record_id.is_(None))
    stmt = select(_COUNTED).join(Waiting, Waiting.file_id == File.id).where(File.id.in_(ids))
    shares.give_back(db.session.scalar(stmt) or 0)
    db.session.execute(delete(Waiting).where(Waiting.file_id.in_(ids)))
