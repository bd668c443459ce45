"""Making an agreement: one per unit and year, from last year's clauses."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from plugins.agreements import linking, queries, service
from plugins.agreements.models import Agreement
from portal import clock, records
from portal.db import db, transaction
from portal.records.kinds import kinds
from portal.testing.plugin import unit_id
from portal.text import Content

from .conftest import KHOVD, clause, fresh

YEAR = clock.today().year


def recommendation(user: Any, number: str) -> int:
    """A recommendation as far as the record layer knows it."""
    if kinds.live("recommendation") is None:
        pytest.skip("the module of recommendations is not there")
    with transaction():
        title = Content.of(mn=f"{number} Байр", en=f"{number} Keep shelters")
        made = records.create(user, kind="recommendation", title=title, org_id=user.orgs[0], visibility="public")
    return made.id


def test_there_is_one_agreement_for_a_unit_and_a_year(draft: Any) -> None:
    first = draft()
    with pytest.raises(service.AgreementExists) as refused:
        draft()
    assert refused.value.record_id == first.id
    draft(year=YEAR + 1)


def test_the_database_itself_refuses_a_second_one(draft: Any) -> None:
    record = draft()
    other = draft(year=YEAR + 1)
    row = db.session.get_one(Agreement, other.id)
    row.year = db.session.get_one(Agreement, record.id).year
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_cancelled_agreement_makes_room_for_another(draft: Any, coordinator: Any) -> None:
    first = draft()
    service.cancel(coordinator, first, version=None, reason="Wrong aimag")
    assert draft().id != first.id


def test_the_page_names_the_agreement_that_is_there(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft()
    page = sign_in(coordinator).post("/agreements/new", data={"unit_id": unit_id(KHOVD), "year": YEAR})
    assert page.status_code == 422
    assert "there can be only one" in page.text
    assert f"/agreements/{record.id}" in page.text


def test_a_unit_without_a_governors_office_says_what_to_do(coordinator: Any, sign_in: Any) -> None:
    page = sign_in(coordinator).get(f"/agreements/new/{unit_id('MN-046')}/{YEAR}")
    assert "Ask the administrator to add the governor" in page.text


def test_last_years_clauses_are_kept_changed_or_dropped(signed: Any, coordinator: Any, sign_in: Any) -> None:
    number = recommendation(coordinator, "116.21")
    last = signed(
        year=YEAR - 1,
        new_clauses=[
            clause("Keep a shelter open", recommendations=(number,)),
            clause("Train teachers", recommendations=(number,)),
            clause("Count quotas"),
        ],
    )
    keep, change, drop = (each.id for each in queries.clauses(last.id))
    browser = sign_in(coordinator)
    address = f"/agreements/new/{unit_id(KHOVD)}/{YEAR}"
    page = browser.get(address)
    assert "Clause 3 of" in page.text
    assert "116.21" in page.text
    sent = browser.post(
        address,
        data={
            "party_id": queries.facts(last.id).row.party_id,
            "drafted_on": clock.today().isoformat(),
            f"choice_{keep}": "keep",
            f"choice_{change}": "change",
            f"text_{change}-mn": "Багш нарыг сургана",
            f"text_{change}-en": "Train all teachers",
            f"due_{change}": f"{YEAR}-06-30",
            f"choice_{drop}": "drop",
            "new": "1",
            "new_text_1-mn": "Шинэ заалт",
            "new_text_1-en": "A new clause",
        },
    )
    assert sent.status_code == 303
    made = int(sent.location.rsplit("/", 1)[1])
    fresh()
    listed = queries.clauses(made)
    assert [str(each.text.texts["en"]) for each in listed] == [
        "Keep a shelter open",
        "Train all teachers",
        "A new clause",
    ]
    assert [each.taken_from_id for each in listed] == [keep, change, None]
    linked = linking.recommendations_of(coordinator, [each.id for each in listed])
    assert [[one.number for one in linked.get(each.id, [])] for each in listed] == [["116.21"], ["116.21"], []]
    assert queries.facts(made).row.previous_id == last.id


def test_a_changed_text_counts_although_keep_was_chosen(signed: Any, coordinator: Any, sign_in: Any) -> None:
    last = signed(year=YEAR - 1, texts=("Train teachers",))
    [old] = queries.clauses(last.id)
    sent = sign_in(coordinator).post(
        f"/agreements/new/{unit_id(KHOVD)}/{YEAR}",
        data={
            "party_id": queries.facts(last.id).row.party_id,
            "drafted_on": clock.today().isoformat(),
            f"choice_{old.id}": "keep",
            f"text_{old.id}-en": "Train 40 teachers",
            f"text_{old.id}-mn": "40 багш сургана",
        },
    )
    fresh()
    [made] = queries.clauses(int(sent.location.rsplit("/", 1)[1]))
    assert made.text.texts["en"] == "Train 40 teachers"


def test_dropping_every_clause_is_refused_and_nothing_typed_is_lost(
    signed: Any, coordinator: Any, sign_in: Any
) -> None:
    last = signed(year=YEAR - 1, texts=("Train teachers",))
    [old] = queries.clauses(last.id)
    page = sign_in(coordinator).post(
        f"/agreements/new/{unit_id(KHOVD)}/{YEAR}",
        data={
            "party_id": queries.facts(last.id).row.party_id,
            "drafted_on": clock.today().isoformat(),
            "number": "184/77",
            f"choice_{old.id}": "drop",
        },
    )
    assert page.status_code == 422
    assert "Every clause is dropped" in page.text
    assert "184/77" in page.text


def test_more_room_and_another_language_keep_what_was_typed(coordinator: Any, khovd_office: Any, sign_in: Any) -> None:
    browser = sign_in(coordinator)
    address = f"/agreements/new/{unit_id(KHOVD)}/{YEAR}"
    typed = {"new": "4", "new_text_1-en": "Half a clause", "number": "7/26"}
    more = browser.post(address, data={**typed, "_more": "1"})
    assert more.status_code == 200
    assert "new_text_5-en" in more.text
    assert "Half a clause" in more.text
    switched = browser.post(address, data={**typed, "_lang": "mn"})
    assert switched.status_code == 200
    assert "Half a clause" in switched.text
    assert queries.holder(unit_id(KHOVD) or 0, YEAR) is None


def test_a_due_date_outside_the_year_is_refused(coordinator: Any, draft: Any, sign_in: Any) -> None:
    record = draft()
    page = sign_in(coordinator).post(
        f"/agreements/{record.id}/clauses/new", data={"text-en": "Late", "due_on": f"{YEAR + 2}-01-01", "version": "1"}
    )
    assert page.status_code == 422
    assert "Enter a date between" in page.text
