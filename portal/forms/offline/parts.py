"""Files that a device sends in parts: each part is kept when it has arrived, so that a broken line costs one part.

A file is named by the SHA-256 of what the device holds. Its id among the files of the submission is made of that, so
that the same answers name the same file however often they are sent.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import secrets
from datetime import datetime, time
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from portal import clock, storage
from portal.db import db, transaction
from portal.forms.definition import Node
from portal.forms.engine import field_path
from portal.forms.filling import files as fill_files
from portal.forms.messages import _l
from portal.forms.offline.place import Place
from portal.records import File

MOST = 1024 * 1024
"""Bytes of one part."""
HASH = re.compile(r"[0-9a-f]{64}")
FORGOTTEN = fill_files.FORGOTTEN
"""After so long the parts of a file that never became whole are removed."""


class Refused(Exception):
    """A file that cannot be taken: a code and words for the person."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def question(place: Place, field: str) -> Node:
    """The question a field such as ``q.house.0.photo`` belongs to; raises Refused where it takes no file."""
    node = place.compiled.by_name.get(field_path(field).rpartition(".")[2])
    if node is None or node.kind != "question" or not node.field.file:
        raise Refused("no_question", _l("The form has no such question for a file."))
    return node


def id_of(uid: str, node: Node, mark: str) -> str:
    """The id that the file with the hash *mark* has among the files of a submission."""
    made = hashlib.sha256(f"{uid}:{node.name}:{mark}".encode()).digest()
    return base64.urlsafe_b64encode(made).decode()[:22]


def _purpose(uid: str, node: Node, mark: str) -> str:
    return f"part:{hashlib.sha256(f'{uid}:{node.name}:{mark}'.encode()).hexdigest()[:22]}"


def _parts(purpose: str) -> list[Any]:
    """The parts that are there, from the first byte on without a gap: ``stored_as size``."""
    stmt = select(File.stored_as, File.name, File.size).where(File.purpose == purpose, File.record_id.is_(None))
    known = {int(row.name): row for row in db.session.execute(stmt)}
    found, at = [], 0
    while at in known:
        found.append(known[at])
        at += known[at].size
    return found


def have(place: Place, uid: str, node: Node, mark: str) -> tuple[int, bool]:
    """How many bytes of a file are here, and whether it is whole."""
    if id_of(uid, node, mark) in fill_files.uids(uid):
        return 0, True
    return sum(part.size for part in _parts(_purpose(uid, node, mark))), False


def take(place: Place, uid: str, node: Node, mark: str, *, name: str, size: int, offset: int, data: bytes) -> int:
    """Keep a part; with the last one the file is checked and kept. Returns how many bytes are here now.

    Raises Refused for a file that is too large, of a kind the question does not take, or not what its hash says;
    storage.StorageFull. A part that does not begin where the file ends changes nothing.
    """
    limit = fill_files.limit_mb(node, public=place.public)
    if size > limit * 1024 * 1024:
        raise Refused("too_large", _l("The file is larger than %(limit)s MB.", limit=limit))
    here, whole = have(place, uid, node, mark)
    if whole:
        return size
    if offset != here or not data or offset + len(data) > size:
        return here
    purpose = _purpose(uid, node, mark)
    moment = datetime.combine(clock.today(), time(), clock.zone()) if place.anonymous else clock.now()
    with transaction():
        row: dict[str, Any] = {
            "uid": secrets.token_urlsafe(16),
            "stored_as": storage.keep(data),
            "name": str(offset),
            "mime": "application/octet-stream",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "purpose": purpose,
            "created_by_id": None,
            "created_at": moment,
        }
        if place.anonymous:
            row["id"] = 2**30 + secrets.randbelow(2**30 - 1)
        db.session.execute(insert(File).values(**row))
    here += len(data)
    if here == size:
        _complete(place, uid, node, mark, name)
    return here


def _complete(place: Place, uid: str, node: Node, mark: str, name: str) -> None:
    purpose = _purpose(uid, node, mark)
    content = b"".join(_bytes(part.stored_as) for part in _parts(purpose))
    try:
        if hashlib.sha256(content).hexdigest() != mark:
            if have(place, uid, node, mark)[1]:  # another request was quicker
                return
            raise Refused("damaged", _l("The file did not arrive whole. It is sent once more."))
        keep(place, uid, node, mark, name=name, content=content)
    finally:
        _forget(purpose)


def keep(place: Place, uid: str, node: Node, mark: str, *, name: str, content: bytes) -> str:
    """Keep a whole file among those of the submission; returns its id. Raises Refused and storage.StorageFull."""
    upload = FileStorage(io.BytesIO(content), name or f"{node.name}.bin")
    try:
        return fill_files.keep(
            place.user,
            uid,
            node,
            upload,
            public=place.public,
            anonymous=place.anonymous,
            known_as=id_of(uid, node, mark),
        )
    except IntegrityError:  # two requests at once
        return id_of(uid, node, mark)
    except storage.UploadRefused as refused:
        raise Refused("file", refused.message) from None
    except fill_files.TooMany:
        raise Refused("files", _l("No more files can be sent with this form.")) from None


def check(place: Place, node: Node, name: str, content: bytes) -> None:
    """Raise Refused for a file that the question does not take."""
    upload = FileStorage(io.BytesIO(content), name or f"{node.name}.bin")
    try:
        storage.accept(
            upload, allowed=fill_files.allowed(node), limit_mb=fill_files.limit_mb(node, public=place.public)
        )
    except storage.UploadRefused as refused:
        raise Refused("file", refused.message) from None


def _bytes(key: str) -> bytes:
    with storage.current().open(key) as stream:
        return stream.read()


def _forget(purpose: str) -> None:
    found = list(db.session.scalars(select(File.stored_as).where(File.purpose == purpose)))
    with transaction():
        db.session.execute(delete(File).where(File.purpose == purpose))
    for key in found:
        storage.current().delete(key)


def tidy(progress: Any = None) -> None:
    """Remove parts of files that never became whole. Runs every night."""
    border = clock.now() - FORGOTTEN
    stmt = select(File.purpose).where(
        File.purpose.startswith("part:"), File.record_id.is_(None), File.created_at < border
    )
    for purpose in set(db.session.scalars(stmt)):
        _forget(purpose)
