"""All texts of a form, language beside language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from portal.forms import fields as question_types
from portal.forms.blueprint import bp
from portal.forms.builder.base import BUILD, answer, autosave, basis, is_auto, not_yet, opened, save, to_editor
from portal.forms.builder.forms import language_name, texts_form
from portal.forms.builder.outline import missing_by_language, name_of
from portal.forms.builder.undo import ways
from portal.forms.definition import Definition, languages, update_row, update_settings, walk
from portal.forms.definition.model import CONTAINERS, TRANSLATED_CELLS, choice_list
from portal.i18n import _, _l, current_locale

CELLS = {
    "form_title": _l("Title of the form"),
    "label": _l("Question"),
    "hint": _l("Help"),
    "required_message": _l("Message when it is empty"),
    "constraint_message": _l("Message when it is wrong"),
    "choice": _l("Choice"),
}


@dataclass
class TextLine:
    """A text of the form: ``key`` names its fields (``<key>.<language>``), ``cell`` what kind of text it is."""

    key: str
    cell: str
    texts: dict[str, str]
    title: str
    needed: bool
    short: bool = False
    missing: bool = False


@dataclass
class TextGroup:
    """The texts of one row or list; ``row`` links to the question, ``list_name`` to the list."""

    title: str
    row: str = ""
    list_name: str = ""
    lines: list[TextLine] = field(default_factory=list)


def groups(definition: Definition, locale: str, *, gaps_only: bool = False) -> list[TextGroup]:
    """Every text by row and list, in the order of the form; with *gaps_only* those that a language lacks."""
    codes = languages(definition)
    found = []
    for group in _groups(definition, locale):
        for line in group.lines:
            there = any(line.texts.get(code) for code in codes)
            line.missing = (line.needed or there) and not all(line.texts.get(code) for code in codes)
        group.lines = [line for line in group.lines if line.missing or not gaps_only]
        if group.lines:
            found.append(group)
    return found


def _groups(definition: Definition, locale: str) -> Iterator[TextGroup]:
    title = definition["settings"].get("form_title") or {}
    line = TextLine("s.form_title", "form_title", title, str(CELLS["form_title"]), True, True)
    yield TextGroup(_("The form itself"), lines=[line])
    for row, _parents in walk(definition):
        asks = row["type"] not in CONTAINERS and question_types.get(row["type"]).asks
        group = TextGroup(name_of(row, locale), row=row["id"])
        for cell in TRANSLATED_CELLS:
            if row.get(cell) or (asks and cell == "label"):
                needed = asks and cell == "label"
                key = f"r.{row['id']}.{cell}"
                group.lines.append(TextLine(key, cell, row.get(cell) or {}, str(CELLS[cell]), needed))
        yield group
    for name in definition.get("choices") or {}:
        seen: dict[str, int] = defaultdict(int)
        group = TextGroup(_("List %(name)s", name=name), list_name=name)
        for choice in choice_list(definition, name):
            code = str(choice["name"])
            key = f"c.{name}.{code}.{seen[code]}"
            seen[code] += 1
            group.lines.append(TextLine(key, "choice", choice.get("label") or {}, code, True, True))
        yield group


@bp.route("/<int:record_id>/edit/texts", methods=["GET", "POST"], permission=BUILD)
def texts(record_id: int) -> ResponseReturnValue:
    """All texts side by side, saved in one go; with ``gaps`` only those with something missing."""
    user, record, stored = opened(record_id)
    gaps_only = bool(request.args.get("gaps"))
    definition = basis(record, stored)
    codes = languages(definition)
    every = groups(definition, current_locale(), gaps_only=gaps_only and request.method == "GET")
    cells = [
        (f"{line.key}.{code}", f"{line.title} ({language_name(code)})", line.texts.get(code, ""), line.short)
        for group in every
        for line in group.lines
        for code in codes
    ]
    form: Any = texts_form(cells)(data={"version": record.version})
    if form.validate_on_submit():
        made = apply(definition, {name: form[name].data for name, *_rest in cells if name in request.form})
        if is_auto():
            return autosave(user, record, form.version.data, definition, made)
        save(user, record, form.version.data, made)
        flash(_("The texts are saved."), "success")
        return to_editor(record)
    if is_auto():
        return not_yet()
    if request.method == "POST" and gaps_only:
        every = [group for group in every if any(f"{line.key}.{codes[0]}" in request.form for line in group.lines)]
    return answer(
        "forms/builder_texts.html",
        form,
        record=record,
        groups=every,
        codes=codes,
        names={code: language_name(code) for code in codes},
        missing=missing_by_language(definition),
        gaps_only=gaps_only,
        ways=ways(stored),
    )


def apply(definition: Definition, given: dict[str, str]) -> Definition:
    """The definition with the texts of *given* (field name → text); an empty text is taken away."""

    def merged(key: str, before: dict[str, str]) -> dict[str, str]:
        after = dict(before)
        for code in languages(definition):
            if (text := given.get(f"{key}.{code}")) is not None:
                after[code] = text.replace("\r\n", "\n").strip()
        return {code: text for code, text in after.items() if text}

    settings = definition["settings"]
    made = update_settings(definition, form_title=merged("s.form_title", settings.get("form_title") or {}))
    for row, _parents in walk(definition):
        cells = {cell: merged(f"r.{row['id']}.{cell}", row.get(cell) or {}) or None for cell in TRANSLATED_CELLS}
        if any((row.get(cell) or None) != text for cell, text in cells.items()):
            made = update_row(made, row["id"], **cells)
    choices = dict(made.get("choices") or {})
    for name in choices:
        seen: dict[str, int] = defaultdict(int)
        after = []
        for choice in choice_list(definition, name):
            code = str(choice["name"])
            after.append({**choice, "label": merged(f"c.{name}.{code}.{seen[code]}", choice.get("label") or {})})
            seen[code] += 1
        if after:
            choices[name] = after
    return {**made, "choices": choices}
