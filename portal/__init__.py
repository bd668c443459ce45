"""An open portal for following up human rights recommendations (UPR)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(config: dict[str, Any] | None = None) -> Flask:
    """Make the application; see portal.app.create_app."""
    from portal.app import create_app as make

    return make(config)
