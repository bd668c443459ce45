from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.live import Live
from tests.browser.person import DESK, Person, faults_of
from tests.browser.words import Words

_number = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives a real Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def start_portal(
    browser: Any, template: tuple[Path, dict[str, str]], tmp_path_factory: Any
) -> Iterator[Callable[[], Live]]:
    """``start_portal()``: a portal of its own with the demo data, ended after the tests of the file."""
    started: list[Live] = []

    def start() -> Live:
        live = Live.copy_of(template[0], tmp_path_factory.mktemp("live") / "instance", template[1])
        started.append(live)
        live.start()
        return live

    yield start
    for live in started:
        live.stop()


@pytest.fixture(scope="module")
def read_only_portal(start_portal: Callable[[], Live]) -> Live:
    """A portal for the tests of a file that change nothing of each other."""
    return start_portal()


class Visitors:
    """The people who use one portal; each account signs in once and then stays signed in."""

    def __init__(self, browser: Any, portal: Live, lang: str) -> None:
        self.browser, self.portal, self.t = browser, portal, Words(lang)
        self.people: list[Person] = []
        self._known: dict[tuple[Any, ...], Person] = {}

    def stranger(self, size: tuple[int, int] = DESK, **options: Any) -> Person:
        """Somebody without an account."""
        return self._person("stranger", size, options)

    def _person(self, name: str, size: tuple[int, int], options: dict[str, Any]) -> Person:
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            base_url=self.portal.url,
            locale=self.t.lang,
            timezone_id="Asia/Ulaanbaatar",
            **options,
        )
        person = Person(context, self.t, name)
        self.people.append(person)
        return person

    def __call__(self, account: str, size: tuple[int, int] = DESK, **options: Any) -> Person:
        """A browser signed in as the demo account *account*, in the language of the visit."""
        key = (account, size, *sorted(options.items()))
        if key not in self._known:
            self._known[key] = self._person(account, size, options)
            self.sign_in(self._known[key], account)
        return self._known[key]

    def sign_in(self, person: Person, account: str) -> None:
        """Sign in as a person does."""
        t = self.t
        person.open(f"/account/sign-in?lang={t.lang}").heading(t("Sign in"))
        person.fill(t("E-mail"), f"{account}@demo.example")
        person.fill(t("Password"), self.portal.passwords[account])
        person.press(t("Sign in"))
        person.page.wait_for_url("**/")

    def close(self) -> None:
        """Leave; what went wrong in any browser fails the test."""
        found = faults_of(self.people)
        for person in self.people:
            person.context.close()
        assert found == []


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[[Live, str], Visitors]]:
    """``visit(portal, "mn")``: the people who use a portal in Mongolian."""
    made: list[Visitors] = []

    def visiting(portal: Live, lang: str) -> Visitors:
        made.append(Visitors(browser, portal, lang))
        return made[-1]

    yield visiting
    for each in made:
        each.close()
