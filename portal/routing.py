"""Blueprints that refuse a route without a declared permission (deny by default), and rules that cost little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import flask
import werkzeug.routing

PUBLIC: Final = "public"
"""Permission of a route that everyone may open, signed in or not."""
SIGNED_IN: Final = "signed_in"
"""Permission of a route for everyone with an account."""
BEARER: Final = "Bearer"
BASIC: Final = "Basic"
"""How a program is asked to prove itself on a route for programs (the option ``api``)."""

View = TypeVar("View", bound=Callable[..., Any])


class UndeclaredPermission(Exception):
    """A route was declared without a permission; raised when the module is imported."""


class Rule(werkzeug.routing.Rule):
    """A rule that learns how to make addresses when the first link needs one: most of our 200 wait long."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: Callable[..., tuple[str, str]] | None = None

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            if compiled is None:
                compiled = super(Rule, self)._compile_builder(append_unknown)
            return compiled(rule, **values)

        return build


class Blueprint(flask.Blueprint):
    """A Flask blueprint whose every route names the permission it needs.

    ``@bp.get("/<int:record_id>", permission="agreements.read")``. The names are kept in ``permissions``
    (endpoint without the blueprint's name → permission) and checked by the application before the view.
    ``log_address=False`` on a route keeps the reader's address and browser out of every log (anonymous forms).
    ``api=BEARER`` (or ``BASIC``) makes it a route for programs: they prove themselves by the token of an account,
    are never sent to sign in, get errors as JSON, and need no CSRF token where they do not come with a session.
    """

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.permissions: dict[str, str] = {}
        self.unlogged: set[str] = set()
        self.api: dict[str, str] = {}

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        """Register a route; raises UndeclaredPermission where ``permission`` is not among the options."""
        permission = options.pop("permission", None)
        log_address = options.pop("log_address", True)
        api = options.pop("api", "")
        name = endpoint or str(getattr(view_func, "__name__", ""))
        if not isinstance(permission, str) or not permission:
            raise UndeclaredPermission(f"{self.name}.{name} ({rule}) declares no permission")
        if self.permissions.setdefault(name, permission) != permission:
            raise UndeclaredPermission(f"{self.name}.{name} declares two permissions")
        if not log_address:
            self.unlogged.add(name)
        if api:
            self.api[name] = api
        super().add_url_rule(rule, endpoint, view_func, provide_automatic_options, **options)
