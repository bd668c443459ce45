"""A device as the server meets it: what it sends, written out."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from io import BytesIO
from typing import Any

from PIL import Image

from portal.forms.offline.place import key_of

DEVICE = {"X-Portal-Device": "1"}


def picture(color: str = "red") -> bytes:
    """A small picture that knows its camera."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CAMERAOFTHEDEVICE"
    Image.new("RGB", (60, 40), color).save(out, "JPEG", exif=exif)
    return out.getvalue()


def noise() -> bytes:
    """A picture of several parts: noise, which does not become small."""
    out = BytesIO()
    Image.effect_noise((500, 500), 60).save(out, "JPEG", quality=100)
    return out.getvalue()


class Device:
    """A device that fills one form."""

    def __init__(self, client: Any, at: str, **query: Any) -> None:
        self.client, self.at, self.query = client, at, {"lang": "en", "version": 1, **query}

    def send(self, uid: str, /, status: int = 200, *, files: list[Any] | None = None, **answers: Any) -> Any:
        """Send one record: ``send(uid, name="Bat")``; what the server says of it."""
        return self.raw(status, record(uid, files=files, version=self.query["version"], **answers))

    def raw(self, status: int, content: Any, headers: Any = DEVICE) -> Any:
        """Send any JSON."""
        said = self.client.post(f"{self.at}/send", query_string=self.query, json=content, headers=headers)
        assert said.status_code == status, said.text
        return said.get_json()

    def part(
        self, uid: str, content: bytes, offset: int, end: int, status: int = 200, field: str = "q.photo", **more: Any
    ) -> Any:
        """Send the bytes from *offset* to *end* of a file."""
        asked = {**self.query, **named(field, content), "uid": uid, "offset": offset, **more}
        said = self.client.post(
            f"{self.at}/part",
            query_string=asked,
            data=content[offset:end],
            headers=DEVICE,
            content_type="application/octet-stream",
        )
        assert said.status_code == status, said.text
        return said.get_json()

    def have(self, uid: str, content: bytes, status: int = 200) -> Any:
        """Ask how much of a file is there."""
        said = self.client.get(f"{self.at}/part", query_string={**self.query, **named("q.photo", content), "uid": uid})
        assert said.status_code == status, said.text
        return said.get_json()

    def file(self, uid: str, content: bytes, field: str = "q.photo") -> dict[str, Any]:
        """Send a whole file; what the record says of it."""
        assert self.part(uid, content, 0, len(content), field=field)["whole"]
        return named(field, content)


def named(field: str, content: bytes, name: str = "photo.jpg") -> dict[str, Any]:
    """A file of a record."""
    return {"field": field, "name": name, "size": len(content), "hash": hashlib.sha256(content).hexdigest()}


def record(uid: str, /, *, files: list[Any] | None = None, version: int = 1, **answers: Any) -> dict[str, Any]:
    """A record as a device keeps it."""
    pairs = []
    for name, value in answers.items():
        pairs += [[f"q.{name}", each] for each in (value if isinstance(value, list) else [value])]
    return {"uid": uid, "version": version, "lang": "mn", "filled": "", "answers": pairs, "files": files or []}


def carried(made: Any, *records: dict[str, Any], **more: Any) -> bytes:
    """A file of unsent answers."""
    head = {"format": "portal-form-answers", "format_version": 1, "form": key_of(made.form), **more}
    return json.dumps({**head, "records": list(records)}).encode()


def packed(field: str, content: bytes) -> dict[str, Any]:
    """A file inside a file of unsent answers."""
    return {**named(field, content), "data": base64.b64encode(content).decode()}


def new() -> str:
    """A new id, as devices make them."""
    return str(uuid.uuid4())
