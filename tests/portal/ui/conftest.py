from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from tests.portal.ui.demo import make_app


@pytest.fixture(scope="session")
def demo_app() -> Flask:
    """The look of the portal with nothing behind it."""
    return make_app(TESTING=True)


@pytest.fixture
def reader(demo_app: Flask) -> FlaskClient:
    return demo_app.test_client()


@pytest.fixture
def in_request(demo_app: Flask) -> Any:
    """``in_request("/path?a=b", method="POST", data=…)``: a request to work in."""
    return demo_app.test_request_context


@pytest.fixture(scope="session")
def demo_url(demo_app: Flask) -> Iterator[str]:
    """The address of the look of the portal, served for a browser."""
    server = make_server("127.0.0.1", 0, demo_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
