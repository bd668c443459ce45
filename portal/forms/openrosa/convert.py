"""Spreadsheet to XForm by pyxform, the reference; runs in a child process of its own."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that a text may have and XML may not."""


def to_xforms(books: list[bytes]) -> list[dict[str, str]]:
    """For each workbook ``{"xform": …}``, or ``{"error": …}`` with what pyxform says, in English."""
    return [_converted(book) for book in books]


def _converted(book: bytes) -> dict[str, str]:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        text = convert(xlsform=book, validate=False, pretty_print=False, form_name="data").xform
    except PyXFormError as error:
        return {"error": " ".join(str(error).split())[:500]}
    except Exception as error:  # a fault of the library: of this form, not of the others
        return {"error": type(error).__name__}
    return {"xform": _NOT_XML.sub("", text)}
