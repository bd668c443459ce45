"""A statement becomes a task of a sub-committee."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from tests.browser.step_consultation import STATEMENT, today

TITLE = {"mn": "Хамгаалах байрны санхүүжилт тооцох", "en": "Work out the funding of shelters"}
COMMITTEE = {
    "mn": "Хүүхэд, гэр бүлийн хүчирхийллийн асуудлаарх дэд хороо",
    "en": "Sub-committee on children and domestic violence",
}
DESK_OFFICER = "Нарантуяа"
DONE = {"mn": "Тооцоо гаргаж, Сангийн яаманд хүргүүлэв.", "en": "Worked out and sent to the Ministry of Finance."}


def give_and_close_task(visit: Any, statement: int) -> None:
    """The Commission's officer gives the task; the desk officer finds it in his work, reports and closes it."""
    t = visit.t.of("subcommittees")
    lang = t.lang
    officer, desk = visit("commission"), visit("deskofficer")
    due = (date.fromisoformat(today()) + timedelta(days=3)).isoformat()
    officer.open(f"/consultations/statements/{statement}").follow(t("Make a task of it"))
    officer.heading(t("Give a task")).sees(STATEMENT[lang]).say(t("Task"), **TITLE)
    officer.choose(t("Sub-committee"), COMMITTEE[lang]).choose(t("Desk officer"), re.compile(DESK_OFFICER))
    officer.fill(t("Due"), due).press(t("Save"))
    officer.heading(TITLE[lang]).sees(t("The task is given."))

    desk.open("/work").heading(visit.t("My work"))
    desk.follow(TITLE[lang], exact=False)
    desk.heading(TITLE[lang]).follow(t("Report progress"))
    desk.fill(t("What was done"), DONE[lang]).fill(t("Progress in percent"), "60").press(t("Save the report"))
    desk.sees(DONE[lang]).follow(t("Close the task"))
    desk.tick(t("How the task ends"), t("done")).say(t("What came of it"), **DONE).press(t("Close the task"))
    desk.heading(TITLE[lang]).sees(t("What came of it"), DONE[lang])
    desk.open("/work").does_not_see(TITLE[lang])
