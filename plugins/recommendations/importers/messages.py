"""What a user reads for each code of a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _(text: str) -> str:
    """Mark a text for translation; the reader's language is chosen where the message is shown."""
    return text


MESSAGES: dict[str, str] = {
    # the file
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than %(limit)s MB."),
    "file_type": _("This is a file of another kind (%(found)s). A Word document (DOCX) or a CSV file is expected."),
    "file_old_office": _("This is a file of an old Office version (DOC, XLS). Save it as DOCX and send it again."),
    "file_encrypted": _("The file is protected by a password. Remove the protection and send it again."),
    "file_macro": _("The file contains macros. Save it as DOCX without macros and send it again."),
    "file_damaged": _("The file is damaged and cannot be opened."),
    "file_bomb": _("The file would become too large when unpacked."),
    "file_dtd": _("The file contains XML entities or a document type, which are not accepted."),
    "no_table": _("There is no table in the document."),
    "layout": _("No table has the columns of a thematic list. The first row found: %(found)s."),
    "no_rows": _("There is no recommendation in the file."),
    "too_many_rows": _("There are more than %(limit)s rows."),
    "encoding": _("The letters of the file cannot be read. Save it as CSV in UTF-8."),
    "csv_columns": _("Columns are missing in the first row: %(missing)s."),
    "csv_damaged": _("The file cannot be read from row %(row)s on."),
    "several_countries": _("The file holds several countries: %(found)s. Choose one."),
    "several_sessions": _("The file holds several sessions: %(found)s. Choose one."),
    # a row
    "number_missing": _("There is no number."),
    "number_double": _("The number %(number)s is already in row %(first)s."),
    "text_missing": _("There is no text."),
    "text_too_long": _("The text has %(length)s characters, the limit is %(limit)s."),
    "text_characters": _("The text contains characters that cannot be stored."),
    "position_missing": _("There is no position."),
    "position_unknown": _("Unknown position: “%(value)s”. Supported or Noted is expected."),
    "state_missing": _("No recommending State is named."),
    "state_unknown": _("Unknown State: “%(value)s”. Did you mean: %(nearest)s?"),
    "sdg_unknown": _("Unknown goal: “%(value)s”. A number from 1 to 17 is expected."),
    "action_unknown": _("Unknown action category: “%(value)s”. A number from 1 to 5 is expected."),
    "session_unknown": _("Unknown session: “%(value)s”."),
    "cells": _("The row has %(found)s cells instead of %(expected)s."),
    # the reader
    "timeout": _("Reading the file took too long."),
    "memory": _("Reading the file needs too much memory."),
    "crashed": _("The file could not be read."),
}
"""Codes of InputRefused, RowProblem and ChildFailed."""


def message(code: str, values: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """The message of a code in the language of *translate* (gettext), with its values filled in.

    Lists are written with commas; an unknown code reads as ``crashed``, an empty list as a dash.
    """
    template = translate(MESSAGES.get(code, MESSAGES["crashed"]))
    return template % {name: _written(value) for name, value in values.items()}


def _written(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "–"
    return str(value)
