"""The Commission's officer in Khovd holds a consultation, writes its minutes and shares them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.person import Person
from tests.browser.step_registration import register

TITLE = {"mn": "Ховд аймгийн хэлэлцүүлэг: хамгаалах байр", "en": "Consultation in Khovd on shelters"}
STATEMENT = {
    "mn": "Сумдад хүчирхийлэлд өртсөн хүнийг хамгаалах байр алга.",
    "en": "There is no shelter for survivors of violence in the soums.",
}
SECOND = {"mn": "Малчдын хүүхдийн дотуур байр хүйтэн байна.", "en": "The dormitory for herders' children is cold."}


def today() -> str:
    """The day of the portal, as a date field takes it."""
    return datetime.now(ZoneInfo("Asia/Ulaanbaatar")).date().isoformat()


def plan(officer: Person) -> int:
    """Plan a provincial consultation of one's own aimag; its id."""
    t = officer.t.of("consultations")
    officer.open("/consultations/").follow(t("Plan a consultation"))
    officer.say(t("Title"), **TITLE)
    assert officer.label(t("Aimag or capital where it meets")).locator("option:checked").inner_text().strip()
    officer.fill(t("Date"), today()).press(t("Save"))
    officer.heading(TITLE[t.lang]).sees(t("The consultation is planned."))
    return officer.record_id


def count_who_came(officer: Person, consultation: int) -> None:
    """Note who came."""
    t = officer.t.of("consultations")
    officer.open(f"/consultations/{consultation}/participants")
    officer.fill(t("Citizens"), "14").fill(t("Local government"), "6").fill(t("Women"), "12").fill(t("Men"), "8")
    officer.press(t("Save"))
    officer.sees(t("Held", context="consultation"))


def write_minutes(officer: Person, consultation: int) -> tuple[int, int]:
    """Two statements; the ids of the minutes and of the first statement."""
    t = officer.t.of("consultations")
    officer.open(f"/consultations/{consultation}").press(t("Write the minutes"))
    officer.heading(t("Minutes"))
    minutes = officer.record_id
    officer.follow(t("Add a statement"))
    officer.say(t("Statement"), **STATEMENT).choose(t("Said by"), t("Citizens"))
    officer.label(t("The speaker wishes to stay anonymous")).check()
    officer.press(t("Save and write another"))
    officer.say(t("Statement"), **SECOND).press(t("Save"))
    officer.heading(t("Minutes")).sees(STATEMENT[t.lang], SECOND[t.lang], t("anonymous"))
    first = officer.main.get_by_role("listitem").filter(has_text=STATEMENT[t.lang]).last
    officer.follow(re.compile(rf"^{t('Open', context='button')}[\s:]"), inside=first)
    officer.heading(t("Statement"))
    return minutes, officer.record_id


def link(officer: Person, statement: int, words: str, number: str) -> None:
    """Say which recommendation a statement speaks of."""
    t = officer.t.of("consultations")
    officer.open(f"/consultations/statements/{statement}").follow(t("Link recommendations"))
    officer.fill(t("Words or number"), words).press(t("Find"))
    officer.main.get_by_role("checkbox", name=words).first.check()
    officer.press(t("Save the choice"))
    officer.sees(number if officer.main.get_by_text(number).count() else words)


def share(officer: Person, minutes: int) -> None:
    """Approve the minutes and share them with the NGO Forum."""
    t = officer.t.of("consultations")
    officer.open(f"/consultations/minutes/{minutes}").press(t("Approve the minutes"))
    officer.sees(t("These minutes are approved and locked.")).follow(t("Share the minutes"))
    forum = "Хүний эрхийн ТББ-ын форум" if t.lang == "mn" else "Human Rights NGO Forum"
    officer.choose(t("Organisation"), forum).press(t("Share", context="button"))
    officer.sees(t("Shared with:"))


def hold_consultation(visit: Any, words: str, number: str) -> int:
    """From the plan to the shared minutes; the id of the first statement."""
    officer, forum = visit("commission"), visit("forum")
    t = visit.t.of("consultations")
    consultation = plan(officer)
    register(visit, officer, consultation)
    count_who_came(officer, consultation)
    minutes, statement = write_minutes(officer, consultation)
    link(officer, statement, words, number)
    forum.open(f"/consultations/minutes/{minutes}", status=404)
    share(officer, minutes)
    forum.open(f"/consultations/minutes/{minutes}").heading(t("Minutes")).sees(STATEMENT[t.lang], SECOND[t.lang])
    return statement
