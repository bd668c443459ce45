"""Filling without a network in a real browser: nothing is lost, nothing arrives twice, others cannot read along."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from werkzeug.serving import make_server

from portal import clock
from portal.db import db
from portal.forms.models import Submission
from portal.records.models import File
from tests.chromium import QUIET, program
from tests.portal.forms.build import row

pytestmark = pytest.mark.browser

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
    """The portal on one port, which can be away and come back."""

    def __init__(self, app: Any) -> None:
        self.app, self.port, self.server, self.thread = app, 0, None, None
        self.back()

    def back(self) -> None:
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
            self.server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def site(app: Any, monkeypatch: Any) -> Iterator[Site]:
    """The portal, guarded against forged requests as it is for readers."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    running = Site(app)
    yield running
    running.away()


@pytest.fixture
def device(browser: Any, site: Site, tmp_path: Path) -> Iterator[Any]:
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


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission)))


AGAIN = """async (times) => {
  const found = (await portalStore.all()).filter((each) => each.state === "sent");
  const codes = new Set();
  for (let turn = 0; turn < times; turn += 1)
    for (const each of found.slice().sort(() => turn % 2 || -1)) codes.add((await portalSend.sendOne(each)).code);
  const thrice = found.flatMap((each) => [each, each, each]);
  const together = await Promise.all(thrice.map((each) => portalSend.sendOne(each)));
  for (const receipt of together) codes.add(receipt.code);
  return codes.size;
}"""


def test_ten_answers_with_photos_wait_for_the_network_and_arrive_once(site: Site, device: Any, publish: Any) -> None:
    made = publish(QUESTIONS, offline=True)
    address = f"/forms/offline/f/{made.token}"
    context, page = device()
    visit(page, address + "?lang=en")
    assert "opens without a network" in page.locator("#ready").inner_text()
    site.away()
    context.set_offline(True)
    visit(page, address)
    for number in range(10):
        fill(page, f"Person {number}", photo(number))
        for more in range(number % 3):
            page.locator("button[name=_add]").click()
            page.locator(f"#q-person-{more + 1}-who").fill(f"More {more}")
        ready(page)
    wait_for(page, "ready", 10)
    context.close()

    context, page = device()
    context.set_offline(True)
    visit(page, address)
    wait_for(page, "ready", 10)
    page.locator("[data-language]").click()
    page.locator("html[lang=mn]").wait_for()
    wait_for(page, "ready", 10)
    assert stored() == []
    site.back()
    lost = []

    def lose(route: Any) -> None:
        if len(lost) < 2:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    context.route("**/send?*", lose)
    context.set_offline(False)
    while page.locator("#records [data-state=sent]").count() != 10:
        page.evaluate("() => document.querySelector('#send').click()")
        page.wait_for_timeout(100)
    wait_for(page, "sent", 10)
    assert [answer.status for answer in lost] == [200, 200]
    assert page.evaluate(AGAIN, 5) == 10
    found = stored()
    assert sorted(one.answers["name"] for one in found) == [f"Person {number}" for number in range(10)]
    assert sorted(len(one.answers["person"]) for one in found) == [1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    days = {str(day) for one in found for day in (one.answers["filled"], one.answers["person"][0]["born"])}
    assert days == {one.answers["noted"] for one in found} == {clock.today().isoformat()}
    files = {file.uid: file for file in db.session.scalars(select(File).where(File.purpose.startswith("sent:")))}
    assert {one.answers["photo"] for one in found} == set(files)
    assert len({file.sha256 for file in files.values()}) == 10
    assert db.session.scalar(select(func.count()).where(File.purpose.startswith("part:"))) == 0
    codes = page.locator("#records [data-facts]").all_inner_texts()
    assert all(any(one.receipt[:5] in line for line in codes) for one in found)
