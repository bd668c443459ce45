"""The macros of templates/parts, compiled once and shared by all pages.

``import … with context`` would run each file anew for every page. Macros that need the reader or the context of
the page are given them by a function here.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

FILES = {
    "parts/basics.html": (
        "button card chart crumb document_page empty facts figures long_text menu meter more note progress steps tabs"
    ),
    "parts/lists.html": "filters list_page pager table",
    "parts/forms.html": "close_form content_fields error_summary field open_form post_button",
    "parts/records.html": "record_panels timeline",
    "chrome/pieces.html": "languages messages",
}
"""Template → the macros that pages use."""

_HOME = {name: template for template, names in FILES.items() for name in names.split()}


class Macros:
    """The macros by name, found when they are first asked for."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._found: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        found = self._found.get(name)
        if found is None or self._environment.auto_reload:
            if name not in _HOME:
                raise AttributeError(name)
            found = getattr(self._environment.get_template(_HOME[name]).module, name)
            self._found[name] = found
        return found

    @pass_context
    def record_panels_here(self, context: Context, panels: Any) -> Any:
        """``ui.record_panels``: what stands beside a record, for the reader of the page."""
        return self.record_panels(panels, user=context.get("user"), draw_panel=context.get("draw_panel"))
