"""Organisations that report, and a register and consultations of a few rows in place of the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from plugins.reports import service
from portal.db import db
from portal.documents.registry import registry
from portal.records import Record
from portal.text import Content


def text(mn: str, en: str) -> Content:
    return Content.of(mn=mn, en=en)


@dataclass
class World:
    """What the other modules tell: rows of their datasets."""

    recommendations: list[dict[str, Any]] = field(default_factory=list)
    assessments: list[dict[str, Any]] = field(default_factory=list)
    consultations: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def recommend(self, number: str, position: str = "supported", states: int = 1, **given: Any) -> int:
        key = len(self.recommendations) + 1
        self.recommendations.append(
            {
                "id": key,
                "number": number,
                "text": text(f"Хүүхдийн эрхийг хамгаалах {number}", f"Protect the rights of the child {number}"),
                "states": text("Норвеги", "Norway"),
                "state_count": states,
                "position": position,
                "themes": text("Хүүхдийн эрх; Боловсрол", "Rights of the child; Education"),
            }
            | given
        )
        return key

    def rate(self, key: int, rating: str = "partially", voice: str = "government", **given: Any) -> None:
        self.assessments.append(
            {
                "recommendation_id": key,
                "voice": voice,
                "organisation": text("Боловсролын яам", "Ministry of Education"),
                "rating": rating,
                "rated_on": date(2026, 9, 1),
                "rationale": text("Хөтөлбөр хэрэгжиж байна", "The programme is under way"),
                "evidence": text("Тогтоол 204", "Resolution 204"),
                "next_step": text("Өвөрхангайд үргэлжлүүлнэ", "Continue in Övörkhangai"),
            }
            | given
        )

    def meet(self, unit: Content, attended: int = 30, **given: Any) -> None:
        self.consultations.append(
            {
                "id": len(self.consultations) + 1,
                "date": date(2026, 3, 5),
                "title": text("Ховд аймгийн хэлэлцүүлэг", "Consultation in Khovd"),
                "level": "provincial",
                "kind": "consultation",
                "unit": unit,
                "cycle": 3,
                "attended": attended,
                "attended_government": attended - 10,
                "attended_local_government": 0,
                "attended_civil_society": 10,
                "attended_citizen": 0,
                "attended_nhri": 0,
                "attended_international": 0,
                "attended_observer": 0,
                "women": 12,
                "men": attended - 12,
            }
            | given
        )


KHOVD = text("Ховд", "Khovd")


@pytest.fixture
def world(app: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three recommendations of which the Government rated two and civil society one; one consultation in Khovd."""
    told = World()

    def rows(of: list[dict[str, Any]]) -> Any:
        def read(user: Any, **filters: Any) -> Any:
            told.asked.append(filters)
            return [row for row in of if filters.get("voice", row.get("voice")) == row.get("voice")]

        return read

    for name, of in (
        ("recommendations.recommendations", told.recommendations),
        ("recommendations.assessments", told.assessments),
        ("consultations.consultations", told.consultations),
    ):
        plugin, dataset = registry._datasets[name]
        monkeypatch.setitem(registry._datasets, name, (plugin, replace(dataset, rows=rows(of))))
    one, two, _three = told.recommend("116.1", states=2), told.recommend("116.2"), told.recommend("116.10", "noted")
    told.rate(one, "fully")
    told.rate(two, "partially")
    told.rate(one, "not", "civil_society", organisation=text("Форум", "Forum"))
    told.meet(KHOVD)
    return told


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Switch a module's datasets off: ``without("consultations")``."""

    def switch(*names: str) -> None:
        on = frozenset(registry.on_plugins()) - set(names)
        monkeypatch.setattr(registry, "on_plugins", lambda: on)

    return switch


@pytest.fixture
def mojha(org: Any) -> Any:
    return org("mojha", voice="government")


@pytest.fixture
def forum(org: Any) -> Any:
    return org("forum", kind="coalition", voice="civil_society")


@pytest.fixture
def coordinator(identity: Any, mojha: Any) -> Any:
    return identity("coordinator", org=mojha, name="Coordinator")


@pytest.fixture
def editor(identity: Any, forum: Any) -> Any:
    return identity("cs_editor", org=forum, name="Editor")


@pytest.fixture
def report(world: World, coordinator: Any, mojha: Any) -> Record:
    """The Government's draft of cycle 3."""
    return service.create(coordinator, org_id=mojha.id, kind="midterm", cycle=3)


@pytest.fixture
def parallel(world: World, editor: Any, forum: Any) -> Record:
    """The Forum's draft of cycle 3."""
    return service.create(editor, org_id=forum.id, kind="midterm", cycle=3)


def fresh(record: Record) -> Record:
    """The header as it is stored now."""
    db.session.rollback()
    found = db.session.get(Record, record.id, populate_existing=True)
    assert found is not None
    return found


def slot(record: Record, name: str) -> Any:
    """A written part of a report."""
    from plugins.reports import queries

    db.session.rollback()
    db.session.expire_all()
    return next(each for each in queries.sections(record.id) if each.slot == name)
