"""Small forms and contexts for tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

from portal.forms.definition import Compiled, Definition, compile
from portal.forms.engine import Context

ULAANBAATAR = timezone(timedelta(hours=8))


def row(kind: str, name: str, **cells: Any) -> dict[str, Any]:
    """A row with a label in both languages; its id is its name with a dash, to tell the two apart."""
    label = {"mn": f"{name} (mn)", "en": f"{name} (en)"}
    return {"id": f"-{name}", "type": kind, "name": name, "label": label, **cells}


def form(*rows: dict[str, Any], **more: Any) -> Definition:
    """A form of those rows with the lists ``light`` and ``yes_no``."""
    settings = {
        "form_id": "test",
        "form_title": {"mn": "Тест", "en": "Test"},
        "default_language": "mn",
        "languages": ["mn", "en"],
        **more.pop("settings", {}),
    }
    choices = {
        "light": [
            {"name": "green", "label": {"mn": "Ногоон", "en": "Green"}},
            {"name": "amber", "label": {"mn": "Шар", "en": "Amber"}},
            {"name": "red", "label": {"mn": "Улаан", "en": "Red"}},
        ],
        "yes_no": [
            {"name": "yes", "label": {"mn": "Тийм", "en": "Yes"}},
            {"name": "no", "label": {"mn": "Үгүй", "en": "No"}},
        ],
        **more.pop("choices", {}),
    }
    return {"format": 1, "settings": settings, "choices": choices, "survey": list(rows), **more}


def made(*rows: dict[str, Any], **more: Any) -> Compiled:
    """The same, compiled."""
    return compile(form(*rows, **more))


def context(**more: Any) -> Context:
    """A context on 1 October 2026 in Ulaanbaatar, read in English."""
    given: dict[str, Any] = {
        "today": date(2026, 10, 1),
        "now": datetime(2026, 10, 1, 14, 5, tzinfo=ULAANBAATAR),
        "locale": "en",
        **more,
    }
    return Context(**given)
