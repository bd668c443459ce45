"""The portal's own table (XLSX): the template that is downloaded, filled and sent, and what the register exports.

The head of each column ends with its name in brackets, "Дугаар [number]", so that a table made in one language is
read in every other, and columns may be moved, left out or added. What a column says (a position, a day, a body) is
judged by the portal, which knows its lists; here only the form of a row is read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .parsed import TEXT_LIMIT, InputRefused, Parsed, ParsedRow, RowProblem, Variant
from .sheets import Table, find_table, text_of
from .wording import items, normal, squash

NAMES = (
    "number",
    "country",
    "cycle",
    "text_en",
    "text_mn",
    "text_mn_state",
    "states",
    "wordings",
    "position",
    "position_date",
    "position_document",
    "position_paragraph",
    "heading",
    "symbol",
    "symbol_date",
    "action",
    "themes",
    "groups",
    "sdgs",
    "lead",
    "support",
    "targets",
    "clusters",
    "points_en",
    "points_mn",
)
"""The columns that are read; others (of an export, or added by somebody) are not."""
REQUIRED = frozenset({"number"})
LIMITS = {"heading": 1000, "symbol": 100, "position_document": 300, "position_paragraph": 300}

_NAME = re.compile(r"\[([a-z_]{1,30})\]\s*$")
_WRITTEN = re.compile(r"\w[\w./()-]{0,39}")
_NUMBERED = re.compile(r"([0-9]{1,2})\s*:\s*(.*)", re.DOTALL)


def name_of(header: str) -> str | None:
    """The column that a head names at its end, or whose bare name it is."""
    found = _NAME.search(header)
    name = found[1] if found else squash(header)
    return name if name in NAMES else None


def find_own_table(sheets: Iterable[tuple[str, list[list[Any]]]]) -> Table | None:
    """The portal's table in a workbook, or None."""
    return find_table(sheets, name_of, REQUIRED)


def read_own_table(
    table: Table, session: int | None = None, country: str | None = None, cycle: int | None = None
) -> Parsed:
    """Read the rows about one country; raises InputRefused, problems of rows come in ``refused``.

    *country* is written as in the file; *cycle* narrows to one cycle and stands for that of rows without one.
    """
    del session
    countries = sorted({text_of(values.get("country")) for _, values in table.rows} - {""})
    if country is None and len(countries) > 1:
        raise InputRefused("several_countries", found=countries)
    chosen = country or (countries[0] if countries else None)
    over: Counter[tuple[str, str]] = Counter()
    reader = _Reader(table, cycle)
    for row, values in table.rows:
        named = text_of(values.get("country"))
        held = text_of(values.get("cycle"))
        if chosen is not None and named and named.casefold() != chosen.casefold():
            over["country", named[:80]] += 1
        elif cycle is not None and held not in ("", str(cycle)):
            over["cycle", held[:80]] += 1
        else:
            reader.read(row, values)
    if not reader.rows and not reader.refused:
        raise InputRefused("no_rows")
    return Parsed(
        format="own_table",
        layout=None,
        country=chosen,
        cycle=None,
        session=None,
        rows=tuple(reader.rows),
        refused=tuple(reader.refused),
        carried=tuple(name for name in NAMES if name in table.headers),
        passed_over=tuple((kind, name, count) for (kind, name), count in sorted(over.items())),
    )


