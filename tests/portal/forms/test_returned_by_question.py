"""Return for correction question by question: only what was marked is open, history keeps both, the office sees it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.audit import HistoryEntry
from portal.db import db
from portal.forms.models import Submission
from portal.jobs import mail
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send
from tests.portal.forms.test_invitations import fresh, hand_out, links

pytestmark = pytest.mark.usefixtures("post")
ROWS = [
    row("text", "name", required=True),
    row("integer", "age", constraint=". < 120"),
    row("select_one", "well", list="yes_no"),
    row("text", "why", relevant="${well} = 'no'", required=True),
    row("repeat", "person", children=[row("text", "who"), row("integer", "years")]),
    row("calculate", "sum", calculation="sum(${years})"),
]
ANSWERS = {
    "name": "Bat",
    "age": "40",
    "well": "yes",
    "person": [{"_key": "a", "who": "Dorj", "years": "3"}, {"_key": "b", "who": "Saraa", "years": "5"}],
}


def one(key: int) -> Submission:
    db.session.rollback()
    return db.session.get_one(Submission, key)


def mark(officer: Any, at: str, **remarks: str) -> Any:
    named = {"well": "remark:well", "age": "remark:age", "years": "remark:person[1].years", "person": "remark:person"}
    revision = re.search(r'name="version"[^>]*value="(\d+)"', officer.get(f"{at}/return").text)
    assert revision is not None
    data = {"version": revision[1], "note": "", **{named[name]: text for name, text in remarks.items()}}
    return officer.post(f"{at}/return", data=data)


def test_only_marked_questions_are_open_and_the_office_sees_old_and_new(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish(ROWS, mode="invited")
    sender = identity("local_officer", org=org("sender"), name="Sender")
    key = send(made, sender, **ANSWERS)
    officer, browser = sign_in(made.owner), sign_in(sender)
    at = f"/forms/{made.id}/answers/{key}"
    page = officer.get(f"{at}/return").text
    assert 'name="remark:person[1].years"' in page
    assert 'name="remark:sum"' not in page
    assert 'name="remark:why"' not in page
    assert mark(officer, at).status_code == 422
    assert mark(officer, at, age="x" * 501).status_code == 422
    assert mark(officer, at, well="Are you sure?", years="This is the age of somebody else").status_code == 303
    assert one(key).marks == {"well": "Are you sure?", "person[1].years": "This is the age of somebody else"}
    (told,) = mail.outbox()
    assert told.to == [sender.email]
    assert f"{at}/correct" in told.body
    assert "sure" not in told.body
    for path in ("/work", "/", "/forms/"):
        assert "2 questions to correct" in browser.get(path).text
    page = browser.get(f"{at}/correct").text
    assert "To be corrected: Are you sure?" in page
    assert "Are you sure?" not in officer.get(f"/forms/{made.id}/fill").text  # what is drawn once knows no remarks
    assert 'aria-describedby="q-person-1-years-remark"' in page
    assert re.search(r'<input[^>]*name="q.name"[^>]*type="text"', page) is None
    assert '<p class="fill-fixed" id="q-name" lang="">Bat</p>' in page
    assert 'name="q.person.1.years" value="5"' in page
    assert 'value="person" formnovalidate' not in page  # no row can be added
    typed = {
        "revision": "2",
        "reason": "The well is ours",
        "q.name": "Somebody else",
        "q.age": "41",
        "q.well": "no",
        "q.why": "",
        "q.person.0._key": "a",
        "q.person.0.who": "Changed",
        "q.person.0.years": "99",
        "q.person.1._key": "b",
        "q.person.1.who": "Changed",
        "q.person.1.years": "6",
        "q.person.2._key": "c",
        "q.person.2.who": "Added",
    }
    wrong = browser.post(f"{at}/correct", data=typed)
    assert wrong.status_code == 422  # what a marked answer asks for now is open, and missing
    assert 'href="#q-why"' in wrong.text
    done = browser.post(f"{at}/correct", data={**typed, "q.why": "Dry"})
    assert done.status_code == 303, done.text
    stored = one(key)
    assert (stored.state, stored.marks) == ("submitted", {})
    assert stored.answers == {
        "name": "Bat",
        "age": 40,
        "well": "no",
        "why": "Dry",
        "person": [{"_key": "a", "who": "Dorj", "years": 3}, {"_key": "b", "who": "Saraa", "years": 6}],
        "sum": 9,
    }
    page = officer.get(at).text
    assert "What changed since it was sent back" in page
    for cell in ("Are you sure?", '<ins lang="">No</ins>', '<ins lang="">6</ins>', "The well is ours", "not marked"):
        assert cell in page
    changes = list(
        db.session.scalars(
            select(HistoryEntry.changes).where(HistoryEntry.entity_id == str(key)).order_by(HistoryEntry.id)
        )
    )
    assert changes[1]["marks"][1]["well"] == "Are you sure?"
    assert changes[2]["answers"][0]["well"] == "yes"
    assert changes[2]["answers"][1]["well"] == "no"
    officer.post(f"{at}/approve", data={"revision": str(stored.revision)})
    assert one(key).state == "approved"
    assert browser.get(f"{at}/correct").status_code == 403


def test_a_marked_table_takes_other_rows_and_an_answer_may_stay(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish(ROWS, mode="invited")
    sender = identity("local_officer", org=org("sender"))
    key = send(made, sender, **ANSWERS)
    officer, browser, at = sign_in(made.owner), sign_in(sender), f"/forms/{made.id}/answers/{key}"
    mark(officer, at, person="One is missing", age="Really?")
    page = browser.get(f"{at}/correct").text
    assert 'name="_add" value="person"' in page
    typed = {"revision": "2", "q.age": "40", "q.person.0._key": "b", "q.person.0.who": "Saraa", "q.person.1.who": "New"}
    assert browser.post(f"{at}/correct", data=typed).status_code == 303
    assert [each["who"] for each in one(key).answers["person"]] == ["Saraa", "New"]
    page = officer.get(at).text
    assert "Left as it was" in page
    assert browser.post(f"{at}/correct", data=typed).status_code == 403


def test_an_officer_corrects_with_a_reason(publish: Any, sign_in: Any) -> None:
    made = publish(ROWS)
    key = send(made, **ANSWERS)
    officer, at = sign_in(made.owner), f"/forms/{made.id}/answers/{key}"
    assert "Send back" not in officer.get(at).text  # sent without an account: nobody would find it
    assert officer.post(f"{at}/return", data={"version": "1", "note": "x"}).status_code == 403
    typed = {"revision": "1", "q.name": "Bat", "q.age": "41", "q.well": "yes"}
    silent = officer.post(f"{at}/correct", data=typed)
    assert silent.status_code == 422
    assert "Say why the answers are changed." in silent.text
    assert 'value="41"' in silent.text
    assert officer.post(f"{at}/correct", data={**typed, "reason": "A slip of the pen"}).status_code == 303
    page = officer.get(at).text
    assert "A slip of the pen" in page
    assert '<del lang="">40</del> <ins lang="">41</ins>' in page
    assert made.owner.name in page


def test_somebody_invited_corrects_by_their_link(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish([row("text", "name", required=True), row("integer", "age")], mode="personal")
    officer, base = sign_in(made.owner), f"/forms/{made.id}"
    people = {"people": "Bat <bat@example.mn>", "language": "en", "send": "y"}
    officer.post(f"{base}/invitations", data=people)
    (link,) = links("You are asked").values()
    client.post(link, data=fresh(**{"q.name": "Bat", "q.age": "400"}))
    key = db.session.scalar(select(Submission.id))
    assert client.get(f"{link}/correct").status_code == 303
    assert mark(officer, f"{base}/answers/{key}", age="Nobody is 400").status_code == 303
    (again,) = links("is to be corrected").values()
    assert again != link
    for each in (link, again):
        page = client.get(each)
        assert "Nobody is 400" in page.text
        assert "Set-Cookie" not in page.headers
    assert "Sent back" in officer.get(f"{base}/invitations").text
    page = client.get(f"{link}/correct").text
    assert "To be corrected: Nobody is 400" in page
    typed = {"revision": "2", "_lang": "en", "q.name": "Somebody else", "q.age": "40"}
    assert client.post(f"{link}/correct", data=typed, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post(f"{link}/correct", data={**typed, "q.age": "x"}).status_code == 422
    assert client.post(f"{link}/correct/refresh", data=typed).status_code == 200
    done = client.post(f"{again}/correct", data={**typed, "reason": "A slip"})
    assert done.status_code == 303
    assert one(key).answers == {"name": "Bat", "age": 40}
    assert "You have answered" in client.get(link).text
    assert client.get(f"/forms/i/{'A' * 26}/correct").status_code == 404
    entry = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc())).first()
    assert (entry.actor_id, entry.reason) == (None, "A slip")


def test_the_answers_of_a_page_are_approved_together_but_those_changed_meanwhile(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish([row("text", "name")])
    keys = [send(made, name=f"Bat {number}") for number in range(3)]
    officer, at = sign_in(made.owner), f"/forms/{made.id}/answers"
    page = officer.get(at).text
    assert "Approve the 3 on this page that have arrived" in page
    posted = re.search(r'name="answers" value="([^"]+)"', page)
    assert posted is not None
    officer.post(f"{at}/{keys[0]}/correct", data={"revision": "1", "reason": "Typo", "q.name": "Bat"})
    done = officer.post(f"{at}/approve", data={"answers": posted[1]}, follow_redirects=True)
    assert "2 answers are approved." in done.text
    assert "1 was changed meanwhile and still waits." in done.text
    db.session.rollback()
    count = select(func.count()).where(Submission.state == "approved")
    assert db.session.scalar(count) == 2
    assert officer.post(f"{at}/approve", data={"answers": "x:y"}).status_code == 400
    stranger = sign_in(identity("coordinator", org=org("other")))
    assert stranger.post(f"{at}/approve", data={"answers": posted[1]}).status_code == 404
    other = publish([row("text", "name")])
    officer.post(f"/forms/{other.id}/answers/approve", data={"answers": f"{keys[0]}:2"})
    assert one(keys[0]).state == "submitted"


def test_the_codes_of_others_show_nothing(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish([row("text", "name")], mode="personal")
    first, second = hand_out(sign_in, made, 2)
    client.post(first, data=fresh(uid=str(uuid.uuid4()), **{"q.name": "Mine"}))
    assert "Mine" not in client.get(second).text
    assert client.get(f"{second}/correct").status_code == 404
