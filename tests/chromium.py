"""One Chromium for all tests of a process: Debian's, never a downloaded one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

PLACES = ("chromium", "/usr/bin/chromium", "chromium-browser")
QUIET = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
)
"""It asks nothing of the network but what a page asks for, and runs as root in a container."""


def program() -> str | None:
    """The path of the browser: PORTAL_BROWSER, else the one of the system."""
    named = os.environ.get("PORTAL_BROWSER") or os.environ.get("PORTAL_CHROMIUM")
    places = (named,) if named else PLACES
    return next((found for place in places if place and (found := shutil.which(place))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; the test is skipped where there is none, unless PORTAL_REQUIRE_BROWSER is set."""
    path = program()
    if path is None:
        if os.environ.get("PORTAL_REQUIRE_BROWSER"):
            pytest.fail("there is no Chromium: install it or set PORTAL_BROWSER to its path")
        pytest.skip("there is no Chromium on this machine (set PORTAL_BROWSER to its path)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield running
        running.close()
