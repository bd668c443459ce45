"""What changed in a form, in words for the time line of its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portal.forms.builder.forms import language_name
from portal.forms.builder.outline import name_of
from portal.forms.builder.types import kind_of, offer
from portal.i18n import _, _l, current_locale, ngettext, pgettext

CELLS = {
    "type": _l("Type"),
    "name": _l("Name of the answer"),
    "label": _l("Question"),
    "hint": _l("Help under the question"),
    "required": _l("Must be answered"),
    "required_message": _l("What people read when they leave it empty"),
    "relevant": _l("Asked only when"),
    "constraint": _l("The answer is right when"),
    "constraint_message": _l("What people read when it is not"),
    "calculation": _l("Worked out as"),
    "default": _l("First answer"),
    "appearance": _l("How it is drawn"),
    "read_only": _l("People see it and cannot change it"),
    "choice_filter": _l("Which choices fit"),
    "rows_from": _l("One row for each"),
    "rows_filter": _l("Only rows for which"),
    "repeat_count": _l("Number of rows"),
    "use": _l("The answers are used for"),
    "list": _l("Name of the list"),
}
"""Cells of a row by the labels they have in the builder; any other is one of its settings."""
_OTHER = _l("Settings")
MOST = 12
"""Lines of one change that are shown; the rest is counted."""
_LONGEST = 60

Line = tuple[str, str, str]
"""Label, what was there before and what is there now; the label is in the reader's language."""


def lines(changes: Mapping[str, Any]) -> list[Line]:
    """What ``definition.difference`` found, line by line."""
    found = [*_rows(changes.get("rows") or ()), *_lists(changes.get("lists") or {}), *_settings(changes)]
    further = len(found) - MOST
    if further < 2:
        return found
    text = ngettext("%(num)s further change", "%(num)s further changes", further)
    return [*found[:MOST], (text, "", _("changed"))]


def _rows(rows: Any) -> Iterator[Line]:
    for row in rows:
        if "added" in row:
            yield _("Added"), "", _named(row["added"])
        elif "removed" in row:
            yield _("Removed"), _named(row["removed"]), ""
        else:
            name = _named(row["is"])
            if "moved" in row:
                yield _("Moved"), "", name
            for cell, (old, new) in (row.get("cells") or {}).items():
                yield from _cell(name, cell, old, new)


def _named(row: Mapping[str, Any]) -> str:
    """What a row is called, in words that can stand in the reader's language."""
    return _short(name_of({"type": "note", **row}, current_locale()), _LONGEST)


def _cell(name: str, cell: str, old: Any, new: Any) -> Iterator[Line]:
    label = f"{name}: {CELLS.get(cell, _OTHER)}"
    texts = [each if isinstance(each, Mapping) else {} for each in (old, new)]
    if cell == "type":
        before, after = (str(offer(kind_of({"type": each or "note"})).title) for each in (old, new))
        yield label, before, after
    elif cell in ("label", "hint", "required_message", "constraint_message", "guidance_hint"):
        for code in {**texts[0], **texts[1]}:
            before, after = (str(each.get(code, "")) for each in texts)
            if before != after:
                yield f"{label} ({language_name(code)})", _short(before), _short(after)
    elif all(each is None or isinstance(each, str | int | float) for each in (old, new)):
        yield label, _value(old), _value(new)
    else:
        yield label, "", _("changed")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    return "" if value is None else _short(str(value))


def _lists(lists: Mapping[str, Any]) -> Iterator[Line]:
    for name, changes in lists.items():
        label = _("List %(name)s", name=name)
        before = [_choice(choice) for choice in changes.get("removed") or ()]
        after = [_choice(choice) for choice in changes.get("added") or ()]
        for code, cells in (changes.get("changed") or {}).items():
            old, new = cells.get("label") or ({}, {})
            before.append(_choice({"name": code, "label": old}) if old != new else code)
            after.append(_choice({"name": code, "label": new}) if old != new else code)
        if before or after:
            yield label, _short(", ".join(before)), _short(", ".join(after))
        else:
            yield label, "", _("changed")


def _choice(choice: Mapping[str, Any]) -> str:
    return str((choice.get("label") or {}).get(current_locale()) or choice["name"])


def _settings(changes: Mapping[str, Any]) -> Iterator[Line]:
    """The title stands in the entry of the record itself."""
    if (changes.get("settings") or {}).keys() - {"form_title"} or changes.get("other"):
        yield str(_OTHER), "", _("changed")


def _short(text: str, longest: int = 300) -> str:
    return text if len(text) <= longest else text[:longest].rstrip() + "…"
