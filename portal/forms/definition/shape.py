"""Whether a document has the shape of a definition, so that everything after may rely on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.forms.definition.model import (
    CONTAINERS,
    EXPRESSION_CELLS,
    FORMAT,
    MOST_CHOICES,
    MOST_LEVELS,
    MOST_ROWS,
    TEXT_CELLS,
    Problem,
)
from portal.forms.messages import Text, _l

_WRONG = _l("This part of the definition has the wrong form.")
_STRINGS = ("name", "list", "appearance", "image", "trigger", "relevant", "constraint", "calculation", "choice_filter")


def shape(document: Any) -> list[Problem]:
    """Everything that is not where or what it must be; empty for a document that can be walked."""
    if not isinstance(document, dict):
        return [Problem("not_an_object", _l("The definition is not a JSON object."))]
    if document.get("format") != FORMAT:
        return [
            Problem("format", _l("This definition has a format that this portal does not know."), cell="format"),
        ]
    problems = [*_settings(document.get("settings")), *_choices(document.get("choices", {}))]
    rows = document.get("survey")
    if not isinstance(rows, list):
        return [*problems, Problem("survey_missing", _l("The form has no list of questions."), cell="survey")]
    problems.extend(_rows(rows))
    x = document.get("x", {})
    if not isinstance(x, dict):
        problems.append(Problem("shape", _WRONG, cell="x"))
    return problems


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())


def _settings(settings: Any) -> Iterator[Problem]:
    if not isinstance(settings, dict):
        yield Problem("settings_missing", _l("The form has no settings."), cell="settings")
        return
    for cell in ("form_id", "default_language", "style", "instance_name", "version"):
        if not isinstance(settings.get(cell, ""), str):
            yield Problem("shape", _WRONG, cell=cell)
    title = settings.get("form_title", {})
    if not _is_texts(title):
        yield Problem("shape", _WRONG, cell="form_title")
    found = settings.get("languages", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        yield Problem("shape", _WRONG, cell="languages")
    for cell in ("access", "language_names"):
        if not isinstance(settings.get(cell, {}), dict):
            yield Problem("shape", _WRONG, cell=cell)


def _choices(choices: Any) -> Iterator[Problem]:
    if not isinstance(choices, dict):
        yield Problem("shape", _WRONG, cell="choices")
        return
    total = 0
    for name, found in choices.items():
        if isinstance(found, dict):
            if not isinstance(found.get("source"), str) or not found["source"]:
                yield Problem("list_source", _l("The list %(name)s does not say its source.", name=name), list=name)
            continue
        if not isinstance(found, list):
            yield Problem("shape", _WRONG, list=name)
            continue
        total += len(found)
        for choice in found:
            if (
                not isinstance(choice, dict)
                or not isinstance(choice.get("name"), str)
                or not _is_texts(choice.get("label", {}))
            ):
                yield Problem("shape", _WRONG, list=name)
                break
    if total > MOST_CHOICES:
        yield Problem(
            "too_many_choices",
            _l("The form has %(count)s choices; at most %(limit)s are possible.", count=total, limit=MOST_CHOICES),
            cell="choices",
        )


def _rows(rows: list[Any]) -> Iterator[Problem]:
    waiting: list[tuple[Any, int]] = [(row, 1) for row in reversed(rows)]
    count = 0
    while waiting:
        row, level = waiting.pop()
        count += 1
        if count > MOST_ROWS:
            yield Problem("too_many_rows", _l("The form has more than %(limit)s rows.", limit=MOST_ROWS), cell="survey")
            return
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
            yield Problem("shape", _l("A row of the form has no id."), cell="survey")
            continue
        yield from _cells(row)
        children = row.get("children", [])
        if not isinstance(children, list):
            yield Problem("shape", _WRONG, row["id"], "children")
        elif children and row.get("type") in CONTAINERS:
            if level >= MOST_LEVELS:
                yield _row(row, "children", _l("Groups are nested more than %(limit)s levels deep.", limit=MOST_LEVELS))
                continue
            waiting.extend((child, level + 1) for child in reversed(children))
        elif children:
            yield _row(row, "children", _l("Only groups and repeats contain other rows."))


def _row(row: dict[str, Any], cell: str, message: Text) -> Problem:
    return Problem("shape", message, row["id"], cell)


def _cells(row: dict[str, Any]) -> Iterator[Problem]:
    if not isinstance(row.get("type"), str) or not row["type"]:
        yield Problem("type_missing", _l("The type of this row is missing."), row["id"], "type")
    for cell in TEXT_CELLS:
        if not _is_texts(row.get(cell, {})):
            yield _row(row, cell, _WRONG)
    for cell in _STRINGS:
        if not isinstance(row.get(cell, ""), str):
            yield _row(row, cell, _WRONG)
    for cell in EXPRESSION_CELLS:
        if not isinstance(row.get(cell, ""), (str, bool)):
            yield _row(row, cell, _WRONG)
    if not isinstance(row.get("default", ""), (str, int, float)):
        yield _row(row, "default", _WRONG)
    parameters = row.get("parameters", {})
    if not isinstance(parameters, dict) or not all(isinstance(v, (str, int, float)) for v in parameters.values()):
        yield _row(row, "parameters", _WRONG)
    use = row.get("use", [])
    if not isinstance(use, list) or not all(isinstance(each, str) for each in use):
        yield _row(row, "use", _WRONG)
    source = row.get("rows_from", {})
    if not isinstance(source, dict) or not all(isinstance(v, str) for v in source.values()):
        yield _row(row, "rows_from", _WRONG)
