"""A program for tests: it sends a token, and holds every answer against the description of the interface."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator

from portal.forms.rest.description import PATHS, description
from portal.people import api_tokens
from portal.people.identity import Identity

API = "/api/v1"
BOTH = ("forms.fill", "forms.read")
_TEMPLATES = [(re.compile(re.sub(r"\\{\w+\\}|\{\w+\}", "[^/]+", path) + "$"), path) for path in PATHS]


class Program:
    """``get`` and ``post`` under /api/v1; *language* is what it asks to be told errors in."""

    def __init__(
        self, app: Flask, user: Identity, permissions: Any = BOTH, forms: Any = (), language: str = "en"
    ) -> None:
        with app.test_request_context():
            self.row, self.secret = api_tokens.create(user, "Program", 30, permissions, forms)
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {self.secret}", "Accept-Language": language}

    def get(self, path: str, **more: Any) -> Any:
        """Read."""
        return self._checked("get", path, self.client.get(self._url(path), headers=self.headers, **more))

    def post(self, path: str, body: Any = None, *, raw: bytes | str | None = None, **more: Any) -> Any:
        """Send *body* as JSON, or *raw* as it is."""
        if raw is not None:
            more |= {"data": raw, "content_type": more.get("content_type", "application/json")}
        elif body is not None:
            more |= {"json": body}
        return self._checked("post", path, self.client.post(self._url(path), headers=self.headers, **more))

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else API + path

    def _checked(self, method: str, path: str, answer: Any) -> Any:
        short = path.removeprefix("http://localhost" + API).partition("?")[0]
        template = next(known for pattern, known in _TEMPLATES if pattern.match(short))
        content = PATHS[template][method]["responses"][str(answer.status_code)]["content"]
        assert answer.mimetype in content or "application/octet-stream" in content, answer.mimetype
        if answer.is_json or answer.mimetype.endswith("+json"):
            valid(json.loads(answer.data), content[answer.mimetype]["schema"])
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store" or answer.status_code >= 400
        return answer


def valid(body: Any, schema: Any) -> None:
    """Raise where *body* is not what *schema* of the description says."""
    root = {**description("https://upr.example/api/v1"), **schema}
    Draft202012Validator(root).validate(body)
