"""Where files are kept: under a random id, whole or not at all, on the disk before the row that names them."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from portal import clock
from portal.db import db
from portal.storage.accept import ALLOWED, MEGABYTE, accept
from portal.storage.refused import StorageFull, UploadRefused

CHUNK: Final = 256 * 1024
_KEY: Final = re.compile(r"[0-9a-f]{40}")
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Missing(LookupError):
    """No file is kept under that id."""


class BadStorage(ValueError):
    """STORAGE_URL cannot be used; the message says why and what can."""


class Storage(Protocol):
    """A place for files. Ids are random (160 bits, 40 hexadecimal digits) and never chosen by the caller."""

    def put(self, stream: BinaryIO, limit: int | None = None) -> str:
        """Keep all of *stream* and return its id; durable when it returns.

        Raises UploadRefused ``too_large`` beyond *limit* bytes and StorageFull; both leave nothing behind.
        """

    def open(self, key: str) -> BinaryIO:
        """The file from its first byte; raises Missing."""

    def size(self, key: str) -> int:
        """Its size in bytes; raises Missing."""

    def delete(self, key: str) -> None:
        """Forget the file; no error where there is none."""

    def exists(self, key: str) -> bool:
        """Whether a file is kept under *key*."""


@dataclass(frozen=True)
class LocalStorage:
    """Files in a folder of this machine (or one that all web processes and workers share)."""

    root: Path

    def put(self, stream: BinaryIO, limit: int | None = None) -> str:
        """Write beside the final place, sync, rename, sync the folder: a power cut leaves all of it or nothing."""
        key = secrets.token_hex(20)
        try:
            return self._put(key, stream, limit)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StorageFull from error
            raise

    def _put(self, key: str, stream: BinaryIO, limit: int | None) -> str:
        waiting = self.root / "incoming"
        waiting.mkdir(parents=True, exist_ok=True)
        fresh, final = waiting / key, self._path(key)
        try:
            with fresh.open("xb") as file:
                written = 0
                while chunk := stream.read(CHUNK):
                    written += len(chunk)
                    if limit is not None and written > limit:
                        raise UploadRefused("too_large", name="", limit=limit // MEGABYTE)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if not final.parent.exists():
                final.parent.mkdir(exist_ok=True)
                _sync_folder(self.root)
            fresh.replace(final)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _sync_folder(final.parent)
        return key

    def open(self, key: str) -> BinaryIO:
        """The file, opened for reading."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise Missing(key) from None

    def size(self, key: str) -> int:
        """Size in bytes."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise Missing(key) from None

    def delete(self, key: str) -> None:
        """Remove the file."""
        self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        """Whether it is there."""
        return self._path(key).is_file()

    def keys(self, older_than: float = 0) -> Iterator[str]:
        """Ids of all files that are at least *older_than* seconds old; for finding files that no row names."""
        border = clock.now().timestamp() - older_than
        for path in self.root.glob("[0-9a-f][0-9a-f]/*"):
            if path.stat().st_mtime <= border:
                yield path.parent.name + path.name

    def tidy(self, older_than: float = 3600) -> int:
        """Remove what interrupted uploads left, *older_than* seconds old; returns how many there were."""
        border = clock.now().timestamp() - older_than
        stale = [p for p in (self.root / "incoming").glob("*") if p.stat().st_mtime <= border]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise Missing(key)
        return self.root / key[:2] / key[2:]


def _sync_folder(folder: Path) -> None:
    """Make a new name in *folder* survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def from_url(url: str) -> Storage:
    """The storage at *url*, ``file:///folder``; raises BadStorage for any other."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and parts.netloc in ("", "localhost"):
        path = unquote(parts.path)
        return LocalStorage(Path(path.lstrip("/") if re.match(r"/[A-Za-z]:", path) else path))
    if parts.scheme in ("s3", "gs", "az"):
        raise BadStorage(
            f"PORTAL_STORAGE_URL: {parts.scheme}:// needs an object store adapter, which this version does not have; "
            "use file:///path of a folder that all web processes and workers share"
        )
    raise BadStorage(f"PORTAL_STORAGE_URL: expected file:///path of a folder, not {url!r}")


def current() -> Storage:
    """The storage of the application at hand, by its setting STORAGE_URL."""
    app: Any = current_app
    if "portal_storage" not in app.extensions:
        app.extensions["portal_storage"] = from_url(str(app.config["STORAGE_URL"]))
    found: Storage = app.extensions["portal_storage"]
    return found


@dataclass(frozen=True)
class Stored:
    """A file that is kept: ``key`` in the storage, cleaned name, type from our own table, bytes, SHA-256 (hex)."""

    key: str
    name: str
    mime: str
    size: int
    sha256: str


def store(
    upload: FileStorage, *, clean: bool = False, allowed: frozenset[str] = ALLOWED, limit_mb: int | None = None
) -> Stored:
    """Check *upload* (see ``accept``) and keep it; gone again if the running transaction rolls back.

    *clean* takes out who made the file and where (pictures, Office and OpenDocument files); what cannot be
    cleaned is refused. Raises UploadRefused or StorageFull.
    """
    taken = accept(upload, allowed=allowed, limit_mb=limit_mb)
    if clean:
        from portal.storage.clean import without_traces

        taken = without_traces(taken)
    return Stored(keep(taken.stream), taken.name, taken.mime, taken.size, taken.sha256)


def keep(data: BinaryIO | bytes) -> str:
    """Keep a file that belongs to the running transaction and return its id: a rollback deletes it again."""
    place = current()
    key = place.put(BytesIO(data) if isinstance(data, bytes) else data)
    db.session().info.setdefault(_NEW, []).append((place, key))
    return key


def drop(key: str) -> None:
    """Delete a kept file when the running transaction is stored; a rollback leaves it."""
    db.session().info.setdefault(_OLD, []).append((current(), key))


_NEW: Final = "portal_new_files"
_OLD: Final = "portal_old_files"


@event.listens_for(db.session, "after_commit")
def _committed(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_NEW, None)
        for place, key in session.info.pop(_OLD, ()):
            place.delete(key)


@event.listens_for(db.session, "after_rollback")
def _rolled_back(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_OLD, None)
        for place, key in session.info.pop(_NEW, ()):
            place.delete(key)
