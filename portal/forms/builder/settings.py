"""Settings, lists of choices and translations of a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.forms import service
from portal.forms.access import ZONES
from portal.forms.blueprint import bp
from portal.forms.builder import cascade, lists, pictures
from portal.forms.builder.access import SettingsForm, settings_cells, settings_data
from portal.forms.builder.base import BUILD, answer, basis, changed, opened, posted_version, save, to_editor
from portal.forms.builder.forms import ListForm, language_name
from portal.forms.builder.outline import name_of
from portal.forms.builder.undo import ways
from portal.forms.definition import (
    Definition,
    find_row,
    languages,
    remove_list,
    set_choices,
    update_row,
    update_settings,
)
from portal.forms.definition.model import choice_list, list_source
from portal.forms.filling.words import zone_name
from portal.forms.slots import slots
from portal.i18n import _, current_locale, pgettext


@bp.route("/<int:record_id>/edit/settings", methods=["GET", "POST"], permission=BUILD)
def settings(record_id: int) -> ResponseReturnValue:
    """Title, who fills the form, from when to when, how it looks."""
    user, record, stored = opened(record_id)
    definition = basis(record, stored)
    form: Any = SettingsForm(data={**settings_data(definition), "version": record.version})
    form.default_language.choices = [(code, language_name(code)) for code in languages(definition) or ["mn"]]
    form.zone.choices = [(key, zone_name(clock.now(), ZoneInfo(key))) for key in zones()]
    if form.validate_on_submit() and not _refused(form, definition):
        made = update_settings(definition, **settings_cells(form, definition))
        save(user, record, form.version.data, made)
        flash(_("The settings are saved."), "success")
        return to_editor(record)
    return answer("forms/builder_settings.html", form, record=record, slot=slots.get(stored.slot), ways=ways(stored))


def _refused(form: Any, definition: Definition) -> bool:
    """Whether the form is to be filled without a network and has questions that need one; says which."""
    if not form.offline.data:
        return False
    wish = update_settings(definition, **settings_cells(form, definition))
    form.offline.errors = [str(problem.message) for problem in service.problems(wish) if problem.code == "offline"]
    return bool(form.offline.errors)


def zones() -> list[str]:
    """The keys of the zones that are offered, the portal's first."""
    return list(dict.fromkeys([clock.zone().key, *ZONES]))


@dataclass(frozen=True)
class ListLine:
    """A list as the overview shows it: name, source where it has one, choices, questions that take it."""

    name: str
    source: str
    choices: list[str]
    count: int
    users: list[tuple[str, str]]


@bp.get("/<int:record_id>/edit/lists", permission=BUILD)
def lists_of(record_id: int) -> ResponseReturnValue:
    """Every list of choices and who takes it."""
    _user, record, stored = opened(record_id)
    definition, locale = stored.definition, current_locale()
    using = lists.users(definition)
    found = []
    for name in definition.get("choices") or {}:
        choices = choice_list(definition, name)
        labels = [(each.get("label") or {}).get(locale) or str(each["name"]) for each in choices[:8]]
        rows = [(row_id, name_of(find_row(definition, row_id), locale)) for row_id in using.get(name, [])]
        found.append(ListLine(name, list_source(definition, name), labels, len(choices), rows))
    return answer("forms/builder_lists.html", record=record, found=found, ways=ways(stored))


@bp.route("/<int:record_id>/edit/list", methods=["GET", "POST"], permission=BUILD)
def choices(record_id: int) -> ResponseReturnValue:
    """One list as text, one choice on a line; without ``name`` a new one."""
    user, record, stored = opened(record_id)
    definition, name = basis(record, stored), request.args.get("name", "")
    if name and (name not in (definition.get("choices") or {}) or list_source(definition, name)):
        abort(404)
    codes = languages(definition)
    form: Any = ListForm(
        data={
            "name": name,
            "choices": lists.as_text(choice_list(definition, name), codes),
            "version": record.version,
        }
    )
    parts = " | ".join([pgettext("choice", "code"), *(language_name(code) for code in codes)])
    form.choices.description = _(
        "On each line: %(parts)s. Lines copied from a spreadsheet fit as they are. Further columns for lists that"
        " depend on another answer stand at the end: aimag=khovd.",
        parts=parts,
    )
    if form.validate_on_submit():
        made = _kept(form, definition, name)
        if made is not None:
            save(user, record, form.version.data, made)
            flash(_("The list is saved."), "success")
            return redirect(url_for(".lists_of", record_id=record.id), 303)
    using = [name_of(find_row(definition, each), current_locale()) for each in lists.users(definition).get(name, [])]
    grid = cascade.grid(definition, name, "", pictures.attached(record))
    return answer("forms/builder_list.html", form, record=record, name=name, using=using, grid=grid)


def _kept(form: Any, definition: Definition, name: str) -> Definition | None:
    """The definition with the list, renamed in its questions where its name changed; None where it is refused."""
    wish = form.name.data
    if wish != name and wish in (definition.get("choices") or {}):
        form.name.errors = [_("There is a list of this name already.")]
        return None
    try:
        before, known = choice_list(definition, name), cascade.columns(definition, name)
        found = lists.from_text(form.choices.data, languages(definition), before, known)
    except lists.BadLine as fault:
        form.choices.errors = [str(fault)]
        return None
    made = set_choices(definition, wish, found)
    if name and wish != name:
        for row_id in lists.users(definition).get(name, []):
            made = update_row(made, row_id, **_renamed(find_row(made, row_id), wish))
        made = remove_list(made, name)
    return made


def _renamed(row: dict[str, Any], name: str) -> dict[str, Any]:
    if row.get("rows_from"):
        return {"rows_from": {**row["rows_from"], "source": f"choices:{name}"}}
    return {"list": name}


@bp.post("/<int:record_id>/edit/list/remove", permission=BUILD)
def drop_list(record_id: int) -> ResponseReturnValue:
    """Take away a list that no question takes."""
    user, record, stored = opened(record_id)
    name = request.form.get("name", "")

    def change(definition: Definition) -> Definition:
        if lists.users(definition).get(name):
            raise ValueError(name)
        return remove_list(definition, name)

    changed(user, record, stored, posted_version(), change)
    flash(_("The list is removed."), "success")
    return redirect(url_for(".lists_of", record_id=record.id), 303)
