"""Pages for everyone are sent compressed, also where no front server does it: a phone loads a fifth of the bytes."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request, session

KINDS = frozenset({"text/html", "text/csv", "application/json", "image/svg+xml"})
SMALLEST = 1400
"""What fits into one packet stays as it is."""


def init_packing(app: Flask) -> None:
    """Compress answers of *app*."""
    app.after_request(pack)


def pack(response: Response) -> Response:
    """*response* by gzip, where the browser takes it and it is nobody's own.

    What a signed-in person gets is never compressed here: its length would tell of the secrets in it.
    """
    if (
        response.status_code != 200
        or response.mimetype not in KINDS
        or response.direct_passthrough
        or response.is_streamed
        or response.content_encoding
        or "_user_id" in session
    ):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or (response.content_length or 0) < SMALLEST:
        return response
    response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
    response.content_encoding = "gzip"
    return response
