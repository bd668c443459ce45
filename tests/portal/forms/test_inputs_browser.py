"""Controls that use what the device has, in a real browser; each can be answered without it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.db import db
from portal.forms.models import Submission
from tests.portal.forms.build import row
from tests.portal.forms.test_fill_browser import _check, site, visit  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

CHANGING = row("text", "why", relevant="${where} != ''")
"""A question that makes the page ask for its questions anew after each answer."""


def answers() -> list[dict[str, Any]]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission.answers)))


def send(page: Any) -> None:
    page.locator("[data-default]").click()
    page.wait_for_url("**/receipt/**")


@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (360, "mn")])
def test_the_place_comes_from_the_device(visit: Any, publish: Any, width: int, lang: str) -> None:  # noqa: F811
    made = publish([row("geopoint", "where", required=True), CHANGING])
    page = visit(made.url, width=width, lang=lang)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 47.91847, "longitude": 106.9177, "accuracy": 8})
    _check(page)
    page.locator("[data-locate]").focus()
    page.keyboard.press("Enter")
    page.locator("#q-why").wait_for()
    assert page.locator("#q-where").input_value().startswith("47.91847")
    _check(page)
    send(page)
    assert answers() == [{"where": "47.91847 106.9177 0 8"}]


def test_a_device_that_does_not_say_where_it_is_leaves_the_keyboard(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish([row("geopoint", "where", required=True)])
    page = visit(made.url)
    page.locator("[data-locate]").click()
    page.locator("text=The browser does not tell where the device is").wait_for()
    assert page.locator("[data-locate]").is_enabled()
    page.locator("#q-where").fill("47.91847, 106.91770")
    send(page)
    assert answers() == [{"where": "47.91847 106.9177"}]
