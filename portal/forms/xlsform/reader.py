"""``read_xlsform``: from the bytes of a spreadsheet to a definition and every problem on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from portal.forms.definition.check import check
from portal.forms.definition.edit import rename_references
from portal.forms.definition.model import FORMAT, Definition, Problem
from portal.forms.messages import Text, _l
from portal.forms.xlsform.collect import Collector, Table
from portal.forms.xlsform.names import (
    CHOICE_COLUMNS,
    SETTINGS_COLUMNS,
    SURVEY_COLUMNS,
    language_code,
)
from portal.forms.xlsform.report import ImportProblem, ImportResult
from portal.forms.xlsform.survey import Survey
from portal.forms.xlsform.workbook import Sheet, Unreadable, read_sheets

KEPT_SHEETS = frozenset({"external_choices", "entities", "osm"})
"""Sheets of XLSForm that are kept and exported again."""
_MOST_LISTED = 500
_REPAIRED_BY_CHECK = frozenset({"choice_twice"})


def read_xlsform(
    content: bytes, filename: str, *, repair: bool = False, languages: Mapping[str, str] | None = None
) -> ImportResult:
    """Read an XLSForm (.xlsx, .xls, .ods, .csv).

    Lists every problem. Without *repair* an error leaves ``definition`` None; with it the errors that have a repair are
    put right as they say and only the others stand in the way. *languages* gives codes for languages that the file
    names without one (``{"Монгол хэл": "mn"}``). Never raises for a bad file. Plain data in and out: made to run in a
    limited child process.
    """
    try:
        sheets = read_sheets(content, filename)
    except Unreadable as error:
        return ImportResult(None, [ImportProblem("", None, "", error.code, error.message)])
    return _Reader(sheets, PurePath(filename).stem, repair, languages or {}).read()


class _Reader:
    def __init__(self, sheets: list[Sheet], stem: str, repair: bool, languages: Mapping[str, str]) -> None:
        self.sheets = {sheet.name.lower(): sheet for sheet in reversed(sheets)}
        self.found = [sheet.name for sheet in sheets]
        self.stem = stem
        self.collector = Collector(repair, languages)
        self.x: dict[str, Any] = {}
        self.settings: dict[str, Any] = {}
        self.choices: dict[str, Any] = {}
        self.choice_lines: dict[tuple[str, str], int] = {}
        self.tables: dict[str, Table] = {}

    def read(self) -> ImportResult:
        """Read settings, choices and survey in this order, then check the whole."""
        sheet = self.sheets.get("survey")
        if sheet is None or not sheet.headings:
            names = ", ".join(self.found) or "–"
            self.collector.add(
                "survey", None, "", "survey_missing", _l("There is no sheet named survey, only %(names)s.", names=names)
            )
            return ImportResult(None, self.collector.problems)
        for name, known in (("survey", SURVEY_COLUMNS), ("choices", CHOICE_COLUMNS), ("settings", SETTINGS_COLUMNS)):
            if name in self.sheets:
                self.tables[name] = Table(self.sheets[name], known)
        if not self.tables["survey"].has("type"):
            self.collector.add(
                self.tables["survey"], 1, "", "type_column", _l("The sheet survey has no column named type.")
            )
            return ImportResult(None, self.collector.problems)
        self.read_settings()
        self.read_choices()
        return self.finish()

    def read_settings(self) -> None:
        """The first line of the settings sheet, and the language of headings without one."""
        table = self.tables.get("settings")
        if table is not None and table.sheet.rows:
            _line, row = table.sheet.rows[0]
            for at, meant, value in table.values(row):
                if meant.column:
                    self.settings[meant.column] = value
                elif at in table.extra:
                    self.x.setdefault("settings", {})[table.sheet.headings[at]] = value
        default = self.settings.get("default_language", "")
        code = language_code(default)[0] if default else ""
        given = self.collector.given.get(default.strip().lower(), code)
        self.collector.plain = given or ("mn" if self.is_cyrillic() else "en")

    def is_cyrillic(self) -> bool:
        """Whether the labels without a language are written in Cyrillic."""
        table = self.tables["survey"]
        at = next((at for at, meant in enumerate(table.meant) if meant == ("label", None)), None)
        texts = "".join(row[at] for _line, row in table.sheet.rows if at is not None and at < len(row))
        return len(re.findall("[а-яёөү]", texts.lower())) > len(re.findall("[a-z]", texts.lower()))

    def read_choices(self) -> None:
        """The choices sheet: lists with their choices; unknown columns stay in the choice."""
        table = self.tables.get("choices")
        if table is None:
            return
        for line, row in table.sheet.rows:
            cells = {meant.column: value for _at, meant, value in table.values(row) if meant.column}
            name = cells.get("list_name", "")
            if not name:
                self.collector.add(table, line, "list_name", "list_name_missing", _l("This choice belongs to no list."))
                continue
            choice: dict[str, Any] = {"name": cells.get("name", "")}
            choice |= self.collector.texts(table, row)
            choice |= {table.sheet.headings[at]: row[at] for at in table.extra if at < len(row) and row[at]}
            self.choices.setdefault(name, []).append(choice)
            self.choice_lines.setdefault((name, choice["name"]), line)

    def finish(self) -> ImportResult:
        """The definition, checked."""
        collector = self.collector
        survey = Survey(self.tables["survey"], collector, set(self.choices))
        survey.read()
        codes = list(collector.names) or [collector.plain]
        for name, source in survey.sources.items():
            self.choices[name] = source or [{"name": "1", "label": dict.fromkeys(codes, name)}]
        definition = self.assemble(survey, codes)
        if survey.renamed:
            definition = rename_references(definition, survey.renamed)
        self.check(definition, survey)
        errors = any(problem.level == "error" for problem in collector.problems)
        problems = sorted(collector.problems, key=_by_place)[:_MOST_LISTED]
        return ImportResult(None if errors else definition, problems, codes, survey.count)

    def assemble(self, survey: Survey, codes: list[str]) -> Definition:
        """Put the parts together."""
        own = self.own_settings()
        settings = self.settings
        plain = self.collector.plain
        title = settings.pop("form_title", "") or settings.get("form_id", "") or self.stem
        form_id = settings.pop("form_id", "") or re.sub(r"\s+", "_", self.stem) or "form"
        default = settings.pop("default_language", "")
        if default:
            settings["default_language"] = plain
            if plain not in codes:
                codes.append(plain)
                self.collector.names[plain] = default
        settings |= {
            "form_id": form_id,
            "form_title": {plain if plain in codes else codes[0]: title},
            "languages": codes,
            "language_names": dict(self.collector.names),
            **own,
        }
        if survey.x:
            self.x["survey"] = survey.x
        kept = {
            sheet.name: sheet.cells() for key, sheet in self.sheets.items() if key in KEPT_SHEETS and sheet.headings
        }
        if kept:
            self.x["sheets"] = kept
        for key, sheet in self.sheets.items():
            if key not in {*KEPT_SHEETS, "survey", "choices", "settings"} and sheet.rows:
                self.collector.add(
                    sheet.name,
                    None,
                    "",
                    "sheet_ignored",
                    _l("This sheet is no part of a form; it is left out."),
                    level="warning",
                )
        definition: Definition = {
            "format": FORMAT,
            "settings": settings,
            "choices": self.choices,
            "survey": survey.rows,
        }
        return {**definition, "x": self.x} if self.x else definition

    def own_settings(self) -> dict[str, Any]:
        """What an export of this portal wrote beside the settings of XLSForm."""
        text = self.settings.pop("portal_settings", "")
        try:
            value = json.loads(text) if text else {}
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.collector.add(
                self.tables["settings"], 2, "portal_settings", "not_json", _l("This cell must hold a JSON object.")
            )
            return {}
        return {key: value[key] for key in ("form_title", "access", "default_language") if key in value}

    def check(self, definition: Definition, survey: Survey) -> None:
        """Every fault of the definition, at the cell it comes from."""
        for problem in check(definition):
            self.place(problem, survey, definition)

    def place(self, problem: Problem, survey: Survey, definition: Definition) -> None:
        """Report a problem of the definition where it stands in the file."""
        collector = self.collector
        table: Table | str
        line: int | None = None
        column = {"list": "type", "form_title": "form_title"}.get(problem.cell, problem.cell)
        if problem.row is not None:
            table, line = self.tables["survey"], survey.lines.get(problem.row.removesuffix("-other"))
            if problem.cell in ("name", "type", "list") and any(
                each.row == line and each.code == problem.code for each in collector.problems
            ):
                return
        elif problem.list is not None:
            table = self.tables.get("choices", "choices")
            line = self.choice_lines.get((problem.list, problem.choice or ""))
            column = "label" if problem.code == "choice_label_missing" else "name"
        else:
            table = self.tables.get("settings", "settings")
            line = 2 if problem.cell != "survey" else None
        repaired = problem.code in _REPAIRED_BY_CHECK
        if repaired and collector.repair:
            definition["settings"]["allow_choice_duplicates"] = "yes"
        message = problem.message
        if problem.offset is not None:
            message = _at_character(message, problem.offset)
        collector.add(
            table, line, column, problem.code, message, problem.repair, level=problem.level, repaired=repaired
        )


def _at_character(message: Text, offset: int) -> Text:
    return _l("Character %(number)s: %(message)s", number=offset + 1, message=message)


def _by_place(problem: ImportProblem) -> tuple[int, int, int]:
    order = {"survey": 0, "choices": 1, "settings": 2}
    return order.get(problem.sheet.lower(), 3), problem.row or 0, problem.at or 0
