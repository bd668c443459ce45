"""The main pages with demo data, as axe judges them: both widths, light and dark, and nothing wider than the screen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.person import DESK, PHONE

PAGES = {
    "stranger": (
        "/",
        "/account/sign-in",
        "/recommendations/",
        "/recommendations/glance",
        "/recommendations/cross",
        "/recommendations/choose",
        "/recommendations/gaps",
        "/recommendations/mn/3",
        "/recommendations/states",
        "/recommendations/goals/16",
        "/recommendations/about",
        "/recommendations/data",
    ),
    "focalpoint": ("/recommendations/mine", "/recommendations/views"),
    "coordinator": (
        "/",
        "/work",
        "/search?q=2",
        "/recommendations/",
        "/recommendations/ first",
        "/recommendations/import",
        "/recommendations/fill",
        "/recommendations/glance",
        "/recommendations/compare",
        "/recommendations/challenges",
        "/recommendations/challenges first",
        "/recommendations/rate?cycle=3",
        "/recommendations/rate/table",
        "/recommendations/clusters",
        "/recommendations/contacts",
        "/recommendations/archived",
        "/recommendations/pledges first",
        "/recommendations/pledges/new",
        "/recommendations/indicators",
        "/recommendations/indicators first",
        "/recommendations/indicators/new",
        "/agreements/",
        "/agreements/ first",
        "/agreements/board",
        "/agreements/new",
        "/subcommittees/",
        "/subcommittees/ first",
        "/jobs/",
        "/account/",
    ),
    "commission": (
        "/consultations/",
        "/consultations/ first",
        "/consultations/board",
        "/consultations/new",
    ),
    "forum": (
        "/reports/",
        "/reports/ first",
        "/reports/new",
        "/recommendations/ratings/together",
        "/recommendations/translate",
        "/recommendations/translate first",
        "/recommendations/glossary",
        "/recommendations/glossary/new",
        "/recommendations/concerns",
        "/recommendations/concerns first",
        "/recommendations/concerns/new",
    ),
    "admin": ("/modules/", "/people/users", "/people/organisations"),
}
LOOKS = [(DESK, "light", "mn"), (PHONE, "dark", "en")]
"""Both widths, both schemes and both languages, each once."""


def _open(person: Any, page: str) -> None:
    """Open a page; ``"/list/ first"`` is the first record of a list."""
    path, _, first = page.partition(" ")
    person.open(path)
    if first:
        person.main.locator("table tbody").get_by_role("link").first.click()
        person.page.wait_for_url(re.compile(r"/\d+([?#]|$)"))


@pytest.mark.parametrize(("size", "scheme", "lang"), LOOKS, ids=["desk-light-mn", "phone-dark-en"])
@pytest.mark.parametrize("account", PAGES)
def test_pages_are_accessible_and_fit(
    read_only_portal: Any, visit: Any, account: str, size: tuple[int, int], scheme: str, lang: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    people = visit(read_only_portal, lang)
    if account == "stranger":
        person = people.stranger(size, color_scheme=scheme)
    else:
        person = people(account, size, color_scheme=scheme)
    axe, faults = Axe(), []
    for page in PAGES[account]:
        _open(person, page)
        found = axe.run(person.page).response["violations"]
        faults += [f"{page}: {each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]
        wide = person.page.evaluate("document.documentElement.scrollWidth")
        if wide > size[0]:
            faults.append(f"{page}: {wide} pixels wide on a screen of {size[0]}")
    assert faults == []
