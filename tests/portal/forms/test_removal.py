"""Answers that are removed: gone from lists, files and programs, with who, when and why in the history."""

from __future__ import annotations

import hashlib
import io
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from portal import storage
from portal.audit import HistoryEntry
from portal.db import db
from portal.forms import changes
from portal.forms.answers import importing, reading, removal
from portal.forms.models import AnswerIndex, Removed, Submission
from portal.forms.offline import rescue
from portal.records import File
from tests.portal.forms.build import row
from tests.portal.forms.offline_help import Device, carried, record
from tests.portal.forms.openrosa.help import Phone, instance, message
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


def test_removed_answers_do_not_come_back_by_any_door(
    app: Flask, publish: Any, sign_in: Any, client: Any, monkeypatch: Any
) -> None:
    made = publish([NAME], offline=True)
    uid = str(uuid.uuid4())
    page = {"uid": uid, "_lang": "en", "q.name": "Spam"}
    assert client.post(made.url, data=page).status_code == 303
    key = db.session.scalars(select(Submission.id)).one()
    officer = sign_in(made.owner)
    url = f"/forms/{made.id}/answers/{key}/remove"
    assert "is told that it was removed" in officer.get(url).text
    assert officer.post(url, data={"version": 1, "why": "spam"}).status_code == 303
    again = client.post(made.url, data=page)
    assert again.status_code == 410
    assert "were removed by the office" in again.text
    assert "Spam" in again.text
    told_so = "These answers came before and were removed by the office. They are not taken again."
    document = {"uid": uid, "answers": {"name": "Spam"}}
    problem = Program(app, made.owner).post(f"/forms/{made.id}/answers", document)
    assert (problem.status_code, problem.json["code"], problem.json["detail"]) == (410, "removed", told_so)
    phone = Phone(app.test_client(), f"{made.url}/openrosa")
    refused = phone.send(instance({"formID": f"form-{made.id}", "version": "0001"}, "<name>Spam</name>", uid))
    assert (refused.status_code, message(refused)[1]) == (403, told_so)
    device = Device(client, f"/forms/offline/f/{made.token}")
    assert device.send(uid, name="Spam", status=410)["reasons"][0]["code"] == "removed"
    (line,) = rescue.plan(made.owner, made.record, carried(made, record(uid, name="Spam")), "a.json").lines
    assert [each.code for each in line.reasons] == ["removed"]
    planned = importing.plan(made.owner, made.record, f"_uuid,name\n{uid},Spam\n".encode(), "a.csv")
    assert [each.code for each in planned.problems] == ["removed"]
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [app.config["SECRET_KEY"]])
    monkeypatch.setitem(app.config, "SECRET_KEY", "y" * 40)
    assert client.post(made.url, data=page).status_code == 410
    db.session.rollback()
    assert db.session.scalar(select(Submission.id)) is None
    (left,) = db.session.scalars(select(Removed))
    assert uid not in left.mark
    assert left.mark != hashlib.sha256(uid.encode()).hexdigest()


def test_a_file_whose_rows_were_removed_is_imported_again_on_purpose(publish: Any) -> None:
    made = publish([NAME], mode="invited")
    content = b"name\nBat\n"

    def take() -> int:
        planned = importing.plan(made.owner, made.record, content, "a.csv")
        return importing.carry_out(made.owner, made.record, planned)

    assert [take(), take()] == [1, 0]
    for _time in range(2):
        key = db.session.scalars(select(Submission.id)).one()
        read = reading.open_submission(made.owner, made.id, key)
        removal.remove(read, revision=None, why="wrong file")
        assert [take(), take()] == [1, 0]


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
