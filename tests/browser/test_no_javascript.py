"""The portal where a browser runs no scripts: nothing of the work is out of reach."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.browser.person import PHONE
from tests.browser.step_consultation import STATEMENT, count_who_came, plan
from tests.browser.step_registration import fill, make_form


@pytest.mark.parametrize("lang", ["mn", "en"])
def test_lists_records_registration_and_statements_need_no_scripts(
    read_only_portal: Any, visit: Any, lang: str
) -> None:
    people = visit(read_only_portal, lang)
    t = people.t.of("consultations")
    officer = people("commission", java_script_enabled=False)
    assert officer.page.locator("html[lang]").get_attribute("lang") == lang

    officer.open("/recommendations/")
    words = people.t.of("recommendations")
    officer.choose(words("Position"), words("Noted", context="position")).press(words("Filter"))
    assert "position=noted" in officer.path
    assert officer.label(words("Position")).input_value() == "noted"
    link = officer.main.locator("table tbody a").first
    number = link.inner_text().strip()
    link.click()
    officer.main.get_by_role("heading", level=1, name=re.compile(re.escape(number))).wait_for()
    officer.sees(words("Noted", context="position"))

    consultation = plan(officer)
    link = make_form(officer, consultation)
    fill(people.stranger(PHONE, java_script_enabled=False), link, anonymous=False, scripts=False)
    count_who_came(officer, consultation)
    officer.open(f"/consultations/{consultation}").press(t("Write the minutes"))
    officer.follow(t("Add a statement")).say(t("Statement"), **STATEMENT).press(t("Save"))
    officer.heading(t("Minutes")).sees(STATEMENT[lang])


def test_the_menu_and_the_language_need_no_scripts(read_only_portal: Any, visit: Any) -> None:
    people = visit(read_only_portal, "mn")
    reader = people("observer", PHONE, java_script_enabled=False)
    reader.open("/recommendations/?position=noted")
    reader.page.locator("[data-menu]").click()
    reader.page.locator("nav#menu").get_by_role("link", name=people.t.of("consultations")("Consultations")).wait_for()
    reader.page.locator("[data-menu-close]").click()
    reader.page.get_by_role("link", name="English", exact=True).click()
    reader.page.locator("html[lang=en]").wait_for()
    assert "position=noted" in reader.path
