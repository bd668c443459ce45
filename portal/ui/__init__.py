"""The look of the portal: layout, components, lists, forms, static files, headers."""

from portal.ui.badges import know_statuses
from portal.ui.errors import error_page, own_words
from portal.ui.pictures import paint_with
from portal.ui.problems import Problem, problem
from portal.ui.redirects import safe_redirect
from portal.ui.setup import init_ui, safe
from portal.ui.views import bp
from portal.ui.words import know_changes, know_fields

BLUEPRINTS = ((bp, ""),)
"""Blueprints and the prefixes of their addresses."""

__all__ = [
    "BLUEPRINTS",
    "Problem",
    "error_page",
    "init_ui",
    "know_changes",
    "know_fields",
    "know_statuses",
    "own_words",
    "paint_with",
    "problem",
    "safe",
    "safe_redirect",
]
