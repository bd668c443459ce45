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
from portal.forms import waiting
from portal.forms.definition import Node
from portal.forms.engine import field_path
from portal.forms.filling import files as fill_files
from portal.forms.messages import _l
from portal.forms.offline.place import Place
from portal.records import File

MOST = 1024 * 1024
"""Bytes of one part."""
LEAST = waiting.LEAST
"""Bytes of every part but the last, so that a file is not stored as thousands of small ones."""
HASH = re.compile(r"[0-9a-f]{64}")
FORGOTTEN = fill_files.FORGOTTEN
"""After so long the parts of a file that never became whole are removed."""


class Refused(Exception):
    """A file that cannot be taken: a code and words for the person; ``status`` is what HTTP says of it."""

    def __init__(self, code: str, message: Any, status: int = 422) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


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


def _named(offset: int) -> str:
    """The name of a part, so that the last one is the last by name as well."""
    return f"{offset:012d}"


def _here(purpose: str) -> int:
    """How many bytes have come: a part is taken only where the file ends, so the last one tells."""
    stmt = select(File.name, File.size).where(File.purpose == purpose, File.record_id.is_(None))
    last = db.session.execute(stmt.order_by(File.name.desc(), File.size.desc()).limit(1)).first()
    return int(last.name) + last.size if last else 0


def _parts(purpose: str) -> list[Any]:
    """The parts that are there, from the first byte on without a gap: ``stored_as size``."""
    stmt = select(File.stored_as, File.name, File.size).where(File.purpose == purpose, File.record_id.is_(None))
    known = {int(row.name): row for row in db.session.execute(stmt.order_by(File.name, File.size))}
    found, at = [], 0
    while at in known:
        found.append(known[at])
        at += known[at].size
    return found


def have(place: Place, uid: str, node: Node, mark: str) -> tuple[int, bool]:
    """How many bytes of a file are here, and whether it is whole."""
    if id_of(uid, node, mark) in fill_files.uids(uid):
        return 0, True
    return _here(_purpose(uid, node, mark)), False


def look_for_room(place: Place, size: int) -> None:
    """Raise waiting.Full where *size* more bytes from people without an account would be too many; takes none."""
    if place.public and waiting.waiting_bytes(place.record.id) + max(size, waiting.LEAST) > waiting.MOST:
        raise waiting.Full


def take(place: Place, uid: str, node: Node, mark: str, *, name: str, size: int, offset: int, data: bytes) -> int:
    """Keep a part; with the last one the file is checked and kept. Returns how many bytes are here now.

    Raises Refused for a part that is too small, for a file that is too large, of a kind the question does not take,
    or not what its hash says; waiting.Full and storage.StorageFull. A part that does not begin where the file ends
    changes nothing.
    """
    limit = fill_files.limit_mb(node, public=place.public)
    if size > limit * 1024 * 1024:
        raise Refused("too_large", _l("The file is larger than %(limit)s MB.", limit=limit), 413)
    if len(data) > MOST:
        raise Refused("too_large", _l("This part of a file is too large."), 413)
    if len(data) < LEAST and offset + len(data) != size:
        said = _l("Every part of a file but the last has at least %(limit)s kB.", limit=LEAST // 1024)
        raise Refused("part_small", said)
    here, whole = have(place, uid, node, mark)
    if whole:
        return size
    if offset != here or not data or offset + len(data) > size:
        return here
    if place.public:
        waiting.ask_room(place.record.id, len(data))
    purpose = _purpose(uid, node, mark)
    moment = datetime.combine(clock.today(), time(), clock.zone()) if place.anonymous else clock.now()
    with transaction():
        row: dict[str, Any] = {
            "uid": secrets.token_urlsafe(16),
            "stored_as": storage.keep(data),
            "name": _named(offset),
            "mime": "application/octet-stream",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "purpose": purpose,
            "created_by_id": None,
            "created_at": moment,
        }
        if place.anonymous:
            row["id"] = 2**30 + secrets.randbelow(2**30 - 1)
        file_id = db.session.scalars(insert(File).values(**row).returning(File.id)).one()
        if place.public:
            waiting.note(place.record.id, file_id)
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
        keep(place, uid, node, mark, name=name, content=content, waits=True)
    except IntegrityError:  # two requests at once, and the other one has kept it
        return
    finally:
        _forget(purpose)


def keep(place: Place, uid: str, node: Node, mark: str, *, name: str, content: bytes, waits: bool = False) -> str:
    """Keep a whole file among those of the submission; returns its id. It *waits* where no answer comes along.

    Raises Refused, storage.StorageFull, and IntegrityError where another request keeps it at the same moment.
    """
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
            form_id=place.record.id if place.public and waits else None,
        )
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
    own = (File.purpose == purpose, File.record_id.is_(None))
    found = list(db.session.scalars(select(File.stored_as).where(*own)))
    with transaction():
        db.session.execute(delete(File).where(*own))
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
