"""The page about ODK Collect in a browser: readable for everyone, in both languages, on a phone too."""

from __future__ import annotations

import os
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.portal.forms.build import row
from tests.portal.forms.test_fill_browser import site, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser


def test_the_page_of_phones_is_accessible_and_fits(request: pytest.FixtureRequest, publish: Any) -> None:
    open_page = request.getfixturevalue("visit")
    public = publish([row("text", "name"), row("audio", "voice")])
    invited = publish([row("text", "name")], mode="invited", owner=public.owner)
    kept_out = publish([row("decimal", "a"), row("calculate", "b", calculation="floor(${a})")], owner=public.owner)
    for number, made in enumerate((public, invited, kept_out)):
        for lang, width in (("en", 1280), ("mn", 360)):
            page = open_page(f"/forms/{made.id}/phones", public.owner, width=width, lang=lang)
            assert Axe().run(page).response["violations"] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if made is not kept_out:
                assert page.locator(".qr").evaluate("image => image.naturalWidth") > 0
            if folder := os.environ.get("SHOTS"):
                page.screenshot(path=f"{folder}/phones-{number}-{lang}.png", full_page=True)
                page.goto(f"/forms/{made.id}")
                page.screenshot(path=f"{folder}/show-{number}-{lang}.png", full_page=True)
    page = open_page("/account/tokens", public.owner, width=360, lang="mn")
    page.fill("[name=name]", "Утас")
    page.check("[name=permissions][value='forms.fill']")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_selector("#secret")
    assert page.locator(".qr").evaluate("image => image.naturalWidth") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert Axe().run(page).response["violations"] == []
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/token.png", full_page=True)
