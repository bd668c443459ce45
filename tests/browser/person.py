"""Somebody at a browser: pages by address, controls by what they are called, and all that goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.browser.words import Words

DESK, PHONE = (1280, 900), (360, 740)


class Person:
    """One person with one browser of their own."""

    def __init__(self, context: Any, t: Words, name: str) -> None:
        self.context, self.t, self.name = context, t, name
        self.faults: list[str] = []
        self._expected: set[int] = set()
        self.page = context.new_page()
        self._watch(self.page)

    def _watch(self, page: Any) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("dialog", lambda dialog: dialog.accept())

    def _console(self, said: Any) -> None:
        # a refused answer is judged by its number in _answered; all else, the content policy first, is a fault
        if said.type == "error" and "server responded with a status of" not in said.text:
            self.faults.append(f"{self.page.url}: {said.text}")

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # a download, or a page left before it was there
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def _answered(self, response: Any) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.faults.append(f"{response.request.method} {response.url}: {response.status}")

    # -- moving about

    def open(self, path: str, status: int = 200) -> Person:
        """Open *path*, which must answer with *status*."""
        self._expected = {status}
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{self.name} got {answer.status} for {path}, not {status}"
        self._expected = set()
        return self

    @property
    def main(self) -> Any:
        """The content of the page, without menu and head."""
        return self.page.locator("main")

    @property
    def path(self) -> str:
        """Where one is: path, filters and all."""
        return re.sub(r"^https?://[^/]+", "", self.page.url)

    @property
    def record_id(self) -> int:
        """The record whose page is open."""
        found = re.search(r"/(\d+)(?:[/?#]|$)", self.path)
        assert found, self.path
        return int(found.group(1))

    def follow(self, name: str | re.Pattern[str], inside: Any = None, exact: bool = True) -> Person:
        """Press the link *name* in the content."""
        (inside or self.main).get_by_role("link", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        return self

    def press(self, name: str | re.Pattern[str], inside: Any = None, exact: bool = True, status: int = 200) -> Person:
        """Press the button *name* in the content; the page that comes may answer with *status*."""
        self._expected = {status}
        (inside or self.main).get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        self._expected = set()
        return self

    # -- filling in

    def label(self, name: str, inside: Any = None) -> Any:
        """The control called *name*."""
        words = rf"^\s*{re.escape(name)}\s*({re.escape(self.t('(optional)'))})?\s*$"
        return (inside or self.main).get_by_label(re.compile(words)).first

    def group(self, name: str, inside: Any = None) -> Any:
        """The group of controls called *name*."""
        return (inside or self.main).get_by_role("group", name=re.compile(rf"^\s*{re.escape(name)}")).first

    def fill(self, name: str, value: str, inside: Any = None) -> Person:
        """Write *value* into the control *name*."""
        self.label(name, inside).fill(value)
        return self

    def choose(self, name: str, label: str | re.Pattern[str], inside: Any = None) -> Person:
        """Choose the option *label* of the list *name*."""
        control = self.label(name, inside)
        texts = [text.strip() for text in control.locator("option").all_text_contents()]
        fits = [text for text in texts if (label.search(text) if isinstance(label, re.Pattern) else text == label)]
        assert fits, f"{name} offers {texts}, not {label}"
        control.select_option(label=fits[0])
        return self

    def tick(self, group: str, name: str | re.Pattern[str]) -> Person:
        """Tick the box or the round button *name* in the group *group*."""
        self.group(group).get_by_label(name, exact=isinstance(name, str)).first.check()
        return self

    def say(self, group: str, inside: Any = None, **texts: str) -> Person:
        """Write a text of both languages: ``say("Title", mn="…", en="…")``."""
        for lang, text in texts.items():
            part = self.t("Mongolian") if lang == "mn" else self.t("English")
            self.label(part, self.group(group, inside)).fill(text)
        return self

    # -- seeing

    def sees(self, *texts: str | re.Pattern[str]) -> Person:
        """Each of *texts* stands on the page."""
        for text in texts:
            self.main.get_by_text(text).first.wait_for()
        return self

    def heading(self, text: str | re.Pattern[str]) -> Person:
        """The page is called *text*."""
        self.main.get_by_role("heading", level=1, name=text).wait_for()
        return self

    def does_not_see(self, *texts: str) -> Person:
        """None of *texts* stands on the page."""
        for text in texts:
            assert self.main.get_by_text(text).count() == 0, f"{text} stands on {self.path}"
        return self

    def download(self, name: str | re.Pattern[str], folder: Path) -> Path:
        """Press the link *name* that gives a file; where it lies now."""
        with self.page.expect_download() as waiting:
            self.main.get_by_role("link", name=name).first.click()
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def menu(self) -> list[str]:
        """The entries of the menu."""
        found = self.page.locator("nav#menu").get_by_role("link").all_text_contents()
        return [text.strip() for text in found]


def faults_of(people: Iterable[Person]) -> list[str]:
    """All that went wrong in the browsers of *people*."""
    return [f"{person.name}: {fault}" for person in people for fault in person.faults]
