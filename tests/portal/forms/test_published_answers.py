"""Answers that publish themselves once approved: marked questions only, gone when the approval is."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update

from portal import documents
from portal.db import db
from portal.forms import published
from portal.forms.definition import check
from portal.forms.models import Submission
from tests.portal.forms.build import form, row
from tests.portal.forms.test_answers import send

OPEN = row("text", "wish", use=["public"])
LIGHT = row("select_one", "light", list="light", use=["public", "chart"])
SECRET = row("text", "name")


def test_only_marked_answers_that_were_approved_are_read_by_anyone(
    client: Any, publish: Any, sign_in: Any, identity: Any, org: Any
) -> None:
    made = publish([SECRET, row("group", "part", children=[OPEN, LIGHT])])
    keys = [send(made, identity("local_officer", org=org("sender"), name="A Sender"), name="Bat", wish="=Clean air")]
    keys += [send(made, name="Dorj", wish=f"Wish {number}", light="red") for number in range(2)]
    officer, at = sign_in(made.owner), f"{made.url}/published"
    assert "Nothing is published yet" in client.get(at).text
    assert "(published once approved)" in client.get(made.url).text
    page = officer.get(f"/forms/{made.id}/answers/{keys[0]}").text
    assert "Approving publishes the answers to: wish (en); light (en)" in page
    for key in keys[:2]:
        officer.post(f"/forms/{made.id}/answers/{key}/approve", data={"revision": "1"})
    page = client.get(at).text
    assert "=Clean air" in page
    assert "Red" in page
    assert "Wish 1" not in page
    for hidden in ("Bat", "Dorj", "A Sender", "Organisation sender"):
        assert hidden not in page
    lines = json.loads(client.get(f"{at}?format=json", buffered=True).text)
    assert {frozenset(each) for each in lines} == {frozenset(("_day", "wish", "light"))}
    assert "'=Clean air" in client.get(f"{at}?format=csv", buffered=True).text
    assert client.get(f"{at}?format=exe").status_code == 404
    assert client.get(f"{at}?page=99").status_code == 200
    again = f"/forms/{made.id}/answers/{keys[0]}/unapprove"
    assert officer.post(again, data={"revision": "1"}).status_code == 409
    assert officer.post(again, data={"revision": "2"}).status_code == 303
    assert "Clean air" not in client.get(at).text
    stranger = sign_in(identity("coordinator", org=org("other")))
    assert stranger.post(again, data={"revision": "3"}).status_code == 404


def test_a_file_of_many_answers_is_written_as_they_are_read(
    app: Any, client: Any, publish: Any, monkeypatch: Any
) -> None:
    made = publish([OPEN])
    for number in range(5):
        send(made, name="Bat", wish=f"Wish {number}")
    db.session.execute(update(Submission).values(state="approved"))
    db.session.commit()
    monkeypatch.setattr(published, "PART", 2)
    read: list[int] = []
    written: list[int] = []
    words: Any = vars(published)["shown"]

    def shown(*args: Any) -> Any:
        read.append(1)
        return words(*args)

    monkeypatch.setattr(published, "shown", shown)

    def export_rows(columns: Any, rows: Any, *more: Any) -> Any:
        for each in rows:
            written.append(len(read))
            yield json.dumps(each["wish"]).encode()

    with monkeypatch.context() as patched:
        patched.setattr(documents, "export_rows", export_rows)
        with client.get(f"{made.url}/published?format=json") as answer:
            assert answer.is_streamed
            assert len(answer.data.split(b'""')) == 5
    assert written == [1, 2, 3, 4, 5]
    with client.get(f"{made.url}/published?format=csv") as answer:
        assert answer.content_type == documents.MIME_TYPES["csv"]
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.text.count("Wish") == 5


def test_forms_that_mark_nothing_or_keep_no_names_have_no_such_page(client: Any, publish: Any) -> None:
    plain = publish([SECRET])
    assert client.get(f"{plain.url}/published").status_code == 404
    refused = form(OPEN, settings={"access": {"anonymous": True}})
    assert [each.code for each in check(refused)] == ["public_anonymous"]
    assert [each.code for each in check(form(row("email", "mail", use=["public"])))] == ["public_private"]
    inside = form(row("repeat", "person", children=[row("text", "who", use=["public"])]))
    assert [each.code for each in check(inside)] == ["public_repeat"]
