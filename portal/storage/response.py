"""Handing a stored file out: always a download, never a page."""

from __future__ import annotations

from typing import Final, Protocol

from flask import Response, send_file
from werkzeug.exceptions import NotFound

from portal.storage.files import Missing, current

SANDBOX: Final = "default-src 'none'; sandbox"


class StoredFile(Protocol):
    """What a file's row has: its id in the storage, name, type, size in bytes and SHA-256 (hex)."""

    @property
    def stored_as(self) -> str:
        """Id in the storage."""

    @property
    def name(self) -> str:
        """Name for the reader."""

    @property
    def mime(self) -> str:
        """Type from our own table."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def sha256(self) -> str:
        """Checksum in hex."""


def send_file_response(file: StoredFile) -> Response:
    """*file* as an attachment under its own name (RFC 6266), not sniffed, sandboxed, not cached; 404 if it is gone.

    The caller has checked that the reader may have it.
    """
    try:
        stream = current().open(file.stored_as)
    except Missing:
        raise NotFound from None
    response = send_file(
        stream, mimetype=file.mime, as_attachment=True, download_name=file.name, etag=file.sha256, conditional=True
    )
    if response.status_code == 200:
        response.content_length = file.size
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
