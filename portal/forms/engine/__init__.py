"""The engine of forms: definition and answers in; values, what is visible, errors out. It never sees a request."""

from __future__ import annotations

from portal.forms.engine.draw import pages
from portal.forms.engine.forward import with_last
from portal.forms.engine.judge import evaluate, start
from portal.forms.engine.posted import field_id, field_name, field_path, parse_html, with_row
from portal.forms.engine.state import KEY, Answers, Context, Issue, Mode, Result, Seed
from portal.forms.engine.tables import Column, Entry, FlatRow, Flattener, Shown, Table, columns, entries, shown, tables
from portal.forms.engine.view import Item, Option, Page, RowView, all_items

__all__ = [
    "KEY",
    "Answers",
    "Column",
    "Context",
    "Entry",
    "FlatRow",
    "Flattener",
    "Issue",
    "Item",
    "Mode",
    "Option",
    "Page",
    "Result",
    "RowView",
    "Seed",
    "Shown",
    "Table",
    "all_items",
    "columns",
    "entries",
    "evaluate",
    "field_id",
    "field_name",
    "field_path",
    "pages",
    "parse_html",
    "shown",
    "start",
    "tables",
    "with_last",
    "with_row",
]
