"""People: accounts, organisations with names over time, offices and who held them, roles and grants, sign-in.

The pages are imported when an application is made: models and identity are needed far more often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.people.permissions import PERMISSIONS

if TYPE_CHECKING:
    from flask import Flask

    from portal.people.setup import BLUEPRINTS

__all__ = ["BLUEPRINTS", "PERMISSIONS", "init_people"]


def init_people(app: Flask) -> None:
    """Sessions, ``current_user`` and rate limits for *app*."""
    from portal.people.setup import init_people as join

    join(app)


def __getattr__(name: str) -> object:
    if name == "BLUEPRINTS":
        from portal.people.setup import BLUEPRINTS

        return BLUEPRINTS
    raise AttributeError(name)
