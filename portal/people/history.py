"""The history of accounts and organisations in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from portal.i18n import _l, current_locale, format_date
from portal.people import history_queries
from portal.people.roles import FUNCTIONS, KINDS, ROLES, VOICES
from portal.text import Content

ACTS: Final[Mapping[tuple[str, str], Any]] = {
    ("portal_user", "created"): _l("Account made"),
    ("portal_user", "changed"): _l("Account changed"),
    ("portal_user", "signed in"): _l("Signed in"),
    ("portal_user", "sign-in refused"): _l("Wrong password, or account disabled"),
    ("portal_user", "code refused"): _l("Wrong code of the second factor"),
    ("portal_user", "recovery code used"): _l("Recovery code used"),
    ("portal_user", "reset asked for"): _l("Link for a new password asked for"),
    ("portal_user", "password set by link"): _l("Password set by a link"),
    ("portal_user", "password changed"): _l("Password changed"),
    ("portal_user", "second factor set up"): _l("Second factor set up"),
    ("portal_user", "second factor removed"): _l("Second factor removed"),
    ("portal_user", "recovery codes renewed"): _l("Recovery codes renewed"),
    ("portal_user", "invited again"): _l("Invited again"),
    ("portal_user", "token made"): _l("Token for a program made"),
    ("portal_user", "token revoked"): _l("Token of a program revoked"),
    ("portal_user", "sessions ended"): _l("Signed out everywhere by an administrator"),
    ("portal_grant", "created"): _l("Role given"),
    ("portal_grant", "changed"): _l("Term of a role changed"),
    ("portal_organisation", "created"): _l("Organisation added"),
    ("portal_organisation", "changed"): _l("Organisation changed"),
    ("portal_organisation_name", "created"): _l("Former name added"),
    ("portal_organisation_name", "deleted"): _l("Former name removed"),
    ("portal_office", "created"): _l("Office added"),
    ("portal_office", "changed"): _l("Office changed"),
    ("portal_office_holding", "created"): _l("Office holder added"),
    ("portal_office_holding", "changed"): _l("Term of an office holder changed"),
}
FIELDS: Final[Mapping[str, Any]] = {
    "email": _l("E-mail"),
    "name": _l("Name"),
    "short": _l("Short name"),
    "locale": _l("Language"),
    "disabled_at": _l("Disabled"),
    "role": _l("Role"),
    "function": _l("Function"),
    "org_id": _l("Organisation"),
    "parent_id": _l("Belongs to"),
    "unit_id": _l("Administrative unit"),
    "person_id": _l("Person"),
    "valid_from": _l("First day"),
    "valid_to": _l("Last day"),
    "code": _l("Code"),
    "kind": _l("Kind"),
    "voice": _l("Voice"),
    "timezone": _l("Time zone"),
    "title": _l("Title"),
    "closed_on": _l("Last day of the office"),
}
_TABLES: Final = {"org_id": "organisation", "parent_id": "organisation", "unit_id": "unit", "person_id": "person"}
_WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "role": ROLES,
    "function": FUNCTIONS,
    "kind": KINDS,
    "voice": VOICES,
    "locale": {"mn": _l("Mongolian"), "en": _l("English")},
}


@dataclass(frozen=True)
class Line:
    """One act as ``ui.timeline`` shows it; ``lines`` are label, old and new value of what changed."""

    at: datetime
    actor: str | None
    act: str
    lines: tuple[tuple[str, str, str], ...]
    reason: str = ""


def lines(rows: Iterable[Any]) -> list[Line]:
    """Rows of queries.user_history() and organisation_history() in the reader's language; at most three queries."""
    rows = list(rows)
    names = _names(entry.changes for entry, _actor in rows)
    return [
        Line(
            entry.at,
            actor,
            str(ACTS.get((entry.entity, entry.action), entry.action)),
            tuple(
                (str(FIELDS[key]), _value(key, old, names), _value(key, new, names))
                for key, (old, new) in _pairs(entry.changes)
                if key in FIELDS and (key != "org_id" or entry.entity == "portal_grant")
            ),
            entry.reason,
        )
        for entry, actor in rows
    ]


def _pairs(changes: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    return [(key, value) for key, value in changes.items() if isinstance(value, list) and len(value) == 2]


def _names(entries: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """The names behind the numbers in *entries*, by the table's key in _TABLES and the number."""
    wanted: dict[str, set[int]] = {}
    for changes in entries:
        for key, values in _pairs(changes):
            if key in _TABLES:
                wanted.setdefault(_TABLES[key], set()).update(v for v in values if isinstance(v, int))
    locale = current_locale()
    return {
        (table, row_id): name.text(locale) if isinstance(name, Content) else str(name)
        for table, ids in wanted.items()
        for row_id, name in history_queries.names(table, ids).items()
    }


def _value(key: str, value: Any, names: Mapping[tuple[str, int], str]) -> str:
    """A stored value in words."""
    if value in (None, "", {}):
        return ""
    if key in _TABLES:
        return names.get((_TABLES[key], value), str(value))
    if isinstance(value, dict):
        return Content.load(value).text(current_locale())
    if key in _WORDS:
        return str(_WORDS[key].get(value, value))
    if key in ("valid_from", "valid_to", "closed_on"):
        return format_date(date.fromisoformat(value))
    if key == "disabled_at":
        return format_date(datetime.fromisoformat(value))
    return str(value)
