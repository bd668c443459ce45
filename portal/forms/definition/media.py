"""Pictures of questions and choices as XLSForm writes them: ``image``, ``media::image``, ``media::image::mn (mn)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from portal.forms.definition.model import Definition, Row, choice_list, walk

_CODE = re.compile(r"\(\s*([a-z]{2,3})\s*\)\s*$|^([a-z]{2,3})$")


def picture_of(choice: Mapping[str, Any], locale: str) -> str:
    """The file name of the picture of a choice for readers of *locale*; empty where it has none."""
    found = ""
    for heading, name in choice.items():
        words = [word.strip().lower() for word in heading.split("::")]
        if words[0] == "media":
            words = words[1:]
        if not words or words[0] != "image" or not isinstance(name, str) or not name.strip():
            continue
        code = _CODE.search(words[1]) if len(words) > 1 else None
        if code and (code[1] or code[2]) == locale:
            return name.strip()
        found = found or name.strip()
    return found


def picture_of_row(definition: Definition, row: Row, locale: str) -> str:
    """The file name of the picture of a question for readers of *locale*; empty where it has none.

    ``image`` is the one for all; those of languages stand among the columns an import kept.
    """
    kept = ((definition.get("x") or {}).get("survey") or {}).get(row["id"]) or {}
    return picture_of({**kept, **({"image": row["image"]} if row.get("image") else {})}, locale)


def pictures_named(definition: Definition, locales: Iterable[str]) -> frozenset[str]:
    """The names of all pictures that questions and choices of a form have."""
    locales = list(locales)
    rows = {picture_of_row(definition, row, locale) for row, _parents in walk(definition) for locale in locales} - {""}
    return frozenset(rows) | frozenset(
        name
        for listed in definition.get("choices") or {}
        for choice in choice_list(definition, listed)
        for locale in locales
        if (name := picture_of(choice, locale))
    )
