"""The words of consultations: levels, kinds, states."""

from __future__ import annotations

from typing import Any, Final, Literal

from portal.api import _l, lazy_pgettext

LEVELS: Final[dict[str, Any]] = {
    "provincial": lazy_pgettext("consultation", "Provincial"),
    "regional": lazy_pgettext("consultation", "Regional"),
    "national": lazy_pgettext("consultation", "National"),
}

KINDS: Final[dict[str, Any]] = {
    "consultation": _l("Consultation"),
    "training": _l("Training"),
    "drafting": _l("Drafting workshop"),
    "validation": _l("Validation meeting"),
}

STATUSES: Final[dict[str, Any]] = {
    "planned": lazy_pgettext("consultation", "Planned"),
    "held": lazy_pgettext("consultation", "Held"),
    "minutes_in": lazy_pgettext("consultation", "Minutes in"),
    "approved": lazy_pgettext("consultation", "Minutes approved"),
    "cancelled": lazy_pgettext("consultation", "Cancelled"),
}
Tone = Literal["", "neutral", "info", "success", "warning", "danger"]

TONES: Final[dict[str, Tone]] = {
    "planned": "neutral",
    "held": "info",
    "minutes_in": "warning",
    "approved": "success",
    "cancelled": "neutral",
}
HELD: Final = ("held", "minutes_in", "approved")
"""States of a consultation that has taken place."""

ORDER: Final = ("cancelled", "planned", "held", "minutes_in", "approved")
"""How far a consultation is, the furthest last."""

VISIBILITY: Final[dict[str, Any]] = {
    "org": _l("Our organisation only"),
    "site": _l("Everyone who works with the portal"),
    "public": _l("Everyone, also without an account"),
}

PARTICIPATION_WARNING: Final = 0.6
"""From this share of officials a meeting is called out of balance (process.md A15)."""

MINUTES_KIND: Final = "minutes"
STATEMENT_KIND: Final = "statement"
RECOMMENDATION_KIND: Final = "recommendation"
REGISTRATION_SLOT: Final = "consultations.registration"
