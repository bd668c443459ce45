"""Small pieces of HTML that lists and templates draw many times: badges, statuses, contents, icons."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from portal.i18n import _, _l, current_locale, pgettext
from portal.text import Content
from portal.ui import assets

TONES = frozenset({"neutral", "info", "success", "warning", "danger"})
"""Each has a colour and a sign of its own (in parts.css): a status is told by word and sign, never by colour alone."""

LABELS: dict[str, Any] = {
    "active": _l("Active"),
    "approved": _l("Approved"),
    "archived": _l("Archived"),
    "cancelled": _l("Cancelled"),
    "checked": _l("Checked"),
    "closed": _l("Closed"),
    "done": _l("Done"),
    "draft": _l("Draft"),
    "failed": _l("Failed"),
    "in_progress": _l("In progress"),
    "missing": _l("Missing"),
    "official": _l("Official"),
    "open": _l("Open"),
    "overdue": _l("Overdue"),
    "planned": _l("Planned"),
    "published": _l("Published"),
    "queued": _l("Waiting"),
    "returned": _l("Returned"),
    "running": _l("Running"),
    "shared": _l("Shared"),
    "signed": _l("Signed"),
    "submitted": _l("Submitted"),
}
"""Statuses that mean the same everywhere; a kind of record with statuses of its own brings their labels."""

STATUS_TONES: dict[str, str] = {
    "active": "success",
    "approved": "success",
    "archived": "neutral",
    "cancelled": "neutral",
    "checked": "info",
    "closed": "neutral",
    "done": "success",
    "draft": "neutral",
    "failed": "danger",
    "in_progress": "info",
    "missing": "warning",
    "official": "success",
    "open": "info",
    "overdue": "danger",
    "planned": "neutral",
    "published": "success",
    "queued": "neutral",
    "returned": "warning",
    "running": "info",
    "shared": "info",
    "signed": "success",
    "submitted": "info",
}


def know_statuses(labels: Mapping[str, Any], tones: Mapping[str, str]) -> None:
    """Let ``ui.status`` know the statuses of a kind of record; a status already known keeps its label."""
    for value, label in labels.items():
        LABELS.setdefault(value, label)
        if value in tones:
            STATUS_TONES.setdefault(value, tones[value])


@lru_cache(maxsize=512)
def icon(name: str, classes: str = "") -> Markup:
    """The icon *name* of the sprite, for the eye only: screen readers pass over it."""
    shown = f"icon {classes}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(shown, assets.sprite(), name)


def badge(text: Any, tone: str = "neutral") -> Markup:
    """*text* as a badge; a tone that does not exist is neutral."""
    return Markup('<span class="status status-{}">{}</span>').format(tone if tone in TONES else "neutral", str(text))


def status(value: Any, labels: Mapping[Any, Any] | None = None, tones: Mapping[Any, str] | None = None) -> Markup:
    """The badge of a status. *labels* and *tones* come before those that are generally known."""
    if value is None or value == "":
        return Markup("")
    label = (labels or {}).get(value) or LABELS.get(str(value), value)
    tone = (tones or {}).get(value) or STATUS_TONES.get(str(value), "neutral")
    return badge(label, tone)


def yes_no() -> tuple[str, str]:
    """The signs of a yes and of a no, in words and icons."""
    yes = Markup('<span class="text-nowrap">{} {}</span>').format(icon("check"), pgettext("answer", "Yes"))
    no = Markup('<span class="text-nowrap text-secondary">{}</span>').format(pgettext("answer", "No"))
    return yes, no


def content(value: Any, locale: str | None = None) -> Markup:
    """A Content in the reader's language; where it has none there, in the other, marked as such.

    Markup (a link, a badge) stands as it is, anything else is shown as text, so that a template need not know which
    it has.
    """
    if isinstance(value, Markup):
        return value
    if not isinstance(value, Content):
        return escape("" if value is None else str(value))
    wanted = locale or current_locale()
    text, lang = value.get(wanted)
    if not text or lang == wanted:
        return escape(text)
    return Markup('<span lang="{}">{}</span> <span class="untranslated">{}</span>').format(
        lang, text, _("not translated")
    )
