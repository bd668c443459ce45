"""The words of what stands around a recommendation: focal points, pledges, concerns, translations."""

from __future__ import annotations

from typing import Any, Final

from portal.api import _l, documents, lazy_pgettext

CONTACT_ROLES: Final[dict[str, Any]] = {
    "main": _l("Main focal point"),
    "deputy": _l("Deputy focal point"),
    "": _l("Focal point"),
    "validator": _l("Validator"),
}
"""Functions of focal points; "" where none was named."""

PLEDGE_STATUSES: Final[dict[str, Any]] = {
    "open": lazy_pgettext("pledge", "Not begun"),
    "partial": lazy_pgettext("pledge", "Partly kept"),
    "kept": lazy_pgettext("pledge", "Kept"),
    "dropped": lazy_pgettext("pledge", "Given up"),
}
PLEDGE_TONES: Final = {"open": "neutral", "partial": "warning", "kept": "success", "dropped": "danger"}

CONCERN_STATUSES: Final[dict[str, Any]] = {
    "persisting": lazy_pgettext("concern", "Persisting"),
    "emerging": lazy_pgettext("concern", "Emerging"),
    "settled": lazy_pgettext("concern", "Settled"),
}
CONCERN_TONES: Final = {"persisting": "warning", "emerging": "info", "settled": "success"}

TRANSLATION: Final[dict[str, Any]] = {
    "none": lazy_pgettext("translation", "None"),
    "draft": lazy_pgettext("translation", "Draft by a person"),
    "proposed": lazy_pgettext("translation", "Proposed"),
    "agreed": lazy_pgettext("translation", "Agreed with civil society"),
    "official": lazy_pgettext("translation", "Official"),
    "disputed": lazy_pgettext("translation", "Disputed"),
}
"""How far the Mongolian text is; nothing is translated by a machine."""
TRANSLATION_TONES: Final[dict[str, documents.Tone]] = {
    "none": "neutral",
    "draft": "neutral",
    "proposed": "info",
    "agreed": "info",
    "official": "success",
    "disputed": "danger",
}
TRANSLATION_ACTS: Final[dict[str, Any]] = {
    "written": lazy_pgettext("translation", "Text written"),
    "proposed": lazy_pgettext("translation", "Proposed"),
    "agreed": lazy_pgettext("translation", "Agreed on for civil society"),
    "official": lazy_pgettext("translation", "Made official"),
    "disputed": lazy_pgettext("translation", "Disputed"),
    "comment": lazy_pgettext("translation", "Comment"),
}
ACTIONS: Final[dict[int, Any]] = {
    1: _l("1: minimal action"),
    2: _l("2: continuing action"),
    3: _l("3: considering action"),
    4: _l("4: general action"),
    5: _l("5: specific action"),
}
"""UPR Info's categories."""

TARGETS: Final[dict[int, tuple[int, str]]] = {
    1: (5, "ab"), 2: (5, "abc"), 3: (9, "abcd"), 4: (7, "abc"), 5: (6, "abc"), 6: (6, "ab"), 7: (3, "ab"),
    8: (10, "ab"), 9: (5, "abc"), 10: (7, "abc"), 11: (7, "abc"), 12: (8, "abc"), 13: (3, "ab"), 14: (7, "abc"),
    15: (9, "abc"), 16: (10, "ab"), 17: (19, ""),
}  # fmt: skip
"""Each goal's last numbered target and its lettered ones (A/RES/70/1): 169 in all."""


def targets() -> list[str]:
    """The codes of all targets, in their order."""
    return [f"{goal}.{place}" for goal, (last, letters) in TARGETS.items() for place in (*range(1, last + 1), *letters)]
