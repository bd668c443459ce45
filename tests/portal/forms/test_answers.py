"""Reading what came in: who may, in words, approved, sent back, corrected."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

from sqlalchemy import select

from portal import records
from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.forms import submissions
from portal.forms.models import AnswerIndex, Submission
from portal.people.identity import Identity
from portal.text import Content
from tests.portal.forms.build import row

NAME = row("text", "name", required=True, use=["filter"])
LIGHT = row("select_one", "light", list="light", use=["filter", "chart"])
AGE = row("integer", "age", constraint=". < 120", use=["chart"])


def send(made: Any, user: Identity | None = None, **answers: Any) -> int:
    """Send a form and return the id of the submission."""
    stored = submissions.submit(
        user or Identity.anonymous(),
        made.record,
        made.form,
        made.version,
        uid=str(uuid.uuid4()),
        answers=answers,
        language="en",
        subject_id=made.record.parent_id,
    )
    return stored.id


def test_the_answers_belong_to_those_who_may_edit_the_form(
    publish: Any, sign_in: Any, identity: Any, org: Any, client: Any
) -> None:
    made = publish([NAME])
    key = send(made, name="Bat")
    urls = [f"/forms/{made.id}", f"/forms/{made.id}/answers", f"/forms/{made.id}/answers/{key}"]
    urls += [f"/forms/{made.id}/summary", f"/forms/{made.id}/answers/export?format=csv"]
    owner = sign_in(made.owner)
    assert [owner.get(url, buffered=True).status_code for url in urls] == [200] * 5
    colleague = sign_in(identity("desk_officer", org=org("maker")))
    assert [colleague.get(url, buffered=True).status_code for url in urls] == [200] * 5
    stranger = sign_in(identity("coordinator", org=org("other")))
    assert [stranger.get(url).status_code for url in urls] == [404] * 5
    assert [client.get(url).status_code for url in urls] == [303] * 5


def test_who_is_only_shown_the_form_sees_no_answers(publish: Any, sign_in: Any, identity: Any, org: Any) -> None:
    made = publish([NAME])
    key = send(made, name="Bat")
    other = org("other")
    with transaction():
        records.share(made.owner, made.record, org_id=other.id, level="read")
    reader = sign_in(identity("coordinator", org=other))
    page = reader.get(f"/forms/{made.id}")
    assert page.status_code == 200
    assert "Bat" not in page.text
    assert reader.get(f"/forms/{made.id}/answers").status_code == 403
    assert reader.get(f"/forms/{made.id}/answers/{key}").status_code == 404
    assert reader.get(f"/forms/{made.id}/answers/export").status_code == 403


def test_who_sees_the_record_sees_what_was_said_about_it_by_name(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    owner, office = identity("coordinator", org=org("maker")), org("governor")
    with transaction():
        title = Content.of(mn="Ажил", en="Task")
        subject = records.create(
            owner, kind="task", title=title, org_id=owner.orgs[0], shared_with=[(office.id, "read")]
        )
    named = publish([NAME], owner=owner, subject_id=subject.id)
    hidden = publish([NAME], owner=owner, subject_id=subject.id, anonymous=True)
    said, whispered = send(named, name="Said aloud"), send(hidden, name="Whispered")
    governor = sign_in(identity("local_officer", org=office))
    assert "Said aloud" in governor.get(f"/forms/{named.id}/answers/{said}").text
    assert governor.get(f"/forms/{hidden.id}/answers/{whispered}").status_code == 404
    assert governor.get(f"/forms/{named.id}/answers").status_code == 404


def test_a_submission_is_told_in_words_of_the_readers_language(publish: Any, sign_in: Any) -> None:
    made = publish([NAME, LIGHT, row("repeat", "person", children=[row("text", "who"), row("phone", "call")])])
    people = [{"_key": "1", "who": "Dorj", "call": "99112233"}, {"_key": "2"}]
    key = send(made, name="Bat", light="red", person=people)
    owner = sign_in(made.owner)
    page = owner.get(f"/forms/{made.id}/answers/{key}").text
    assert '<dt>light (en)</dt><dd lang="">Red</dd>' in page
    assert "9911 2233" in page
    assert "person (en) 1" in page
    assert "person (en) 2" not in page
    assert '<dd lang="">Улаан</dd>' in owner.get(f"/forms/{made.id}/answers/{key}?lang=mn").text


def test_the_list_is_narrowed_by_state_words_and_answers(publish: Any, sign_in: Any) -> None:
    made = publish([NAME, LIGHT])
    first = send(made, name="Батын санал", light="red")
    second = send(made, name="Дорж", light="green")
    owner = sign_in(made.owner)
    owner.post(f"/forms/{made.id}/answers/{second}/approve", data={"revision": "1"})

    def found(query: str) -> set[int]:
        page = owner.get(f"/forms/{made.id}/answers?{query}").text
        return {int(each) for each in re.findall(rf'href="/forms/{made.id}/answers/(\d+)"', page)}

    assert found("") == {first, second}
    assert found("state=approved") == {second}
    assert found("q=батын") == {first}
    assert found("q=улаан") == {first}
    assert found("q=Green") == {second}
    assert found("a_light=green") == {second}
    assert found("q=nothing") == set()


def test_words_are_found_in_answers_that_are_not_marked_for_filters(publish: Any, sign_in: Any) -> None:
    people = row("repeat", "person", children=[row("text", "who")])
    made = publish([row("text", "place"), row("select_one", "colour", list="light"), people, row("integer", "age")])
    first = send(made, place="Чойбалсан хот 100%", colour="red", person=[{"_key": "1", "who": 'Д. "Дорж"'}], age=7)
    second = send(made, place="Ховд", colour="green", person=[{"_key": "1", "who": "Туяа"}])
    owner = sign_in(made.owner)
    wanted = {
        "чойбалсан": {first},
        "дорж": {first},
        "100%": {first},
        '"Дорж"': {first},
        "улаан": {first},
        "Ховд туяа": {second},
        "Ховд дорж": set(),
        "place": set(),
        "_key": set(),
    }
    for words, keys in wanted.items():
        page = owner.get(f"/forms/{made.id}/answers", query_string={"q": words}).text
        links = re.findall(rf'href="/forms/{made.id}/answers/(\d+)"', page)
        assert {int(each) for each in links} == keys, words


def test_the_list_tells_answers_apart_by_the_first_ones(publish: Any, sign_in: Any) -> None:
    long = row("text", "long", appearance="multiline")
    inside = row("group", "g", children=[row("text", "place"), row("select_one", "colour", list="light")])
    made = publish([long, row("integer", "age"), inside, row("text", "other")])
    send(made, place="Д" * 90, colour="red", long="Not this", other="Nor this")
    send(made, place="<b>Ховд</b>")
    page = sign_in(made.owner).get(f"/forms/{made.id}/answers").text
    assert f">{'Д' * 60}</td>" in page
    assert "&lt;b&gt;Ховд&lt;/b&gt;</td>" in page
    assert '<td data-label="colour (en)">Red</td>' in page
    assert "Not this" not in page
    assert "Nor this" not in page


def test_all_that_match_the_filters_are_approved_unless_something_changed(publish: Any, sign_in: Any) -> None:
    made = publish([NAME, LIGHT])
    keys = [send(made, name=f"Bat {number}", light="red" if number % 3 else "green") for number in range(45)]
    owner, at = sign_in(made.owner), f"/forms/{made.id}/answers"

    def state() -> list[str]:
        db.session.rollback()
        found = dict(db.session.execute(select(Submission.id, Submission.state)).all())
        return [found[key] for key in keys]

    assert 'name="match"' not in owner.get(f"{at}?a_light=green").text  # one page: its own button does it
    page = owner.get(f"{at}?a_light=red&size=25").text
    assert "Approve the 30 on all pages that have arrived" in page
    posted = re.search(r'action="([^"]+)"[^>]*>(?:(?!</form>).)*name="match" value="([^"]+)"', page, re.S)
    assert posted is not None
    url, mark = html.unescape(posted[1]), posted[2]
    owner.post(f"{at}/{keys[1]}/correct", data={"revision": "1", "reason": "Typo", "q.name": "B", "q.light": "red"})
    told = owner.post(url, data={"match": mark}, follow_redirects=True)
    assert "Meanwhile answers arrived or changed" in told.text
    assert set(state()) == {"submitted"}
    mark = re.search(r'name="match" value="([^"]+)"', told.text)[1]  # type: ignore[index]
    done = owner.post(url, data={"match": mark}, follow_redirects=True)
    assert "30 answers are approved." in done.text
    assert state() == ["approved" if number % 3 else "submitted" for number in range(45)]
    assert owner.post(url, data={"match": mark}, follow_redirects=True).text.count("Meanwhile answers") == 1


def test_whom_is_asked_with_an_account_fills_a_form_that_was_shared(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish([NAME], mode="invited")
    page = sign_in(made.owner).get(f"/forms/{made.id}").text
    assert "choose “Share” under “Who sees this”" in page
    other = org("governor")
    with transaction():
        records.share(made.owner, made.record, org_id=other.id, level="read")
    officer = sign_in(identity("local_officer", org=other))
    seen = officer.get(f"/forms/{made.id}").text
    assert f'href="/forms/{made.id}/fill"' in seen
    assert "How people fill it" not in seen
    assert officer.get(f"/forms/{made.id}/fill").status_code == 200


def test_approving_needs_the_page_as_it_is(publish: Any, sign_in: Any) -> None:
    made = publish([NAME])
    key = send(made, name="Bat")
    owner = sign_in(made.owner)
    url = f"/forms/{made.id}/answers/{key}/approve"
    assert owner.post(url, data={"revision": "7"}).status_code == 409
    assert owner.post(url, data={}).status_code == 409
    assert owner.post(url, data={"revision": "1"}).status_code == 303
    assert owner.post(url, data={"revision": "1"}).status_code == 409
    page = owner.get(f"/forms/{made.id}/answers/{key}").text
    assert "Approved" in page
    assert "approved the answers" in page
    assert f"{key}/correct" not in page


def test_what_is_sent_back_waits_for_its_sender_who_corrects_it(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish([NAME, AGE], mode="invited", owner=identity("coordinator", org=org("maker")))
    sender = identity("desk_officer", org=org("maker"), name="Sender")
    key = send(made, sender, name="Bat", age="40")
    owner, browser = sign_in(made.owner), sign_in(sender)
    url = f"/forms/{made.id}/answers/{key}"
    assert owner.post(f"{url}/return", data={"version": "1", "note": ""}).status_code == 422
    assert owner.post(f"{url}/return", data={"version": "1", "note": "The age is wrong"}).status_code == 303
    waiting = browser.get("/forms/")
    assert "The age is wrong" in waiting.text
    page = browser.get(f"{url}/correct")
    assert "The age is wrong" in page.text
    assert 'value="40"' in page.text
    wrong = browser.post(f"{url}/correct", data={"revision": "2", "q.name": "Bat", "q.age": "400"})
    assert wrong.status_code == 422
    assert 'value="400"' in wrong.text
    right = browser.post(f"{url}/correct", data={"revision": "2", "q.name": "Bat", "q.age": "41"})
    assert right.status_code == 303, right.text
    db.session.rollback()
    one = db.session.get_one(Submission, key)
    assert (one.answers, one.state, one.revision) == ({"name": "Bat", "age": 41}, "submitted", 3)
    assert db.session.scalar(select(AnswerIndex.number).where(AnswerIndex.row_id == "-age")) == 41
    told = owner.get(url).text
    assert "corrected the answers" in told
    assert '<del lang="">40</del> <ins lang="">41</ins>' in told
    assert "The age is wrong" in told
    entries = list(db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "portal_submission")))
    assert all(entry.record_id is None for entry in entries)


def test_two_corrections_of_one_answer_do_not_overwrite_each_other(
    publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish([NAME, AGE])
    key = send(made, name="Bat", age="40")
    first, second = sign_in(made.owner), sign_in(identity("coordinator", org=org("maker")))
    url = f"/forms/{made.id}/answers/{key}/correct"
    assert (
        first.post(url, data={"revision": "1", "reason": "Asked by phone", "q.name": "Bat", "q.age": "41"}).status_code
        == 303
    )
    refused = second.post(url, data={"revision": "1", "reason": "Asked by phone", "q.name": "Bat", "q.age": "42"})
    assert refused.status_code == 409
    assert 'Stored now: <span lang="">41</span>' in refused.text
    assert 'Yours: <span lang="">42</span>' in refused.text
    assert 'value="42"' in refused.text
    assert 'name="revision" value="2"' in refused.text
    assert (
        second.post(url, data={"revision": "2", "reason": "Asked again", "q.name": "Bat", "q.age": "42"}).status_code
        == 303
    )


def test_a_sender_cannot_change_what_was_not_sent_back(publish: Any, sign_in: Any, identity: Any, org: Any) -> None:
    made = publish([NAME], mode="invited")
    sender = identity("local_officer", org=org("maker"))
    key = send(made, sender, name="Bat")
    browser = sign_in(sender)
    url = f"/forms/{made.id}/answers/{key}"
    assert browser.get(url).status_code == 200
    assert browser.post(f"{url}/correct", data={"revision": "1", "q.name": "X"}).status_code == 403
    assert browser.post(f"{url}/approve", data={"revision": "1"}).status_code == 403


def test_a_file_is_handed_to_readers_of_its_answer_only(
    client: Any, publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    from io import BytesIO

    made = publish([NAME, row("file", "paper")])
    data = {"uid": str(uuid.uuid4()), "q.name": "Bat", "file:q.paper": (BytesIO(b"words"), "note.txt")}
    assert client.post(made.url, data=data).status_code == 303
    db.session.rollback()
    one = db.session.scalar(select(Submission))
    url = f"/forms/{made.id}/answers/{one.id}/files/{one.answers['paper']}"
    owner = sign_in(made.owner)
    page = owner.get(f"/forms/{made.id}/answers/{one.id}").text
    assert "note.txt" in page
    assert url in page
    got = owner.get(url, buffered=True)
    assert got.data == b"words"
    assert got.headers["Content-Disposition"].startswith("attachment")
    other = send(made, name="Dorj")
    assert owner.get(url.replace(str(one.id), str(other))).status_code == 404
    assert sign_in(identity("coordinator", org=org("other"))).get(url).status_code == 404
    assert client.get(f"/records/files/{one.answers['paper']}").status_code == 404


def test_the_lists_ask_as_often_for_200_answers_as_for_one(publish: Any, sign_in: Any, query_counter: Any) -> None:
    made = publish([NAME, LIGHT, AGE])
    owner = sign_in(made.owner)
    send(made, name="Bat", light="red", age="3")
    pages = [f"/forms/{made.id}/answers", f"/forms/{made.id}/summary", f"/forms/{made.id}", "/forms/"]
    pages += [f"/forms/{made.id}/answers/export?format=json"]

    def count() -> list[int]:
        numbers = []
        for page in pages:
            db.session.rollback()
            with query_counter() as seen:
                assert owner.get(page, buffered=True).status_code == 200
            numbers.append(len(seen))
        return numbers

    count()
    one = count()
    for number in range(199):
        send(made, name=f"Bat {number}", light="green", age=str(number % 90))
    assert count() == one
