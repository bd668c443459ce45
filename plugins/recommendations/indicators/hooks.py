"""What indicators give to the module's hooks."""

from __future__ import annotations

from typing import Any

from portal.api import Identity, Kind, MenuItem, Panel, Permission, _l

from . import entry_views, queries, views
from .datasets import DATASETS
from .notices import JOBS
from .words import HISTORY, KIND, OPEN, STATUSES, TONES

__all__ = ["DATASETS", "HISTORY", "JOBS", "KINDS", "MENU", "PAGES", "PERMISSIONS", "panels"]

PAGES = (views, entry_views)
"""The files whose pages stand on the blueprint."""

_WORKERS = ("coordinator", "focal_point", "commission_officer", "cs_editor")

PERMISSIONS = [
    Permission(
        "recommendations.define_indicators",
        _l("Define indicators, and publish or close them"),
        ("coordinator", "commission_officer", "cs_editor"),
    ),
    Permission("recommendations.enter_values", _l("Enter values of the own body's indicators"), _WORKERS),
    Permission("recommendations.publish_values", _l("Publish values of the own body's indicators"), _WORKERS),
]

KINDS = [
    Kind(
        name=KIND,
        title=_l("Indicator"),
        plugin="recommendations",
        view_endpoint="recommendations.indicator",
        new_endpoint="recommendations.new_indicator",
        new_title=_l("Define an indicator"),
        new_permission="recommendations.define_indicators",
        from_kinds=("recommendation",),
        icon="chart-bar",
        statuses=STATUSES,
        tones=TONES,
        open_statuses=OPEN,
    )
]

MENU = [MenuItem(_l("Indicators"), "recommendations.indicators", "chart-bar", 19, "recommendations.read")]


def panels(subject: Any, user: Identity) -> list[Panel]:
    """The indicators of a recommendation, beside it."""
    if subject.kind != "recommendation":
        return []
    found = queries.of_recommendation(user, subject.id)
    context = {"indicators": found, "statuses": STATUSES, "tones": TONES, "period_name": views.WORDS["period_name"]}
    return [Panel("recommendations/indicators/_panel.html", context, order=30)] if found else []
