"""An OpenRosa client in a few lines, as the specification has it."""

from __future__ import annotations

import base64
import uuid
from typing import Any
from xml.etree.ElementTree import Element, fromstring

ROOT = "/openrosa"
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"


def basic(secret: str, name: str = "anyone") -> dict[str, str]:
    """The header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


class Phone:
    """A program of the family: *root* is the address that one types into its settings."""

    def __init__(self, client: Any, root: str, headers: dict[str, str] | None = None) -> None:
        self.client, self.root = client, root
        self.headers = {"X-OpenRosa-Version": "1.0", "Accept-Language": "en", **(headers or {})}

    def get(self, url: str, **more: Any) -> Any:
        """GET an address of the server, whole or below the root."""
        path = url if url.startswith("/") else url.removeprefix("http://localhost")
        path = path if path.startswith("/") else f"{self.root}/{path}"
        answer = self.client.get(path, headers=self.headers, **more)
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert answer.headers["Date"]
        assert "Set-Cookie" not in answer.headers
        return answer

    def xml(self, url: str) -> Element:
        """GET a document."""
        answer = self.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.content_type == "text/xml; charset=utf-8"
        return fromstring(answer.data)

    def forms(self, query: str = "") -> list[dict[str, str]]:
        """The list of forms."""
        root = self.xml(f"formList{query}")
        assert root.tag == f"{LIST}xforms"
        return [{each.tag.removeprefix(LIST): each.text or "" for each in entry} for entry in root]

    def manifest(self, form: dict[str, str]) -> dict[str, dict[str, str]]:
        """The files of a form by name."""
        root = self.xml(form["manifestUrl"])
        assert root.tag == f"{MANIFEST}manifest"
        entries = [{each.tag.removeprefix(MANIFEST): each.text or "" for each in entry} for entry in root]
        return {entry["filename"]: entry for entry in entries}

    def send(self, instance: str | bytes, files: dict[str, bytes] | None = None, incomplete: bool = False) -> Any:
        """POST a filled form with its files."""
        raw = instance.encode() if isinstance(instance, str) else instance
        parts = [("xml_submission_file", "submission.xml", "text/xml", raw)]
        parts += [(name, name, "application/octet-stream", content) for name, content in (files or {}).items()]
        answer = self.client.post(
            f"{self.root}/submission",
            data=multipart(parts, {"*isIncomplete*": "yes"} if incomplete else {}),
            headers={**self.headers, "Content-Type": "multipart/form-data; boundary=part"},
        )
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) > 1_000_000
        assert "Set-Cookie" not in answer.headers
        return answer


def multipart(parts: list[tuple[str, str, str, bytes]], fields: dict[str, str]) -> bytes:
    """The body of a request: parts with name, file name, type and content, then plain fields."""
    out = b""
    for name, file, kind, content in parts:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}'
        out += f"--part\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
    for name, text in fields.items():
        out += f'--part\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
    return out + b"--part--\r\n"


def message(answer: Any) -> tuple[str, str]:
    """Nature and text of an OpenRosaResponse."""
    root = fromstring(answer.data)
    assert root.tag == f"{RESPONSE}OpenRosaResponse"
    (found,) = root
    return found.get("nature", ""), found.text or ""


def instance(form: dict[str, str] | Any, inside: str, uid: str = "", meta: str = "") -> str:
    """A filled form: *inside* is XML of its answers."""
    uid = uid or str(uuid.uuid4())
    return (
        f"<?xml version='1.0' ?><data id='{form['formID']}' version='{form['version']}' "
        "xmlns:orx='http://openrosa.org/xforms'>"
        f"{inside}<orx:meta><orx:instanceID>uuid:{uid}</orx:instanceID>{meta}</orx:meta></data>"
    )
