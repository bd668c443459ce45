"""``check(definition)``: every fault of a form, each with its place and its repair."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from portal.forms import fields
from portal.forms.definition.cascade import lost
from portal.forms.definition.cells import check_cells
from portal.forms.definition.model import (
    CONTAINERS,
    LANGUAGE,
    LONGEST_NAME,
    NAME_RULE,
    PRIVATE,
    RESERVED,
    USES,
    Definition,
    Problem,
    Row,
    choice_list,
    languages,
    list_source,
    walk,
)
from portal.forms.definition.other import expand
from portal.forms.definition.shape import shape
from portal.forms.definition.wiring import cycles, make_scope
from portal.forms.messages import _l


def check(definition: Any) -> list[Problem]:
    """Every problem of *definition*, in the order of the form; no error among them means it compiles.

    Accepts any JSON value: what has not even the shape of a definition is reported and nothing further checked.
    """
    if problems := shape(definition):
        return problems
    definition = expand(definition)
    problems = [*_settings(definition)]
    seen: dict[str, Row] = {}
    ids: set[str] = set()
    rows = list(walk(definition))
    if not any(row["type"] not in CONTAINERS for row, _parents in rows):
        problems.append(Problem("no_questions", _l("The form has no question yet."), cell="survey"))
    for row, parents in rows:
        if row["id"] in ids:
            problems.append(Problem("id_twice", _l("Two rows have the same id."), row["id"], "id"))
        ids.add(row["id"])
        problems.extend(_name(row, seen))
        problems.extend(_kind(definition, row, parents))
    problems.extend(_lists(definition, rows))
    scope = make_scope(definition)
    for row, _parents in rows:
        problems.extend(check_cells(definition, row, scope))
    problems.extend(lost(definition, rows))
    if not any(problem.level == "error" for problem in problems):
        problems.extend(cycles(definition))
    return problems


def _settings(definition: Definition) -> Iterator[Problem]:
    settings = definition["settings"]
    form_id = settings.get("form_id") or ""
    if not form_id:
        yield Problem("form_id_missing", _l("The form needs a short name for machines (form_id)."), cell="form_id")
    elif len(form_id) > LONGEST_NAME or not form_id.isprintable():
        yield Problem("form_id_invalid", _l("The short name of the form is too long or unreadable."), cell="form_id")
    found = languages(definition)
    if not found:
        yield Problem("languages_missing", _l("The form needs at least one language."), cell="languages")
    for code in found:
        if not LANGUAGE.fullmatch(code):
            yield Problem(
                "language_code", _l("%(code)s is no language code such as mn or en.", code=code), cell="languages"
            )
    default = settings.get("default_language")
    if default and found and default not in found:
        yield Problem(
            "default_language",
            _l("The first language, %(code)s, is not among the languages of the form.", code=default),
            cell="default_language",
        )
    if not any((settings.get("form_title") or {}).values()):
        yield Problem("title_missing", _l("The form needs a title."), cell="form_title")


def _name(row: Row, seen: dict[str, Row]) -> Iterator[Problem]:
    name = row.get("name", "")
    if not name:
        yield Problem(
            "name_missing",
            _l("This row has no name."),
            row["id"],
            "name",
            repair=_l("Give it a short name of letters, digits and _."),
        )
        return
    if not NAME_RULE.fullmatch(name) or len(name) > LONGEST_NAME or unicodedata.normalize("NFC", name) != name:
        yield Problem(
            "name_invalid",
            _l("The name %(name)s must begin with a letter and have only letters, digits, _ and -.", name=name),
            row["id"],
            "name",
            repair=_l("Replace blanks and signs by _."),
        )
    if name in RESERVED or name.startswith("__"):
        yield Problem(
            "name_reserved",
            _l("The name %(name)s is used by the portal itself.", name=name),
            row["id"],
            "name",
            repair=_l("Add a letter or a word to it."),
        )
    if name in seen:
        yield Problem(
            "name_twice",
            _l("Two rows are named %(name)s; answers would overwrite one another.", name=name),
            row["id"],
            "name",
            repair=_l("Give one of them another name."),
        )
    seen[name] = row


def _kind(definition: Definition, row: Row, parents: tuple[Row, ...]) -> Iterator[Problem]:
    kind = row["type"]
    if kind in CONTAINERS:
        yield from _container(definition, row)
        return
    if not fields.is_known(kind):
        yield Problem(
            "type_unknown",
            _l("The type %(type)s is not available here; its answers are shown but cannot be changed.", type=kind),
            row["id"],
            "type",
            level="warning",
        )
        return
    field = fields.get(kind)
    if field.choices:
        name = row.get("list")
        if not name:
            yield Problem("list_missing", _l("Say from which list people choose."), row["id"], "list")
        elif name not in (definition.get("choices") or {}):
            yield Problem(
                "list_unknown",
                _l("There is no list of choices named %(name)s.", name=name),
                row["id"],
                "list",
                repair=_l("Add the list, or choose another one."),
            )
    for cell, code, message in field.check_row(row):
        yield Problem(code, message, row["id"], cell)
    for key, value in (row.get("parameters") or {}).items():
        parameter = field.parameters.get(key)
        if parameter is not None and parameter.kind != "text" and not _is_number(value):
            yield Problem(
                "parameter_number",
                _l("The setting %(name)s must be a number.", name=key),
                row["id"],
                "parameters",
            )
    for use in row.get("use") or []:
        if use not in USES:
            yield Problem("use_unknown", _l("%(use)s is no use of a question.", use=use), row["id"], "use")
        elif use == "public":
            if kind in PRIVATE or not field.stores:
                yield Problem("public_private", _l("Answers of this type cannot be published."), row["id"], "use")
            elif any(parent["type"] == "repeat" for parent in parents):
                yield Problem(
                    "public_repeat", _l("Answers in the rows of a table cannot be published."), row["id"], "use"
                )
            elif ((definition.get("settings") or {}).get("access") or {}).get("anonymous"):
                yield Problem(
                    "public_anonymous", _l("An anonymous form publishes no single answers."), row["id"], "use"
                )
        elif not field.index:
            yield Problem(
                "use_impossible",
                _l("Answers of this type cannot be filtered or drawn."),
                row["id"],
                "use",
                level="warning",
            )


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _container(definition: Definition, row: Row) -> Iterator[Problem]:
    if not row.get("children"):
        yield Problem(
            "empty_group", _l("This group is empty and will not be seen."), row["id"], "children", level="warning"
        )
    source = row.get("rows_from") or {}
    if source and row["type"] != "repeat":
        yield Problem("rows_from_group", _l("Only a repeat takes its rows from records."), row["id"], "rows_from")
    elif source and not source.get("source"):
        yield Problem("rows_from_source", _l("Say which records the rows come from."), row["id"], "rows_from")
    elif source and source["source"].startswith("choices:"):
        name = source["source"].removeprefix("choices:")
        if name not in (definition.get("choices") or {}):
            yield Problem(
                "list_unknown", _l("There is no list of choices named %(name)s.", name=name), row["id"], "rows_from"
            )


def _lists(definition: Definition, rows: list[tuple[Row, tuple[Row, ...]]]) -> Iterator[Problem]:
    multiple = {row.get("list") for row, _p in rows if fields.get(row["type"]).multiple}
    duplicates = str(definition["settings"].get("allow_choice_duplicates", "")).lower() in ("yes", "true")
    for name in definition.get("choices") or {}:
        found = choice_list(definition, name)
        if not found and not list_source(definition, name):
            yield Problem("list_empty", _l("The list %(name)s has no choices.", name=name), list=name)
        names: set[str] = set()
        for choice in found:
            key = choice["name"]
            if not key:
                yield Problem(
                    "choice_name_missing", _l("A choice of the list %(name)s has no name.", name=name), list=name
                )
            elif key in names and not duplicates:
                yield Problem(
                    "choice_twice",
                    _l("The list %(list)s has two choices named %(name)s.", list=name, name=key),
                    list=name,
                    choice=key,
                    repair=_l("Rename one, or allow duplicate choices in the settings."),
                )
            elif name in multiple and len(key.split()) != 1:
                yield Problem(
                    "choice_blank",
                    _l("The choice %(name)s has a blank in its name; several choices are divided by blanks.", name=key),
                    list=name,
                    choice=key,
                    repair=_l("Replace blanks by _."),
                )
            names.add(key)
            if not any((choice.get("label") or {}).values()):
                yield Problem(
                    "choice_label_missing",
                    _l("The choice %(name)s of the list %(list)s has no label.", list=name, name=key),
                    list=name,
                    choice=key,
                    level="warning",
                )
