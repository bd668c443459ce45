"""The governor's office reports on a quarter with a form that the coordinator made: one row for each clause."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from tests.browser.person import Person
from tests.browser.step_agreement import CLAUSE
from tests.browser.step_consultation import today
from tests.browser.step_registration import Template

DONE = {"mn": "Байрыг засварлаж, дөрвөн ажилтан сургав.", "en": "The shelter is repaired and four people are trained."}
SUMMARY = {"mn": "Ажил төлөвлөсний дагуу байна.", "en": "The work is on track."}
FIRST_END = (4, 1)
"""From this day of a year on there is a quarter to report on."""


def publish_form(coordinator: Person) -> None:
    """The quarterly form from its template."""
    t = coordinator.t
    coordinator.open("/forms/new?slot=agreements.progress").press(t("Make the form"))
    coordinator.sees(Template("quarterly_progress", t.lang).question("clauses"))
    coordinator.follow(t("Publish")).press(t("Publish now"))


def _fill_rows(office: Person, form: Template) -> int:
    rows = office.main.locator("table tbody tr")
    count = int(rows.count())
    for row in rows.all():
        row.get_by_label(re.compile(rf"^{re.escape(form.question('light'))}:")).select_option("green")
        row.get_by_label(re.compile(rf"^{re.escape(form.question('progress'))}:")).fill("75")
        row.get_by_label(re.compile(rf"^{re.escape(form.question('done'))}:")).fill(DONE[form.lang])
    return count


def report_progress(visit: Any, agreement: int) -> None:
    """Make the form, fill it for a quarter that is over, see the report beside the clauses."""
    t = visit.t.of("agreements")
    form = Template("quarterly_progress", t.lang)
    coordinator, office = visit("coordinator"), visit("khovd")
    publish_form(coordinator)
    office.open(f"/agreements/{agreement}").sees(CLAUSE[t.lang])
    day = date.fromisoformat(today())
    if (day.month, day.day) < FIRST_END:
        parts = re.split(r"%\(\w+\)s", t.raw("opens on %(first)s, due by %(last)s"))
        office.sees(re.compile(".*".join(map(re.escape, parts))))
        return
    clauses = office.main.locator("li[id^=clause-]").count()
    office.follow(t("Fill in"))
    office.press(t("Continue"))
    office.page.locator("table tbody tr").first.wait_for()
    assert _fill_rows(office, form) == clauses
    office.press(t("Continue"))
    office.fill(form.question("summary"), SUMMARY[t.lang]).press(t("Send"))
    office.heading(t("Thank you. Your answers have arrived."))
    coordinator.open(f"/agreements/{agreement}").sees(DONE[t.lang])
