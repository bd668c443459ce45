"""Spreadsheet to XForm by pyxform, the reference; runs in a child process of its own."""

from __future__ import annotations


def to_xforms(books: list[bytes]) -> list[dict[str, str]]:
    """For each workbook ``{"xform": …}``, or ``{"error": …}`` with what pyxform says, in English."""
    return [_converted(book) for book in books]


def _converted(book: bytes) -> dict[str, str]:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        return {"xform": convert(xlsform=book, validate=False, pretty_print=False, form_name="data").xform}
    except PyXFormError as error:
        return {"error": " ".join(str(error).split())[:500]}
