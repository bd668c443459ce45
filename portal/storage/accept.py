"""Which files are accepted: a list of types, where the ending of the name and the content must agree.

Only the outside of a file is looked at here (first bytes, the directory of an archive). Reading what is inside
is for a limited child process (portal.child).
"""

from __future__ import annotations

import codecs
import hashlib
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from flask import current_app, has_app_context
from werkzeug.datastructures import FileStorage

from portal.storage.refused import UploadRefused
from portal.text import UnreadableText, nfc

MEGABYTE: Final = 1024 * 1024
CHUNK: Final = 256 * 1024
UNPACKED_MB: Final = 300
ENTRIES: Final = 10_000
"""Most files inside one Office file; the directory of an archive is read into memory."""

MIMES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "txt": "text/plain",
    "csv": "text/csv",
}
"""Type by ending; what a browser or a system says about a file is never believed."""

PICTURES: Final = frozenset({"png", "jpg", "jpeg", "webp"})
OFFICE: Final = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "pdf"})
TABLES: Final = frozenset({"xlsx", "csv"})
ALLOWED: Final = frozenset(MIMES)

_MACRO_ENDINGS: Final = frozenset({"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppam", "ppsm"})
_BETTER: Final = {"doc": "DOCX", "dot": "DOCX", "rtf": "DOCX", "xls": "XLSX", "xlt": "XLSX", "ppt": "PPTX"}
_FOLDER: Final = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ACTIVE: Final = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"{\\rtf")
_NOT_TEXT: Final = bytes(set(range(32)) - {9, 10, 12, 13} | {127})
_UNWANTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff<>:\"|?*\\/]")
"""Control characters, marks that turn the reading direction (a name can look like another), forbidden by systems."""


@dataclass(frozen=True)
class Accepted:
    """A checked upload. ``stream`` stands at the first byte; ``size`` in bytes; ``sha256`` in hex."""

    name: str
    mime: str
    ending: str
    size: int
    sha256: str
    stream: BinaryIO


def accept(upload: FileStorage | None, allowed: frozenset[str] = ALLOWED, *, limit_mb: int | None = None) -> Accepted:
    """Check *upload* against the endings *allowed* (subset of ALLOWED) and *limit_mb* (default MAX_UPLOAD_MB).

    Raises UploadRefused with a code of refused.MESSAGES. Nothing is stored.
    """
    if upload is None or not upload.filename:
        raise UploadRefused("missing")
    name = safe_name(upload.filename)
    ending = PurePosixPath(name).suffix.lstrip(".").casefold()
    _check_ending(name, ending, allowed)
    if limit_mb is None:
        limit_mb = int(current_app.config.get("MAX_UPLOAD_MB", 25)) if has_app_context() else 25
    stream: BinaryIO = upload.stream  # type: ignore[assignment]
    size, digest = _measure(stream, name, limit_mb)
    head = stream.read(8192)
    stream.seek(0)
    _check_content(stream, head, name, ending)
    stream.seek(0)
    return Accepted(name, MIMES[ending], ending, size, digest, stream)


