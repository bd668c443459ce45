"""A document laid out for its language: texts resolved, values written, everything numbered.

All writers read this and nothing else; it is plain data, so it passes into a child process and into Typst.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from portal.documents.charts import ChartData, SeriesData
from portal.documents.model import CellKind, Tone
from portal.documents.text import Piece

Align = Literal["start", "centre", "end"]
Typed: TypeAlias = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class LaidCell:
    """A cell: ``pieces`` for readers, ``value`` of ``kind`` for spreadsheets."""

    pieces: tuple[Piece, ...]
    value: Typed
    kind: CellKind
    align: Align
    tone: Tone = ""
    sign: str = ""
    bold: bool = False

    @property
    def text(self) -> str:
        """The words of the cell without its sign."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class LaidColumn:
    """A column: title, share of the table's width (all add up to 1), side."""

    title: str
    width: float
    align: Align


@dataclass(frozen=True)
class LaidHeading:
    """``level`` 1 to 4, never skipping one; ``anchor`` is its name in the file."""

    level: int
    pieces: tuple[Piece, ...]
    anchor: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True)
class LaidParagraph:
    """``number`` is 0 for one that is not numbered."""

    pieces: tuple[Piece, ...]
    number: int
    style: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True)
class LaidList:
    """``items`` in order."""

    items: tuple[tuple[Piece, ...], ...]
    ordered: bool
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class LaidTable:
    """``label`` is "Table 3" or empty for one without a caption; ``name`` says what the table is about in short.

    ``head`` holds further head rows; ``tight``: the columns are too narrow for their words, so words are broken.
    """

    label: str
    caption: str
    name: str
    columns: tuple[LaidColumn, ...]
    head: tuple[tuple[LaidCell, ...], ...]
    body: tuple[tuple[LaidCell, ...], ...]
    row_headers: bool
    counted: bool
    tight: bool
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class LaidTile:
    """A square of the map: ``column`` and ``row`` from 0, ``meaning`` the words of its tone."""

    column: int
    row: int
    code: str
    name: str
    value: str
    meaning: str
    tone: Tone


@dataclass(frozen=True)
class LaidMap:
    """A tile map with the meaning of its tones."""

    tiles: tuple[LaidTile, ...]
    legend: tuple[tuple[Tone, str], ...]


@dataclass(frozen=True)
class LaidPicture:
    """A chart or a map: ``label`` is "Figure 2"; ``data`` is drawn, ``table`` shown below or None."""

    label: str
    title: str
    alt: str
    data: ChartData | LaidMap
    table: LaidTable | None
    kind: Literal["picture"] = "picture"


@dataclass(frozen=True)
class LaidBreak:
    """A new page."""

    kind: Literal["break"] = "break"


@dataclass(frozen=True)
class LaidSignature:
    """One place to sign."""

    position: str
    name: str
    organisation: str


@dataclass(frozen=True)
class LaidSignatures:
    """``line`` is place and date."""

    signatures: tuple[LaidSignature, ...]
    line: str
    kind: Literal["signatures"] = "signatures"


@dataclass(frozen=True)
class LaidAnnex:
    """The beginning of an annex; ``label`` is "Annex 1"."""

    label: str
    title: str
    landscape: bool
    anchor: str
    kind: Literal["annex"] = "annex"


LaidBlock: TypeAlias = (
    LaidHeading | LaidParagraph | LaidList | LaidTable | LaidPicture | LaidBreak | LaidSignatures | LaidAnnex
)


@dataclass(frozen=True)
class Layout:
    """The whole document. ``words`` are the writers' own words in ``language`` (``tag`` is its BCP 47 name)."""

    title: str
    subtitle: str
    organisation: str
    date: str
    language: str
    tag: str
    blocks: tuple[LaidBlock, ...]
    notes: tuple[str, ...]
    contents: bool
    words: dict[str, str] = field(default_factory=dict)

    def tables(self) -> list[LaidTable]:
        """Every table in order, those of pictures included."""
        found = []
        for block in self.blocks:
            if isinstance(block, LaidTable):
                found.append(block)
            elif isinstance(block, LaidPicture) and block.table:
                found.append(block.table)
        return found


_CLASSES: dict[str, type[Any]] = {
    each.__name__: each
    for each in (
        ChartData, LaidAnnex, LaidBreak, LaidCell, LaidColumn, LaidHeading, LaidList, LaidMap, LaidParagraph,
        LaidPicture, LaidSignature, LaidSignatures, LaidTable, LaidTile, Layout, Piece, SeriesData,
    )
}  # fmt: skip


def pack(value: Any) -> Any:
    """*value* as dicts and lists, to go into a child process or into Typst; a dataclass keeps its name in ``is``."""
    if isinstance(value, tuple | list):
        return [pack(each) for each in value]
    if is_dataclass(value):
        return {"is": type(value).__name__} | {each.name: pack(getattr(value, each.name)) for each in fields(value)}
    return value


def unpack(value: Any) -> Any:
    """What ``pack`` packed."""
    if isinstance(value, list):
        return tuple(unpack(each) for each in value)
    if isinstance(value, dict) and "is" in value:
        return _CLASSES[value["is"]](**{key: unpack(each) for key, each in value.items() if key != "is"})
    return value
