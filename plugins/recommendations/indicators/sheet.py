"""Values by spreadsheet: the table to fill in, what a file would change, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from portal.api import (
    LOCALES,
    ChildFailed,
    InputRefused,
    Record,
    _,
    _l,
    fold,
    force_locale,
    lazy_pgettext,
    parse_number,
    reference,
    run_limited,
)

from .. import importers, writers
from ..files.fixing import TITLE
from ..importers import indicator_table
from ..indicator_models import Indicator
from . import periods, reading, service
from .forms import read_period
from .words import DIMENSIONS

SECONDS, MEGABYTES = 60, 1000
HIGHEST: Final = 10**15

TITLES: Final[dict[str, Any]] = {
    "period": lazy_pgettext("indicator", "Period"),
    "by": _l("Broken down by"),
    "category": _l("Category"),
    "value": _l("Value"),
    "note": _l("Note on the source"),
    "reason": _l("Reason for the change"),
}
HELP: Final[dict[str, Any]] = {
    "period": _l("2024, 2024-H1 (half-year), 2024-Q1 (quarter), 2024-05 (month) or 2024-05-31 (day)."),
    "by": _l("Empty for the whole, else one of the list."),
    "category": _l("Empty for the whole, else the name or code of a category."),
    "value": _l("A number. An empty cell leaves the value as it is."),
    "note": _l("Where the number comes from, if it differs from the source of the indicator."),
    "reason": _l("Why a published value changes."),
}


class FileRefused(Exception):
    """The file as a whole is of no use; ``message`` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell; ``row`` as the spreadsheet counts."""

    row: int
    column: str
    text: str

    @property
    def title(self) -> str:
        """The column as a reader knows it."""
        return str(TITLES.get(self.column, self.column))


@dataclass
class Plan:
    """What a file would do: entries that are new or differ, with what stands there now; how many are the same."""

    changed: list[tuple[int, service.Entry, float | None, bool]] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many values there were not before."""
        return sum(is_new for _row, _entry, _old, is_new in self.changed)


def template(record: Record, row: Indicator) -> bytes:
    """The table with the newest values, and empty lines for what is due next, in the reader's language."""
    known = reading.everything(row)
    lines = [_line(row, each.period, each.dimension, each.category, each.value, each.note) for each in known]
    used = {each.dimension for each in known} | {""}
    due = service.next_due(row).period.code
    there = {(each.period, each.dimension, each.category) for each in known}
    for dimension in DIMENSIONS:
        for category in reading.categories(row, dimension) if dimension in used else ():
            if (due, dimension, category) not in there:
                lines.append(_line(row, due, dimension, category, None, ""))
    names = [
        (str(title), [reading.named(row, code, key) for key in reading.categories(row, code)])
        for code, title in DIMENSIONS.items()
        if code
    ]
    kinds = {"period": ("text", 14), "by": ("text", 22), "category": ("text", 30), "value": ("number", 16)}
    payload = {
        "main": {
            "name": _("Values"),
            "columns": [
                {
                    "name": name,
                    "title": str(TITLES[name]),
                    "help": str(HELP[name]),
                    "kind": kinds.get(name, ("long", 40))[0],
                    "width": kinds.get(name, ("long", 40))[1],
                    "choose": _("Broken down by") if name == "by" else "",
                    "strict": False,
                }
                for name in indicator_table.NAMES
            ],
            "rows": lines,
        },
        "lists_name": _("Lists"),
        "lists": [[_("Broken down by"), [str(title) for code, title in DIMENSIONS.items() if code]], *map(list, names)],
        "more": [],
    }
    made: bytes = run_limited(writers.WRITE_OWN_TABLE, payload, seconds=SECONDS, megabytes=MEGABYTES)
    return made


def _line(row: Indicator, period: str, dimension: str, category: str, value: float | None, note: str) -> list[Any]:
    by = str(DIMENSIONS[dimension]) if dimension else ""
    number: Any = int(value) if value is not None and value.is_integer() else value
    return [period, by, reading.named(row, dimension, category) if dimension else "", number, note, ""]


