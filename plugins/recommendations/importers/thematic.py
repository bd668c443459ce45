"""OHCHR's thematic list of recommendations (DOCX, one table), as issued for cycles 2, 3 and 4."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .archive import check_size, kind_of, open_word
from .parsed import EXAMINED, NOTED, SUPPORTED, TEXT_LIMIT, InputRefused, Parsed, ParsedRow, RowProblem
from .table import Cell, paragraphs, tables
from .wording import goal_of, items, normal, squash, take_apart

ROW_LIMIT = 5000
"""Rows of a list; the longest reviews have some four hundred recommendations."""

CELL_LIMIT = 3 * TEXT_LIMIT
"""Characters of a cell that is still taken apart: text, States and source."""

POSITIONS = {"supported": SUPPORTED, "accepted": SUPPORTED, "noted": NOTED, "to be examined": EXAMINED}

_PAGE_HEADER = re.compile(
    r"UPR of (?P<country>.+?)\s*\(\s*(?P<cycle>[1-9])\s*(?:st|nd|rd|th)?\s+cycle\s*"
    r"(?:[-–—,]\s*(?P<session>[0-9]{1,3})\s*(?:st|nd|rd|th)?\s+session\s*)?\)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"\s*(SDGs?|Affected persons|Groups? of persons)\s*:\s*(.*)", re.IGNORECASE)
_HEADING = re.compile(r"\s*theme\s*:\s*", re.IGNORECASE)
_CODED = re.compile(r"[A-G][0-9]{1,2} ")
_NUMBERED = re.compile(r"\s*[0-9]{1,4}\.[0-9]")


@dataclass(frozen=True)
class Layout:
    """A form of the table: the headers of its columns as written, and what stands in which column."""

    cycle: int
    """2 for the four columns of cycles 2 and 3, 4 for those of cycle 4."""
    headers: tuple[str, ...]
    columns: tuple[int, ...]
    """First grid columns of the cells."""

    @property
    def has_comments(self) -> bool:
        """Whether the last column is for comments on implementation (cycles 2 and 3)."""
        return self.cycle == 2 and len(self.headers) > 3


def read_thematic_list(data: bytes) -> Parsed:
    """Read a thematic list; raises InputRefused where the file is not one, problems of rows come in ``refused``."""
    check_size(data)
    if kind_of(data) != "zip":
        raise InputRefused("file_type", found="text")
    with open_word(data) as word:
        root = word.part("word/document.xml")
        top = [text for name in word.names(r"word/header[0-9]*\.xml") for text in paragraphs(word.part(name))]
        found = list(tables(root))
        top += [text for text in paragraphs(root)[:50] if "UPR of" in text]
    if not any(found):
        raise InputRefused("no_table")
    layout, rows = find_rows(found)
    if len(rows) > ROW_LIMIT:
        raise InputRefused("too_many_rows", limit=ROW_LIMIT)
    country, cycle, session = _review(top)
    reader = _Reader(layout)
    for place, cells in rows:
        reader.read(place, cells)
    if not reader.rows and not reader.refused:
        raise InputRefused("no_rows")
    if layout.cycle == 2 and cycle is None:
        cycle = 2 if reader.has_codes else 3
    form = layout.cycle if layout.cycle == 4 else (2 if reader.has_codes else 3)
    return Parsed(
        format="thematic_list",
        layout=form,
        country=country,
        cycle=cycle or layout.cycle,
        session=session,
        rows=tuple(reader.rows),
        refused=tuple(reader.refused),
    )


def _review(texts: list[str]) -> tuple[str | None, int | None, int | None]:
    """Country, cycle and session from the page header ("UPR of Slovenia (3rd Cycle - 34th Session)")."""
    for text in texts:
        if match := _PAGE_HEADER.search(squash(text)):
            return match["country"].strip(), int(match["cycle"]), int(match["session"]) if match["session"] else None
    return None, None, None


def find_rows(found: list[list[list[Cell]]]) -> tuple[Layout, list[tuple[int, list[Cell]]]]:
    """The layout, and the rows under a known header with their numbers, counted over all its tables from 1."""
    layout: Layout | None = None
    rows: list[tuple[int, list[Cell]]] = []
    place = 0
    for table in found:
        start = next((number for number, cells in enumerate(table[:5]) if _layout(cells)), None)
        if start is None:
            continue
        layout = layout or _layout(table[start])
        for number, cells in enumerate(table):
            place += 1
            if number > start and _layout(cells) is None:
                rows.append((place, cells))
    if layout is None:
        first = next((cells for table in found for cells in table if cells), [])
        raise InputRefused("layout", found=[squash(cell.text)[:80] for cell in first][:8])
    return layout, rows


def cells_by_header(layout: Layout, cells: list[Cell]) -> list[Cell | None]:
    """The cells of a row by the columns of the layout; None where a merged cell covers the column."""
    if len(cells) == len(layout.columns):
        return list(cells)
    by_column = {cell.column: cell for cell in cells}
    return [by_column.get(column) for column in layout.columns]


def _layout(cells: list[Cell]) -> Layout | None:
    """The layout whose header row these cells are, or None."""
    texts = [squash(cell.text).casefold() for cell in cells]
    if len(texts) < 3 or not texts[0].startswith("recommendation") or not texts[1].startswith("position"):
        return None
    headers, columns = tuple(squash(cell.text) for cell in cells), tuple(cell.column for cell in cells)
    if texts[2].startswith("full list of themes"):
        return Layout(2, headers, columns)
    if texts[2].startswith("human rights themes") and len(texts) > 3 and "sdg" in texts[3]:
        return Layout(4, headers, columns)
    return None


class _Reader:
    """Reads one row after the other; remembers the heading and the numbers seen."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.rows: list[ParsedRow] = []
        self.refused: list[RowProblem] = []
        self.has_codes = False
        self._heading = ""
        self._numbers: dict[str, int] = {}

    def read(self, place: int, cells: list[Cell]) -> None:
        """Read a heading, an empty row or a recommendation."""
        texts = {cell.text for cell in cells}
        if not any(texts):
            return
        if len(texts) == 1 and not _NUMBERED.match(cells[0].text):
            self._heading = squash(_HEADING.sub("", cells[0].text, count=1))
            return
        try:
            values = [normal(cell.text) if cell else "" for cell in cells_by_header(self.layout, cells)]
        except UnicodeError:
            self._refuse(place, 0, "text_characters")
            return
        self._recommendation(place, values)

    def _refuse(self, place: int, column: int, code: str, **params: object) -> None:
        self.refused.append(RowProblem(place, self.layout.headers[column], code, params))

    def _recommendation(self, place: int, values: list[str]) -> None:
        if len(values[0]) > CELL_LIMIT:
            self._refuse(place, 0, "text_too_long", limit=TEXT_LIMIT, length=len(values[0]))
            return
        wording = take_apart(values[0])
        before = len(self.refused)
        if not wording.number:
            self._refuse(place, 0, "number_missing")
        elif wording.number in self._numbers:
            self._refuse(place, 0, "number_double", number=wording.number, first=self._numbers[wording.number])
        if not wording.text:
            self._refuse(place, 0, "text_missing")
        elif len(wording.text) > TEXT_LIMIT:
            self._refuse(place, 0, "text_too_long", limit=TEXT_LIMIT, length=len(wording.text))
        elif any(not variant.states for variant in wording.variants):
            self._refuse(place, 0, "state_missing")
        position = POSITIONS.get(squash(values[1]).casefold())
        if not values[1].strip():
            self._refuse(place, 1, "position_missing")
        elif position is None:
            self._refuse(place, 1, "position_unknown", value=squash(values[1])[:80])
        themes, groups, goals = self._lists(values)
        self.has_codes = self.has_codes or any(_CODED.match(theme) for theme in themes)
        sdgs = [goal_of(goal) for goal in goals]
        if None in sdgs:
            self._refuse(place, 3 if self.layout.cycle == 4 else 2, "sdg_unknown", value=goals[sdgs.index(None)][:80])
        self._numbers.setdefault(wording.number, place)
        if len(self.refused) > before or position is None:
            return
        self.rows.append(
            ParsedRow(
                row=place,
                number=wording.number,
                text=wording.text,
                variants=wording.variants,
                states=wording.states,
                position=position,
                source_of_position=wording.source,
                themes=tuple(themes),
                groups=tuple(groups),
                sdgs=tuple(dict.fromkeys(goal for goal in sdgs if goal is not None)),
                heading=self._heading,
                comment=values[3].strip() if self.layout.has_comments else "",
                source_rows=(place,),
                goals=tuple(goals),
            )
        )

    def _lists(self, values: list[str]) -> tuple[list[str], list[str], list[str]]:
        """Themes, groups and goals: blocks of the third cell; in cycle 4 the goals have the fourth."""
        blocks: dict[str, list[str]] = {"themes": [], "groups": [], "sdgs": []}
        current = "themes"
        for line in values[2].splitlines():
            if match := _BLOCK.fullmatch(line):
                current = "sdgs" if match[1].casefold().startswith("sdg") else "groups"
                line = match[2]
            blocks[current].append(line)
        if self.layout.cycle == 4:
            blocks["sdgs"] += values[3].splitlines()
        return items(blocks["themes"]), items(blocks["groups"]), items(blocks["sdgs"])
