from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from portal.forms import publishing, service
from portal.forms.models import Form, FormVersion
from portal.people.identity import Identity
from portal.records import Record
from tests.portal.forms.build import form as definition_of
from tests.portal.forms.builder_help import builder, officer  # noqa: F401 - fixtures


class Made:
    """A published form and what one needs to fill it."""

    def __init__(self, owner: Identity, record: Record, form: Form, version: FormVersion) -> None:
        self.owner, self.record, self.form, self.version = owner, record, form, version
        self.id, self.token = record.id, form.token
        self.url = f"/forms/f/{form.token}"


@pytest.fixture
def publish(app: Flask, identity: Any, org: Any) -> Callable[..., Made]:
    """Publish a form: ``publish([row, …], choices={…}, mode="public", anonymous=True, owner=officer)``."""

    def make(
        rows: list[dict[str, Any]],
        *,
        choices: dict[str, Any] | None = None,
        owner: Identity | None = None,
        slot: Any = None,
        subject_id: int | None = None,
        style: str = "",
        **access: Any,
    ) -> Made:
        owner = owner or identity("coordinator", org=org("maker"))
        definition = definition_of(*rows, choices=choices or {})
        definition["settings"]["access"] = {"mode": "public", **access}
        definition["settings"]["style"] = style
        record = service.create(owner, definition=definition, slot=slot, subject_id=subject_id)
        version = publishing.publish(owner, record, version=None, waived="test")
        return Made(owner, record, service.form_of(record), version)

    return make


@pytest.fixture
def post(app: Flask) -> Iterator[list[Any]]:
    """The mails of this test alone."""
    from portal.jobs import mail

    mailman = mail._mailman()
    mailman.outbox = []
    yield mailman.outbox
    mailman.outbox = []
