"""Filling with an account: about a record, row by row, with last time's answers, drafts and one report a period."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from portal import records
from portal.db import db, transaction
from portal.forms import drafts, publishing, service, shipped
from portal.forms.definition import update_settings
from portal.forms.models import Draft, Submission
from portal.forms.slots import Slot, slots
from portal.records import Record
from portal.text import Content
from tests.portal.forms.build import row
from tests.portal.forms.programs import Program

SLOT = Slot("subcommittees.test", "Test", "task", "quarterly_progress", rows={})


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission).order_by(Submission.received_at, Submission.id)))


@pytest.fixture
def about(app: Any, identity: Any, org: Any, monkeypatch: Any) -> Callable[..., Any]:
    """A record with two clauses, a published quarterly form of its slot, and those who work with it."""
    rows = [
        {"id": 11, "label": Content.of(mn="Нэгдүгээр заалт", en="First clause"), "values": {}},
        {"id": 12, "label": Content.of(mn="Хоёрдугаар заалт", en="Second clause"), "values": {}},
    ]

    def of_record(user: Any, record_id: int) -> list[dict[str, Any]]:
        records.get(user, record_id, "task")
        return rows

    slot = Slot("subcommittees.test", "Test", "task", "quarterly_progress", rows={"records:clause": of_record})
    monkeypatch.setitem(slots._by_name, slot.name, ("subcommittees", slot))

    class Case:
        def __init__(self, **access: Any) -> None:
            self.office = org("office")
            self.governor = org("governor", kind="local_government")
            self.owner = identity("coordinator", org=self.office)
            self.filler = identity("local_officer", org=self.governor)
            self.rows = rows
            with transaction():
                self.subject: Record = records.create(
                    self.owner,
                    kind="task",
                    title=Content.of(mn="Гэрээ", en="Agreement"),
                    org_id=self.office.id,
                    shared_with=[(self.governor.id, "read")],
                )
            definition = shipped.shipped("quarterly_progress")
            definition["settings"]["access"].update(access)
            self.record = service.create(self.owner, slot=slot, definition=definition)
            self.version = publishing.publish(self.owner, self.record, version=None, waived="test")
            self.form = service.form_of(self.record)
            self.subject_id, self.form_id = self.subject.id, self.record.id
            self.url = f"/forms/{self.record.id}/fill?subject={self.subject.id}&period=2026-Q3"

    return Case


def answers(period: str = "2026-Q3", **more: Any) -> dict[str, Any]:
    return {
        "uid": str(uuid.uuid4()),
        "_page": "3",
        "q.period": period,
        "q.clause": "",
        "q.clause.0._key": "11",
        "q.clause.0.light": "green",
        "q.clause.0.progress": "40",
        "q.clause.0.done": "A centre was opened",
        "q.clause.1._key": "12",
        "q.clause.1.light": "red",
        "q.clause.1.progress": "0",
        "q.clause.1.reason": "No money",
        "q.summary": "Slow",
        **more,
    }


def test_the_quarterly_matrix_has_a_row_for_each_clause_and_is_stored_by_clause(about: Any, sign_in: Any) -> None:
    case = about()
    browser = sign_in(case.filler)
    page = browser.get(case.url)
    assert page.status_code == 200
    assert 'value="2026-Q3"' in page.text
    second = browser.post(case.url, data={"_page": "1", "_step": "next", "q.period": "2026-Q3"})
    assert "First clause" in second.text
    assert "Second clause" in second.text
    assert 'name="q.clause.1.light"' in second.text
    sent = browser.post(case.url, data=answers())
    assert sent.status_code == 303, sent.text
    (one,) = stored()
    assert one.subject_id == case.subject_id
    assert one.period == "2026-Q3"
    assert one.submitted_by_id == case.filler.id
    assert [(each["_key"], each["light"]) for each in one.answers["clause"]] == [("11", "green"), ("12", "red")]
    assert one.answers["mean_progress"] == 20
    receipt = browser.get(sent.location)
    assert one.receipt[:5] in receipt.text


def test_what_was_taken_is_the_same_when_the_record_of_a_row_is_gone(about: Any, sign_in: Any, app: Any) -> None:
    case = about()
    browser, program = sign_in(case.filler), Program(app, case.filler)
    data = answers()
    by_name = {
        "uid": str(uuid.uuid4()),
        "answers": {
            "period": "2026-Q2",
            "clause": [
                {"_key": "11", "light": "green", "progress": 40, "done": "A centre was opened"},
                {"_key": "12", "light": "red", "progress": 0, "reason": "No money"},
            ],
            "summary": "Slow",
        },
    }
    address = f"/forms/{case.form_id}/answers?subject={case.subject_id}"
    first, taken = browser.post(case.url, data=data), program.post(address, by_name)
    assert (first.status_code, taken.status_code) == (303, 201)
    case.rows[0] = {"id": 13, "label": Content.of(mn="Шинэ заалт", en="New clause"), "values": {}}
    again, told = browser.post(case.url, data=data), program.post(address, by_name)
    assert (again.status_code, again.location) == (303, first.location)
    assert (told.status_code, told.json) == (200, taken.json)
    other = {"q.clause.2._key": "13", "q.clause.2.light": "green", "q.clause.2.progress": "9", "q.clause.2.done": "x"}
    for more in ({"q.clause.0.progress": "41"}, {"q.clause.1.progress": "1"}, other):
        assert browser.post(case.url, data={**data, **more}).status_code == 409
    assert len(stored()) == 2


def test_last_times_answers_stand_beside_this_times(about: Any, sign_in: Any) -> None:
    case = about()
    browser = sign_in(case.filler)
    browser.post(case.url.replace("Q3", "Q2"), data=answers("2026-Q2"))
    page = browser.post(case.url, data={"_page": "1", "_step": "next", "q.period": "2026-Q3"})
    assert 'Last time: <span lang="">Green: on track</span>' in page.text
    assert 'Last time: <span lang="">40</span>' in page.text
    assert '<div id="q-clause-1-reason-box" hidden>' in page.text  # seen only once the row is red
    again = browser.post(
        case.url,
        data={"_page": "2", "_update": "1", "q.period": "2026-Q3", "q.clause.1._key": "12", "q.clause.1.light": "red"},
    )
    assert '<div id="q-clause-1-reason-box">' in again.text
    assert 'Last time: <span lang="">No money</span>' in again.text


def row_of(page: str, number: int) -> str:
    """The choice of a row of the table."""
    return page.partition(f'id="q-clause-{number}-light"')[2].partition("</select>")[0]


def test_last_times_answers_are_carried_forward_where_none_stand(about: Any, sign_in: Any) -> None:
    case = about()
    browser = sign_in(case.filler)
    browser.post(case.url.replace("Q3", "Q2"), data=answers("2026-Q2"))
    here = {"_page": "2", "q.period": "2026-Q3", "q.clause": "", "q.clause.0._key": "11", "q.clause.1._key": "12"}
    page = browser.post(case.url, data={**here, "_update": "1", "q.clause.0.progress": "60"})
    assert 'name="_forward" value="clause"' in page.text
    one = browser.post(case.url, data={**here, "_forward": "clause[0]", "q.clause.0.progress": "60"})
    assert 'name="q.clause.0.progress" value="60"' in one.text
    assert re.search('<option value="green" selected', row_of(one.text, 0))
    assert not re.search('<option value="red" selected', row_of(one.text, 1))
    assert 'value="clause[0]"' not in one.text  # nothing is left to carry
    assert 'value="clause[1]"' in one.text
    whole = browser.post(case.url, data={**here, "_forward": "clause"})
    assert re.search('<option value="red" selected', row_of(whole.text, 1))
    assert ">\nNo money</textarea>" in whole.text
    assert 'name="_forward"' not in whole.text
    for path in ("period", "clause[7]", "clause[x]", "nothing", "clause[0].light", "x.y[0]", "..", "["):
        assert browser.post(case.url, data={**here, "_forward": path}).status_code == 200
    assert len(stored()) == 1


def test_a_fault_in_a_row_names_the_clause_and_leads_to_it(about: Any, sign_in: Any) -> None:
    case = about()
    page = sign_in(case.filler).post(case.url, data=answers(**{"q.clause.1.progress": "140", "q.clause.1.reason": ""}))
    assert page.status_code == 422
    assert "Part 2 of 3" in page.text
    assert (
        '<a href="#q-clause-1-progress">Second clause: Progress, %: Write a whole number from 0 to 100.</a>'
        in page.text
    )
    assert "Second clause: Reason: Give the reason for a red rating." in page.text
    assert 'value="140"' in page.text
    assert stored() == []


def test_who_does_not_see_the_record_cannot_fill_the_form(about: Any, sign_in: Any, identity: Any, org: Any) -> None:
    case = about()
    stranger = sign_in(identity("local_officer", org=org("other")))
    assert stranger.get(case.url).status_code == 404
    assert stranger.post(case.url, data=answers()).status_code == 404
    observer = sign_in(identity("observer", org=case.governor))
    assert observer.get(case.url).status_code == 403
    filler = sign_in(case.filler)
    assert filler.get(f"/forms/{case.form_id}/fill").status_code == 404
    assert filler.get(f"/forms/{case.form_id}/fill?subject={case.form_id}").status_code == 404
    assert stored() == []


def test_signed_out_people_are_sent_to_the_sign_in(about: Any, client: Any) -> None:
    case = about()
    assert "/sign-in" in client.get(case.url).location
    link = client.get(f"/forms/f/{case.form.token}")
    assert link.status_code == 303
    assert link.location.endswith(f"/forms/{case.form_id}/fill")


def test_what_is_kept_for_later_comes_back_right_or_not(about: Any, sign_in: Any) -> None:
    case = about()
    browser = sign_in(case.filler)
    data = answers(**{"q.clause.1.progress": "much", "q.summary": "", "_draft": "1"})
    kept = browser.post(case.url, data=data)
    assert kept.status_code == 303
    page = browser.get(case.url)
    assert "You go on with what you kept on" in page.text
    assert f'name="uid" value="{data["uid"]}"' in page.text
    assert '<input type="hidden" name="q.clause.1.progress" value="much">' in page.text
    assert '<input type="hidden" name="q.clause.0.done" value="A centre was opened">' in page.text
    assert stored() == []
    assert browser.post(case.url, data=answers(uid=data["uid"])).status_code == 303
    assert db.session.scalar(select(Draft.id)) is None


def test_a_draft_keeps_itself_and_says_when(about: Any, sign_in: Any) -> None:
    case = about()
    browser = sign_in(case.filler)
    url = case.url.replace("/fill?", "/fill/draft?")
    for words in ("A", "A c", "A centre"):
        part = browser.post(url, data=answers(uid=str(uuid.UUID(int=7)), **{"q.clause.0.done": words}))
    assert re.fullmatch(r"Kept at \d\d:\d\d\s*", part.text)
    db.session.rollback()
    found = drafts.find(case.filler, case.form, case.subject_id, "2026-Q3")
    assert found is not None
    assert found.answers["clause"][0]["done"] == "A centre"
    assert drafts.find(case.filler, case.form, case.subject_id, "2026-Q4") is None


def test_two_first_drafts_at_once_are_one_and_the_later_stays(
    app: Any, publish: Any, identity: Any, org: Any, monkeypatch: Any
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    made = publish([row("text", "name")])
    find, both = drafts.find, threading.Barrier(2)

    def together(*args: Any) -> Draft | None:
        found = find(*args)
        if found is None:
            both.wait(60)
        return found

    def keep(name: str) -> Any:
        with app.test_request_context():
            uid = str(uuid.uuid4())
            answers = {"name": name}
            return drafts.keep(made.owner, made.form, made.version, uid=uid, answers=answers, subject_id=None)

    monkeypatch.setattr(drafts, "find", together)
    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(keep, ["Bat", "Dorj"]))) == 2
    db.session.rollback()
    (one,) = db.session.scalars(select(Draft))
    assert one.answers["name"] in ("Bat", "Dorj")


def test_one_report_a_period_and_organisation(about: Any, sign_in: Any, identity: Any) -> None:
    case = about(once=True)
    browser = sign_in(case.filler)
    assert browser.post(case.url, data=answers()).status_code == 303
    page = browser.get(case.url)
    assert "This form was sent already" in page.text
    colleague = sign_in(identity("local_officer", org=case.governor))
    refused = colleague.post(case.url, data=answers(**{"q.summary": "Mine"}))
    assert refused.status_code == 409
    assert "once is enough" in refused.text
    assert 'name="q.summary"' in refused.text
    assert "Mine" in refused.text
    assert browser.post(case.url.replace("Q3", "Q4"), data=answers("2026-Q4")).status_code == 303
    assert [one.period for one in stored()] == ["2026-Q3", "2026-Q4"]


def test_a_form_of_a_module_that_is_off_is_not_there(about: Any, sign_in: Any, monkeypatch: Any) -> None:
    case = about()
    monkeypatch.setitem(slots._by_name, SLOT.name, ("away", SLOT))
    assert sign_in(case.filler).get(case.url).status_code == 404


def test_an_office_fills_a_form_of_its_own_that_is_about_no_record(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    office = org("maker")
    made = publish([row("text", "name", required=True)], mode="invited", owner=identity("coordinator", org=office))
    url = f"/forms/{made.id}/fill"
    assert sign_in(identity("desk_officer", org=office)).post(url, data={"q.name": "Bat"}).status_code == 303
    assert sign_in(identity("desk_officer", org=org("other"))).get(url).status_code == 404


def test_only_the_sender_sees_the_receipt(about: Any, sign_in: Any, identity: Any) -> None:
    case = about()
    data = answers()
    sent = sign_in(case.filler).post(case.url, data=data)
    other = sign_in(identity("local_officer", org=case.governor))
    assert other.get(sent.location).status_code == 404


def test_last_time_is_shown_to_accounts_only_and_never_of_what_was_anonymous(
    client: Any, publish: Any, identity: Any, org: Any, sign_in: Any
) -> None:
    officer = identity("coordinator", org=org("office"))
    with transaction():
        subject = records.create(
            officer, kind="task", title=Content.of(mn="Гэрээ", en="Agreement"), org_id=officer.orgs[0]
        )
    name = row("text", "name", required=True)
    made = publish([name], owner=officer, subject_id=subject.id, offline=True)
    assert client.post(made.url, data={"uid": str(uuid.uuid4()), "q.name": "Witness one"}).status_code == 303
    for url in (made.url, f"/forms/offline/f/{made.token}?version=1&lang=en"):
        page = client.get(url)
        assert page.status_code == 200
        assert "Witness one" not in page.text
    hidden = publish([name], owner=officer, subject_id=subject.id, anonymous=True)
    assert client.post(hidden.url, data={"uid": str(uuid.uuid4()), "q.name": "Witness two"}).status_code == 303
    definition = update_settings(hidden.form.definition, access={"mode": "invited"})
    service.save(officer, hidden.record, version=None, definition=definition)
    publishing.publish(officer, hidden.record, version=None, waived="test")
    page = sign_in(officer).get(f"/forms/{hidden.id}/fill")
    assert 'name="q.name"' in page.text
    assert "Witness two" not in page.text
