"""The words of the register: positions, ratings, voices, roles of bodies, kinds of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from portal.api import VOICES, _l, documents, lazy_pgettext

POSITIONS: Final[dict[str, Any]] = {
    "supported": lazy_pgettext("position", "Supported"),
    "noted": lazy_pgettext("position", "Noted"),
    "examined": lazy_pgettext("position", "To be examined"),
}
POSITION_TONES: Final[dict[str, documents.Tone]] = {"supported": "success", "noted": "neutral", "examined": "info"}


@dataclass(frozen=True)
class Value:
    """A value of the scale: its code, its words (``short`` under the heading of a voice), what it looks like.

    The tone brings colour and sign. A value that says yes or no ``needs_evidence`` before it is published (D5).
    """

    code: str
    label: Any
    short: Any
    tone: documents.Tone
    needs_evidence: bool = False


SCALE: Final = (
    Value("fully", _l("Fully implemented"), lazy_pgettext("rating", "Fully"), "success", needs_evidence=True),
    Value("partially", _l("Partially implemented"), lazy_pgettext("rating", "Partially"), "warning"),
    Value("not", _l("Not implemented"), lazy_pgettext("rating", "Not"), "danger", needs_evidence=True),
)
"""The traffic light (B14), the best first; a recommendation without any is NOT_RATED."""
RATINGS: Final[dict[str, Any]] = {value.code: value.label for value in SCALE}
SHORT_RATINGS: Final[dict[str, Any]] = {value.code: value.short for value in SCALE}
NOT_RATED: Final = _l("Not rated yet")
RATING_TONES: Final[dict[str, documents.Tone]] = {value.code: value.tone for value in SCALE}
NEED_EVIDENCE: Final = frozenset(value.code for value in SCALE if value.needs_evidence)

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
    "submitted": lazy_pgettext("rating", "Waits for validation"),
    "validated": lazy_pgettext("rating", "Validated"),
    "published": lazy_pgettext("rating", "Published"),
    "discarded": lazy_pgettext("rating", "Discarded"),
}
STATUS_TONES: Final = {
    "draft": "neutral",
    "submitted": "warning",
    "validated": "info",
    "published": "success",
    "discarded": "neutral",
}
UNPUBLISHED: Final = ("draft", "submitted", "validated")
"""Statuses in which only the own side sees a rating."""

ACTS: Final[dict[str, Any]] = {
    "submitted": lazy_pgettext("act on a rating", "handed over for validation"),
    "validated": lazy_pgettext("act on a rating", "validated"),
    "returned": lazy_pgettext("act on a rating", "returned"),
    "published": lazy_pgettext("act on a rating", "published"),
}
"""What was done with a rating, by someone."""

METHODS: Final[dict[str, Any]] = {
    "consultation": lazy_pgettext("method", "Consultation"),
    "desk_review": lazy_pgettext("method", "Desk review of documents"),
    "statistics": lazy_pgettext("method", "Statistics"),
    "survey": lazy_pgettext("method", "Survey"),
    "field_visit": lazy_pgettext("method", "Field visit"),
    "monitoring": lazy_pgettext("method", "Monitoring of cases and complaints"),
    "experts": lazy_pgettext("method", "Opinion of experts"),
}
"""How something was assessed."""

CHALLENGE_STATUSES: Final[dict[str, Any]] = {
    "open": lazy_pgettext("challenge", "To be answered"),
    "accepted": lazy_pgettext("challenge", "Accepted: a new rating follows"),
    "kept": lazy_pgettext("challenge", "The rating is kept"),
    "withdrawn": lazy_pgettext("challenge", "Withdrawn"),
}
CHALLENGE_TONES: Final = {"open": "warning", "accepted": "success", "kept": "neutral", "withdrawn": "neutral"}

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
    "file": lazy_pgettext("evidence", "File"),
    "link": lazy_pgettext("evidence", "Link"),
    "other": lazy_pgettext("evidence", "Other"),
}

TERM_SCHEMES: Final[dict[str, Any]] = {
    "theme": _l("Theme"),
    "group": _l("Group of persons"),
    "sdg": _l("Sustainable Development Goal"),
}

__all__ = [
    "ACTS",
    "BODY_ROLES",
    "CHALLENGE_STATUSES",
    "CHALLENGE_TONES",
    "EVIDENCE_KINDS",
    "METHODS",
    "NEED_EVIDENCE",
    "NOT_RATED",
    "POSITIONS",
    "POSITION_TONES",
    "RATINGS",
    "RATING_TONES",
    "RATING_VOICES",
    "SCALE",
    "SHORT_RATINGS",
    "SHORT_VOICES",
    "STATUSES",
    "STATUS_TONES",
    "TERM_SCHEMES",
    "TEXT_STATES",
    "TEXT_TONES",
    "UNPUBLISHED",
    "VOICES",
    "Value",
]
UN_GROUPS: Final[dict[str, Any]] = {
    "african": lazy_pgettext("regional group", "African States"),
    "asia_pacific": lazy_pgettext("regional group", "Asia-Pacific States"),
    "eastern_european": lazy_pgettext("regional group", "Eastern European States"),
    "latin_american": lazy_pgettext("regional group", "Latin American and Caribbean States"),
    "western_other": lazy_pgettext("regional group", "Western European and other States"),
}
"""The regional groups of the United Nations."""