def safe_name(raw: str) -> str:
    """The last part of a file name in normal form, without what systems or readers stumble over, 120 characters.

    Raises UploadRefused ``name`` on NUL or half characters.
    """
    try:
        name = nfc(raw)
    except UnreadableText:
        raise UploadRefused("name") from None
    name = _UNWANTED.sub("", re.split(r"[/\\]", name)[-1])
    name = re.sub(r"\s+", " ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:120] or "file"
    return f"{stem[: 119 - len(ending[:12])].rstrip(' .') or 'file'}.{ending[:12]}"


def _check_ending(name: str, ending: str, allowed: frozenset[str]) -> None:
    if ending in allowed:
        return
    if ending in _MACRO_ENDINGS:
        raise UploadRefused("macros", name=name)
    if ending in _BETTER and _BETTER[ending].lower() in allowed:
        raise UploadRefused("old_format", name=name, better=_BETTER[ending])
    raise UploadRefused("type", name=name, accepted=", ".join(sorted(allowed - {"jpeg"})).upper())


def _measure(stream: BinaryIO, name: str, limit_mb: int) -> tuple[int, str]:
    """Size and SHA-256 of *stream*, which ends at its first byte again."""
    size, digest = 0, hashlib.sha256()
    stream.seek(0)
    for chunk in _chunks(stream):
        size += len(chunk)
        if size > limit_mb * MEGABYTE:
            raise UploadRefused("too_large", name=name, limit=limit_mb)
        digest.update(chunk)
    if not size:
        raise UploadRefused("empty", name=name)
    stream.seek(0)
    return size, digest.hexdigest()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _check_content(stream: BinaryIO, head: bytes, name: str, ending: str) -> None:
    """Raise UploadRefused where the content is not what *ending* says."""
    if ending in ("txt", "csv"):
        _check_text(stream, head, name)
    elif ending == "pdf":
        if not head.startswith(b"%PDF-"):
            raise UploadRefused("mismatch", name=name)
    elif ending in PICTURES:
        import filetype

        if filetype.guess_mime(head) != MIMES[ending]:
            raise UploadRefused("mismatch", name=name)
    else:
        if head.startswith(_OLE):
            raise UploadRefused("protected", name=name)
        if not head.startswith(b"PK\x03\x04"):
            raise UploadRefused("mismatch", name=name)
        _check_archive(stream, name, ending)


def _check_text(stream: BinaryIO, head: bytes, name: str) -> None:
    """A text: no control characters, no program or markup; UTF-8, UTF-16 with its mark, or an 8-bit alphabet."""
    import filetype

    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")()
        try:
            for chunk in _chunks(stream):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise UploadRefused("damaged", name=name) from None
        return
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:12].lower()
    if start.startswith(_ACTIVE) or filetype.guess(head) is not None:
        raise UploadRefused("mismatch", name=name)
    for chunk in _chunks(stream):
        if len(chunk.translate(None, _NOT_TEXT)) != len(chunk):
            raise UploadRefused("mismatch", name=name)


def _check_archive(stream: BinaryIO, name: str, ending: str) -> None:
    """The directory of an Office or OpenDocument file: right kind, no macros, no password, no bomb."""
    _check_directory_size(stream, name)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            names = [entry.filename.casefold() for entry in entries]
            if any(entry.flag_bits & 1 for entry in entries):
                raise UploadRefused("protected", name=name)
            if sum(entry.file_size for entry in entries) > UNPACKED_MB * MEGABYTE:
                raise UploadRefused("bomb", name=name, limit=UNPACKED_MB)
            if len(set(names)) != len(names) or any(".." in n or n.startswith("/") for n in names):
                raise UploadRefused("damaged", name=name)
            if ending in _FOLDER:
                _check_ooxml(archive, names, name, ending)
            else:
                _check_opendocument(archive, names, name, ending)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error):
        raise UploadRefused("damaged", name=name) from None


def _check_directory_size(stream: BinaryIO, name: str) -> None:
    """Refuse a directory that would fill the memory before zipfile reads all of it."""
    end = stream.seek(0, 2)
    stream.seek(max(0, end - 65_557))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22 or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise UploadRefused("damaged", name=name)
    count, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    if count > ENTRIES or length > ENTRIES * 200:
        raise UploadRefused("bomb", name=name, limit=UNPACKED_MB)
    stream.seek(0)


def _check_ooxml(archive: zipfile.ZipFile, names: list[str], name: str, ending: str) -> None:
    if any(n.endswith("vbaproject.bin") or "/macrosheets/" in n or "/activex/" in n for n in names):
        raise UploadRefused("macros", name=name)
    if "[content_types].xml" not in names:
        raise UploadRefused("mismatch", name=name)
    types = _part(archive, "[Content_Types].xml")
    if b"macroenabled" in types.lower():
        raise UploadRefused("macros", name=name)
    if not any(n.startswith(_FOLDER[ending]) for n in names):
        raise UploadRefused("mismatch", name=name)


def _check_opendocument(archive: zipfile.ZipFile, names: list[str], name: str, ending: str) -> None:
    if "mimetype" not in names or _part(archive, "mimetype").strip() != MIMES[ending].encode():
        raise UploadRefused("mismatch", name=name)
    if any(n.startswith(("basic/", "scripts/")) for n in names):
        raise UploadRefused("macros", name=name)
    if "meta-inf/manifest.xml" in names and b"encryption-data" in _part(archive, "META-INF/manifest.xml"):
        raise UploadRefused("protected", name=name)


def _part(archive: zipfile.ZipFile, member: str) -> bytes:
    """The first megabyte of a member, found by its name in any case."""
    found = next(entry for entry in archive.infolist() if entry.filename.casefold() == member.casefold())
    with archive.open(found) as file:
        return file.read(MEGABYTE)
