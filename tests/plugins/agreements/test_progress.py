"""Quarterly reports: when they are due, and what the form builder tells of them."""

from __future__ import annotations

import html
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from plugins.agreements import progress, queries, service
from plugins.agreements.quarters import deadline, next_owed, quarters
from portal import clock
from portal.api import Record, db, form_building, form_filling, form_publishing
from portal.documents.registry import registry as datasets
from portal.people.identity import Identity

from .conftest import clause
from .test_making import recommendation

YEAR = clock.today().year


@dataclass
class Sent:
    """A submission as portal.api.forms shows it."""

    id: int
    period: str
    answers: dict[str, Any]
    state: str = "submitted"
    uid: str = "u"
    submitted_at: datetime = field(default_factory=lambda: datetime(2026, 4, 10, tzinfo=UTC))
    by: str = "О.Эрдэнэчимэг"
    url: str = "/forms/1/submissions/1"


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A form room with a published form, in which the tests put submissions."""
    room = SimpleNamespace(sent={}, published=None)
    room.published = object()
    room.published_for = lambda slot: room.published if slot == "agreements.progress" else None
    room.fill_url = lambda form, record_id, period: f"/forms/fill?record={record_id}&period={period}"
    room.new_url = lambda slot, record_id=None: f"/forms/new?slot={slot}"
    room.submissions_of = lambda ids, slot: {key: room.sent.get(key, []) for key in ids}
    monkeypatch.setattr(progress, "forms", room)
    return room


def states(today: date, filled: set[str] = frozenset(), signed_on: date = date(2026, 1, 20)) -> list[str]:  # type: ignore[assignment]
    return [each.state for each in quarters(2026, signed_on, filled, today)]


def test_a_report_is_due_twenty_days_after_its_quarter() -> None:
    assert [deadline(2026, number) for number in (1, 4)] == [date(2026, 4, 20), date(2027, 1, 20)]
    assert states(date(2026, 3, 31)) == ["later"] * 4
    assert states(date(2026, 4, 20)) == ["due", "later", "later", "later"]
    assert states(date(2026, 4, 21)) == ["overdue", "later", "later", "later"]
    assert states(date(2026, 4, 21), {"2026-Q1"}) == ["filled", "later", "later", "later"]


def test_nothing_is_owed_for_a_quarter_before_the_signing() -> None:
    assert states(date(2026, 8, 1), signed_on=date(2026, 5, 2)) == ["none", "overdue", "later", "later"]
    assert [each.state for each in quarters(2026, None, set(), date(2026, 8, 1))] == ["none"] * 4


def test_what_is_overdue_comes_before_what_is_next() -> None:
    listed = quarters(2026, date(2026, 1, 20), {"2026-Q1"}, date(2026, 8, 1))
    owed = next_owed(listed)
    assert owed is not None
    assert owed.period == "2026-Q2"
    assert next_owed(quarters(2026, date(2026, 1, 2), {f"2026-Q{n}" for n in range(1, 5)})) is None


def test_without_a_published_form_nothing_is_offered_and_nothing_fails(
    signed: Any, khovd_officer: Any, sign_in: Any
) -> None:
    record = signed()
    assert progress.fill_url(record.id, "2026-Q1") == ""
    assert progress.reports([record.id]) == {record.id: []}
    assert "Fill in" not in sign_in(khovd_officer).get(f"/agreements/{record.id}").text


def test_a_quarter_that_is_not_over_says_when_its_report_opens(signed: Any, khovd_officer: Any, sign_in: Any) -> None:
    year = YEAR + 1
    record = signed(year=year, drafted_on=clock.today() - timedelta(days=30))
    browser = sign_in(khovd_officer)
    page = browser.get(f"/agreements/{record.id}").text
    assert f"opens on 1 Apr {year}, due by 20 Apr {year}" in page
    assert f"opens on 1 Jan {year + 1}, due by 20 Jan {year + 1}" in page
    assert f"Q1 {year}, from 1 Apr {year} on" in browser.get("/").text
    page = browser.get(f"/agreements/{record.id}?lang=mn").text
    assert f"{year}.04.01-нээс бөглөнө, хугацаа: {year}.04.20" in page


def test_the_rows_of_the_form_are_the_clauses(signed: Any, khovd_officer: Any, dornod_officer: Any) -> None:
    record = signed()
    rows = progress.slot().rows["records:clause"](khovd_officer, record.id)
    assert [str(row["label"].texts["en"]) for row in rows] == ["1. Keep a shelter open", "2. Make entrances accessible"]
    assert [row["id"] for row in rows] == [each.id for each in queries.clauses(record.id)]


def test_nobody_reports_for_another_aimag_nor_before_the_signing(
    signed: Any, draft: Any, coordinator: Any, khovd_officer: Any, dornod_officer: Any, sign_in: Any
) -> None:
    record = signed()
    assert sign_in(dornod_officer).get(f"/agreements/{record.id}").status_code == 200
    with pytest.raises(NotFound):
        progress.rows(dornod_officer, record.id)
    sent = draft(year=YEAR + 1)
    service.send(coordinator, sent)
    with pytest.raises(NotFound):
        progress.rows(khovd_officer, sent.id)
    for who, known in ((dornod_officer, []), (khovd_officer, [record.id]), (coordinator, [record.id])):
        condition = progress.slot().about
        assert condition is not None
        stmt = select(Record.id).where(Record.kind == "agreement", condition(who))
        assert list(db.session.scalars(stmt)) == known


def test_reported_progress_stands_beside_each_clause(
    signed: Any, forms: Any, coordinator: Any, khovd_officer: Any, sign_in: Any
) -> None:
    record = signed(year=YEAR - 1, drafted_on=date(YEAR - 1, 1, 5))
    first, second = queries.clauses(record.id)
    rows = [
        {"_key": str(first.id), "light": "green", "progress": 40, "done": "Байрыг түрээслэв"},
        {"_key": str(second.id), "light": "red", "progress": "0", "reason": "Төсөв батлагдаагүй"},
    ]
    forms.sent[record.id] = [
        Sent(1, f"{YEAR - 1}-Q1", {"clause": rows}),
        Sent(2, "", {"period": f"{YEAR - 1}-Q2", "clause": [{"_key": str(first.id), "progress": 70}]}),
        Sent(3, f"{YEAR - 1}-Q3", {"clause": []}, state="returned"),
    ]
    page = sign_in(coordinator).get(f"/agreements/{record.id}").text
    assert "Байрыг түрээслэв" in page
    assert "Төсөв батлагдаагүй" in page
    assert "40%" in page
    own = sign_in(khovd_officer).get(f"/agreements/{record.id}").text
    assert f"period={YEAR - 1}-Q3" in own
    assert f"period={YEAR - 1}-Q1" not in own
    rows_ = {row["id"]: row for row in datasets.rows(coordinator, "agreements.clauses", year=YEAR - 1)}
    assert (rows_[first.id]["period"], rows_[first.id]["progress"]) == (f"{YEAR - 1}-Q2", 70)
    assert rows_[second.id]["reported"] == "Төсөв батлагдаагүй"


def test_last_years_progress_stands_beside_each_clause_of_the_new_one(
    signed: Any, forms: Any, coordinator: Any, sign_in: Any
) -> None:
    record = signed(year=YEAR - 1)
    first, _second = queries.clauses(record.id)
    forms.sent[record.id] = [
        Sent(1, f"{YEAR - 1}-Q4", {"clause": [{"_key": str(first.id), "progress": 95, "done": "Бараг дууссан"}]})
    ]
    unit = queries.facts(record.id).row.unit_id
    page = sign_in(coordinator).get(f"/agreements/new/{unit}/{YEAR}").text
    assert "95%" in page
    assert "Бараг дууссан" in page


def test_the_board_says_when_no_form_is_published(signed: Any, forms: Any, coordinator: Any, sign_in: Any) -> None:
    signed()
    browser = sign_in(coordinator)
    assert "Make the form" not in browser.get("/agreements/board").text
    forms.published = None
    assert "/forms/new?slot=agreements.progress" in browser.get("/agreements/board").text


def test_odd_answers_do_not_break_a_page(signed: Any, forms: Any, coordinator: Any, sign_in: Any) -> None:
    record = signed()
    forms.sent[record.id] = [
        Sent(1, "in spring", {"clause": [{"_key": "x", "progress": "much"}]}),
        Sent(2, f"{YEAR}-Q1", {"clause": [{"_key": "x", "progress": "much"}, {"progress": None}]}),
        Sent(3, f"{YEAR}-Q1", {}),
    ]
    assert sign_in(coordinator).get(f"/agreements/{record.id}").status_code == 200
    assert progress.reports([record.id]) == {record.id: []}


def test_a_report_filled_in_the_real_form_arrives(
    app: Any, signed: Any, coordinator: Any, khovd_officer: Any, dornod_officer: Any, sign_in: Any
) -> None:
    record = signed(year=YEAR - 1, drafted_on=date(YEAR - 1, 1, 5))
    form = form_building.create(coordinator, slot=progress.slot())
    version = form_publishing.publish(coordinator, form, version=None)
    browser = sign_in(khovd_officer)
    address = progress_address(browser.get(f"/agreements/{record.id}").text)
    page = browser.get(address)
    assert page.status_code == 200
    assert f"{YEAR - 1}-Q1" in page.text
    rows = [
        {"_key": str(each.id), "light": "green", "progress": 20 * each.number, "done": f"Ажил {each.number}"}
        for each in queries.clauses(record.id)
    ]
    form_filling.submit(
        khovd_officer,
        form,
        form_building.form_of(form),
        version,
        uid=str(uuid.uuid4()),
        answers={"period": f"{YEAR - 1}-Q2", "clause": rows, "summary": "Хэвийн"},
        language="mn",
        subject_id=record.id,
    )
    assert [row["progress"] for row in datasets.rows(coordinator, "agreements.clauses")] == [20, 40]
    shown = browser.get(f"/agreements/{record.id}").text
    assert "Ажил 2" in shown
    [report] = progress.reports([record.id])[record.id]
    with app.test_request_context():
        page = report.url
    assert page in html.unescape(shown)
    assert browser.get(page).status_code == 200
    assert sign_in(coordinator).get(page).status_code == 200
    assert "Keep a shelter open" not in sign_in(dornod_officer).post(address, data={"_act": "next"}).text


def progress_address(page: str) -> str:
    """Where the first quarter that is owed is filled in."""
    found = re.search(r'href="(/forms/[^"]*period=[^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_what_is_reported_on_clauses_suggests_a_rating_of_the_recommendation_they_carry_out(
    app: Any, signed: Any, coordinator: Any, khovd_officer: Any
) -> None:
    suggesting = pytest.importorskip("plugins.recommendations.ratings.suggesting")
    carried, other = recommendation(coordinator, "116.2"), recommendation(coordinator, "116.3")
    made = [clause(text, recommendations=(carried,)) for text in ("One", "Two", "Three")]
    made.append(clause("Four", recommendations=(other,)))
    record = signed(year=YEAR - 1, drafted_on=date(YEAR - 1, 1, 5), new_clauses=made)
    with app.test_request_context():
        assert suggesting.suggested(coordinator, carried) == []
    form = form_building.create(coordinator, slot=progress.slot())
    version = form_publishing.publish(coordinator, form, version=None)
    done = {"light": "green", "done": "Ажил"}
    rows = [
        {"_key": str(each.id), "progress": percent} | more
        for each, (percent, more) in zip(
            queries.clauses(record.id),
            [(100, done), (40, done), (0, {"light": "red", "reason": "Зогссон"}), (100, done)],
            strict=True,
        )
    ]
    form_filling.submit(
        khovd_officer,
        form,
        form_building.form_of(form),
        version,
        uid=str(uuid.uuid4()),
        answers={"period": f"{YEAR - 1}-Q2", "clause": rows, "summary": "Хэвийн"},
        language="mn",
        subject_id=record.id,
    )
    with app.test_request_context():
        [found] = suggesting.suggested(coordinator, carried)
        [whole] = suggesting.suggested(coordinator, other)
        assert suggesting.suggested(Identity.anonymous(), carried) == []
    assert (found.source, found.rating, dict(found.counts)) == (
        "clauses",
        "partially",
        {"fully": 1, "partially": 1, "not": 1},
    )
    assert (found.said, found.whole) == (1, 3)
    assert (whole.rating, whole.whole) == ("fully", 1)
