"""Clauses: order, dropping, links with recommendations, two people at once."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.agreements import clauses, linking, queries, service
from portal import records
from portal.db import transaction
from portal.records.service import StaleVersion
from portal.text import Content

from .conftest import clause, fresh
from .test_making import recommendation


def texts(record_id: int) -> list[tuple[int, str]]:
    fresh()
    return [(each.number, each.text.texts["en"]) for each in queries.clauses(record_id)]


def test_clauses_are_moved_and_numbered_anew(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft(texts=("One", "Two", "Three"))
    last = queries.clauses(record.id)[2]
    sent = sign_in(coordinator).post(f"/agreements/clauses/{last.id}/move/up", data={"version": record.version})
    assert sent.status_code == 303
    assert texts(record.id) == [(1, "One"), (2, "Three"), (3, "Two")]


@pytest.mark.parametrize("act", ["move/up", "status/dropped"])
def test_a_button_of_an_old_page_does_nothing_and_shows_how_it_stands(
    draft: Any, coordinator: Any, sign_in: Any, act: str
) -> None:
    record = draft(texts=("One", "Two", "Three"))
    last = queries.clauses(record.id)[2]
    address, browser = f"/agreements/clauses/{last.id}", sign_in(coordinator)
    old = record.version if act == "move/up" else last.version
    clauses.move(coordinator, queries.clause(coordinator, last.id)[0], version=None, up=True)
    with transaction():
        records.update(coordinator, records.get(coordinator, last.id), version=None, title=Content.of(en="Other"))
    stood = texts(record.id)
    page = browser.post(f"{address}/{act}", data={"version": old}, follow_redirects=True)
    assert page.status_code == 200
    assert page.request.path == f"/agreements/{record.id}"
    assert "somebody changed the agreement meanwhile" in page.text
    assert texts(record.id) == stood


@pytest.mark.parametrize("act", ["send", "take-back", "publish", "unpublish"])
def test_a_button_of_an_agreement_changed_meanwhile_leads_back_to_it(
    draft: Any, coordinator: Any, sign_in: Any, act: str, monkeypatch: Any
) -> None:
    record = draft()

    def stale(*_args: Any, **_kw: Any) -> None:
        raise StaleVersion(record)

    monkeypatch.setattr(service, act.replace("-", "_").removeprefix("un"), stale)
    page = sign_in(coordinator).post(f"/agreements/{record.id}/{act}", data={"version": 0}, follow_redirects=True)
    assert page.status_code == 200
    assert "somebody changed the agreement meanwhile" in page.text


def test_a_dropped_clause_loses_its_number_and_comes_back(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft(texts=("One", "Two", "Three"))
    first = queries.clauses(record.id)[0]
    browser = sign_in(coordinator)
    browser.post(f"/agreements/clauses/{first.id}/status/dropped", data={"version": first.version})
    assert texts(record.id) == [(0, "One"), (1, "Two"), (2, "Three")]
    browser.post(f"/agreements/clauses/{first.id}/status/open", data={"version": first.version + 1})
    assert texts(record.id) == [(1, "One"), (2, "Two"), (3, "Three")]


def test_a_move_passes_over_a_dropped_clause(draft: Any, coordinator: Any) -> None:
    record = draft(texts=("One", "Two", "Three"))
    one, two, three = (queries.clause(coordinator, each.id)[0] for each in queries.clauses(record.id))
    clauses.set_status(coordinator, two, version=None, status="dropped")
    clauses.move(coordinator, three, version=None, up=True)
    assert [text for number, text in texts(record.id) if number] == ["Three", "One"]
    clauses.move(coordinator, three, version=None, up=True)
    assert [text for number, text in texts(record.id) if number] == ["Three", "One"]
    assert one.id


def test_a_stale_clause_page_shows_both_texts(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft()
    [first, _second] = queries.clauses(record.id)
    browser = sign_in(coordinator)
    fields = {"indicator-en": "", "responsible-en": ""}
    address = f"/agreements/clauses/{first.id}/edit"
    saved = browser.post(address, data={**fields, "text-en": "Theirs", "text-mn": "Тэднийх", "version": first.version})
    assert saved.status_code == 303
    page = browser.post(address, data={**fields, "text-en": "Mine", "text-mn": "Минийх", "version": first.version})
    assert page.status_code == 409
    assert "Theirs" in page.text
    assert "Mine" in page.text
    assert texts(record.id)[0] == (1, "Theirs")


def test_a_stale_agreement_page_is_not_saved(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft()
    version = record.version
    clauses.add(coordinator, record, clause("By somebody else"))
    row = queries.facts(record.id).row
    page = sign_in(coordinator).post(
        f"/agreements/{record.id}/edit",
        data={
            "party_id": row.party_id,
            "number": "1/26",
            "drafted_on": row.drafted_on.isoformat(),
            "version": version,
        },
    )
    assert page.status_code == 409
    assert queries.facts(record.id).row.number == ""
    with pytest.raises(StaleVersion):
        service.send(coordinator, record, version=version)


def test_recommendations_are_linked_and_unlinked_in_the_form(draft: Any, coordinator: Any, sign_in: Any) -> None:
    first, second = recommendation(coordinator, "116.2"), recommendation(coordinator, "116.10")
    record = draft(new_clauses=[clause("Keep a shelter open", recommendations=(second,))])
    [only] = queries.clauses(record.id)
    browser = sign_in(coordinator)
    page = browser.get(f"/agreements/clauses/{only.id}/edit").text
    assert page.index("116.10 Keep") < page.index("116.2 Keep")
    sent = browser.post(
        f"/agreements/clauses/{only.id}/edit",
        data={"text-en": "Keep a shelter open", "recommendations": [first], "version": only.version},
    )
    assert sent.status_code == 303
    fresh()
    assert [each.number for each in linking.recommendations_of(coordinator, [only.id])[only.id]] == ["116.2"]
    assert "116.2" in browser.get(f"/agreements/{record.id}").text


def test_a_recommendation_that_is_not_offered_is_refused(draft: Any, coordinator: Any, sign_in: Any) -> None:
    recommendation(coordinator, "116.2")
    record = draft()
    page = sign_in(coordinator).post(
        f"/agreements/{record.id}/clauses/new",
        data={"text-en": "A clause", "recommendations": ["999999"], "version": "1"},
    )
    assert page.status_code == 422
    assert len(queries.clauses(record.id)) == 2


def test_an_agreement_is_found_by_the_words_of_its_clauses(draft: Any, coordinator: Any, sign_in: Any) -> None:
    draft(texts=("Train midwives in remote soums",))
    browser = sign_in(coordinator)
    assert "1 entry" in browser.get("/agreements/?q=midwives").text
    assert "Nothing matches" in browser.get("/agreements/?q=aeroplanes").text


def test_a_task_is_made_from_a_clause(draft: Any, coordinator: Any, sign_in: Any) -> None:
    record = draft()
    [first, _second] = queries.clauses(record.id)
    page = sign_in(coordinator).get(f"/agreements/clauses/{first.id}")
    assert page.status_code == 200
    assert f"from={first.id}" in page.text
    assert records.get(coordinator, first.id).parent_id == record.id
