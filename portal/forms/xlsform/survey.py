"""The survey sheet: from a flat list with begin and end to a tree of rows."""

from __future__ import annotations

import json
import re
from typing import Any

from portal.forms import fields
from portal.forms.definition.model import NAME_RULE, RESERVED, Row
from portal.forms.expressions import straighten
from portal.forms.expressions.names import nearest
from portal.forms.messages import Text, _l
from portal.forms.xlsform import matrix
from portal.forms.xlsform.collect import TRANSLATED, Collector, Table
from portal.forms.xlsform.names import SELECTS, TYPES, UNAVAILABLE, begins, ends

_STRAIGHT = (
    "relevant",
    "required",
    "constraint",
    "calculation",
    "choice_filter",
    "repeat_count",
    "default",
    "read_only",
    "trigger",
)
_PARAMETER = re.compile(r"([\w.-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s,;]+)")


class Survey:
    """Reads the rows of the survey sheet; ``rows`` is the tree, ``lines`` the line in the file of each row id."""

    def __init__(self, table: Table, collector: Collector, lists: set[str]) -> None:
        self.table = table
        self.collector = collector
        self.lists = lists
        self.rows: list[Row] = []
        self.lines: dict[str, int] = {}
        self.x: dict[str, dict[str, str]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.renamed: dict[str, str] = {}
        self.names: set[str] = set()
        self.count = 0
        self.open: list[tuple[str, Row, int]] = []

    def read(self) -> None:
        """Read all rows; problems go to the collector."""
        for line, row in self.table.sheet.rows:
            cells = {meant.column: value for _at, meant, value in self.table.values(row) if meant.column}
            kind = " ".join(cells.get("type", "").split())
            if not kind:
                if any(column in cells for column in ("name", "label", "calculation")):
                    self.problem(line, "type", "type_missing", _l("The type of this row is missing."))
                continue
            if kind.startswith("#") or matrix.MADE in cells:
                continue
            lowered = kind.lower()
            if ended := ends(lowered):
                self.close(line, ended)
                continue
            self.add(line, row, cells, kind, begins(lowered))
        for kind, _row, line in self.open:
            self.problem(
                line,
                "type",
                "not_closed",
                _l("This %(kind)s is never closed.", kind=kind),
                _l("Add a row end_%(kind)s.", kind=kind),
                repaired=True,
            )

    def problem(self, line: int, column: str, code: str, message: Text, repair: Text | None = None, **how: Any) -> None:
        """Note a problem of a line."""
        self.collector.add(self.table, line, column, code, message, repair, **how)

    def close(self, line: int, kind: str) -> None:
        """An end row."""
        if not self.open:
            self.problem(
                line,
                "type",
                "nothing_to_close",
                _l("Nothing is open that this row could close."),
                _l("Delete the row."),
                repaired=True,
            )
            return
        opened, _row, begun = self.open.pop()
        if opened != kind:
            self.problem(
                line,
                "type",
                "closed_wrongly",
                _l(
                    "This row closes a %(kind)s, but row %(line)s opened a %(opened)s.",
                    kind=kind,
                    line=begun,
                    opened=opened,
                ),
                _l("Write end_%(kind)s.", kind=opened),
                repaired=True,
            )

    def add(self, line: int, cells_row: list[str], cells: dict[str, str], kind: str, begun: str) -> None:
        """A question, or the row that opens a group or repeat."""
        row: Row = {"id": self.identity(cells, line), "type": "", "name": ""}
        self.lines[row["id"]] = line
        if begun:
            row["type"] = "repeat" if begun in ("repeat", "kobomatrix") else "group"
        else:
            self.kind(line, row, kind)
            self.count += 1
        self.name(line, row, cells.get("name", ""))
        row |= self.collector.texts(self.table, cells_row)
        for column, value in cells.items():
            if column in TRANSLATED or column in ("type", "name") or column.startswith("portal_"):
                continue
            row[column] = straighten(value) if column in _STRAIGHT else value
        if str(row.get("required", "")).lower() in ("yes", "true", "true()"):
            row["required"] = True
        if "parameters" in row:
            row["parameters"] = self.parameters(line, row["parameters"])
        self.own(line, row, cells)
        self.by_appearance(row)
        if begun == "kobomatrix":
            row["appearance"] = f"matrix {row.get('appearance', '')}".strip()
            row["rows_from"] = {"source": f"choices:{row.pop('matrix_list', '')}"}
        row.pop("matrix_list", None)
        extra = {
            self.table.sheet.headings[at]: cells_row[at]
            for at in self.table.extra
            if at < len(cells_row) and cells_row[at]
        }
        if extra:
            self.x[row["id"]] = extra
        (self.open[-1][1].setdefault("children", []) if self.open else self.rows).append(row)
        if begun:
            row.setdefault("children", [])
            self.open.append((begun, row, line))

    def identity(self, cells: dict[str, str], line: int) -> str:
        """The id that an export of ours wrote, else one made of the line."""
        wish = cells.get("portal_id", "")
        return wish if wish and wish not in self.lines and len(wish) <= 64 else f"x{line}"

    def kind(self, line: int, row: Row, kind: str) -> None:
        """The type of a question and the list of a select."""
        lowered = kind.lower()
        for start in sorted(SELECTS, key=len, reverse=True):
            if lowered == start or lowered.startswith(start + " "):
                row["type"] = SELECTS[start]
                self.select(line, row, kind[len(start) :].strip(), start)
                return
        if lowered in TYPES:
            row["type"] = TYPES[lowered]
        elif lowered in UNAVAILABLE:
            row["type"] = lowered
        else:
            near = nearest(lowered, {**TYPES, **SELECTS})
            row["type"] = "text"
            self.problem(
                line,
                "type",
                "type_unknown",
                _l("There is no type %(type)s.%(hint)s", type=kind, hint=near),
                _l("Take it over as text."),
                repaired=True,
            )

    def by_appearance(self, row: Row) -> None:
        """A type that XLSForm writes as another one with a word in the appearance; the word goes."""
        words = str(row.get("appearance") or "").split()
        for kind in fields.known().values():
            if kind.xls_appearance in words and row["type"] in (kind.name, kind.xls):
                row["type"] = kind.name
                words.remove(kind.xls_appearance)
                row.pop("appearance")
                if words:
                    row["appearance"] = " ".join(words)
                return

    def select(self, line: int, row: Row, rest: str, start: str) -> None:
        """The list after ``select_one`` and its like."""
        for ending in ("or_other", "or specify other", "or other"):
            if rest.lower().endswith(" " + ending):
                rest, row["or_other"] = rest[: -len(ending)].strip(), True
        if not rest:
            self.problem(line, "type", "list_missing", _l("The name of the list is missing after the type."))
            return
        row["list"] = rest
        if "file" in start:
            self.sources[rest] = {"source": f"file:{rest}"}
        elif rest not in self.lists:
            near = nearest(rest, self.lists)
            self.problem(
                line,
                "type",
                "list_unknown",
                _l("There is no list of choices named %(name)s.%(hint)s", name=rest, hint=near),
                _l("Add the list with one choice, to be filled in."),
                repaired=True,
            )
            self.sources.setdefault(rest, {})

    def name(self, line: int, row: Row, name: str) -> None:
        """The name, repaired where it cannot be one."""
        good = name
        if not name:
            good = f"row_{line}"
            self.problem(
                line,
                "name",
                "name_missing",
                _l("This row has no name."),
                _l("Name it %(name)s.", name=good),
                repaired=True,
            )
        elif not NAME_RULE.fullmatch(name):
            good = re.sub(r"[^\w\-]+", "_", name).strip("_") or f"row_{line}"
            good = good if NAME_RULE.fullmatch(good) else f"n_{good}"
            self.problem(
                line,
                "name",
                "name_invalid",
                _l("The name %(name)s must begin with a letter and have only letters, digits, _ and -.", name=name),
                _l("Name it %(name)s.", name=good),
                repaired=True,
            )
        if good in RESERVED or good.startswith("__"):
            reserved, good = good, good.lstrip("_") + "_"
            self.problem(
                line,
                "name",
                "name_reserved",
                _l("The name %(name)s is used by the portal itself.", name=reserved),
                _l("Name it %(name)s.", name=good),
                repaired=True,
            )
        if good in self.names:
            twice, number = good, 2
            while good in self.names:
                good, number = f"{twice}_{number}", number + 1
            self.problem(
                line,
                "name",
                "name_twice",
                _l("Two rows are named %(name)s; answers would overwrite one another.", name=twice),
                _l("Name it %(name)s.", name=good),
                repaired=True,
            )
        elif good != name and name:
            self.renamed[name] = good
        self.names.add(good)
        row["name"] = good

    def parameters(self, line: int, text: str) -> dict[str, str]:
        """``start=0 end=10 step=1``, divided by blanks, commas or semicolons."""
        found = {key: value.strip("\"'") for key, value in _PARAMETER.findall(text)}
        if _PARAMETER.sub("", text).strip(" ,;"):
            self.problem(
                line,
                "parameters",
                "parameters_form",
                _l("Parameters are written name=value, with blanks between."),
                _l("Leave out what is not written so."),
                repaired=True,
            )
        return found

    def own(self, line: int, row: Row, cells: dict[str, str]) -> None:
        """Columns that exports of this portal write and other tools ignore."""
        kind = cells.get("portal_type", "")
        if fields.is_known(kind) or fields.NAMED.fullmatch(kind):  # of a module: it may be off, or come later
            row["type"] = kind
        for column, cell in (
            ("portal_parameters", "parameters"),
            ("portal_rows_from", "rows_from"),
            ("portal_list", ""),
        ):
            if not (text := cells.get(column)):
                continue
            try:
                value = json.loads(text)
            except ValueError:
                value = None
            if not isinstance(value, dict):
                self.problem(line, column, "not_json", _l("This cell must hold a JSON object."))
            elif column == "portal_list":
                if isinstance(value.get("list"), str) and isinstance(value.get("source"), str):
                    row["list"] = value.pop("list")
                    self.sources[row["list"]] = value
            else:
                row[cell] = {**row.get(cell, {}), **value}
        if row.get("rows_from", {}).get("source") and row.get("repeat_count") == matrix.count(row):
            del row["repeat_count"]
        if cells.get("portal_use"):
            row["use"] = cells["portal_use"].split()
