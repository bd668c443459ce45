"""Answers for SPSS: a .sav file for each table, in a zip. Needs the extra ``spss`` (pyreadstat, pandas).

A choice is a number with a label in one language: its code where all codes are whole numbers, else its place in the
list. Names are those of the columns, as far as SPSS allows; the whole label stands beside.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from portal.documents.cleaning import clean
from portal.forms import sources
from portal.forms.answers.columns import Dress
from portal.forms.answers.exporting import lines, own_columns, sheet_names
from portal.forms.answers.tables import Answers, OutColumn, OutTable
from portal.forms.engine.view import label_of
from portal.i18n import _

_BAD = re.compile(r"[^\w.@#$]")
_RESERVED = frozenset("all and by eq ge gt le lt ne not or to with".split())  # noqa: SIM905 - shorter so
_NAME, _LABEL, _VALUE_LABEL, _TEXT = 64, 250, 120, 32_000
"""Bytes that SPSS allows."""


def write(answers: Answers, out: BinaryIO, locale: str) -> None:
    """The zip. *answers* hold codes; labels are in *locale*."""
    tables = list(answers.tables.values())
    rows: dict[str, list[list[Any]]] = {table.key: [] for table in tables}
    dress = Dress(clean, lambda moment: moment.replace(tzinfo=None, microsecond=0), lambda day: day)
    for key, cells in lines(answers, dress, locale):
        rows[key].append(cells)
    names = sheet_names(tables, [])
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in zip(names, tables, strict=True):
            path = Path(folder) / "table.sav"
            _save(answers, table, rows.pop(table.key), path, locale)
            archive.write(path, f"{name}.sav")


def _save(answers: Answers, table: OutTable, rows: Sequence[Sequence[Any]], path: Path, locale: str) -> None:
    pandas, pyreadstat = import_module("pandas"), import_module("pyreadstat")
    own = own_columns(answers, table)
    outs: list[OutColumn | None] = [*(None for _each in own), *table.columns.values()]
    keys = [code for code, _title in own] + [out.column.key for out in table.columns.values()]
    labels = [str(title) for _code, title in own] + [out.head(locale) for out in table.columns.values()]
    names = list(_names(keys))
    columns: dict[str, Any] = {}
    valued: dict[str, dict[float, str]] = {}
    for place, (name, out) in enumerate(zip(names, outs, strict=True)):
        cells = [row[place] for row in rows]
        if out is not None and out.column.choice:
            valued[name] = {0.0: _("No"), 1.0: _("Yes")}
        elif out is not None and (found := _choices(answers, out, locale)) is not None:
            cells, valued[name] = _coded(cells, found)
        columns[name] = _column(pandas, cells, out.column.kind if out is not None else "")
    pyreadstat.write_sav(
        pandas.DataFrame(columns),
        str(path),
        file_label=_cut(answers.record.title.text(locale), 60),
        column_labels={name: _cut(clean(text), _LABEL) for name, text in zip(names, labels, strict=True)},
        variable_value_labels={name: each for name, each in valued.items() if each},
        variable_measure=dict.fromkeys(valued, "nominal"),
    )


def _names(keys: Sequence[str]) -> Iterator[str]:
    """Names that SPSS takes: a letter first, at most 64 bytes, each once whatever the case, no reserved word."""
    taken = set(_RESERVED)
    for key in keys:
        base = _BAD.sub("_", key).strip("_.") or "v"
        base = base if base[0].isalpha() else f"v{base}"
        name, number = _cut(base, _NAME), 1
        while name.casefold() in taken:
            number += 1
            name = f"{_cut(base, _NAME - len(str(number)) - 1)}_{number}"
        taken.add(name.casefold())
        yield name


def _cut(text: str, size: int) -> str:
    """*text* in at most *size* bytes, whole letters."""
    return text.encode()[:size].decode("utf-8", "ignore")


def _choices(answers: Answers, out: OutColumn, locale: str) -> dict[str, str] | None:
    """Codes and labels of a question with one choice, those of older versions last; None for other questions."""
    found: dict[str, str] = {}
    chooses = False
    for compiled in answers.compiled.values():
        node = compiled.by_id.get(out.column.row)
        if node is None or node.kind != "question" or node.row["type"] != out.asked.type:
            continue
        if node.field.multiple or out.suffix or not (node.field.choices or node.source):
            return None
        chooses = True
        items: Sequence[Mapping[str, Any]] = (
            sources.choices(answers.user, compiled).get(node.source, ())
            if node.source
            else compiled.lists.get(str(node.row.get("list")), ())
        )
        for item in items:
            found.setdefault(str(item["name"]), label_of(item, locale))
    return found if chooses else None


def _coded(cells: Sequence[Any], found: Mapping[str, str]) -> tuple[list[Any], dict[float, str]]:
    """Codes as numbers, and the labels of the numbers that occur or could; a code of no list is its own label."""
    known = dict(found) | {str(cell): str(cell) for cell in cells if cell is not None and str(cell) not in found}
    whole = all(re.fullmatch(r"-?(0|[1-9]\d{0,8})", code) for code in known)
    number = {code: float(code) if whole else float(place) for place, code in enumerate(known, 1)}
    labels = {number[code]: _cut(clean(text) or code, _VALUE_LABEL) for code, text in known.items()}
    return [None if cell is None else number[str(cell)] for cell in cells], labels


def _column(pandas: Any, cells: Sequence[Any], kind: str) -> Any:
    """The cells of a column with one type: numbers, days, moments, else texts."""
    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(cell, (int, float)) for cell in there):
        return pandas.Series(cells, dtype="float64")
    if kind in ("date", "datetime") and (read := _read(cells, date if kind == "date" else datetime)) is not None:
        cells, there = read, [cell for cell in read if cell is not None]
    if there and all(isinstance(cell, datetime) for cell in there):
        return pandas.Series(pandas.to_datetime(pandas.Series(cells, dtype="object")))
    if there and all(type(cell) is date for cell in there):
        return pandas.Series(cells, dtype="object")
    if not there and kind in ("number", "flag"):
        return pandas.Series(cells, dtype="float64")
    return pandas.Series(["" if cell is None else _cut(str(cell), _TEXT) for cell in cells], dtype="object")


def _read(cells: Sequence[Any], kind: Callable[..., Any]) -> list[Any] | None:
    """ISO texts as days or moments on the wall; None where one of them is none."""
    read: Any = kind
    try:
        found = [None if cell is None else read.fromisoformat(str(cell)) for cell in cells]
    except ValueError:
        return None
    return [each.replace(tzinfo=None) if isinstance(each, datetime) else each for each in found]
