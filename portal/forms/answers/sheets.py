"""From the sheets of a workbook to rows of answers: which sheet is which table, which row stands in which.

The layout is that of our own export: a sheet for the submissions, one for each repeat, whose rows name the row
around them by ``_parent_index`` (``PARENT_KEY`` as ODK has it). The line of codes may stand below a line of labels,
or alone; labels alone will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.forms.answers.exporting import INDEX, INNER, META, ODK_KEY, ODK_PARENT, sheet_names
from portal.forms.answers.tables import MAIN, Answers, OutColumn, OutTable
from portal.forms.messages import Own, Text, _l
from portal.forms.xlsform.report import ImportProblem
from portal.forms.xlsform.workbook import Sheet
from portal.i18n import LOCALES, _, force_locale
from portal.text import fold

OWN = [INDEX, *META.values(), *INNER, ODK_KEY, ODK_PARENT]
"""Headings that are none of a question: for programs, for people."""


@dataclass(slots=True)
class Grid:
    """A sheet understood: where its own headings and its questions stand, counted from 0.

    ``tables`` are the keys of all tables that have a sheet.
    """

    name: str
    table: OutTable
    headings: list[str]
    own: dict[str, int] = field(default_factory=dict)
    columns: list[tuple[int, OutColumn]] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)
    tables: frozenset[str] = frozenset()


@dataclass(slots=True)
class Line:
    """A row of a sheet: its number in the file (from 1), its cells, the rows of inner tables by their key."""

    grid: Grid
    number: int
    cells: list[str]
    inner: dict[str, list[Line]] = field(default_factory=dict)

    def at(self, place: int | None) -> str:
        """The text of a cell; empty where there is none."""
        return self.cells[place] if place is not None and place < len(self.cells) else ""

    def own(self, code: str) -> str:
        """The cell under a heading such as ``_uuid``."""
        return self.at(self.grid.own.get(code))

    def problem(self, column: str, code: str, message: Text | Own, repair: Text | None = None) -> ImportProblem:
        """A problem of the cell of this row under the heading *column*."""
        place = self.grid.own.get(column)
        if place is None:
            place = next((at for at, out in self.grid.columns if out.column.key == column), None)
        heading = self.grid.headings[place] if place is not None else column
        return ImportProblem(self.grid.name, self.number, heading, code, message, repair, at=place)


def arrange(answers: Answers, sheets: list[Sheet], problems: list[ImportProblem]) -> list[Line]:
    """The rows of the table of submissions, with those of the repeats in them; what is wrong goes to *problems*."""
    grids = _grids(answers, sheets, problems)
    if MAIN not in grids:
        said = _l("There is no sheet with columns of this form. Download the answers to see how it must look.")
        problems.append(ImportProblem(sheets[0].name if sheets else "", None, "", "no_columns", said))
        return []
    for key, grid in grids.items():
        grid.tables = frozenset(grids)
        if key != MAIN:
            _hang(grid, grids.get(grid.table.parent), problems)
    return grids[MAIN].rows


def _grids(answers: Answers, sheets: list[Sheet], problems: list[ImportProblem]) -> dict[str, Grid]:
    """Table → its sheet."""
    named, ignored = _names(answers)
    found: dict[str, Grid] = {}
    for sheet in sheets:
        if not sheet.headings or sheet.name.casefold() in ignored:
            continue
        key = MAIN if len(sheets) == 1 else named.get(sheet.name.casefold(), "?" if MAIN in found else MAIN)
        grid = _grid(answers.tables[key], sheet) if key != "?" else None
        if grid is None or not (grid.columns or grid.own.keys() & {"_index", "KEY"}):
            said = _l("This sheet is none of this form and is left out.")
            problems.append(ImportProblem(sheet.name, None, "", "sheet_ignored", said, level="warning"))
        elif key in found:
            said = _l("There are two sheets for one table.")
            problems.append(ImportProblem(sheet.name, None, "", "sheet_twice", said))
        else:
            found[key] = grid
            _unknown(grid, problems)
    return found


def _names(answers: Answers) -> tuple[dict[str, str], set[str]]:
    """Names of sheets → tables in all languages of the portal, and names of sheets that hold no answers."""
    tables = list(answers.tables.values())
    named: dict[str, str] = {}
    ignored: set[str] = set()
    for locale in LOCALES:
        with force_locale(locale):
            *names, book = sheet_names(tables, [_("Code book")])
        named |= {name.casefold(): table.key for name, table in zip(names, tables, strict=True)}
        ignored.add(book.casefold())
    return named, ignored - set(named)


def _grid(table: OutTable, sheet: Sheet) -> Grid:
    """Understand the headings: by codes in the first or second line, else by labels."""
    own = {code for code, _title in OWN}
    codes = {out.column.key for out in table.columns.values()} | own
    first, second = sheet.headings, sheet.rows[0][1] if sheet.rows else []
    scores = [sum(text in codes for text in line) for line in (first, second)]
    rows = sheet.rows
    if scores[1] > scores[0]:
        headings, rows = list(second), rows[1:]
    elif scores[0]:
        headings = list(first)
    else:
        known = _labels(table)
        headings = [known.get(fold(text), text) for text in first]
    grid = Grid(sheet.name, table, headings)
    waiting: dict[str, list[OutColumn]] = {}
    for out in table.columns.values():
        waiting.setdefault(out.column.key, []).append(out)
    for place, text in enumerate(headings):
        if waiting.get(text):
            grid.columns.append((place, waiting[text].pop(0)))
        elif text in own:
            grid.own.setdefault(text, place)
    grid.rows = [Line(grid, number, cells) for number, cells in rows]
    return grid


def _labels(table: OutTable) -> dict[str, str]:
    """Headings for people in all languages of the portal → headings for programs."""
    found: dict[str, str] = {}
    for locale in LOCALES:
        with force_locale(locale):
            found |= {fold(str(title)): code for code, title in OWN}
            found |= {fold(out.head(locale)): out.column.key for out in table.columns.values()}
    return found


def _unknown(grid: Grid, problems: list[ImportProblem]) -> None:
    """Remark on columns that are none of the form, refuse those that stand there twice."""
    taken = {place for place, _out in grid.columns} | set(grid.own.values())
    known = {out.column.key for _place, out in grid.columns}
    for place, text in enumerate(grid.headings):
        if not text or place in taken or not any(line.at(place) for line in grid.rows):
            continue
        if text in known or text in grid.own:
            said = _l("There are two columns of this name. Delete one of them.")
            problems.append(ImportProblem(grid.name, None, text, "column_twice", said, at=place))
        else:
            said = _l("The form has no question of this name; the column is left out.")
            problems.append(ImportProblem(grid.name, None, text, "column_unknown", said, level="warning", at=place))


def _hang(grid: Grid, around: Grid | None, problems: list[ImportProblem]) -> None:
    """Put the rows of a repeat into the rows around them."""
    if around is None:
        said = _l("The sheet of the table around this one is missing.")
        problems.append(ImportProblem(grid.name, None, "", "parent_sheet", said))
        return
    by_index = dict(_numbered(around, problems))
    for line in grid.rows:
        parent = by_index.get(line.own("_parent_index") or line.own("PARENT_KEY"))
        if parent is None:
            said = _l("There is no row with this number on the sheet %(sheet)s.", sheet=around.name)
            problems.append(line.problem("_parent_index", "parent_missing", said))
        else:
            parent.inner.setdefault(grid.table.key, []).append(line)


def _numbered(grid: Grid, problems: list[ImportProblem]) -> Iterator[tuple[str, Line]]:
    """Each row with its number: the cell ``_index``, without such a column its place."""
    seen: set[str] = set()
    for count, line in enumerate(grid.rows, 1):
        own = next((each for each in ("_index", "KEY") if each in grid.own), "")
        number = line.own(own) if own else str(count)
        if number in seen:
            said = _l("This number stands in another row already.")
            problems.append(line.problem(own or "_index", "index_twice", said))
        seen.add(number)
        yield number, line
