"""Answers that are removed: gone from lists, files and programs, with who, when and why in the history."""

from __future__ import annotations

import io
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from portal import storage
from portal.audit import HistoryEntry
from portal.db import db
from portal.forms import changes
from portal.forms.models import AnswerIndex, Submission
from portal.records import File
from tests.portal.forms.build import row
from tests.portal.forms.programs import Program
from tests.portal.forms.test_answers import send
from tests.portal.forms.test_rest import PNG

NAME = row("text", "name", required=True, use=["filter"])
PHOTO = row("image", "photo")


def told(form_id: int) -> list[tuple[str, int]]:
    return [(each.act, each.submission_id) for each in changes.after(form_id, "", 100)[0]]


def test_removed_answers_and_their_files_are_gone(app: Flask, publish: Any, sign_in: Any) -> None:
    made = publish([NAME, PHOTO], mode="invited")
    program, uid = Program(app, made.owner), str(uuid.uuid4())
    upload = {"uid": uid, "question": "photo", "file": (io.BytesIO(PNG), "a.png")}
    photo = program.post(f"/forms/{made.id}/files", data=upload).json["id"]
    sent = {"uid": uid, "answers": {"name": "Spam", "photo": photo}}
    key = program.post(f"/forms/{made.id}/answers", sent).json["id"]
    kept = send(made, made.owner, name="Kept")
    stored_as = db.session.scalars(select(File.stored_as)).one()
    owner, url = sign_in(made.owner), f"/forms/{made.id}/answers/{key}"
    assert f"{url}/remove" in owner.get(url).text
    page = owner.get(f"{url}/remove")
    assert "1 file that was sent with them is deleted." in page.text
    assert owner.post(f"{url}/remove", data={"version": 1, "why": ""}).status_code == 422
    assert owner.post(f"{url}/remove", data={"version": 7, "why": "spam"}).status_code == 409
    answer = owner.post(f"{url}/remove", data={"version": 1, "why": "Sent to spoil the form"})
    assert answer.location == f"/forms/{made.id}/answers"
    assert list(db.session.scalars(select(Submission.id))) == [kept]
    assert list(db.session.scalars(select(AnswerIndex.submission_id).distinct())) == [kept]
    assert db.session.scalar(select(func.count()).select_from(File)) == 0
    assert not storage.current().exists(stored_as)
    assert owner.get(url).status_code == 404
    assert "Sent to spoil the form" in owner.get(f"/forms/{made.id}").text
    assert told(made.id) == [("submitted", key), ("submitted", kept), ("removed", key)]
    items = program.get(f"/forms/{made.id}/answers?since=").json["items"]
    assert [each["answer"] and each["answer"]["id"] for each in items] == [None, kept, None]


def test_of_an_anonymous_answer_nothing_is_left(app: Flask, publish: Any, sign_in: Any) -> None:
    made = publish([NAME], mode="public", anonymous=True)
    key = send(made, name="CANARY")
    url = f"/forms/{made.id}/answers/{key}/remove"
    assert sign_in(made.owner).post(url, data={"version": 1, "why": "spam"}).status_code == 303
    assert db.session.scalar(select(Submission.id)) is None
    assert not any("CANARY" in str(each.changes) for each in db.session.scalars(select(HistoryEntry)))
    assert told(made.id) == []


def test_only_who_judges_removes(app: Flask, publish: Any, sign_in: Any, identity: Any, org: Any) -> None:
    made = publish([NAME], mode="invited")
    key = send(made, made.owner, name="a")
    url = f"/forms/{made.id}/answers/{key}/remove"
    for user, status in (
        (identity("coordinator", org=org("other")), 404),
        (identity("local_officer", org=org("maker")), 403),
    ):
        browser = sign_in(user)
        assert browser.get(url).status_code == status
        assert browser.post(url, data={"version": 1, "why": "x"}).status_code == status
    assert db.session.scalar(select(Submission.id)) == key
