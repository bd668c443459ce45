from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import NotFound

from portal import records
from portal.db import transaction
from portal.forms import publishing, service, shipped
from portal.forms.slots import Slot, slots
from portal.people import api_tokens
from portal.records import Record
from portal.text import Content
from tests.portal.forms.conftest import publish  # noqa: F401 - a fixture
from tests.portal.forms.openrosa.help import ROOT, Phone, basic


@pytest.fixture
def client(app: Any) -> Any:
    """A program without cookies: its language is what its headers say."""
    return app.test_client()


@pytest.fixture
def phone(app: Any, client: Any) -> Any:
    """The phone of somebody: ``phone(who)`` or with a token cut to *forms* or *permissions*."""

    def make(who: Any, forms: Any = (), permissions: Any = ("forms.fill",)) -> Phone:
        with app.test_request_context():
            _row, secret = api_tokens.create(who, "Phone", 30, permissions, forms)
        return Phone(client, ROOT, basic(secret))

    return make


@pytest.fixture
def quarterly(app: Any, identity: Any, org: Any, monkeypatch: Any) -> Any:
    """A task with two clauses, and the quarterly form that hangs on it."""
    rows = [
        {"id": 11, "label": Content.of(mn="Нэг", en="First clause"), "values": {}},
        {"id": 12, "label": Content.of(mn="Хоёр", en="Second clause"), "values": {}},
    ]

    def of_record(user: Any, record_id: int) -> list[dict[str, Any]]:
        if record_id != subject.id:
            raise NotFound
        records.get(user, record_id, "task")
        return rows

    slot = Slot(
        "subcommittees.test",
        "Test",
        "task",
        "quarterly_progress",
        rows={"records:clause": of_record},
        about=lambda user: Record.id == subject.id,
    )
    monkeypatch.setitem(slots._by_name, slot.name, ("subcommittees", slot))
    owner = identity("coordinator", org=org("office"))
    with transaction():
        subject = records.create(owner, kind="task", title=Content.of(mn="Гэрээ", en="Agreement"), org_id=owner.orgs[0])
    definition = shipped.shipped("quarterly_progress")
    record = service.create(owner, slot=slot, definition=definition, subject_id=subject.id)
    publishing.publish(owner, record, version=None, waived="test")
    return record, owner, subject
