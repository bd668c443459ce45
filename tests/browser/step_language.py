"""The language switch keeps the page, its filters and what was typed."""

from __future__ import annotations

from typing import Any

from tests.browser.person import Person
from tests.browser.words import Words

NAMES = {"mn": "Монгол", "en": "English"}
TYPED = {"mn": "Хагас бичсэн гарчиг", "en": "A half-written title"}


def _switch(person: Person, lang: str) -> None:
    group = person.page.get_by_role("group", name=person.t("Language"), exact=True)
    group.locator(f"[lang={lang}]").click()
    person.page.wait_for_load_state()
    person.page.locator(f"html[lang={lang}]").wait_for()


def switch_language(visit: Any) -> None:
    """On a list with filters, then on a form that is half filled in."""
    here = visit.t.lang
    there = "en" if here == "mn" else "mn"
    person = visit("commission")
    try:
        _on_a_list(person, here, there)
        _on_a_form(person, here, there)
    finally:
        person.t = visit.t


def _on_a_list(person: Person, here: str, there: str) -> None:
    t = Words(here, "consultations")
    person.open("/consultations/")
    person.choose(t("Level"), t("Provincial", context="consultation"))
    person.page.wait_for_url("**level=provincial**")
    person.fill(t("Words"), "2").press(t("Filter"))
    before = person.path
    assert "level=provincial" in before
    assert "q=2" in before
    _switch(person, there)
    person.t = Words(there)
    words = Words(there, "consultations")
    person.heading(words("Consultations"))
    assert person.path.startswith("/consultations/?")
    assert {"level=provincial", "q=2"} <= set(person.path.partition("?")[2].split("&"))
    assert person.label(words("Level")).input_value() == "provincial"
    assert person.label(words("Words")).input_value() == "2"
    _switch(person, here)
    person.t = Words(here)


def _on_a_form(person: Person, here: str, there: str) -> None:
    t = Words(here, "consultations")
    person.open("/consultations/new").say(t("Title"), **TYPED)
    person.fill(t("Length in minutes"), "95").fill(t("Date"), "2027-03-04")
    _switch(person, there)
    person.t = Words(there)
    words = Words(there, "consultations")
    person.heading(words("Plan a consultation"))
    for lang, name in (("mn", "Mongolian"), ("en", "English")):
        assert person.label(words(name), person.group(words("Title"))).input_value() == TYPED[lang]
    assert person.label(words("Length in minutes")).input_value() == "95"
    assert person.label(words("Date")).input_value() == "2027-03-04"
    assert person.main.get_by_role("alert").count() == 0
    person.main.get_by_role("link", name=words("Cancel")).click()
    person.page.wait_for_url("**/consultations/")
    _switch(person, here)
    person.t = Words(here)
