"""Words for what the record layer keeps as codes: relations, levels, acts and columns of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.i18n import _, _l, current_locale, format_date, format_datetime, format_number, ngettext, pgettext
from portal.text import Content
from portal.ui.badges import LABELS
from portal.ui.forms.content import LANGUAGES

RELATIONS: Mapping[tuple[str, str], Any] = {
    ("follows", "out"): _l("Follows from"),
    ("follows", "in"): _l("Is followed by"),
    ("implements", "out"): _l("Implements"),
    ("implements", "in"): _l("Is implemented by"),
    ("answers", "out"): _l("Answers"),
    ("answers", "in"): _l("Is answered by"),
    ("evidence", "out"): _l("Is evidence for"),
    ("evidence", "in"): _l("Has as evidence"),
    ("related", "out"): _l("Related to"),
    ("related", "in"): _l("Related to"),
    ("leads_to", "out"): _l("Leads to"),
    ("leads_to", "in"): _l("Comes from"),
}
"""Relation and direction (``out`` from the record that is shown) → what stands before the other record."""

LEVELS = {"read": _l("may read"), "comment": _l("may read and comment"), "edit": _l("may read and edit")}

ACTS: dict[tuple[str, str], Any] = {
    ("created", "portal_record"): _l("created this"),
    ("changed", "portal_record"): _l("changed this"),
    ("viewed", "portal_record"): _l("looked at this"),
    ("created", "portal_link"): _l("added a link"),
    ("deleted", "portal_link"): _l("removed a link"),
    ("created", "portal_file"): _l("attached a file"),
    ("deleted", "portal_file"): _l("removed a file"),
    ("created", "portal_share"): _l("shared this"),
    ("changed", "portal_share"): _l("changed a share"),
    ("deleted", "portal_share"): _l("took a share back"),
    ("created", "portal_comment"): _l("wrote a comment"),
    ("exported", "portal_form"): _l("downloaded the answers"),
    ("imported", "portal_form"): _l("imported answers"),
    ("removed", "portal_form"): _l("removed answers"),
    ("invited", "portal_form"): _l("invited people without an account"),
    ("invitations sent", "portal_form"): _l("sent invitations"),
    ("invitations printed", "portal_form"): _l("printed codes of invitations"),
    ("invitations revoked", "portal_form"): _l("took invitations back"),
    ("invitations exported", "portal_form"): _l("downloaded the invitations"),
}
_ACTIONS = {"created": _l("added a part"), "changed": _l("changed this"), "deleted": _l("removed a part")}

FIELDS: dict[str, Any] = {
    "description": _l("Description"),
    "due_on": _l("Due date"),
    "ends_on": _l("Last day"),
    "invitations": _l("Invitations"),
    "name": _l("Name"),
    "note": _l("Note"),
    "number": _l("Number"),
    "org_id": _l("Organisation"),
    "owner_id": _l("Responsible person"),
    "place": _l("Place"),
    "receipt": _l("Receipt"),
    "starts_on": _l("First day"),
    "status": _l("Status"),
    "text": _l("Text"),
    "title": _l("Title"),
    "unit_id": _l("Aimag or capital"),
    "visibility": _l("Who sees it"),
}
"""Column → its name for readers; a column without one is counted and not named."""

_TOLD: dict[str, Callable[[Mapping[str, Any]], Iterable[tuple[str, str, str]]]] = {}
"""Column → its lines from what is kept of a change, where that is no pair of old and new."""

_INSIDE = frozenset({"uid", "kind", "plugin", "sort_mn", "sort_en", "record_id", "created_at", "created_by_id"})
_VISIBILITY = {"org": _l("own organisation"), "site": _l("everyone with a role"), "public": _l("everyone")}
_LONGEST = 300


@dataclass(frozen=True)
class HistoryLine:
    """An act as the time line shows it; ``lines`` hold label, old and new value in words."""

    at: datetime
    actor: str | None
    act: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    reason: str = ""


def know_fields(labels: Mapping[str, Any]) -> None:
    """Let the history name columns of a module's tables: column → lazy text. A name already known stays."""
    for column, label in labels.items():
        FIELDS.setdefault(column, label)


def know_changes(column: str, told: Callable[[Mapping[str, Any]], Iterable[tuple[str, str, str]]]) -> None:
    """Let the history tell changes of a column that are kept in a form of their own (``__audit_change__``)."""
    _TOLD[column] = told


def relation_label(relation: str, direction: str) -> str:
    """What a link means, read from the record that is shown."""
    return str(RELATIONS.get((relation, direction), RELATIONS["related", "out"]))


