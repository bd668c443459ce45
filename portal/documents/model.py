"""The content model: what a document says, before any file format. Modules make these, writers read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from portal.documents.text import Run, Text, Words
from portal.text import LOCALES, Content

Tone = Literal["", "neutral", "info", "success", "warning", "danger"]
"""What a rating means: success = done, warning = partly, danger = not, info = under way, neutral = not rated."""

CellKind = Literal["", "text", "integer", "number", "percent", "money", "date", "datetime", "rating"]
"""How a cell is written; ``""`` is decided by the type of its value. A percent is a share, 0.5 for 50 %."""

Value: TypeAlias = Words | int | float | Decimal | bool | date | datetime | None

NATIONAL_REPORT_WORDS = 10_700
"""Word limit of a national report and of a Working Group report; annex matrix and endnotes are not counted.

Source: OHCHR, technical guidelines for the national report (upr.md 6.3).
"""


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    ``value`` is typed, so a spreadsheet gets a number or a date and a text gets the words of the language;
    ``runs`` replaces the shown text where marks, links or endnotes are wanted. ``tone`` colours a rating,
    always together with its words and a sign.
    """

    value: Value = None
    kind: CellKind = ""
    tone: Tone = ""
    bold: bool = False
    runs: Sequence[Words | Run] = ()

    @classmethod
    def rating(cls, label: Words, tone: Tone) -> Cell:
        """A traffic light: the words of the rating with its tone."""
        return cls(label, "rating", tone)

    @classmethod
    def percent(cls, share: float | Decimal | None) -> Cell:
        """A share, 0.5 for 50 %."""
        return cls(share, "percent")


@dataclass(frozen=True)
class Column:
    """A column: its title, its width as a part of the table's (any scale, 0 = like the others), its side."""

    title: Words
    width: float = 0
    align: Literal["", "start", "centre", "end"] = ""


CellLike: TypeAlias = Cell | Value | Run | Sequence[Words | Run]


@dataclass(frozen=True)
class Table:
    """A table with a title row that is repeated on each page.

    ``rows`` hold cells or plain values, each row as long as ``columns`` (ValueError otherwise). The first
    ``header_rows - 1`` of them belong to the head too; with ``row_headers`` the first column names its row.
    ``counted=False`` keeps the table out of the word count, as the annex matrix of a national report is.
    ``name`` is a short one, for its sheet in a workbook; the caption serves where there is none.
    """

    columns: Sequence[Column | Words]
    rows: Sequence[Sequence[CellLike]]
    caption: Words = ""
    header_rows: int = 1
    row_headers: bool = False
    counted: bool = True
    widths: Sequence[float] = ()
    name: Words = ""

    def __post_init__(self) -> None:
        width = len(self.columns)
        if not width:
            raise ValueError("a table needs a column")
        if self.widths and len(self.widths) != width:
            raise ValueError(f"{len(self.widths)} widths for {width} columns")
        for number, row in enumerate(self.rows, 1):
            if len(row) != width:
                raise ValueError(f"row {number} has {len(row)} cells for {width} columns")


@dataclass(frozen=True)
class Heading:
    """A heading, level 1 to 4."""

    level: int
    text: Text


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``numbered`` ones count through the whole document, as UN documents number them."""

    text: Text
    numbered: bool = False
    style: Literal["body", "lead", "quote", "small"] = "body"


@dataclass(frozen=True)
class ListBlock:
    """A list, with bullets or numbered from 1."""

    items: Sequence[Text]
    ordered: bool = False


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class Signature:
    """One place to sign: the office in capitals, the name, and what it signs for."""

    position: Words
    name: Words = ""
    organisation: Words = ""


@dataclass(frozen=True)
class SignatureBlock:
    """Places to sign by hand; the portal never claims to sign (mongolia.md 7.6)."""

    signatures: Sequence[Signature]
    place: Words = ""
    date: date | None = None


@dataclass(frozen=True)
class Annex:
    """All that follows, up to the next annex, is an annex: on new pages, wide where asked, not counted as words."""

    title: Words
    landscape: bool = True


ChartKind = Literal["bar", "stacked", "donut", "line"]
Number: TypeAlias = int | float | Decimal | None


@dataclass(frozen=True)
class Series:
    """One series of a chart: a value per category, None for "not known"; ``tone`` gives its colour and pattern."""

    name: Words
    values: Sequence[Number]
    tone: Tone = ""


@dataclass(frozen=True)
class Chart:
    """A chart of numbers; every writer shows its table with it.

    ``bar``: bars beside one another; ``stacked``: one bar per category; ``donut``: the one series by category,
    coloured by ``tones``; ``line``: categories in time. ``unit`` is a word behind the numbers ("recommendations"),
    with ``percent`` the values are shares. ``alt`` replaces the description made from the data. ``name`` is a short
    one, for the sheet in a workbook; the title serves where there is none.
    """

    kind: ChartKind
    title: Words
    categories: Sequence[Words]
    series: Sequence[Series]
    tones: Sequence[Tone] = ()
    alt: Words = ""
    unit: Words = ""
    percent: bool = False
    category_title: Words = ""
    with_table: bool = True
    name: Words = ""

    def __post_init__(self) -> None:
        if not self.series:
            raise ValueError("a chart needs a series")
        if self.kind == "donut" and len(self.series) != 1:
            raise ValueError("a donut shows one series")
        for each in self.series:
            if len(each.values) != len(self.categories):
                raise ValueError(f"{len(each.values)} values for {len(self.categories)} categories")
        if self.tones and len(self.tones) != len(self.categories):
            raise ValueError(f"{len(self.tones)} tones for {len(self.categories)} categories")

    def table(self, language: str | None = None) -> Table:
        """The data of the chart as a table, its head in *language* (the current one where None)."""
        from portal.documents.charts import data_table

        return data_table(self, language)

    def alt_text(self, language: str | None = None) -> str:
        """The description for those who do not see the chart: ``alt``, or all its numbers in words."""
        from portal.documents.charts import describe

        return describe(self, language)


@dataclass(frozen=True)
class Tile:
    """What a map says of one unit: a value shown in its square and a tone that colours it."""

    value: int | float | Words = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Map:
    """The 22 first-level units as squares placed like the country; ``tiles`` by ISO 3166-2 code (``MN-043``).

    ``names`` gives the units' names by code; a unit that is not in ``tiles`` stays empty. ``legend`` says what a
    tone means. ``name`` is a short one, as of a chart.
    """

    title: Words
    tiles: dict[str, Tile]
    names: dict[str, Words] = field(default_factory=dict)
    legend: dict[Tone, Words] = field(default_factory=dict)
    value_title: Words = ""
    alt: Words = ""
    name: Words = ""


Block: TypeAlias = Heading | Paragraph | ListBlock | Table | Chart | Map | PageBreak | SignatureBlock | Annex


@dataclass(frozen=True)
class Document:
    """A document in one language (``mn`` or ``en``), ready for any writer.

    ``word_limit`` is that of the body the document is sent to (NATIONAL_REPORT_WORDS), None for none; ``contents``
    asks for a list of headings after the title.
    """

    title: Words
    language: str
    blocks: Sequence[Block]
    subtitle: Words = ""
    organisation: Words = ""
    date: date | None = None
    word_limit: int | None = None
    contents: bool = False

    def __post_init__(self) -> None:
        if self.language not in LOCALES:
            raise ValueError(f"no language {self.language!r}")
        if not str_of(self.title, self.language):
            raise ValueError("a document needs a title")


def str_of(value: object, language: str) -> str:
    """The text of *value* for *language*."""
    return value.text(language) if isinstance(value, Content) else str(value)
