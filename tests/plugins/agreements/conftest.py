"""The ministry, two governors' offices, their officers, and agreements between them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from plugins.agreements import queries, service
from plugins.agreements.clauses import NewClause
from plugins.agreements.service import Signing
from portal import clock
from portal.db import db
from portal.people.identity import Identity
from portal.people.models import Organisation
from portal.records import Record
from portal.testing.plugin import unit_id
from portal.text import Content

KHOVD, DORNOD = "MN-043", "MN-061"
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def mojha(org: Any) -> Organisation:
    found: Organisation = org("mojha", kind="ministry", voice="government")
    return found


@pytest.fixture
def khovd_office(org: Any) -> Organisation:
    found: Organisation = org("khovd-gov", kind="local_government", unit=KHOVD)
    return found


@pytest.fixture
def dornod_office(org: Any) -> Organisation:
    found: Organisation = org("dornod-gov", kind="local_government", unit=DORNOD)
    return found


@pytest.fixture
def coordinator(identity: Any, mojha: Organisation) -> Identity:
    found: Identity = identity("coordinator", org=mojha)
    return found


@pytest.fixture
def khovd_officer(identity: Any, khovd_office: Organisation) -> Identity:
    found: Identity = identity("local_officer", org=khovd_office, unit=KHOVD)
    return found


@pytest.fixture
def dornod_officer(identity: Any, dornod_office: Organisation) -> Identity:
    found: Identity = identity("local_officer", org=dornod_office, unit=DORNOD)
    return found


def fresh() -> None:
    """End the read of the test, so that it sees what a page has stored."""
    db.session.rollback()
    db.session.expire_all()


def clause(text: str = "Keep a shelter open", **more: Any) -> NewClause:
    return NewClause(Content.of(mn=f"{text} (мн)", en=text), **more)


@pytest.fixture
def draft(coordinator: Identity, mojha: Organisation, khovd_office: Organisation) -> Callable[..., Record]:
    """Make a draft: ``draft(year=2026, texts=("One", "Two"))``, by default of this year with Khovd."""

    def make(
        year: int = 0,
        texts: tuple[str, ...] = ("Keep a shelter open", "Make entrances accessible"),
        unit: str = KHOVD,
        party: Organisation | None = None,
        **more: Any,
    ) -> Record:
        year = year or clock.today().year
        more.setdefault("drafted_on", clock.today() - timedelta(days=10))
        more.setdefault("new_clauses", [clause(text) for text in texts])
        place = unit_id(unit)
        assert place is not None
        return service.create(
            coordinator,
            org_id=mojha.id,
            unit_id=place,
            year=year,
            party_id=(party or khovd_office).id,
            **more,
        )

    return make


def signing(day: date | None = None) -> Signing:
    return Signing(
        day or clock.today(),
        "Д.Эрдэнэ",
        Content.of(mn="Сайд", en="Minister"),
        "Б.Мөнхцэцэг",
        Content.of(mn="Засаг дарга", en="Governor"),
        "Ховд хотноо",
    )


def scan(content: bytes = PDF, name: str = "гэрээ.pdf") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


@pytest.fixture
def signed(draft: Any, coordinator: Identity) -> Callable[..., Record]:
    """Make an agreement that is signed."""

    def make(**more: Any) -> Record:
        record: Record = draft(**more)
        service.send(coordinator, record)
        day = queries.facts(record.id).row.drafted_on + timedelta(days=1)
        service.sign(coordinator, record, signing(day), version=None, scan=scan())
        return record

    return make
