"""``write_xlsform``: a definition as an XLSForm workbook, with everything an import kept."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from portal.forms import fields
from portal.forms.definition.model import CONTAINERS, Definition, Row, languages, list_source, walk
from portal.forms.xlsform import matrix

_PLAIN = (
    "required",
    "relevant",
    "constraint",
    "calculation",
    "default",
    "appearance",
    "read_only",
    "choice_filter",
    "repeat_count",
    "trigger",
)
_TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
Line = dict[str, str]


def write_xlsform(definition: Definition) -> bytes:
    """The definition as .xlsx: sheets survey, choices, settings and those an import kept.

    What XLSForm has no word for stands in columns named ``portal_…``, which other tools ignore and ``read_xlsform``
    understands. Every cell is text: nothing is read as a formula, a link or a number.
    """
    writer = _Writer(definition)
    survey = writer.survey()
    choices = writer.choices()
    settings = [writer.settings()]
    sheets: list[tuple[str, list[list[str]]]] = [("survey", _table(survey)), ("choices", _table(choices))]
    sheets.append(("settings", _table(settings)))
    kept = (definition.get("x") or {}).get("sheets")
    for name, rows in (kept if isinstance(kept, dict) else {}).items():
        sheets.append((str(name), [[str(cell) for cell in row] for row in rows]))
    return _workbook(sheets)


def _table(lines: list[Line]) -> list[list[str]]:
    """Lines as a table; columns in the order in which they first appear, translations of one text side by side."""
    headings: list[str] = []
    for line in lines:
        for heading in line:
            if heading not in headings:
                family = heading.split("::")[0]
                beside = [at for at, each in enumerate(headings) if each.split("::")[0] == family]
                headings.insert(beside[-1] + 1 if beside and "::" in heading else len(headings), heading)
    return [headings, *([line.get(heading, "") for heading in headings] for line in lines)] if headings else []


def _workbook(sheets: list[tuple[str, list[list[str]]]]) -> bytes:
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True})
    for name, rows in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell != "":
                    sheet.write_string(number, at, cell, bold if number == 0 else None)
        if rows:
            sheet.set_column(0, len(rows[0]) - 1, 22)
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        names = definition["settings"].get("language_names") or {}
        codes = languages(definition)
        self.suffixes = {code: _suffix(code, names.get(code), len(codes) == 1 and not names) for code in codes}
        self.x: Mapping[str, Any] = definition.get("x") or {}

    def texts(self, cell: str, texts: Mapping[str, str] | None) -> Line:
        """The columns of a translated text."""
        return {
            cell + self.suffixes.get(code, f"::{code} ({code})"): text for code, text in (texts or {}).items() if text
        }

    def survey(self) -> list[Line]:
        """The lines of the survey sheet."""
        out: list[Line] = []
        names = {str(row.get("name")) for row, _parents in walk(self.definition)}

        def lines(rows: list[Row]) -> None:
            for row in rows:
                out.append(self.line(row))
                if row.get("rows_from") and not row.get("repeat_count"):
                    number, about = matrix.lines(row, names)
                    label = row.get("label") or dict.fromkeys(self.suffixes, str(row["name"]))
                    out[-1]["repeat_count"] = matrix.count(row)
                    out.extend((number, about | self.texts("label", label)))
                if row["type"] in CONTAINERS:
                    lines(row.get("children") or [])
                    out.append({"type": f"end_{row['type']}"})

        lines(self.definition["survey"])
        return out

    def line(self, row: Row) -> Line:
        """One row."""
        kind, listed = self.kind(row)
        line: Line = {"type": kind, "name": row.get("name") or ""}
        for cell in _TEXTS:
            line |= self.texts(cell, row.get(cell))
        for cell in _PLAIN:
            value = row.get(cell)
            if value not in (None, "", False):
                line[cell] = "yes" if value is True else _written(value)
        if row.get("image"):
            line["media::image"] = row["image"]
        extra = (self.x.get("survey") or {}).get(row["id"]) or {}
        line |= {str(heading): str(value) for heading, value in extra.items()}
        line |= self.parameters(row)
        line["portal_id"] = row["id"]
        if row["type"] not in CONTAINERS and (word := fields.get(row["type"]).xls_appearance):
            line["appearance"] = f"{word} {line.get('appearance', '')}".strip()
        if row["type"] not in CONTAINERS and _word(row["type"]) != row["type"]:
            line["portal_type"] = row["type"]
        if row.get("rows_from"):
            line["portal_rows_from"] = _json(row["rows_from"])
        if row.get("use"):
            line["portal_use"] = " ".join(row["use"])
        if listed:
            line["portal_list"] = listed
        return line

    def kind(self, row: Row) -> tuple[str, str]:
        """The type cell, and what ``portal_list`` says of a list that is not in the file."""
        kind = row["type"]
        if kind in CONTAINERS:
            return f"begin_{kind}", ""
        field = fields.get(kind)
        if not field.choices:
            return _word(kind), ""
        name = row.get("list") or ""
        source = list_source(self.definition, name)
        if source.startswith("file:"):
            return f"{field.xls}_from_file {source.removeprefix('file:')}", ""
        if source:
            listed = {**self.definition["choices"][name], "list": name}
            return f"{field.xls}_from_file {name}.csv", _json(listed)
        return f"{field.xls} {name}" + (" or_other" if row.get("or_other") else ""), ""

    def parameters(self, row: Row) -> Line:
        """Parameters XLSForm knows in its column, ours in ours."""
        found = row.get("parameters") or {}
        ours = {
            key: value
            for key, value in found.items()
            if row["type"] not in CONTAINERS
            and (known := fields.get(row["type"]).parameters.get(key)) is not None
            and not known.xls
        }
        theirs = {key: value for key, value in found.items() if key not in ours}
        out: Line = {}
        if theirs:
            out["parameters"] = " ".join(f"{key}={_written(value)}" for key, value in theirs.items())
        if ours:
            out["portal_parameters"] = _json(ours)
        return out

    def choices(self) -> list[Line]:
        """The lines of the choices sheet; lists that come from elsewhere are not written."""
        out: list[Line] = []
        for name, found in (self.definition.get("choices") or {}).items():
            for choice in found if isinstance(found, list) else ():
                line: Line = {"list_name": name, "name": choice["name"]} | self.texts("label", choice.get("label"))
                line |= {str(key): _written(value) for key, value in choice.items() if key not in ("name", "label")}
                out.append(line)
        return out

    def settings(self) -> Line:
        """The line of the settings sheet."""
        settings = self.definition["settings"]
        title = settings.get("form_title") or {}
        code = settings.get("default_language") or next(iter(title), "")
        line: Line = {
            "form_title": title.get(code) or next(iter(title.values()), ""),
            "form_id": settings.get("form_id") or "",
        }
        for cell in ("version", "style", "instance_name", "allow_choice_duplicates"):
            if settings.get(cell):
                line[cell] = _written(settings[cell])
        if settings.get("default_language"):
            name = self.suffixes.get(settings["default_language"], "").removeprefix("::")
            line["default_language"] = name or settings["default_language"]
        line |= {str(heading): str(value) for heading, value in (self.x.get("settings") or {}).items()}
        own: dict[str, Any] = {"form_title": title} if len(title) > 1 else {}
        if settings.get("access"):
            own["access"] = settings["access"]
        if own:
            line["portal_settings"] = _json(own)
        return line


def _word(kind: str) -> str:
    """What other tools read as the type: text for one of a module that is off, other unknown types as they are."""
    return fields.get(kind).xls if fields.is_known(kind) or fields.NAMED.fullmatch(kind) else kind


_NAMES = {"mn": "Монгол", "en": "English", "ru": "Русский", "kk": "Қазақша"}


def _suffix(code: str, name: str | None, plain: bool) -> str:
    if name == "" or plain:
        return ""
    return f"::{name or f'{_NAMES.get(code, code)} ({code})'}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
