"""File formats: their types, and names for files in Mongolian as well as in English."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, TypeAlias
from urllib.parse import quote

from portal.documents.charts import speaking
from portal.documents.model import Document
from portal.documents.text import resolve

Format: TypeAlias = Literal["docx", "pdf", "xlsx", "html", "csv"]

MIME_TYPES: dict[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
}
"""Content types by format, those of exports included."""

_REFUSED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LETTERS = 80


def file_name(title: Document | str, format_: str) -> str:
    """A name every system takes, with the Mongolian letters kept: ``Дунд хугацааны тайлан 2026-11-23.pdf``."""
    if isinstance(title, Document):
        with speaking(title.language):
            day = f" {title.date.isoformat()}" if title.date else ""
            words = resolve(title.title, title.language)[0]
    else:
        words, day = title, ""
    safe = " ".join(_REFUSED.sub(" ", unicodedata.normalize("NFC", words)).split())
    if len(safe) > _LETTERS:
        safe = safe[:_LETTERS].rpartition(" ")[0] or safe[:_LETTERS]
    safe = safe.strip(" .") or "document"
    if _RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    return f"{safe}{day}.{format_}"


def content_disposition(name: str) -> str:
    """The header that offers a file for download under *name* (RFC 6266): exact in UTF-8, readable in ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, _dot, suffix = plain.rpartition(".")
    stem = re.sub(r"[^A-Za-z0-9 ._()-]+", "", stem).strip(" .-_") or "document"
    suffix = re.sub(r"[^A-Za-z0-9]+", "", suffix)
    return f"attachment; filename=\"{stem}.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
