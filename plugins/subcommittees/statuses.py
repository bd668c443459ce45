"""The states of a task."""

from portal.api import _l

STATUSES = {
    "open": _l("not started"),
    "in_progress": _l("in progress"),
    "done": _l("done"),
    "cancelled": _l("cancelled"),
}
TONES = {"open": "neutral", "in_progress": "info", "done": "success", "cancelled": "neutral"}
OPEN = ("open", "in_progress")
