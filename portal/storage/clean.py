"""Taking out of a file who made it, when and where, for forms where people speak without their name."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO, Final

from portal.storage.accept import MEGABYTE, PICTURES, UNPACKED_MB, Accepted
from portal.storage.refused import UploadRefused

PIXELS: Final = 40_000_000
"""Largest picture that is decoded, in points; some 160 MB of memory."""
_FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}

_DROPPED: Final = re.compile(r"(?i)docprops/(custom\.xml|thumbnail\..*)|thumbnails/.*|(word|xl|ppt)/people\.xml")
_EMPTIED: Final = {
    "docprops/core.xml": b'<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docprops/app.xml": b'<?xml version="1.0" encoding="UTF-8"?><Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "meta.xml": b'<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office='
    b'"urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"><office:meta/></office:document-meta>',
}
_AUTHORS: Final = (
    re.compile(rb"""((?:\bw:|\bw15:|\s)(?:author|initials|userId|userName|lastModifiedBy)=)("[^"]*"|'[^']*')"""),
    re.compile(rb"(<(?:dc:creator|meta:initial-creator|meta:creator-initials|author)(?:\s[^>]*)?>)[^<]*"),
)
"""Names of authors in comments, tracked changes and lists of authors."""
_MOMENTS: Final = re.compile(rb"""\sw:date=("[^"]*"|'[^']*')|<x15ac:absPath\b[^>]*/>""")
"""Times of tracked changes, and the folder on the author's machine that Excel writes down."""
_PERSONS: Final = re.compile(rb"""((?:displayName|userId)=)("[^"]*"|'[^']*')""")
_REFERENCES: Final = re.compile(
    rb"<(?:Override|Relationship|manifest:file-entry)\b[^>]*(?:custom\.xml|[Tt]humbnail|people\.xml)[^>]*/>"
)
_OTHER_FILES: Final = re.compile(r"(?i).*/embeddings/.*|object [0-9]+/.*|.*\.(tiff?|heic|avif)")
"""Files inside a file, which would bring metadata of their own."""


def clean_image(data: bytes, *, name: str = "", pixels: int = PIXELS) -> tuple[bytes, str]:
    """A picture without anything but its points, turned upright; returns the bytes and their type.

    EXIF (position, device, time), comments, profiles and further frames are gone. PNG, JPEG and WebP stay what
    they are. Raises UploadRefused ``picture_size`` above *pixels* points and ``damaged``.
    """
    from PIL import Image, ImageOps

    too_large = UploadRefused("picture_size", name=name, limit=pixels // 1_000_000)
    try:
        with Image.open(BytesIO(data), formats=tuple(_FORMATS)) as picture:
            if picture.width * picture.height > pixels:
                raise too_large
            kind = str(picture.format)
            upright = ImageOps.exif_transpose(picture)
            deep = upright.has_transparency_data and kind != "JPEG"
            plain = upright.convert("RGBA" if deep else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large from None
    except (OSError, ValueError, SyntaxError, EOFError):
        raise UploadRefused("damaged", name=name) from None
    plain.info = {}
    out = BytesIO()
    plain.save(out, kind, **({} if kind == "PNG" else {"quality": 90}))
    return out.getvalue(), _FORMATS[kind]


def without_traces(taken: Accepted) -> Accepted:
    """*taken* without metadata; raises UploadRefused ``not_clean`` for kinds where that cannot be promised (PDF)."""
    if taken.ending in ("txt", "csv"):
        return taken
    if taken.ending in PICTURES:
        data, _ = clean_image(taken.stream.read(), name=taken.name)
    elif taken.ending == "pdf":
        raise UploadRefused("not_clean", name=taken.name)
    else:
        data = _clean_office(taken.stream, taken.name)
    return replace(taken, size=len(data), sha256=hashlib.sha256(data).hexdigest(), stream=BytesIO(data))


def _clean_office(stream: BinaryIO, name: str) -> bytes:
    """An Office or OpenDocument file with empty properties, anonymous comments and no times in its archive."""
    out, unpacked = BytesIO(), 0
    try:
        with zipfile.ZipFile(stream) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                if _DROPPED.fullmatch(entry.filename):
                    continue
                if _OTHER_FILES.fullmatch(entry.filename):
                    raise UploadRefused("not_clean", name=name)
                with source.open(entry) as member:
                    data = member.read(UNPACKED_MB * MEGABYTE - unpacked + 1)
                unpacked += len(data)
                if unpacked > UNPACKED_MB * MEGABYTE:
                    raise UploadRefused("bomb", name=name, limit=UNPACKED_MB)
                plain = zipfile.ZipInfo(entry.filename)
                plain.compress_type = entry.compress_type
                target.writestr(plain, _clean_part(entry.filename, data, name))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise UploadRefused("damaged", name=name) from None
    return out.getvalue()


def _clean_part(path: str, data: bytes, name: str) -> bytes:
    low = path.casefold()
    if low in _EMPTIED:
        return _EMPTIED[low]
    if low.endswith((".xml", ".rels")):
        if low in ("[content_types].xml", "meta-inf/manifest.xml") or low.endswith(".rels"):
            return _REFERENCES.sub(b"", data)
        if low.startswith("xl/persons/"):
            return _PERSONS.sub(rb'\1"-"', data)
        data = _MOMENTS.sub(b"", _AUTHORS[0].sub(rb'\1""', data))
        return _AUTHORS[1].sub(rb"\1", data)
    if low.endswith((".jpg", ".jpeg", ".png", ".webp")):
        return clean_image(data, name=name)[0]
    return data
