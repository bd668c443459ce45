"""XLSX with XlsxWriter: the text on the first sheet, then a sheet per table with its chart as a native one."""

from __future__ import annotations

import io
import re
from typing import Any

from portal.documents.charts import ChartData
from portal.documents.layout import (
    LaidAnnex,
    LaidHeading,
    LaidList,
    LaidParagraph,
    LaidPicture,
    LaidSignatures,
    LaidTable,
    Layout,
)
from portal.documents.model import Tone
from portal.documents.palette import TONES, ink
from portal.documents.sheetcells import OPTIONS, SheetFormats
from portal.documents.text import plain

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_PATTERNS = {
    "solid": "solid",
    "rising": "wide_upward_diagonal",
    "falling": "wide_downward_diagonal",
    "level": "narrow_horizontal",
    "dots": "dotted_grid",
    "upright": "narrow_vertical",
}
_KINDS = {"bar": ("bar", None), "stacked": ("bar", "stacked"), "donut": ("doughnut", None), "line": ("line", None)}


def write_sheets(layout: Layout) -> bytes:
    """*layout* as a workbook."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS | {"in_memory": True})
    book.set_properties({"title": layout.title[:255], "subject": layout.subtitle[:255], "author": layout.organisation})
    _Writer(layout, book).write()
    book.close()
    return out.getvalue()


class _Writer:
    def __init__(self, layout: Layout, book: Any) -> None:
        self.layout = layout
        self.book = book
        self.formats = SheetFormats(book, layout.language)
        self.names = {"history"}  # Excel keeps this name for itself
        self.front = book.add_worksheet(self.name(layout.words["text"]))
        self.row = 0

    def name(self, wanted: str) -> str:
        """A name a sheet may have: at most 31 characters, without those Excel refuses, used once in any case."""
        base = " ".join(_FORBIDDEN.sub(" ", wanted).split()).strip("' ") or self.layout.words["sheet"]
        found, number = _shortened(base, _LONGEST_NAME), 1
        while found.casefold() in self.names:
            number += 1
            found = f"{_shortened(base, _LONGEST_NAME - len(f' {number}'))} {number}"
        self.names.add(found.casefold())
        return found

    def write(self) -> None:
        self.front.set_column(0, 0, 110)
        self.front.set_portrait()
        self.front.set_paper(9)
        self.front.fit_to_pages(1, 0)
        self.line(self.layout.organisation)
        self.line(self.layout.title, bold=True, font_size=16)
        self.line(self.layout.subtitle, font_size=12)
        self.line(self.layout.date)
        for block in self.layout.blocks:
            match block:
                case LaidHeading():
                    self.row += 1
                    self.line(plain(block.pieces), bold=True, font_size=15 - block.level)
                case LaidAnnex():
                    self.row += 1
                    self.line(f"{block.label}. {block.title}", bold=True, font_size=14)
                case LaidParagraph():
                    number = f"{block.number}. " if block.number else ""
                    self.line(number + plain(block.pieces))
                case LaidList():
                    for place, item in enumerate(block.items, 1):
                        self.line(f"{f'{place}.' if block.ordered else '•'} {plain(item)}", indent=1)
                case LaidTable():
                    self.table(block, block.label, block.caption)
                case LaidPicture():
                    self.picture(block)
                case LaidSignatures():
                    self.line(block.line)
                    for each in block.signatures:
                        self.line(f"{each.position} {each.organisation} {each.name}".replace("  ", " "))
        if self.layout.notes:
            self.row += 1
            self.line(self.layout.words["notes"], bold=True, font_size=14)
            for place, note in enumerate(self.layout.notes, 1):
                self.line(f"{place}. {note}")

    def line(self, text: str, **look: Any) -> None:
        """A line of the first sheet; wrapped, so that Excel and the printer show all of it."""
        if text:
            self.formats.write(self.front, self.row, 0, text, text_wrap=True, valign="top", **look)
            self.row += 1

    def table(self, table: LaidTable, label: str, caption: str) -> tuple[Any, str]:
        """A sheet for *table* and a link to it from the first sheet."""
        name = self.name(table.name)
        sheet = self.book.add_worksheet(name)
        shown = f"{label}. {caption}" if caption else name
        look = self.formats.get(font_color="#17457a", underline=1)
        address = name.replace("'", "''")
        self.front.write_url(self.row, 0, f"internal:'{address}'!A1", look, string=shown[:255])
        self.row += 1
        heads = [tuple(column.title for column in table.columns)]
        heads += [tuple(cell.text for cell in row) for row in table.head]
        head: dict[str, Any] = {"bold": True, "bg_color": "#e4e8ec", "text_wrap": True, "valign": "top", "bottom": 1}
        for number, titles in enumerate(heads):
            for place, title in enumerate(titles):
                self.formats.write(sheet, number, place, title or " ", **head)
        for number, row in enumerate(table.body, len(heads)):
            for place, cell in enumerate(row):
                look_: dict[str, Any] = _look(cell.tone) | ({"bold": True} if cell.bold else {})
                if isinstance(cell.value, str):
                    look_ |= {"text_wrap": True, "valign": "top"}
                value = cell.text if cell.value is None else cell.value
                self.formats.write(sheet, number, place, value, cell.kind, **look_)
        for place, column in enumerate(table.columns):
            longest = max((len(cell.text) for cell in (row[place] for row in table.body)), default=0)
            sheet.set_column(place, place, max(10, min(60, max(longest, len(column.title)) + 2)))
        last = len(heads) + len(table.body) - 1
        if table.body and len(heads) == 1:
            sheet.autofilter(0, 0, last, len(table.columns) - 1)
        sheet.freeze_panes(len(heads), 1 if table.row_headers else 0)
        sheet.repeat_rows(0, len(heads) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_header("&L" + shown[:200].replace("&", "&&"))
        sheet.set_footer("&C&P / &N")
        return sheet, name

    def picture(self, block: LaidPicture) -> None:
        data = block.data
        table = block.table
        if table is None:
            return self.line(f"{block.label}. {block.title}. {block.alt}")
        sheet, name = self.table(table, block.label, block.title)
        if isinstance(data, ChartData) and data.categories:
            self.chart(sheet, name, data, block)
        return None

    def chart(self, sheet: Any, name: str, data: ChartData, block: LaidPicture) -> None:
        """A native chart that reads the cells of its sheet; parts of one whole stand below one another there."""
        kind, sub = _KINDS[data.kind]
        chart = self.book.add_chart({"type": kind} | ({"subtype": sub} if sub else {}))
        count = len(data.categories)
        for place, series in enumerate(data.series):
            if data.kind == "stacked" and data.parts_of_one:
                cells = {"name": [name, 1 + place, 0], "values": [name, 1 + place, 1, 1 + place, 1]}
            else:
                cells = {
                    "name": [name, 0, 1 + place],
                    "categories": [name, 1, 0, count, 0],
                    "values": [name, 1, 1 + place, count, 1 + place],
                }
            chart.add_series(cells | self.paint(data, place, series.tone) | {"data_labels": {"value": True}})
        chart.set_title({"name": " ", "overlay": False, "name_font": {"size": 12}})
        # set_title() takes "Хуулиар!A1" for the address of a cell
        chart.title.name = data.title[:255]
        chart.set_legend({"position": "bottom", "none": data.kind == "bar" and len(data.series) == 1})
        if kind == "bar":
            chart.set_y_axis({"reverse": True, "visible": not (data.kind == "stacked" and data.parts_of_one)})
        chart.set_size({"width": 760, "height": max(320, min(900, 90 + 46 * count * _thick(data)))})
        options = {"description": block.alt[:2000], "object_position": 2}
        sheet.insert_chart(1, 2 + len(block.table.columns) if block.table else 4, chart, options)

    @staticmethod
    def paint(data: ChartData, place: int, tone: Tone) -> dict[str, Any]:
        """The colours and patterns of a series."""
        if data.kind == "donut":
            return {"points": [_surface(each, number) for number, each in enumerate(data.part_tones)]}
        if data.kind == "line":
            colour = ink(tone, place).fill
            dash = ("solid", "dash", "square_dot", "dash_dot", "long_dash", "long_dash_dot")[place % 6]
            return {"line": {"color": colour, "width": 2.25, "dash_type": dash}, "marker": {"type": "automatic"}}
        return _surface(tone, place)


def _shortened(text: str, most: int) -> str:
    """*text* with at most *most* characters, cut between words where it can be, and then ending in "…"."""
    if len(text) <= most:
        return text
    cut = text[:most]
    whole = cut[: cut.rfind(" ")] if " " in cut[most // 2 :] else cut[:-1]
    return whole.rstrip(" ,.;–-'") + "…"


def _thick(data: ChartData) -> int:
    return len(data.series) if data.kind == "bar" else 1


def _surface(tone: Tone, place: int) -> dict[str, Any]:
    colour = ink(tone, place)
    if colour.pattern == "solid":
        return {"fill": {"color": colour.fill}}
    return {"pattern": {"pattern": _PATTERNS[colour.pattern], "fg_color": colour.line, "bg_color": colour.fill}}


def _look(tone: Tone) -> dict[str, Any]:
    if not tone:
        return {}
    return {"bg_color": TONES[tone].pale, "font_color": TONES[tone].dark, "bold": True}
