"""Errors of this room that a person can do something about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm.exc import StaleDataError


class Refused(ValueError):
    """Something typed is not accepted. ``field`` names it (empty: the whole form), ``texts`` say why."""

    def __init__(self, field: str, texts: Sequence[str]) -> None:
        super().__init__(" ".join(texts))
        self.field = field
        self.texts = list(texts)


class Conflict(StaleDataError):
    """Somebody saved in between; the application answers 409 with both texts."""
