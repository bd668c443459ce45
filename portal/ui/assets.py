"""Static files: found by name once, served with their hash in the address and kept by browsers for a year.

The libraries of others lie in ``static/vendor`` with the hash in their file names; ``manifest.json`` there
says which file a name such as ``tabler.css`` stands for. Our own files carry their hash in the query.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Response, abort, request, send_file

STATIC = Path(__file__).resolve().parent / "static"
YEAR = 365 * 24 * 3600
_PACKED = ({"br": ".br", "gzip": ".gz"}).items()
_TEXTS = {".css", ".js", ".svg", ".json", ".txt", ".webmanifest"}
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".css": "text/css"}


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Logical name → file name in ``static/vendor``; empty where the libraries have not been fetched."""
    path = STATIC / "vendor" / "manifest.json"
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text("utf-8"))
    return found


@lru_cache(maxsize=256)
def asset(name: str) -> str:
    """The address of a static file: ``asset("portal.css")``, ``asset("tabler.css")``.

    A name that exists nowhere gets an address that answers 404: a missing picture is no reason for a page to
    fail.
    """
    if (hashed := manifest().get(name)) is not None:
        return f"/static/vendor/{hashed}"
    path = STATIC / name
    if not path.is_file():
        return f"/static/{name}"
    return f"/static/{name}?v={_hash(path, path.stat().st_mtime_ns)}"


def sprite() -> str:
    """The address of the icons."""
    return asset("icons.svg")


@lru_cache(maxsize=256)
def _hash(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=64)
def _gzipped(path: Path, changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    """Every file that may be served, by its path under ``/static``; nothing else is ever opened."""
    return {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.is_file()}


def forget() -> None:
    """Look at the disk again: for development, where files change under a running server."""
    for kept in (manifest, asset, _files):
        kept.cache_clear()


def serve(filename: str) -> Response:
    """The view of ``/static/<path:filename>``: packed where the browser takes it, unchanging where it is hashed."""
    path = _files().get(filename)
    if path is None or path.suffix in {".br", ".gz"}:
        abort(404)
    changed = path.stat().st_mtime_ns
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    hashed = filename.startswith("vendor/") or request.args.get("v") == _hash(path, changed)
    response = _packed(path, filename, changed, kind) or send_file(path, mimetype=kind, etag=_hash(path, changed))
    response.cache_control.clear()
    response.cache_control.public = True
    response.cache_control.max_age = YEAR if hashed else 300
    if hashed:
        response.cache_control.immutable = True
    if path.suffix in _TEXTS:
        response.vary.add("Accept-Encoding")
    return response


def _packed(path: Path, filename: str, changed: int, kind: str) -> Response | None:
    """The file compressed: as it lies beside the original, else by gzip, kept in memory."""
    if path.suffix not in _TEXTS:
        return None
    for coding, suffix in _PACKED:
        beside = _files().get(filename + suffix)
        if beside is not None and request.accept_encodings[coding]:
            response = send_file(beside, mimetype=kind, etag=f"{_hash(path, changed)}-{coding}")
            response.content_encoding = coding
            return response
    if request.accept_encodings["gzip"]:
        response = Response(_gzipped(path, changed), mimetype=kind)
        response.content_encoding = "gzip"
        response.set_etag(f"{_hash(path, changed)}-gzip")
        response.make_conditional(request)
        return response
    return None
