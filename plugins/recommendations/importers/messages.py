"""What a user reads for each code of a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SHOWN = 20
"""Entries of a list that a message names."""


def _(text: str) -> str:
    """Mark a text for translation; the reader's language is chosen where the message is shown."""
    return text


MESSAGES: dict[str, str] = {
    # the file
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than %(limit)s MB."),
    "file_type": _(
        "This is a file of another kind (%(found)s). A Word document (DOCX), an Excel file (XLSX) or a CSV file is "
        "expected."
    ),
    "file_old_office": _(
        "This is a file of an old Office version (DOC, XLS). Save it as DOCX or XLSX and send it again."
    ),
    "file_encrypted": _("The file is protected by a password. Remove the protection and send it again."),
    "file_macro": _("The file contains macros. Save it as DOCX or XLSX without macros and send it again."),
    "file_damaged": _("The file is damaged and cannot be opened."),
    "file_bomb": _("The file would become too large when unpacked."),
    "file_dtd": _("The file contains XML entities or a document type, which are not accepted."),
    "no_table": _("There is no table in the document."),
    "layout": _("No table has the columns of a thematic list. The first row found: %(found)s."),
    "columns_unknown": _(
        "No sheet has the columns of a UHRI export or of the portal's own table. The first row found: %(found)s."
    ),
    "sheet_extent": _("A sheet reaches to cell %(cell)s. Delete what is empty beyond the table."),
    "layout_no_comments": _(
        "This list has no column for comments: OHCHR's form of the fourth cycle has none. Take the register "
        "itself as a list of the UN instead, which has the column filled."
    ),
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
    "date_unknown": _("Unknown date: “%(value)s”. Write it as 2020-11-04."),
    "date_future": _("This day is in the future: %(value)s."),
    "lead_several": _("One body leads; the others support: “%(value)s”."),
    "cycle_unknown": _("Unknown cycle: “%(value)s”. A number from 1 to 20 is expected."),
    "cycle_missing": _("Neither the row nor the sender says of which cycle it is."),
    "country_unknown": _("Unknown State under review: “%(value)s”."),
    "number_decimal": _(
        "The number is stored as a decimal number, in which 116.1 and 116.10 are the same. Format the column as text "
        "and write it again."
    ),
    "number_unknown": _("A number has at most 40 letters, digits, points and dashes: “%(value)s”."),
    "state_wording": _("Put before each State the number of the wording it belongs to, as in “2: Peru”: “%(value)s”."),
    "text_state_unknown": _("Unknown state of the text: “%(value)s”. One of these is expected: %(expected)s."),
    "value_too_long": _("The value has %(length)s characters, the limit is %(limit)s."),
    "term_unknown": _("This is in no list: “%(value)s”. Did you mean: %(nearest)s?"),
    "body_unknown": _("Unknown body: “%(value)s”. Did you mean: %(nearest)s?"),
    "target_unknown": _("These are no targets: %(value)s. A target is written as 16.3 or 5.c."),
    "cluster_unknown": _(
        "There is no such cluster: “%(value)s”. Write the code of one of the clusters, or add it first. Did you "
        "mean: %(nearest)s?"
    ),
    "points_wrong": _("Line %(line)s: begin each line with the next letter, a bracket and a blank: “a) …”."),
    "new_incomplete": _("This recommendation is not in the register. To add it the row needs: %(missing)s."),
    "own_position_unknown": _("Unknown position: “%(value)s”. One of these is expected: %(expected)s."),
    "cells": _("The row has %(found)s cells instead of %(expected)s."),
    # the reader
    "timeout": _("Reading the file took too long."),
    "memory": _("Reading the file needs too much memory."),
    "crashed": _("The file could not be read."),
    # the writer
    "writing_timeout": _("Making the file took too long. Narrow the list."),
    "writing_memory": _("Making the file needs too much memory. Narrow the list."),
    "writing_crashed": _("The file could not be made."),
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
        more = ["…"] if len(value) > SHOWN else []
        return ", ".join([str(item) for item in value[:SHOWN]] + more) or "–"
    return str(value)
