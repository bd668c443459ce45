"""What of a definition goes out to whoever may fill the form: what is asked, and what computes with the answers.

Rules, calculations and the lists they read have to go along (decision 0020). What only the makers and readers of the
form know stays: lists that nothing asks for, columns of choices that no rule reads, texts of what is never shown, what
answers are used for, how many are taken, and cells that an import kept for other programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from portal.forms import fields
from portal.forms.definition.model import CONTAINERS, EXPRESSION_CELLS, TEXT_CELLS, Definition, Row, walk
from portal.forms.expressions import NAME

MEDIA = ("media::", "image", "audio", "video", "big-image", "autoplay")
"""What headings of pictures and sounds begin with."""
_SETTINGS = (
    "form_id",
    "form_title",
    "default_language",
    "languages",
    "language_names",
    "style",
    "instance_name",
    "version",
    "allow_choice_duplicates",
)
_ACCESS = ("mode", "anonymous", "once", "opens", "closes")
_NAME = re.compile(NAME)


def outgoing(definition: Definition) -> Definition:
    """The definition for whoever fills the form and need not see how it is made."""
    settings = definition["settings"]
    access = settings.get("access") or {}
    return {
        **asked(definition),
        "settings": {
            **{key: settings[key] for key in _SETTINGS if key in settings},
            "access": {key: access[key] for key in _ACCESS if key in access},
        },
        "x": {"survey": media(definition)},
    }


def asked(definition: Definition) -> Definition:
    """*definition* with the questions, lists and columns that are asked for or read by a rule."""
    rows = [row for row, _parents in walk(definition)]
    read = set(_read(definition, rows))
    lists = {str(row["list"]) for row in rows if row.get("list")} | read
    lists |= {str((row.get("rows_from") or {}).get("source", "")).removeprefix("choices:") for row in rows}
    columns = read | {"name", "label"} | {str(row["name"]) for row in rows}
    choices = {
        name: [_choice(each, columns) for each in found] if isinstance(found, list) else found
        for name, found in (definition.get("choices") or {}).items()
        if name in lists
    }
    return {**definition, "choices": choices, "survey": [_row(row) for row in definition["survey"]]}


def media(definition: Definition) -> dict[str, dict[str, Any]]:
    """Of the cells that an import kept, by the id of their row, those that show pictures and sounds."""
    kept = (definition.get("x") or {}).get("survey") or {}
    return {
        key: {heading: value for heading, value in cells.items() if heading.lower().startswith(MEDIA)}
        for key, cells in kept.items()
    }


def _read(definition: Definition, rows: list[Row]) -> Iterator[str]:
    """Every name that stands in an expression: more than the lists and columns that are read, and never less."""
    texts = [definition["settings"].get("instance_name")]
    for row in rows:
        texts += [row.get(cell) for cell in (*EXPRESSION_CELLS, "default", "appearance")]
        texts.append((row.get("rows_from") or {}).get("filter"))
        texts += [str(each) for each in (row.get("parameters") or {}).values()]
        texts += [text for cell in TEXT_CELLS for text in (row.get(cell) or {}).values()]
    for text in texts:
        if isinstance(text, str):
            yield from _NAME.findall(text)


def _choice(choice: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    return {key: value for key, value in choice.items() if key in columns or key.lower().startswith(MEDIA)}


def _row(row: Row) -> Row:
    made = {key: value for key, value in row.items() if key != "use"}
    if row["type"] in CONTAINERS:
        made["children"] = [_row(each) for each in row.get("children") or ()]
    elif not fields.get(row["type"]).asks:
        for cell in TEXT_CELLS:
            made.pop(cell, None)
    return made
