"""Choices that depend on the answer to another question: which one, by which column, and what fits what."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.forms.builder.forms import language_name
from portal.forms.builder.outline import name_of
from portal.forms.definition import Definition, Row, languages, walk
from portal.forms.definition.cascade import fits
from portal.forms.definition.model import choice_list
from portal.forms.messages import language, pick
from portal.i18n import current_locale

Choice = dict[str, Any]
MOST = 500
"""Choices that are shown as a tree."""


@dataclass
class Branch:
    """A choice of the question above with those that fit it; ``code`` is empty for what fits none."""

    code: str
    label: str
    lang: str
    choices: list[tuple[str, str]] = field(default_factory=list)
    """Labels with their languages, where not the reader's."""


def condition(column: str, name: str) -> str:
    """The condition that ``fits`` reads."""
    return f"{column} = ${{{name}}}"


def parents(definition: Definition, row: Row | None, locale: str) -> list[tuple[str, str]]:
    """Names and labels of the questions on which the choices of *row* may depend: those before it with a list."""
    found = []
    for each, _around in walk(definition):
        if row is not None and each["id"] == row["id"]:
            break
        if each["type"] == "select_one" and choice_list(definition, each.get("list")):
            found.append((str(each["name"]), name_of(each, locale)))
    return found


def choices_of(definition: Definition, name: str) -> list[Choice]:
    """The choices of the question of that name."""
    row = next((row for row, _parents in walk(definition) if row.get("name") == name), {})
    return choice_list(definition, row.get("list"))


def columns(definition: Definition, listed: str | None) -> dict[str, list[Choice]]:
    """Columns by which a list depends on other questions, each with the choices that can stand in it."""
    found = {}
    for row, _parents in walk(definition):
        known = fits(row.get("choice_filter")) if listed and row.get("list") == listed else None
        if known and (above := choices_of(definition, known[1])):
            found[known[0]] = above
    return found


def grid(definition: Definition, listed: str | None, wish: str, pictures: Sequence[str]) -> str:
    """What a browser needs to show the lines of a list as a table: languages, known columns with the questions whose
    answers stand in them, pictures there are.

    *wish* is the question on which its choices are to depend from now on.
    """
    found, above = columns(definition, listed), choices_of(definition, wish)
    if above and above not in found.values():
        found[wish] = above
    locale = current_locale()
    named = {name: [(str(each["name"]), _words(each, locale)[0]) for each in found[name]] for name in found}
    if pictures:
        named["image"] = [(name, name) for name in pictures]
    codes = [(code, language_name(code)) for code in languages(definition)]
    asked = {name: _question_of(definition, listed, name, locale) for name in found}
    return json.dumps({"languages": codes, "columns": named, "questions": asked}, ensure_ascii=False)


def _question_of(definition: Definition, listed: str | None, column: str, locale: str) -> str:
    """The question whose answers stand in a column; a new column is named like it."""
    rows = [row for row, _parents in walk(definition)]
    known = (fits(row.get("choice_filter")) for row in rows if listed and row.get("list") == listed)
    name = next((each[1] for each in known if each and each[0] == column), column)
    return next((name_of(row, locale) for row in rows if row.get("name") == name), column)


def tree(definition: Definition, row: Row | None, locale: str) -> list[Branch]:
    """The choices of *row* under those of the question on which they depend; empty where they depend on none."""
    known = fits(row.get("choice_filter")) if row else None
    own = choice_list(definition, row.get("list")) if row else []
    if known is None or not own or len(own) > MOST:
        return []
    column, name = known
    branches: dict[str, Branch] = {}
    for choice in choices_of(definition, name):
        code = str(choice["name"])
        branches.setdefault(code, Branch(code, *_words(choice, locale)))
    if not branches:
        return []
    lost = Branch("", "", "")
    for choice in own:
        branches.get(str(choice.get(column, "")), lost).choices.append(_words(choice, locale))
    return [*branches.values(), *([lost] if lost.choices else [])]


def _words(choice: Mapping[str, Any], locale: str) -> tuple[str, str]:
    return pick(choice.get("label"), locale, str(choice["name"])), language(choice.get("label"), locale)


def code_in(choices: Sequence[Choice], text: str) -> str:
    """The code of the choice that *text* names by its code or one of its labels, else *text*."""
    if any(str(each["name"]) == text for each in choices):
        return text
    wanted = text.casefold()
    for each in choices:
        if wanted in (str(label).casefold() for label in (each.get("label") or {}).values()):
            return str(each["name"])
    return text
