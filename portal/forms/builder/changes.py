"""What publishing a draft does to the answers already there, question by question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.forms import fields
from portal.forms.builder.outline import name_of
from portal.forms.builder.types import kind_of, offer
from portal.forms.definition import Definition, Row, walk
from portal.forms.definition.model import CONTAINERS, choice_list
from portal.forms.messages import pick
from portal.i18n import _, _l

TITLES = {
    "added": _l("New"),
    "removed": _l("Removed"),
    "renamed": _l("Renamed"),
    "retyped": _l("Other type"),
    "moved": _l("Other table"),
    "choices": _l("Choices"),
    "rules": _l("Rules"),
    "words": _l("Words"),
}
TONES = {"added": "success", "removed": "danger", "retyped": "warning", "moved": "warning", "choices": "warning"}
_RULES = ("relevant", "required", "constraint", "calculation", "choice_filter", "repeat_count", "rows_from", "default")
_WORDS = ("label", "hint", "required_message", "constraint_message", "guidance_hint")


@dataclass(frozen=True)
class Change:
    """A difference between the published version and the draft: what it is, of which row, what becomes of answers."""

    kind: str
    row: str
    label: str
    text: str

    @property
    def title(self) -> Any:
        """The kind in words."""
        return TITLES[self.kind]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return TONES.get(self.kind, "neutral")


def compare(before: Definition, after: Definition, locale: str) -> list[Change]:
    """The changes from *before* to *after*, by the ids of the rows, in the order of the form; removed ones last."""
    old = {row["id"]: (row, _tables(parents)) for row, parents in walk(before)}
    found: list[Change] = []
    for row, parents in walk(after):
        was = old.pop(row["id"], None)
        if was is not None:
            found.extend(_differences(before, after, was, (row, _tables(parents)), locale))
        elif _asks(row):
            found.append(_change("added", row, locale, _("Answers already there have nothing in it.")))
    for row, _path in old.values():
        if _asks(row):
            text = _("It is not asked any more. What was answered stays and stands at the end of exports.")
            found.append(_change("removed", row, locale, text))
    return found


def _asks(row: Row) -> bool:
    return row["type"] in CONTAINERS or fields.get(row["type"]).stores


def _tables(parents: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(parent["id"] for parent in parents if parent["type"] == "repeat")


def _change(kind: str, row: Row, locale: str, text: str) -> Change:
    return Change(kind, row["id"], name_of(row, locale), text)


def _differences(
    before: Definition, after: Definition, was: tuple[Row, Any], now: tuple[Row, Any], locale: str
) -> list[Change]:
    """Everything that changed in one row."""
    (old, old_tables), (row, tables) = was, now
    found = []
    if old["type"] != row["type"]:
        text = _(
            "It was “%(old)s” and becomes “%(new)s”. Answers already there stay as they were given, in a column of"
            " their own, unless you let them be converted.",
            old=offer(kind_of(old)).title,
            new=offer(kind_of(row)).title,
        )
        found.append(_change("retyped", row, locale, text))
    if old.get("name") != row.get("name"):
        text = _(
            "Its name was %(old)s and becomes %(new)s. Answers already there are kept under the question itself and"
            " are shown under the new name.",
            old=old.get("name") or "–",
            new=row.get("name") or "–",
        )
        found.append(_change("renamed", row, locale, text))
    if tables != old_tables and _asks(row):
        text = _("It stands in another repeating part. Answers already there stay in a column of their own.")
        found.append(_change("moved", row, locale, text))
    found += _of_choices(before, after, old, row, locale)
    if any(old.get(cell) != row.get(cell) for cell in _RULES):
        text = _("Its conditions changed. They hold for new answers; those already there are not judged again.")
        found.append(_change("rules", row, locale, text))
    if any(_texts(old, cell) != _texts(row, cell) for cell in _WORDS):
        text = _("Only words changed. Nothing happens to answers already there.")
        found.append(_change("words", row, locale, text))
    return found


def _texts(row: Row, cell: str) -> Mapping[str, str]:
    return {code: text for code, text in (row.get(cell) or {}).items() if text}


def _of_choices(before: Definition, after: Definition, old: Row, row: Row, locale: str) -> list[Change]:
    """Choices that went, came or are worded otherwise."""
    was = {str(each["name"]): each for each in choice_list(before, old.get("list"))}
    now = {str(each["name"]): each for each in choice_list(after, row.get("list"))}
    if not row.get("list") or old["type"] != row["type"]:
        return []
    found = []
    if gone := [pick(was[code].get("label"), locale, code) for code in was if code not in now]:
        text = _("Cannot be chosen any more: %(choices)s. Answers with it stay readable.", choices=_some(gone))
        found.append(_change("choices", row, locale, text))
    if new := [pick(now[code].get("label"), locale, code) for code in now if code not in was]:
        text = _("Can be chosen from now on: %(choices)s.", choices=_some(new))
        found.append(_change("choices", row, locale, text))
    if any(_texts(was[code], "label") != _texts(now[code], "label") for code in was.keys() & now.keys()):
        text = _("Choices are worded otherwise. Answers already there are shown in the new words.")
        found.append(_change("words", row, locale, text))
    return found


def _some(labels: list[str]) -> str:
    return ", ".join(labels[:8]) + (" …" if len(labels) > 8 else "")
