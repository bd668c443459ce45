"""The words of meetings: who takes part, what statements are about, which groups are counted."""

from __future__ import annotations

from typing import Any, Final

from portal.i18n import _l, lazy_pgettext

CATEGORIES: Final[dict[str, Any]] = {
    "government": _l("Government"),
    "local_government": _l("Local government"),
    "civil_society": _l("Civil society"),
    "citizen": _l("Citizens"),
    "nhri": _l("National Human Rights Commission"),
    "international": _l("International organisations"),
    "observer": _l("Observers"),
}
"""Who takes part in a meeting (process.md A15-A22); also who speaks."""

OFFICIALS: Final = ("government", "local_government")
"""Categories that are counted as officials."""

PUBLIC_SIDE: Final = ("civil_society", "citizen")
"""Categories that stand opposite to them."""

SECTIONS: Final[dict[str, Any]] = {
    "implementation": _l("Implementation so far"),
    "persisting": _l("Persisting concerns"),
    "emerging": _l("Emerging concerns"),
    "next_cycle": _l("For the next cycle"),
}
"""Parts of the minutes of a consultation (process.md C6)."""

GROUPS: Final[dict[str, Any]] = {
    "children": _l("Children"),
    "youth": _l("Young people"),
    "older": _l("Older persons"),
    "disability": _l("Persons with disabilities"),
    "herders": _l("Herders"),
    "minorities": _l("Ethnic and linguistic minorities"),
    "lgbti": _l("LGBTI persons"),
    "survivors": _l("Survivors of domestic violence"),
}
"""Groups that are counted, never named: they are sensitive personal data (mongolia.md 7.5)."""

SMALL: Final = 5
"""Group counts below this are shown as "fewer than": they could point at a person (safety.md, testimony 2)."""

MINUTES_STATUSES: Final[dict[str, Any]] = {
    "draft": lazy_pgettext("minutes", "Draft"),
    "approved": lazy_pgettext("minutes", "Approved"),
}
MINUTES_TONES: Final = {"draft": "warning", "approved": "success"}
DECISION_STATUSES: Final[dict[str, Any]] = {
    "open": lazy_pgettext("decision", "To be done"),
    "done": lazy_pgettext("decision", "Done"),
}
DECISION_TONES: Final = {"open": "info", "done": "success"}
