"""What is missing in which language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms import fields
from portal.forms.definition.model import (
    CONTAINERS,
    TRANSLATED_CELLS,
    Definition,
    choice_list,
    languages,
    walk,
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A text that has no words in ``language``: of a row, of a choice of a list, or of the settings."""

    language: str
    cell: str
    row: str | None = None
    list: str | None = None
    choice: str | None = None


def missing_translations(definition: Definition) -> list[Missing]:
    """Every text that exists in one language of the form and not in another, and labels that exist in none."""
    codes = languages(definition)
    found: list[Missing] = []
    title = definition["settings"].get("form_title")
    found.extend(Missing(code, "form_title") for code in _without(title, codes, True))
    for row, _parents in walk(definition):
        shown = row["type"] not in CONTAINERS and fields.get(row["type"]).asks
        for cell in TRANSLATED_CELLS:
            needed = shown and cell == "label"
            found.extend(Missing(code, cell, row["id"]) for code in _without(row.get(cell), codes, needed))
    for name in definition.get("choices") or {}:
        for choice in choice_list(definition, name):
            found.extend(
                Missing(code, "label", list=name, choice=choice["name"])
                for code in _without(choice.get("label"), codes, True)
            )
    return found


def _without(texts: Mapping[str, Any] | None, codes: list[str], needed: bool) -> Iterator[str]:
    texts = texts or {}
    if needed or any(texts.get(code) for code in codes):
        yield from (code for code in codes if not texts.get(code))
