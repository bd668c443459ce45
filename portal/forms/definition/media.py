"""Media columns of choices as XLSForm writes them: ``image``, ``media::image``, ``media::image::Монгол (mn)``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from portal.forms.definition.model import Definition, choice_list

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


def pictures_named(definition: Definition, locales: Iterable[str]) -> frozenset[str]:
    """The names of all pictures that choices of a form have."""
    return frozenset(
        name
        for listed in definition.get("choices") or {}
        for choice in choice_list(definition, listed)
        for locale in locales
        if (name := picture_of(choice, locale))
    )
