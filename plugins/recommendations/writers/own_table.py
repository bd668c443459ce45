"""The portal's own table as a workbook: recommendations, an explanation of each column, the lists to choose from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""A text stays a text, whatever it begins with."""

_FREE_ROWS = 1000
"""Rows below the last one in which the lists are offered, too."""
_LONGEST = 32_000
_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#c3c9d0"}
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"num_format": "@"},
    "long": {"num_format": "@", "text_wrap": True},
    "date": {"num_format": "yyyy-mm-dd"},
    "number": {},
}


def write(payload: Mapping[str, Any]) -> bytes:
    """The workbook.

    ``main`` and each of ``more`` is a sheet: ``name``, ``columns`` (``title``, ``name`` empty for one that is not
    read back, ``kind``, ``width``, ``choose`` the title of a list, ``strict`` where nothing else is right, ``help``)
    and ``rows``. ``lists`` are [title, values]; ``lists_name`` is the name of their sheet.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    formats = {kind: book.add_format({"valign": "top", **look}) for kind, look in _KINDS.items()}
    main = payload["main"]
    sheet = _sheet(book, formats, main)
    places = _lists(book, formats, payload)
    _choices(sheet, main, places)
    for each in payload["more"]:
        _sheet(book, formats, each)
    book.close()
    return out.getvalue()


def _sheet(book: Any, formats: Mapping[str, Any], content: Mapping[str, Any]) -> Any:
    sheet = book.add_worksheet(content["name"][:31])
    own = book.add_format({**_HEAD, "bg_color": "#dbe7f3"})
    other = book.add_format({**_HEAD, "bg_color": "#eceff2", "font_color": "#4a5460"})
    bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#5c6773", "font_size": 9})
    columns: Sequence[Mapping[str, Any]] = content["columns"]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column["width"], formats[column["kind"]])
        name = column.get("name", "")
        if name:
            sheet.write_rich_string(0, place, bold, f"{column['title']}\n", grey, f"[{name}]", own)
        else:
            sheet.write_string(0, place, column["title"], other)
    sheet.set_row(0, 48)
    for number, row in enumerate(content["rows"], 1):
        for place, (value, column) in enumerate(zip(row, columns, strict=True)):
            _cell(sheet, formats, number, place, value, column["kind"])
    sheet.freeze_panes(1, 1)
    if columns:
        sheet.autofilter(0, 0, max(len(content["rows"]), 1), len(columns) - 1)
    return sheet


def _cell(sheet: Any, formats: Mapping[str, Any], row: int, column: int, value: Any, kind: str) -> None:
    if value is None or value == "":
        return
    if kind == "date":
        sheet.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, formats[kind])
    else:
        sheet.write_string(row, column, str(value)[:_LONGEST], formats[kind])


def _lists(book: Any, formats: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, str]:
    """The sheet of lists; the range of each by its title."""
    if not payload["lists"]:
        return {}
    name = payload["lists_name"][:31]
    sheet = book.add_worksheet(name)
    head = book.add_format(_HEAD)
    places: dict[str, str] = {}
    for column, (title, values) in enumerate(payload["lists"]):
        sheet.set_column(column, column, 40)
        sheet.write_string(0, column, title, head)
        for row, value in enumerate(values, 1):
            sheet.write_string(row, column, value, formats["text"])
        letter = _letter(column)
        places[title] = f"='{name}'!${letter}$2:${letter}${max(len(values), 1) + 1}"
    sheet.freeze_panes(1, 0)
    return places


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _choices(sheet: Any, content: Mapping[str, Any], places: Mapping[str, str]) -> None:
    """Offer the lists in their columns, and say in each column what belongs there."""
    last = len(content["rows"]) + _FREE_ROWS
    for place, column in enumerate(content["columns"]):
        rule: dict[str, Any] = {"validate": "any"}
        if column.get("choose") in places:
            rule = {
                "validate": "list",
                "source": places[column["choose"]],
                "error_type": "stop" if column.get("strict") else "warning",
            }
        if help_text := column.get("help"):
            rule |= {"input_title": column["title"][:32], "input_message": help_text[:255]}
        if len(rule) > 1:
            sheet.data_validation(1, place, last, place, rule)
