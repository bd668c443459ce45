"""This year's agreement with Khovd goes on from last year's; it is signed on paper and reported on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.browser.files import scan
from tests.browser.step_consultation import today

CLAUSE = {
    "mn": "Хамгаалах байрыг хоёр суманд нээж, ажилтнуудыг сургана.",
    "en": "Open shelters in two soums and train their staff.",
}
CHANGED = {"mn": "Хамгаалах байрыг бүтэн жил ажиллуулна.", "en": "Keep the shelter open all year."}


def first_day(year: int) -> str:
    """The day on which the paper was signed: all quarters of the year are to be reported on."""
    return f"{year}-01-01"


def make_agreement(visit: Any, folder: Path, words: str, number: str) -> int:
    """Keep one clause, change one, drop one, add one; link, send and record the signing. The id."""
    t = visit.t.of("agreements")
    lang, year = t.lang, date.fromisoformat(today()).year
    coordinator = visit("coordinator")
    coordinator.open("/agreements/").follow(t("New agreement"))
    coordinator.choose(t("Aimag or capital"), "Ховд" if lang == "mn" else "Khovd")
    coordinator.fill(t("Year"), str(year)).press(t("Continue"))
    old = coordinator.main.locator("section.card").filter(has_text=t.pattern("In %(year)s"))
    assert old.count() >= 3, "last year's clauses stand one by one"
    coordinator.sees(t("Progress in %(year)s", year=year - 1))
    _choose(coordinator, old.nth(1), t("Change", context="clause"))
    coordinator.say(t("Text of the clause"), inside=_opened(old.nth(1), t("New text and due date")), **CHANGED)
    _choose(coordinator, old.nth(2), t("Drop", context="clause"))
    coordinator.fill(t("Date of the draft"), first_day(year))
    coordinator.say(t("New clause %(number)s", number=1), **CLAUSE)
    coordinator.press(t("Make the draft"))
    coordinator.sees(t("The draft is made. Nobody outside your organisation sees it until you send it."))
    coordinator.sees(CLAUSE[lang], CHANGED[lang])
    agreement = coordinator.record_id

    mine = coordinator.main.get_by_role("listitem").filter(has_text=CLAUSE[lang])
    coordinator.follow(t("Edit"), inside=mine).heading(t("Edit the clause"))
    if coordinator.label(t("Words of other recommendations")).count():
        coordinator.fill(t("Words of other recommendations"), words)
        coordinator.press(t("Show recommendations with these words"))
    coordinator.tick(t("Recommendations it implements"), _containing(words))
    coordinator.press(t("Save"))
    coordinator.sees(number)

    office = visit("khovd")
    office.open(f"/agreements/{agreement}", status=404)
    coordinator.open(f"/agreements/{agreement}").press(t("Send to the local government"))
    office.open(f"/agreements/{agreement}").sees(CLAUSE[lang])

    coordinator.follow(t("Record the signing"))
    coordinator.fill(t("Day of the signing"), first_day(year))
    coordinator.fill(t("Signed for the ministry by"), "Г.Бямбадорж")
    coordinator.fill(t("Signed for the local government by"), "Б.Мөнхцэцэг")
    coordinator.label(t("Scan of the signed paper")).set_input_files(scan(folder))
    coordinator.press(t("Record the signing"))
    coordinator.sees("Б.Мөнхцэцэг", "signed-agreement.pdf", t("Checksum of the scan (SHA-256)"))
    kept = coordinator.download("signed-agreement.pdf", folder / "kept")
    assert kept.read_bytes() == (folder / "signed-agreement.pdf").read_bytes()
    return agreement


def _containing(words: str) -> Any:
    import re

    return re.compile(re.escape(words))


def _choose(person: Any, card: Any, choice: str) -> None:
    card.get_by_role("radio", name=choice, exact=True).check()


def _opened(card: Any, title: str) -> Any:
    """The part of a card that is folded away, opened."""
    part = card.locator("details").filter(has=card.page.get_by_text(title)).first
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    return part
