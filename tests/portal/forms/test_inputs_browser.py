"""Controls that use what the device has, in a real browser; each can be answered without it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.forms.models import Submission
from portal.records import File
from tests.portal.forms.build import row
from tests.portal.forms.test_appearances import PETS, attach
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


def draw(page: Any) -> None:
    box = page.locator("[data-sign] canvas").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    page.mouse.move(box["x"] + 150, box["y"] + 30, steps=5)
    page.mouse.up()


@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (360, "mn")])
def test_a_signature_is_drawn(visit: Any, publish: Any, width: int, lang: str) -> None:  # noqa: F811
    made = publish([row("signature", "sign", required=True), row("text", "why", relevant="${sign} != ''")])
    page = visit(made.url, width=width, lang=lang)
    page.locator("#q-sign-0").scroll_into_view_if_needed()
    draw(page)
    page.locator("#q-why").wait_for()
    _check(page)
    page.locator("#q-why").fill("because")
    page.locator("#q-why").blur()
    page.wait_for_load_state("networkidle")
    send(page)
    (found,) = answers()
    assert found["why"] == "because"
    assert db.session.scalar(select(func.count()).select_from(File)) == 1
    kept = db.session.scalars(select(File).where(File.uid == found["sign"])).one()
    assert kept.mime == "image/png"
    page = visit("/", made.owner, width=width, lang=lang)
    page.goto(f"/forms/{made.id}/answers/{db.session.scalars(select(Submission.id)).one()}")
    shown = page.locator("img.fill-signed")
    shown.wait_for()
    assert shown.evaluate("image => image.naturalWidth") == 640
    _check(page)


def test_a_signature_is_drawn_again_and_taken_back(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish([row("signature", "sign"), row("text", "why", relevant="${sign} != ''")])
    page = visit(made.url)
    draw(page)
    page.locator("#q-why").wait_for()
    page.locator("[data-unsign]").click()
    page.locator("#q-why").wait_for(state="hidden")
    draw(page)
    page.locator("#q-why").wait_for()
    page.locator("[data-unsign]").click()
    page.locator("#q-why").wait_for(state="hidden")
    send(page)
    assert answers() == [{}]


def test_a_signature_is_typed_with_the_keyboard_alone(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish([row("text", "before"), row("signature", "sign", required=True)])
    page = visit(made.url, lang="mn")
    _check(page)
    page.locator("#q-before").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Өлзий Үүр")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt/**")
    (found,) = answers()
    assert db.session.scalars(select(File.name).where(File.uid == found["sign"])).one() == "Өлзий Үүр.png"


@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (360, "mn")])
def test_ways_of_drawing_choices_are_answered_with_the_keyboard(
    visit: Any,  # noqa: F811
    publish: Any,
    width: int,
    lang: str,
) -> None:
    made = publish(
        [
            row("select_one", "buttons", list="light", appearance="columns-pack", required=True),
            row("select_one", "scale", list="light", appearance="likert"),
            row("select_multiple", "columns", list="light", appearance="columns"),
            row("select_one", "drop", list="light", appearance="minimal"),
            row("select_one", "pet", list="pets"),
            row("select_multiple", "only", list="pets", appearance="no-buttons"),
        ],
        choices={"pets": PETS},
    )
    attach(made, "cat.png", "dog.png")
    page = visit(made.url, width=width, lang=lang)
    _check(page)
    assert page.locator(".fill-pictures img").first.evaluate("image => image.naturalWidth") == 40
    page.locator("#q-buttons-0").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#q-pet-1").focus()
    page.keyboard.press("Space")
    page.locator("label[for=q-only-0]").click()
    _check(page)
    send(page)
    assert answers() == [{"buttons": "amber", "scale": "green", "pet": "dog", "only": ["cat"]}]


def test_letters_that_the_keyboard_lacks_are_put_where_the_cursor_stands(visit: Any, publish: Any) -> None:  # noqa: F811
    made = publish([row("text", "name", appearance="mongolian"), row("text", "why", relevant="${name} != ''")])
    page = visit(made.url, width=360, lang="mn")
    _check(page)
    name = page.locator("#q-name")
    name.focus()
    page.locator("[data-letter=Ө]").click()
    page.keyboard.type("лзий ")
    page.locator("[data-letter=Ү]").focus()
    page.keyboard.press("Enter")
    page.locator("#q-name:focus").wait_for()
    page.keyboard.type("р. ")
    page.locator("[data-letter=Ү]").click()
    page.locator("#q-why").wait_for()
    assert name.input_value() == "Өлзий үр. Ү"
    name.fill("ҮНДС")
    page.locator("[data-letter=Ө]").click()
    assert name.input_value() == "ҮНДСӨ"
    _check(page)
    send(page)
    assert answers() == [{"name": "ҮНДСӨ"}]
