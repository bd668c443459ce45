"""Opening an Office file that a stranger sent: what it is, how big it would become, and its parts as safe XML."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from .parsed import InputRefused

if TYPE_CHECKING:
    from lxml import etree

MEGABYTE = 1024 * 1024
FILE_LIMIT = 20 * MEGABYTE
"""Bytes of a file as sent."""
UNPACKED_LIMIT = 120 * MEGABYTE
"""Bytes of all members of an archive together, unpacked."""
PART_LIMIT = 40 * MEGABYTE
"""Bytes of one part, unpacked."""
MEMBER_LIMIT = 2000
RATIO_LIMIT = 150
"""How many times a large member may grow; UN lists grow about twenty times."""
LARGE = 5 * MEGABYTE

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_MAGIC = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_MARKUP = re.compile(rb"\s*<(?:\?xml|!doctype|html|[a-z])", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!\s*(?:doctype|entity)", re.IGNORECASE)


def check_size(data: bytes) -> None:
    """Refuse an empty file and one over FILE_LIMIT."""
    if not data.strip():
        raise InputRefused("file_empty")
    if len(data) > FILE_LIMIT:
        raise InputRefused("file_too_large", limit=FILE_LIMIT // MEGABYTE)


def kind_of(data: bytes) -> str:
    """``zip`` or ``text``; any other content is refused by its name, an encrypted or old Office file by its own."""
    if data.startswith(_OLE):
        raise InputRefused("file_encrypted" if _ENCRYPTED_STREAM in data else "file_old_office")
    for magic, name in _MAGIC:
        if data.startswith(magic):
            raise InputRefused("file_type", found=name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise InputRefused("file_type", found="HTML or XML")
    return "text"


class OfficeFile:
    """The parts of a checked file; made by ``open_word`` and ``open_workbook``."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {info.filename for info in archive.infolist()}

    def names(self, pattern: str) -> list[str]:
        """Part names that match a regular expression, in order."""
        return sorted(name for name in self._names if re.fullmatch(pattern, name))

    def raw(self, name: str) -> bytes:
        """The bytes of a part."""
        return _read(self._archive, name)

    def part(self, name: str, *, whole: bool = False) -> etree._Element:
        """The root element of a part, without entities and network; comments are kept only with *whole*."""
        return parse_xml(_read(self._archive, name), whole=whole)


WORD, WORKBOOK = "word/document.xml", "xl/workbook.xml"
"""The part that tells the kind of an archive."""


def open_word(data: bytes) -> AbstractContextManager[OfficeFile]:
    """A DOCX file; see ``_open``."""
    return _open(data, WORD)


def open_workbook(data: bytes) -> AbstractContextManager[OfficeFile]:
    """An XLSX file; see ``_open``."""
    return _open(data, WORKBOOK)


def archive_kind(data: bytes) -> str:
    """``docx`` or ``xlsx`` by the directory of an archive; other archives are refused by their name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()[: MEMBER_LIMIT + 1]}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InputRefused("file_damaged") from None
    if WORD in names or WORKBOOK in names:
        return "docx" if WORD in names else "xlsx"
    raise InputRefused("file_type", found=_other_archive(names))


@contextmanager
def _open(data: bytes, main: str) -> Iterator[OfficeFile]:
    """Check an archive and give its parts.

    Refused by their own codes: damaged, encrypted, too much when unpacked, with macros, with a document type
    (entities), or another kind of archive (ODT, …).
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InputRefused("file_damaged") from None
    with archive:
        _check_members(archive.infolist())
        names = {info.filename for info in archive.infolist()}
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise InputRefused("file_macro")
        if main not in names:
            raise InputRefused("file_type", found=_other_archive(names))
        if "[Content_Types].xml" not in names:
            raise InputRefused("file_damaged")
        if b"macroenabled" in _read(archive, "[Content_Types].xml").lower():
            raise InputRefused("file_macro")
        for name in names:
            if name.lower().endswith((".xml", ".rels")):
                _check_doctype(_read(archive, name))
        yield OfficeFile(archive)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MEMBER_LIMIT:
        raise InputRefused("file_bomb", limit=MEMBER_LIMIT, what="parts")
    if len({info.filename for info in members}) != len(members):
        raise InputRefused("file_damaged")
    if any(info.flag_bits & 0x1 for info in members):
        raise InputRefused("file_encrypted")
    total = sum(info.file_size for info in members)
    if total > UNPACKED_LIMIT or any(info.file_size > PART_LIMIT for info in members):
        raise InputRefused("file_bomb", limit=UNPACKED_LIMIT // MEGABYTE, what="MB")
    for info in members:
        if info.file_size > LARGE and info.file_size > RATIO_LIMIT * max(info.compress_size, 1):
            raise InputRefused("file_bomb", limit=RATIO_LIMIT, what="times")


def _other_archive(names: set[str]) -> str:
    kinds = {WORD: "DOCX", WORKBOOK: "XLSX", "ppt/presentation.xml": "PPTX", "content.xml": "OpenDocument"}
    for mark, kind in kinds.items():
        if mark in names:
            return kind
    return "ZIP"


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, KeyError):
        raise InputRefused("file_damaged") from None
    except Exception as error:
        if type(error).__module__ in {"zlib", "lzma", "_lzma", "bz2"}:
            raise InputRefused("file_damaged") from None
        raise


def _check_doctype(part: bytes) -> None:
    """Refuse a document type in whatever encoding: zero bytes of UTF-16 are dropped before looking."""
    if _DOCTYPE.search(part.replace(b"\x00", b"") if b"\x00" in part[:400] else part):
        raise InputRefused("file_dtd")


def parse_xml(part: bytes, *, whole: bool = False) -> etree._Element:
    """Parse a part without entities, document types and network; ``file_dtd`` or ``file_damaged``.

    *whole* keeps comments and processing instructions, for a part that is written again.
    """
    from lxml import etree  # in the child that reads the file, not in the web process

    _check_doctype(part)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=not whole,
        remove_pis=not whole,
    )
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise InputRefused("file_damaged") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputRefused("file_dtd")
    return root
