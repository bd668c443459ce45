"""The words of the register: positions, ratings, voices, roles of bodies, kinds of evidence."""

from __future__ import annotations

from typing import Any, Final

from portal.api import VOICES, _l, documents, lazy_pgettext

POSITIONS: Final[dict[str, Any]] = {
    "supported": lazy_pgettext("position", "Supported"),
    "noted": lazy_pgettext("position", "Noted"),
    "examined": lazy_pgettext("position", "To be examined"),
}
POSITION_TONES: Final[dict[str, documents.Tone]] = {"supported": "success", "noted": "neutral", "examined": "info"}

RATINGS: Final[dict[str, Any]] = {
    "fully": _l("Fully implemented"),
    "partially": _l("Partially implemented"),
    "not": _l("Not implemented"),
}
"""The traffic light (B14), the best first."""
SHORT_RATINGS: Final[dict[str, Any]] = {
    "fully": lazy_pgettext("rating", "Fully"),
    "partially": lazy_pgettext("rating", "Partially"),
    "not": lazy_pgettext("rating", "Not"),
}
"""For columns with the heading of a voice."""
NOT_RATED: Final = _l("Not rated yet")
RATING_TONES: Final[dict[str, documents.Tone]] = {"fully": "success", "partially": "warning", "not": "danger"}
NEED_EVIDENCE: Final = frozenset({"fully", "not"})
"""Ratings that say yes or no are not published without evidence (D5)."""

RATING_VOICES: Final = ("government", "nhri", "civil_society")
"""Those who always have a place in a comparison; an international rating shows where there is one."""

TEXT_STATES: Final[dict[str, Any]] = {
    "missing": lazy_pgettext("text", "Missing"),
    "draft": lazy_pgettext("text", "Draft"),
    "checked": lazy_pgettext("text", "Checked"),
    "official": lazy_pgettext("text", "Official"),
}
TEXT_TONES: Final = {"missing": "warning", "draft": "neutral", "checked": "info", "official": "success"}

SHORT_VOICES: Final[dict[str, Any]] = {
    "government": lazy_pgettext("voice", "Government"),
    "nhri": lazy_pgettext("voice", "Commission"),
    "civil_society": lazy_pgettext("voice", "Civil society"),
}
"""For headings of columns; VOICES has the full names."""

STATUSES: Final[dict[str, Any]] = {
    "draft": lazy_pgettext("rating", "Draft"),
    "published": lazy_pgettext("rating", "Published"),
    "discarded": lazy_pgettext("rating", "Discarded"),
}
STATUS_TONES: Final = {"draft": "neutral", "published": "success", "discarded": "neutral"}

BODY_ROLES: Final[dict[str, Any]] = {
    "lead": lazy_pgettext("responsible body", "Leads"),
    "support": lazy_pgettext("responsible body", "Supports"),
}

EVIDENCE_KINDS: Final[dict[str, Any]] = {
    "law": lazy_pgettext("evidence", "Law or other act"),
    "budget": lazy_pgettext("evidence", "Budget"),
    "statistic": lazy_pgettext("evidence", "Statistics"),
    "case": lazy_pgettext("evidence", "Case"),
    "minutes": lazy_pgettext("evidence", "Minutes"),
    "other": lazy_pgettext("evidence", "Other"),
}

TERM_SCHEMES: Final[dict[str, Any]] = {
    "theme": _l("Theme"),
    "group": _l("Group of persons"),
    "sdg": _l("Sustainable Development Goal"),
}

__all__ = [
    "BODY_ROLES",
    "EVIDENCE_KINDS",
    "NEED_EVIDENCE",
    "NOT_RATED",
    "POSITIONS",
    "POSITION_TONES",
    "RATINGS",
    "RATING_TONES",
    "RATING_VOICES",
    "SHORT_RATINGS",
    "SHORT_VOICES",
    "STATUSES",
    "STATUS_TONES",
    "TERM_SCHEMES",
    "TEXT_STATES",
    "TEXT_TONES",
    "VOICES",
]
