"""The map of Mongolia's 22 first-level units as squares, so that the small ones are seen as well as the large."""

from __future__ import annotations

from portal.documents.cells import show_value
from portal.documents.layout import LaidMap, LaidTile
from portal.documents.model import Cell, CellLike, Column, Map, Table
from portal.documents.text import resolve
from portal.i18n import gettext as _
from portal.i18n import pgettext

_ROWS = (
    (None, "MN-046", None, "MN-041", None, "MN-049", None, None),
    ("MN-071", "MN-043", "MN-057", "MN-067", "MN-035", "MN-037", "MN-039", "MN-061"),
    (None, None, "MN-065", "MN-073", "MN-047", "MN-1", "MN-064", "MN-051"),
    (None, None, None, "MN-069", "MN-055", "MN-059", "MN-063", None),
    (None, None, None, None, None, "MN-053", None, None),
)
PLACES: dict[str, tuple[int, int]] = {
    code: (column, row) for row, codes in enumerate(_ROWS) for column, code in enumerate(codes) if code
}
"""Column and row of each unit (ISO 3166-2), as near to its place on a real map as a grid allows."""

COLUMNS, ROWS = len(_ROWS[0]), len(_ROWS)


def _ordered(given: Map) -> list[str]:
    unknown = set(given.tiles) - set(PLACES)
    if unknown:
        raise ValueError(f"no place on the map for {', '.join(sorted(unknown))}")
    return [code for codes in _ROWS for code in codes if code]


def lay_map(given: Map, language: str) -> tuple[str, LaidMap]:
    """The description of the map and its squares; raises ValueError for a code that is none of the 22."""
    squares, said = [], []
    for code in _ordered(given):
        column, row = PLACES[code]
        name = resolve(given.names.get(code, code), language)[0]
        tile = given.tiles.get(code)
        value = show_value(tile.value, "", language) if tile else ""
        meaning = resolve(given.legend.get(tile.tone, ""), language)[0] if tile and tile.tone else ""
        squares.append(LaidTile(column, row, code, name, value, meaning, tile.tone if tile else ""))
        if tile:
            said.append(f"{name}: {' – '.join(part for part in (value, meaning) if part)}")
    legend = tuple((tone, resolve(words, language)[0]) for tone, words in given.legend.items())
    title = resolve(given.title, language)[0]
    alt = resolve(given.alt, language)[0] or f"{_('Map of the aimags')}: {title}. {'; '.join(said)}."
    return alt, LaidMap(tuple(squares), legend)


def map_table(given: Map, language: str) -> Table:
    """The numbers of the map, one row per unit that has any."""
    rated = any(tile.tone for tile in given.tiles.values())
    columns = [Column(_("Aimag or capital"), 2), Column(given.value_title or pgettext("document", "Number"), 1, "end")]
    if rated:
        columns.append(Column(pgettext("document", "Rating"), 2))
    rows: list[list[CellLike]] = []
    for code in _ordered(given):
        if tile := given.tiles.get(code):
            row: list[CellLike] = [Cell(given.names.get(code, code)), Cell(tile.value)]
            if rated:
                row.append(Cell(given.legend.get(tile.tone, "") if tile.tone else "", "rating", tile.tone))
            rows.append(row)
    return Table(columns, rows, row_headers=True, counted=False, name=given.name or given.title)