def level_label(level: str) -> str:
    """What those a record is shared with may do."""
    return str(LEVELS.get(level, LEVELS["read"]))


def file_size(size: int | None) -> str:
    """A number of bytes as "13 KB" or "2.4 MB" (thousands, as people count)."""
    if size is None:
        return ""
    if size < 1_000_000:
        return _("%(size)s KB", size=format_number(max(1, round(size / 1000))))
    return _("%(size)s MB", size=format_number(round(size / 1_000_000, 1)))


def history(changes: Iterable[Any], kind: Any = None) -> list[HistoryLine]:
    """Entries of the history (``at actor action entity changes reason``, newest first) for the time line.

    *kind* is the record's, whose labels name the statuses. What one person changed in one go is one entry.
    """
    statuses = {**LABELS, **(getattr(kind, "statuses", None) or {})}
    out: list[HistoryLine] = []
    for entry in changes:
        line = HistoryLine(entry.at, entry.actor, _act(entry), _lines(entry, statuses), entry.reason or "")
        if out and _together(out[-1], line):
            last = out.pop()
            whole = next((each.act for each in (line, last) if each.act not in _parts()), line.act)
            line = HistoryLine(last.at, last.actor, whole, [*line.lines, *last.lines], last.reason)
        out.append(line)
    return out


def _act(entry: Any) -> str:
    return str(ACTS.get((entry.action, entry.entity)) or _ACTIONS.get(entry.action) or _l("worked on this"))


def _parts() -> frozenset[str]:
    """What is said of the parts of a record; what is said of the record itself comes before it."""
    return frozenset(str(_ACTIONS[action]) for action in ("created", "deleted"))


def _together(newer: HistoryLine, older: HistoryLine) -> bool:
    """Whether two entries are of one act: the same person, at once, on the record and its parts."""
    joined = _parts() | {str(ACTS["created", "portal_record"]), str(ACTS["changed", "portal_record"])}
    at_once = abs((newer.at - older.at).total_seconds()) < 1
    same = (newer.actor, newer.reason) == (older.actor, older.reason)
    return at_once and same and newer.act in joined and older.act in joined


def _lines(entry: Any, statuses: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    lines, further = [], 0
    for column, (old, new) in _pairs(entry.changes):
        if column in _INSIDE:
            continue
        if (label := FIELDS.get(column)) is None:
            further += 1
        elif column.endswith("_id"):
            lines.append((str(label), "", pgettext("history", "set") if new is not None else ""))
        elif not (_is_content(old) and _is_content(new)):
            further += 1  # a document of its own, in a column that another table has for a text
        elif isinstance(old, Mapping) or isinstance(new, Mapping):
            lines.extend(_contents(str(label), Content.load(old), Content.load(new)))
        else:
            lines.append((str(label), _shown(column, old, statuses), _shown(column, new, statuses)))
    for column, told in _TOLD.items():
        if isinstance(kept := (entry.changes or {}).get(column), Mapping):
            lines.extend(told(kept))
    if further and entry.action != "created":
        lines.append((ngettext("%(num)s further entry", "%(num)s further entries", further), "", _("changed")))
    return lines


def _is_content(value: Any) -> bool:
    """Whether a stored value is a text in languages, or no document at all."""
    return not isinstance(value, Mapping) or value.keys() <= {*LANGUAGES, "state"}


def _contents(label: str, old: Content, new: Content) -> list[tuple[str, str, str]]:
    """The languages in which a text differs, or whose state does; both sides of a new text in the reader's."""
    if not old:
        return [(label, "", _short(new.text(current_locale())))]
    lines = []
    for lang, name in LANGUAGES.items():
        before, after = old.texts.get(lang, ""), new.texts.get(lang, "")
        states = (old.state(lang), new.state(lang))
        if before != after:
            lines.append((f"{label} ({name})", _short(before), _short(after)))
        elif states[0] != states[1]:
            lines.append((f"{label} ({name})", str(LABELS[states[0]]), str(LABELS[states[1]])))
    return lines


def _pairs(changes: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for column, pair in (changes or {}).items():
        if isinstance(pair, list | tuple) and len(pair) == 2:
            yield column, pair


def _shown(column: str, value: Any, statuses: Mapping[str, Any]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    if column == "status":
        return str(statuses.get(value, value))
    if column == "visibility":
        return str(_VISIBILITY.get(value, value))
    return _short(_moment(str(value)))


def _moment(text: str) -> str:
    """A date or moment of the history in the reader's way of writing it; any other text as it is."""
    try:
        if len(text) == 10:
            return format_date(date.fromisoformat(text))
        if len(text) >= 19 and text[10] == "T":
            return format_datetime(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"
