"""The words of indicators: what is counted, by what values are broken down, how far an indicator is."""

from __future__ import annotations

from typing import Any, Final

from portal.api import _l, lazy_pgettext

KIND: Final = "indicator"
RELATION: Final = "related"
"""How an indicator is linked with the recommendations it measures."""

PERSONS: Final = "persons"
MEASURES: Final[dict[str, Any]] = {
    PERSONS: _l("Persons"),
    "percent": _l("Percent"),
    "rate": _l("Rate (per 1,000, per 100,000 …)"),
    "number": _l("Number of things (schools, cases, laws …)"),
    "tugrik": _l("Tugriks"),
    "index": _l("Index or score"),
}
"""What is counted; breakdowns of persons are not told below SMALL to everyone."""

DIRECTIONS: Final[dict[str, Any]] = {"more": _l("More is better"), "less": _l("Less is better")}

DIMENSIONS: Final[dict[str, Any]] = {
    "": lazy_pgettext("indicator", "The whole"),
    "sex": _l("Sex"),
    "age": _l("Age group"),
    "unit": _l("Aimag or capital"),
    "group": _l("Group of persons"),
}
"""By what a value is broken down; one of them at a time."""

SEXES: Final[dict[str, Any]] = {"female": lazy_pgettext("sex", "Female"), "male": lazy_pgettext("sex", "Male")}

SCHEDULES: Final[dict[int, Any]] = {
    1: _l("Every month"),
    2: _l("Every two months"),
    3: _l("Every quarter"),
    4: _l("Every four months"),
    6: _l("Every half-year"),
    12: _l("Every year"),
    24: _l("Every two years"),
    36: _l("Every three years"),
    60: _l("Every five years"),
}

STATUSES: Final[dict[str, Any]] = {
    "draft": lazy_pgettext("indicator", "Draft"),
    "current": lazy_pgettext("indicator", "Up to date"),
    "due": lazy_pgettext("indicator", "Value due soon"),
    "overdue": lazy_pgettext("indicator", "Value overdue"),
    "closed": lazy_pgettext("indicator", "Closed"),
}
TONES: Final = {"draft": "warning", "current": "success", "due": "info", "overdue": "danger", "closed": "neutral"}
OPEN: Final = ("due", "overdue")
"""Statuses in which an indicator waits for its focal point."""
ASKED: Final = ("current", "due", "overdue")
"""Statuses in which values are asked for."""

VALUE_STATES: Final[dict[str, Any]] = {
    "draft": lazy_pgettext("value", "Draft"),
    "published": lazy_pgettext("value", "Published"),
}

HISTORY: Final[dict[str, Any]] = {
    "definition": _l("Definition"),
    "measure": _l("What is counted"),
    "unit": _l("Unit of measure"),
    "direction": _l("Direction"),
    "baseline": _l("Baseline"),
    "baseline_year": _l("Year of the baseline"),
    "target": _l("Target"),
    "target_year": _l("Year of the target"),
    "sdg_targets": _l("SDG targets"),
    "ages": _l("Age groups"),
    "months": _l("How often"),
    "due_days": _l("Days after the period"),
    "first_year": _l("First year"),
}
"""What the history calls the columns."""
