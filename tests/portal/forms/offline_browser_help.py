"""A device in a real browser, and a portal that can be away: what the tests of filling without a network share."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.db import db
from portal.forms.models import Submission
from tests.chromium import QUIET, program
from tests.portal.forms.build import row

QUESTIONS = [
    row("text", "name", required=True),
    row("integer", "age", constraint=". < 120"),
    row("select_one", "light", list="light"),
    row("text", "why", relevant="${light} = 'red'", required=True),
    row("select_multiple", "needs", list="light"),
    row("image", "photo"),
    row("repeat", "person", children=[row("text", "who", required=True), row("date", "born", default="today()")]),
    row("date", "filled", default="today()"),
    row("calculate", "noted", calculation="string(today())"),
]


class Site:
    """The portal on one port, which can be away and come back; meanwhile the port is nobody else's."""

    def __init__(self, app: Any) -> None:
        self.app, self.port, self.server, self.thread, self.place = app, 0, None, None, socket.socket()
        self.back()

    def back(self) -> None:
        self.place.close()
        self.server: Any = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.server.daemon_threads = False
        self.port = self.server.server_port
        self.thread: Any = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def away(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server, self.place = None, socket.socket()
            self.place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.place.bind(("127.0.0.1", self.port))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(name="site")
def a_site(app: Any, monkeypatch: Any) -> Iterator[Site]:
    """The portal, guarded against forged requests as it is for readers."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    running = Site(app)
    yield running
    running.away()
    running.place.close()


@pytest.fixture(name="device")
def a_device(browser: Any, site: Site, tmp_path: Path) -> Iterator[Any]:
    """``device()``: a browser that remembers what it kept when it is closed and opened again."""
    opened: list[Any] = []
    faults: list[str] = []

    def start(width: int = 1280) -> Any:
        context = browser.browser_type.launch_persistent_context(
            str(tmp_path / "device"),
            executable_path=program(),
            args=list(QUIET),
            viewport={"width": width, "height": 900},
            locale="en",
            base_url=site.url,
            accept_downloads=True,
        )
        opened.append(context)
        page = context.pages[0]
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda asked: asked.accept())
        return context, page

    yield start
    for context in opened:
        context.close()
    assert faults == []


def photo(shade: int) -> dict[str, Any]:
    """A photo of a large camera, each another."""
    out = BytesIO()
    Image.linear_gradient("L").resize((2400, 1800)).point(lambda value: (value + shade) % 256).save(out, "JPEG")
    return {"name": f"photo-{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def visit(page: Any, url: str) -> None:
    page.goto(url)
    page.locator("[data-settled]").wait_for(state="attached")


def fill(page: Any, name: str, with_photo: dict[str, Any] | None = None, **more: str) -> None:
    page.locator("#new").click()
    page.locator("#q-name").fill(name)
    page.locator("#q-age").fill(more.get("age", "30"))
    page.locator("#q-light-0").check()
    page.locator("#q-person-0-who").fill("First")
    if with_photo:
        page.locator("#q-photo").set_input_files(with_photo)
        page.locator("img.offline-held").wait_for()


def ready(page: Any) -> None:
    page.locator("#fill [data-default]").click()
    page.locator("#queue-title").wait_for()


def wait_for(page: Any, state: str, count: int) -> None:
    page.wait_for_function(
        "([state, count]) => document.querySelectorAll(`#records [data-state=${state}]`).length === count",
        arg=[state, count],
    )


def until(page: Any, done: Callable[[], Any]) -> None:
    """Let the browser go on until *done*; what wait_for_function is given must not be asynchronous."""
    for _turn in range(1500):
        if done():
            return
        page.wait_for_timeout(20)
    pytest.fail("it never came")


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission)))


def check(page: Any) -> None:
    """No fault that a machine can find, and nothing wider than the screen."""
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((each) => each.finished))")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, page.url


KEPT = "async () => [(await caches.keys()).length, (await portalStore.all()).length]"
"""How many caches and how many records a device keeps."""
