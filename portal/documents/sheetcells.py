"""Typed, formula-safe cells for XlsxWriter, shared by documents and exports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from portal.documents.cleaning import is_formula
from portal.documents.layout import Typed
from portal.documents.model import CellKind

OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
    "remove_timezone": False,
}
"""A text stays a text, whatever it begins with."""

LONGEST = 32_767
"""Characters a cell can hold; a longer text is cut and says so with "…"."""

_EXACT = 10**15
_FIRST_YEAR = 1900


class SheetFormats:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Any, language: str) -> None:
        self._book = book
        self._kept: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.numbers = {
            "whole": "#,##0",
            "number": "#,##0.##",
            "percent": "0.0%",
            "money": '#,##0 "₮"' if language == "mn" else '"MNT" #,##0',
            "date": 'yyyy"."mm"."dd' if language == "mn" else "d mmm yyyy",
            "datetime": 'yyyy"."mm"."dd hh:mm' if language == "mn" else "d mmm yyyy hh:mm",
        }

    def get(self, **look: Any) -> Any:
        """A format with the XlsxWriter properties *look*."""
        key = tuple(sorted(look.items()))
        if key not in self._kept:
            self._kept[key] = self._book.add_format(look)
        return self._kept[key]

    def write(self, sheet: Any, row: int, column: int, value: Typed, kind: CellKind = "", **look: Any) -> None:
        """Write a cell by the type of *value*; a text always as text, marked so that editing it cannot change that."""
        match value:
            case None | "":
                if look:
                    sheet.write_blank(row, column, None, self.get(**look))
            case bool():
                sheet.write_boolean(row, column, value, self.get(**look))
            case int() | float() if abs(value) < _EXACT:
                number = kind if kind in {"percent", "money"} else "whole" if value == int(value) else "number"
                sheet.write_number(row, column, value, self.get(num_format=self.numbers[number], **look))
            case datetime() if value.year >= _FIRST_YEAR:
                sheet.write_datetime(row, column, value, self.get(num_format=self.numbers["datetime"], **look))
            case date() if value.year >= _FIRST_YEAR:
                sheet.write_datetime(row, column, value, self.get(num_format=self.numbers["date"], **look))
            case _:
                text = str(value)
                if len(text) > LONGEST:
                    text = text[: LONGEST - 1] + "…"
                if is_formula(text):
                    look["quote_prefix"] = True
                if "\n" in text:
                    look["text_wrap"] = True
                sheet.write_string(row, column, text, self.get(**look) if look else None)
