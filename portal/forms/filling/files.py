"""Files that people send with a form.

A file hangs on no record. What it belongs to is told by its ``purpose``, made of the id of the submission, so that
nobody can claim a file sent with another one: ``typed:…`` until the form is sent, ``sent:…`` after it. What was
typed and never sent is removed after two days.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, insert, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from portal import clock, storage
from portal.db import db, transaction
from portal.forms import waiting
from portal.forms.definition import Node
from portal.forms.models import Draft, Saved
from portal.people.identity import Identity
from portal.records import File

PUBLIC_MB = 10
"""Largest file from somebody without an account."""
MOST = 20
"""Files of one submission."""
FORGOTTEN = timedelta(days=2)


_ALLOWED = {"image": storage.PICTURES, "signature": frozenset({"png"})}


def allowed(node: Node) -> frozenset[str]:
    """The endings of the files that a question takes."""
    return _ALLOWED.get(node.row["type"], storage.ALLOWED)


def limit_mb(node: Node, *, public: bool) -> int:
    """The most megabytes of a file for a question."""
    limits = [int(current_app.config.get("MAX_UPLOAD_MB", 25))]
    parameters = node.row.get("parameters") or {}
    limits += [int(float(parameters["max-size"]))] if parameters.get("max-size") else []
    return min(limits + ([PUBLIC_MB] if public else []))


class TooMany(Exception):
    """More files than one submission may have."""


def _mark(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:22]


def purposes(uid: str) -> tuple[str, str]:
    """The purposes of files of the submission *uid*: before it is sent and after."""
    return f"typed:{_mark(uid)}", f"sent:{_mark(uid)}"


def keep(
    user: Identity,
    uid: str,
    node: Node,
    upload: FileStorage,
    *,
    public: bool,
    anonymous: bool,
    known_as: str = "",
    form_id: int | None = None,
) -> str:
    """Keep a file for the question *node* of the submission *uid*; returns the answer, the id of the file.

    With *known_as* that is its id, and what is kept under it already is the file. With *form_id* somebody without an
    account sends it: until the answer is stored it takes of the room that the form has for such files
    (portal.forms.waiting), which is asked for here where it did not come in parts.

    A page sends what stands in it with each change: the same file again is the one there is. On a public or
    anonymous form the file loses what it knows of its author; on an anonymous one also its name and the time of its
    arrival, and its number tells no order. Raises storage.UploadRefused, storage.StorageFull, TooMany and waiting.Full.
    """
    typed, sent = purposes(uid)
    with transaction():
        if known_as and known_as in uids(uid):
            return known_as
        count = select(func.count()).where(File.purpose.in_((typed, sent)), File.record_id.is_(None))
        if (db.session.scalar(count) or 0) >= MOST:
            raise TooMany
        stored = storage.store(
            upload, clean=public or anonymous, allowed=allowed(node), limit_mb=limit_mb(node, public=public)
        )
        row: dict[str, Any] = {
            "uid": known_as or secrets.token_urlsafe(16),
            "stored_as": stored.key,
            "name": stored.name,
            "mime": stored.mime,
            "size": stored.size,
            "sha256": stored.sha256,
            "purpose": typed,
            "created_by_id": None if anonymous else user.id,
            "created_at": clock.now(),
        }
        if anonymous:
            row["id"] = 2**30 + secrets.randbelow(2**30 - 1)
            row["name"] = f"{node.name}.{stored.name.rpartition('.')[2]}"
            row["created_at"] = datetime.combine(clock.today(), time(), clock.zone())
        same = select(File.uid).where(
            File.purpose.in_((typed, sent)),
            File.record_id.is_(None),
            File.sha256 == row["sha256"],
            File.name == row["name"],
        )
        if not known_as and (before := db.session.scalar(same)) is not None:
            storage.current().delete(stored.key)
            return before
        if form_id is not None and not known_as:
            waiting.ask_room(form_id, stored.size)
        file_id = db.session.scalars(insert(File).values(**row).returning(File.id)).one()
        if form_id is not None:
            waiting.note(form_id, file_id)
    return str(row["uid"])


def uids(uid: str) -> frozenset[str]:
    """The ids of the files of a submission: what its answers may name."""
    stmt = select(File.uid).where(File.purpose.in_(purposes(uid)), File.record_id.is_(None))
    return frozenset(db.session.scalars(stmt))


def named(uid: str) -> dict[str, Any]:
    """The files of a submission by their id: ``uid name size mime``."""
    stmt = select(File.uid, File.name, File.size, File.mime).where(
        File.purpose.in_(purposes(uid)), File.record_id.is_(None)
    )
    return {row.uid: row for row in db.session.execute(stmt)}


def find(uid: str, file_uid: str) -> File:
    """One file of a submission; raises NotFound."""
    stmt = select(File).where(File.uid == file_uid, File.purpose.in_(purposes(uid)), File.record_id.is_(None))
    row = db.session.scalar(stmt)
    if row is None:
        raise NotFound
    return row


def settle(uid: str) -> None:
    """The submission is stored: its files stay."""
    typed, sent = purposes(uid)
    waiting.over(typed)
    db.session.execute(update(File).where(File.purpose == typed, File.record_id.is_(None)).values(purpose=sent))


def tidy(progress: Any = None) -> None:
    """Remove files that were sent with a form nobody finished; those of drafts stay. Runs every night."""
    kept = {purposes(uid)[0] for draft in (Draft, Saved) for uid in db.session.scalars(select(draft.uid))}
    border = clock.now() - FORGOTTEN
    stmt = select(File.id, File.stored_as, File.purpose).where(
        File.purpose.startswith("typed:"), File.record_id.is_(None), File.created_at < border
    )
    rows = [row for row in db.session.execute(stmt) if row.purpose not in kept]
    with transaction():
        _forget(row.id for row in rows)
    for row in rows:
        storage.current().delete(row.stored_as)


def _forget(ids: Iterable[int]) -> None:
    for file_id in ids:
        db.session.execute(delete(File).where(File.id == file_id))
