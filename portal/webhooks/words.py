"""Words of the room: events, states of deliveries, why a webhook is off."""

from __future__ import annotations

from typing import Final

from portal.i18n import LazyString, _l

EVENT_TITLES: Final[dict[str, LazyString]] = {
    "submitted": _l("Answers came in"),
    "edited": _l("Answers were corrected"),
    "approved": _l("Answers were approved"),
    "reopened": _l("An approval was taken back"),
    "returned": _l("Answers were sent back"),
    "removed": _l("Answers were removed"),
}
STATES: Final[dict[str, LazyString]] = {
    "waiting": _l("On its way"),
    "done": _l("Arrived there"),
    "failed": _l("Given up"),
}
TONES: Final = {"waiting": "info", "done": "success", "failed": "danger"}
OFF: Final[dict[str, LazyString]] = {
    "person": _l("It was switched off by hand."),
    "failed": _l("Nothing got through for two days, so the portal switched it off."),
    "gone": _l("The server said that it wants nothing more (410), so the portal switched it off."),
}
