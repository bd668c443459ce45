"""One Chromium for all tests of a process: Debian's, never a downloaded one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

PLACES = ("chromium-headless-shell", "chromium", "/usr/bin/chromium", "chromium-browser")
"""The first is the same engine without the window around it, which costs as much again as the pages."""
PATIENCE = 60_000
"""Milliseconds a browser waits for anything, where a test says nothing else: a busy machine is slow, not broken."""
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
        running = playwright.chromium.launch(executable_path=path, args=list(QUIET), timeout=2 * PATIENCE)
        running.new_context, running.new_page = patient(running.new_context), patient(running.new_page)
        yield running
        running.close()


def patient(opening: Callable[..., Any]) -> Callable[..., Any]:
    """*opening* opens a context or a page; what it opens waits for as long as PATIENCE says."""

    def opened(*args: Any, **options: Any) -> Any:
        made = opening(*args, **options)
        made.set_default_timeout(PATIENCE)
        return made

    return opened
