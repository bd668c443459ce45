"""The Government and the NGO Forum rate the same recommendation, each by two people; both ratings stand."""

from __future__ import annotations

from typing import Any

from tests.browser.person import Person
from tests.browser.step_consultation import today

REASONS = {
    "focalpoint": {"mn": "Хуулийн төсөл УИХ-д өргөн баригдсан.", "en": "The bill was submitted to Parliament."},
    "forum": {"mn": "Сумдад байр нээгдээгүй хэвээр.", "en": "No shelter was opened in the soums."},
}
EVIDENCE = {
    "focalpoint": {"mn": "Гэр бүлийн хүчирхийлэлтэй тэмцэх тухай хууль", "en": "Law on Combating Domestic Violence"},
    "forum": {"mn": "Иргэний нийгмийн тайлан", "en": "Report of civil society"},
}
SECONDS = {"focalpoint": "validator", "forum": "forum-drafter"}
"""Who validates and publishes what the other has drafted."""
RATINGS = {"focalpoint": "Partially implemented", "forum": "Not implemented"}


def _rate(visit: Any, account: str, recommendation: int) -> None:
    person: Person = visit(account)
    t = person.t.of("recommendations")
    person.open(f"/recommendations/{recommendation}").follow(t("Rate"))
    person.tick(t("Rating"), t(RATINGS[account]))
    person.fill(t("Date of the rating"), today()).say(t("Reasons"), **REASONS[account])
    evidence = person.group(t("Evidence"))
    person.say(t("What it is"), inside=evidence, **EVIDENCE[account])
    person.fill(t("Date"), today(), inside=evidence)
    person.press(t("Save as a draft"))
    person.sees(t("The draft is saved. Only your organisation sees it."))
    draft = person.record_id
    person.press(t("Hand over for validation"))
    person.sees(t("The draft is handed over."))
    second = visit(SECONDS[account]).open(f"/recommendations/ratings/{draft}")
    second.press(t("Validate")).sees(t("The rating is validated."))
    second.press(t("Publish")).sees(t("The rating is published."))


def rate_side_by_side(visit: Any, recommendation: int) -> None:
    """Two voices, two ratings, one page."""
    t = visit.t.of("recommendations")
    for account in RATINGS:
        _rate(visit, account, recommendation)
    reader = visit("observer").open(f"/recommendations/{recommendation}")
    for account, rating in RATINGS.items():
        reader.sees(t(rating), REASONS[account][t.lang])
    reader.sees(*(EVIDENCE[account][t.lang] for account in RATINGS))
