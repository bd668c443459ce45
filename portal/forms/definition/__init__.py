"""The definition document of a form: check it, change it, compile it. Plain JSON in and out, nothing else needed."""

from __future__ import annotations

from portal.forms.definition.check import check
from portal.forms.definition.compiler import Compiled, Indexed, Node, compile
from portal.forms.definition.edit import (
    add_choice,
    add_row,
    copy_row,
    find_row,
    free_name,
    move_choice,
    move_into,
    move_row,
    new_id,
    remove_choice,
    remove_list,
    remove_row,
    rename_references,
    set_choices,
    update_choice,
    update_row,
    update_settings,
)
from portal.forms.definition.model import (
    Definition,
    DefinitionRefused,
    Problem,
    Row,
    digest,
    empty,
    languages,
    load,
    walk,
)
from portal.forms.definition.translations import Missing, missing_translations

__all__ = [
    "Compiled",
    "Definition",
    "DefinitionRefused",
    "Indexed",
    "Missing",
    "Node",
    "Problem",
    "Row",
    "add_choice",
    "add_row",
    "check",
    "compile",
    "copy_row",
    "digest",
    "empty",
    "find_row",
    "free_name",
    "languages",
    "load",
    "missing_translations",
    "move_choice",
    "move_into",
    "move_row",
    "new_id",
    "remove_choice",
    "remove_list",
    "remove_row",
    "rename_references",
    "set_choices",
    "update_choice",
    "update_row",
    "update_settings",
    "walk",
]
