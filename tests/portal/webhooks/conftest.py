"""A program that receives, for tests of webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.portal.forms.conftest import publish  # noqa: F401 - a fixture
from tests.portal.test_outgoing import Listener


class Receiver(Listener):
    """A program that is told; ``say`` is the status it answers with."""

    def __init__(self) -> None:
        super().__init__(reply=b"HTTP/1.1 204 No Content\r\n\r\n")
        self.url = f"http://localhost:{self.port}/hook"

    def say(self, status: int) -> None:
        self.reply = f"HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n".encode()

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(each.partition(b"\r\n\r\n")[2]) for each in self.seen]

    def headers(self, at: int = -1) -> dict[str, str]:
        lines = self.seen[at].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return dict(line.split(": ", 1) for line in lines)

    def signed_with(self, secret: str, at: int = -1) -> bool:
        head, body = self.headers(at), self.seen[at].partition(b"\r\n\r\n")[2]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
        mark = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{mark}" in head["webhook-signature"].split(" ")


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setitem(app.config, "OUTGOING_HTTP", True)
    monkeypatch.setitem(app.config, "OUTGOING_HOSTS", ["localhost"])
    made = Receiver()
    made.start()
    yield made
    made.stop()