class _Reader:
    """Reads one row after the other and remembers the numbers seen."""

    def __init__(self, table: Table, cycle: int | None) -> None:
        self.rows: list[ParsedRow] = []
        self.refused: list[RowProblem] = []
        self._names = table.headers.keys()
        self._cycle = cycle
        self._numbers: dict[tuple[int | None, str], int] = {}

    def _refuse(self, row: int, name: str, code: str, **params: Any) -> None:
        self.refused.append(RowProblem(row, name, code, params))

    def read(self, row: int, values: dict[str, Any]) -> None:
        """Read a row; its problems are all told."""
        before = len(self.refused)
        cells: dict[str, Any] = {}
        for name, value in values.items():
            try:
                cells[name] = normal(text_of(value))
            except UnicodeError:
                self._refuse(row, name, "text_characters")
                return
        cycle = self._cycle_of(row, cells.get("cycle", ""))
        number = self._number(row, values.get("number"), cells["number"], cycle)
        for name in ("text_en", "text_mn", "points_en", "points_mn"):
            if len(cells.get(name, "")) > TEXT_LIMIT:
                self._refuse(row, name, "text_too_long", limit=TEXT_LIMIT, length=len(cells[name]))
        for name, limit in LIMITS.items():
            if len(cells.get(name, "")) > limit:
                self._refuse(row, name, "value_too_long", limit=limit, length=len(cells[name]))
        if "text_en" in self._names and not cells.get("text_en"):
            self._refuse(row, "text_en", "text_missing")
        variants = self._variants(row, cells) if len(self.refused) == before else ()
        if len(self.refused) > before:
            return
        self.rows.append(
            ParsedRow(
                row=row,
                number=number,
                text=cells.get("text_en", ""),
                variants=variants,
                states=tuple(dict.fromkeys(state for variant in variants for state in variant.states)),
                position=cells.get("position", ""),
                themes=tuple(_lines(cells.get("themes", ""))),
                groups=tuple(_lines(cells.get("groups", ""))),
                goals=tuple(_lines(cells.get("sdgs", ""))),
                heading=squash(cells.get("heading", "")),
                source_rows=(row,),
                cycle=cycle,
                symbol=squash(cells.get("symbol", "")),
                cells=cells,
            )
        )

    def _cycle_of(self, row: int, text: str) -> int | None:
        if not text:
            if self._cycle is None:
                self._refuse(row, "cycle", "cycle_missing")
            return self._cycle
        if re.fullmatch(r"[0-9]{1,2}", text, re.ASCII) and 1 <= int(text) <= 20:
            return int(text)
        self._refuse(row, "cycle", "cycle_unknown", value=text[:80])
        return None

    def _number(self, row: int, value: Any, text: str, cycle: int | None) -> str:
        number = squash(text)
        if isinstance(value, float) and not value.is_integer():
            self._refuse(row, "number", "number_decimal")
        elif not number:
            self._refuse(row, "number", "number_missing")
        elif not _WRITTEN.fullmatch(number):
            self._refuse(row, "number", "number_unknown", value=number[:80])
        elif (first := self._numbers.setdefault((cycle, number), row)) != row:
            self._refuse(row, "number", "number_double", number=number, first=first)
        return number

    def _variants(self, row: int, cells: dict[str, str]) -> tuple[Variant, ...]:
        """The wordings with their States; none where the table has no column of States."""
        if "states" not in self._names:
            return ()
        names = _lines(cells.get("states", ""))
        if not names:
            self._refuse(row, "states", "state_missing")
            return ()
        texts = [found[2] if (found := _NUMBERED.match(line)) else line for line in _whole_lines(cells)]
        if len(texts) < 2:
            return (Variant(cells.get("text_en", ""), tuple(names)),)
        states: list[list[str]] = [[] for _ in texts]
        for name in names:
            found = _NUMBERED.match(name)
            if found is None or not 1 <= int(found[1]) <= len(texts):
                self._refuse(row, "states", "state_wording", value=name[:80])
                return ()
            states[int(found[1]) - 1].append(found[2].strip())
        if not all(states):
            self._refuse(row, "states", "state_missing")
        return tuple(Variant(text, tuple(each)) for text, each in zip(texts, states, strict=True))


def _whole_lines(cells: dict[str, str]) -> list[str]:
    """The wordings, one per line."""
    return [line.strip() for line in cells.get("wordings", "").splitlines() if line.strip()]


def _lines(text: str) -> list[str]:
    """The entries of a cell: one per line, or separated by semicolons."""
    return items([part for line in text.splitlines() for part in line.split(";")])
