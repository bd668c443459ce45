"""A registration form is made from the template and published; two people fill it on their phones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.browser.person import PHONE, Person
from tests.browser.words import ROOT

KHOVD = {"mn": "Ховд", "en": "Khovd"}
NAME = {"mn": "Дорж", "en": "Dorj"}
TOPIC = {"mn": "Сумын хамгаалах байр", "en": "A shelter in our soum"}


class Template:
    """The words of a form that comes with the portal."""

    def __init__(self, name: str, lang: str) -> None:
        path: Path = ROOT / "portal" / "forms" / "shipped" / f"{name}.json"
        self.form, self.lang = json.loads(path.read_text("utf-8")), lang

    def question(self, name: str) -> str:
        """The label of the question or group *name*."""
        found = [row for row in _all_rows(self.form["survey"]) if row["name"] == name]
        return str(found[0]["label"][self.lang])

    def choice(self, list_name: str, name: str) -> str:
        """The label of a choice."""
        found = [each for each in self.form["choices"][list_name] if each["name"] == name]
        return str(found[0]["label"][self.lang])


def _all_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for row in rows for each in (row, *_all_rows(row.get("children", [])))]


def make_form(officer: Person, consultation: int) -> str:
    """From the template to the public link."""
    t = officer.t.of("consultations")
    officer.open(f"/consultations/{consultation}").follow(t("Make a registration form"))
    officer.heading(t("New form")).press(t("Make the form"))
    officer.sees(t("The form is made. Look at the questions, then publish it."))
    officer.sees(Template("registration", t.lang).question("naming"))
    officer.follow(t("Publish")).press(t("Publish now"))
    officer.open(f"/consultations/{consultation}")
    link = officer.main.get_by_role("link", name="/forms/f/").first
    return str(link.get_attribute("href"))


def fill(guest: Person, link: str, anonymous: bool, scripts: bool = True) -> None:
    """Fill the form and get a receipt; without *scripts* a button shows the questions that follow from an answer."""
    t, form = guest.t, Template("registration", guest.t.lang)
    guest.open(link)
    guest.tick(form.question("naming"), form.choice("naming", "anonymous" if anonymous else "named"))
    if not scripts:
        guest.press(t("Update the questions"))
    if anonymous:
        guest.label(form.question("given_name")).wait_for(state="hidden")
    else:
        guest.fill(form.question("given_name"), NAME[t.lang])
    guest.tick(form.question("category"), form.choice("participant_category", "citizen"))
    guest.choose(form.question("unit"), re.compile(KHOVD[t.lang]))
    guest.fill(form.question("topic"), TOPIC[t.lang])
    guest.press(t("Send"), status=422)
    guest.sees(form.choice("participant_category", "citizen"))
    guest.main.get_by_role("alert").wait_for()
    assert guest.label(form.question("topic")).input_value() == TOPIC[t.lang]
    guest.main.get_by_role("checkbox", name=form.question("consent")).check()
    guest.press(t("Send"))
    guest.heading(t("Thank you. Your answers have arrived.")).sees(t("Your receipt"))
    if scripts:
        assert guest.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert guest.context.cookies() == []


def register(visit: Any, officer: Person, consultation: int) -> None:
    """Two people register on a phone, one of them without a name; the officer sees both."""
    t = visit.t.of("consultations")
    link = make_form(officer, consultation)
    for anonymous in (False, True):
        guest = visit.stranger(PHONE, has_touch=True)
        fill(guest, link, anonymous)
        guest.context.close()
    officer.open(f"/consultations/{consultation}")
    officer.sees(t.plural("%(num)s registration", "%(num)s registrations", 2))
