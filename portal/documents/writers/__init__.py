"""The writers: one file format each, from the same layout.

``write`` lays a document out here, where the texts are, and makes heavy formats in a limited child process, so
that no web process ever loads a typesetter, a chart engine or an office library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from portal.child import run_limited
from portal.documents.compose import compose
from portal.documents.formats import Format
from portal.documents.layout import LaidPicture, Layout, pack, unpack
from portal.documents.model import Chart, Document, Map
from portal.documents.pictures import MemoryCache, PictureCache, PictureFormat, Sheaf, draw, gather, picture_key

SECONDS = 120
"""A report of 500 pages takes a few seconds; what takes longer is stopped (ChildFailed)."""

_PICTURES: dict[str, Any] = {"docx": "png", "pdf": "svg"}
_default_cache: PictureCache = MemoryCache()


def write(
    document: Document, format_: Format | str, *, template: bytes | None = None, cache: PictureCache | None = None
) -> bytes:
    """*document* as a file in *format_* (``docx pdf xlsx html csv``).

    *template* is an office's own Word file, used for DOCX only. *cache* keeps drawn pictures, by default those of
    this process. Raises ValueError for an unknown format and ChildFailed where the child process fails.
    """
    if format_ not in get_args(Format):
        raise ValueError(f"no format {format_!r}; there are {', '.join(get_args(Format))}")
    layout = compose(document)
    if format_ in ("html", "csv"):
        return render(layout, format_, Sheaf({}, {}))
    kept = cache or _default_cache
    ready = gather(layout, _PICTURES[format_], kept) if format_ in _PICTURES else {}
    data, drawn = run_limited(
        f"{__name__}:_in_child", pack(layout), format_, ready, template, seconds=SECONDS, megabytes=None
    )
    for key, picture in drawn.items():
        kept.set(key, picture)
    return bytes(data)


def picture_file(given: Chart | Map, language: str, format_: PictureFormat, cache: PictureCache | None = None) -> bytes:
    """A chart or a map alone as a file (``svg`` or ``png``), with a light ground; raises ChildFailed."""
    layout = compose(Document(given.title, language, [given]))
    kept = cache or _default_cache
    ready = gather(layout, format_, kept)
    if not ready:
        drawn = run_limited(f"{__name__}:_pictures_in_child", pack(layout), format_, seconds=SECONDS, megabytes=None)
        for key, picture in drawn.items():
            kept.set(key, picture)
        ready = drawn
    return next(iter(ready.values()))


def _pictures_in_child(packed: Any, format_: PictureFormat) -> dict[str, bytes]:
    blocks = unpack(packed).blocks
    return {picture_key(each, format_): draw(each, format_) for each in blocks if isinstance(each, LaidPicture)}


def _in_child(packed: Any, format_: Format, ready: dict[str, bytes], template: bytes | None) -> tuple[bytes, Any]:
    sheaf = Sheaf(ready, {})
    return render(unpack(packed), format_, sheaf, template), sheaf.drawn


def render(layout: Layout, format_: Format | str, pictures: Sheaf, template: bytes | None = None) -> bytes:
    """Write *layout* in this very process: for workers, tests and the child process of ``write``."""
    makers: dict[str, Callable[[], bytes]] = {
        "docx": lambda: _docx(layout, pictures, template),
        "pdf": lambda: _pdf(layout, pictures),
        "xlsx": lambda: _xlsx(layout),
        "html": lambda: _html(layout),
        "csv": lambda: _csv(layout),
    }
    return makers[format_]()


def _docx(layout: Layout, pictures: Sheaf, template: bytes | None) -> bytes:
    from portal.documents.writers.word import write_word

    return write_word(layout, pictures, template)


def _pdf(layout: Layout, pictures: Sheaf) -> bytes:
    from portal.documents.writers.pdf import write_pdf

    return write_pdf(layout, pictures)


def _xlsx(layout: Layout) -> bytes:
    from portal.documents.writers.sheets import write_sheets

    return write_sheets(layout)


def _html(layout: Layout) -> bytes:
    from portal.documents.web import page

    return page(layout).encode()


def _csv(layout: Layout) -> bytes:
    from portal.documents.writers.tables import write_tables

    return write_tables(layout)
