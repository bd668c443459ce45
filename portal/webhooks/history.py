"""The history of a webhook in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from portal.i18n import LazyString, _l, pgettext
from portal.people.history import Line
from portal.webhooks.words import EVENT_TITLES

ACTS: Final[dict[str, LazyString]] = {
    "created": _l("Webhook registered"),
    "changed": _l("Webhook changed"),
    "secret renewed": _l("Secret renewed"),
}
SWITCHED: Final = (_l("Webhook switched off"), _l("Webhook switched on"))


def lines(rows: Iterable[Any]) -> list[Line]:
    """Rows of queries.history() in the reader's language."""
    return [_line(entry, actor) for entry, actor in rows]


def _line(entry: Any, actor: str | None) -> Line:
    act: Any = ACTS.get(entry.action, entry.action)
    told = []
    for key, pair in entry.changes.items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
        if key == "off_at" and entry.action == "changed":
            act = SWITCHED[0] if new else SWITCHED[1]
        elif key == "url":
            told.append((str(_l("Address")), old or "", new or ""))
        elif key == "events":
            told.append((str(_l("What is told")), _names(old), _names(new)))
        elif key == "with_answers" and (old or new):
            told.append((str(_l("The answers too, not only ids and links")), _yes(old), _yes(new)))
    return Line(entry.at, actor, str(act), tuple(told))


def _names(events: Any) -> str:
    return ", ".join(str(EVENT_TITLES[each]) for each in events or () if each in EVENT_TITLES)


def _yes(value: Any) -> str:
    return pgettext("answer", "Yes") if value else pgettext("answer", "No") if value is not None else ""