def plan(record: Record, row: Indicator, data: bytes) -> Plan:
    """What the file would change, row by row; raises FileRefused."""
    made = Plan()
    known, told = service.latest(record.id), service.published_before(record.id)
    names = _Names(row)
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in _cells(data):
        if not cells.get("value", "").strip():
            continue
        entry = _entry(names, number, cells, made.problems)
        if entry is None:
            continue
        if entry.key in seen:
            made.problems.append(
                Problem(number, "period", _("Row %(row)s gives this value already.", row=seen[entry.key]))
            )
            continue
        seen[entry.key] = number
        if not service.changes(known, [entry]):
            made.same += 1
            continue
        old = known.get(entry.key)
        made.changed.append((number, entry, old.value if old else None, old is None))
        if entry.key in told and not entry.reason:
            made.problems.append(Problem(number, "reason", _("This value is published. Say why it changes.")))
    return made


def _cells(data: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        found = run_limited(indicator_table.READ, data, seconds=SECONDS, megabytes=MEGABYTES)
    except InputRefused as refused:
        if refused.code == "values_columns":
            raise FileRefused(
                _("The file has no columns [period] and [value]. Take the table of this indicator and fill it in.")
            ) from None
        if refused.code == "file_unknown":
            raise FileRefused(_("This is no spreadsheet (XLSX).")) from None
        raise FileRefused(importers.message(refused.code, refused.where, _)) from None
    except ChildFailed as failed:
        raise FileRefused(importers.message(failed.code, {}, _)) from None
    return [(int(number), dict(cells)) for number, cells in found]


class _Names:
    """Words for breakdowns and their categories in every language."""

    def __init__(self, row: Indicator) -> None:
        self.row = row
        self.by = {"": ""} | dict(_in_every_language(DIMENSIONS))
        self.of: dict[str, dict[str, str]] = {}

    def category(self, dimension: str, text: str) -> str | None:
        """The code of a category by its code or name."""
        if dimension == "unit":
            found = reference.find_unit(text)
            return found.code if found is not None and found.kind in ("aimag", "capital") else None
        if dimension not in self.of:
            self.of[dimension] = dict(_in_every_language(reading.categories(self.row, dimension)))
        return self.of[dimension].get(fold(text.replace("–", "-")))


def _in_every_language(names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for code, name in names.items():
        yield fold(code), code
        for locale in LOCALES:
            with force_locale(locale):
                yield fold(str(name.text(locale) if hasattr(name, "text") else name).replace("–", "-")), code


def _entry(names: _Names, number: int, cells: dict[str, str], problems: list[Problem]) -> service.Entry | None:
    before = len(problems)

    def wrong(column: str, text: str) -> None:
        problems.append(Problem(number, column, text))

    period: periods.Period | None = None
    try:
        period = read_period(cells.get("period", ""))
    except ValueError as error:
        wrong("period", str(error))
    dimension = names.by.get(fold(cells.get("by", "")))
    category: str | None = ""
    if dimension is None:
        expected = ", ".join(str(title) for title in DIMENSIONS.values())
        wrong("by", _("“%(text)s” is none of: %(expected)s.", text=cells["by"][:60], expected=expected))
    elif dimension:
        category = names.category(dimension, cells.get("category", ""))
        if category is None:
            given = cells.get("category", "")[:60]
            wrong("category", _("“%(text)s” is not in the list “%(name)s”.", text=given, name=DIMENSIONS[dimension]))
    elif cells.get("category", ""):
        wrong("by", _("Say by what the category breaks the value down, or leave it empty."))
    value: float | None = None
    try:
        value = float(parse_number(cells["value"]))
        if abs(value) > HIGHEST:
            wrong("value", _("This number is too large."))
    except ValueError:
        wrong("value", _("“%(text)s” is no number.", text=cells["value"][:40]))
    for column in ("note", "reason"):
        if len(cells.get(column, "")) > 500:
            wrong(column, _("Write at most %(limit)s characters.", limit=500))
    if len(problems) > before or period is None or dimension is None:
        return None
    return service.Entry(period, dimension, category or "", value, cells.get("note", ""), cells.get("reason", ""))


def marked(data: bytes, problems: list[Problem]) -> bytes:
    """The file with its errors written into it; raises FileRefused."""
    titles = []
    for locale in LOCALES:
        with force_locale(locale):
            titles.append(str(TITLE))
    marks = [[each.row, each.column, each.title, each.text] for each in problems]
    heads = [str(TITLE), *titles]
    try:
        done: bytes = run_limited(writers.MARK, data, "xlsx", marks, heads, seconds=SECONDS, megabytes=MEGABYTES)
    except InputRefused as refused:
        raise FileRefused(importers.message(refused.code, refused.where, _)) from None
    except ChildFailed as failed:
        raise FileRefused(importers.message(failed.code, {}, _)) from None
    return done
