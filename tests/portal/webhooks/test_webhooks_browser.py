"""The pages of tokens and webhooks in a real browser: by keyboard, seen by axe-core at two widths, nothing too wide."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from werkzeug.serving import make_server

from portal import clock
from portal.db import db, transaction
from portal.people.models import Grant
from tests.portal.forms.test_answers import send
from tests.portal.webhooks.test_webhooks import NAME

pytestmark = pytest.mark.browser


@pytest.fixture
def site(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def seen(page: Any, name: str) -> None:
    """What every page must be: found good by axe, no wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [(name, each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, name


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "mn")])
def test_the_pages_of_tokens_and_webhooks(
    app: Flask,
    publish: Any,
    browser: Any,
    site: str,
    sign_in: Any,
    receiver: Any,
    width: int,
    language: str,
) -> None:
    made = publish([NAME], mode="invited")
    with transaction():
        grant = Grant(user_id=made.owner.id, role="administrator", valid_from=clock.today() - timedelta(days=1))
        db.session.add(grant)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = sign_in(made.owner).get_cookie(name)
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site)
    context.add_cookies(
        [{"name": name, "value": cookie.value, "url": site}, {"name": "portal_lang", "value": language, "url": site}]
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/account/tokens")
    seen(page, "no tokens")
    page.fill("#name", "ODK Collect, Д.Бат-Эрдэнийн утас")
    page.focus("#permissions-0")
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("#secret").startswith("upr_")
    seen(page, "a token")
    page.goto(f"/people/users/{made.owner.id}")
    seen(page, "a person")
    page.goto(f"/webhooks/forms/{made.id}")
    seen(page, "no webhooks")
    page.goto(f"/webhooks/forms/{made.id}/new")
    page.fill("#url", "http://127.0.0.1/")
    page.check("#events-0")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    seen(page, "a refused address")
    page.fill(
        "#url", receiver.url + "/a/rather/long/address/of/a/program/that/receives?with=parameters-that-do-not-end"
    )
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("#secret").startswith("whsec_")
    seen(page, "a secret")
    key = send(made, made.owner, name="a")
    page.goto(f"/forms/{made.id}/answers/{key}/remove")
    seen(page, "a removal")
    receiver.say(500)
    send(made, made.owner, name="b")
    page.goto("/webhooks/")
    seen(page, "the list")
    page.click("main .rows a")
    seen(page, "a webhook")
    page.goto("/webhooks/new")
    seen(page, "for an organisation")
    context.close()
    assert faults == []
