"""Anonymous forms: nothing of the sender is anywhere. Sent from a marked address, with marked headers and files."""

from __future__ import annotations

import json
import logging
import sqlite3
import uuid
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image
from sqlalchemy import select, text

from portal import clock
from portal.audit import HistoryEntry
from portal.db import db
from portal.demo.models import DemoRow
from portal.forms.filling import files as fill_files
from portal.forms.models import Submission
from portal.records.models import File
from tests.portal.forms.build import row
from tests.portal.forms.programs import Program

ADDRESS = "203.0.113.77"
MARKS = (
    ADDRESS,
    "MARKEDAGENT",
    "marked-referer",
    "MARKEDCOOKIE",
    "Marked Author",
    "MARKEDCAMERA",
    "bat-from-khovd",
    "zz-MARKED",
    "Marked Person",
)
HEADERS = {
    "User-Agent": "MARKEDAGENT/1.0",
    "Referer": "http://localhost/marked-referer",
    "Accept-Language": "zz-MARKED, en",
    "X-Forwarded-For": ADDRESS,
    "Cookie": "other=MARKEDCOOKIE",
}
QUESTIONS = [
    row("text", "story", required=True, use=["filter"]),
    row("select_one", "kind", list="light", use=["chart", "filter"]),
    row("image", "photo"),
    row("file", "paper"),
    row("start", "begun"),
    row("username", "who"),
    row("useremail", "mail"),
    row("calculate", "told", calculation="concat('x', property('email'), property('username'))"),
]


def photo() -> BytesIO:
    """A picture that knows the camera and the place."""
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "MARKEDCAMERA"
    exif[0x013B] = "Marked Author"
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    out.seek(0)
    return out


def paper() -> BytesIO:
    """A document that knows its author."""
    document = Document()
    document.core_properties.author = "Marked Author"
    document.core_properties.last_modified_by = "Marked Author"
    document.add_paragraph("What happened")
    out = BytesIO()
    document.save(out)
    out.seek(0)
    return out


def send(browser: Any, url: str, **answers: Any) -> Any:
    data = {"uid": str(uuid.uuid4()), "_lang": "en", "q.story": "He hit me", "q.kind": "red", **answers}
    return browser.post(url, data=data, headers=HEADERS, environ_base={"REMOTE_ADDR": ADDRESS})


def everything(app: Any) -> str:
    """All that is in the database, as text."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(db.engine.url.database or "")) as connection:
            return "\n".join(connection.iterdump())
    return "\n".join(str(row) for table in db.metadata.sorted_tables for row in db.session.execute(select(table)).all())


@pytest.mark.parametrize("signed_in", [False, True])
def test_nothing_of_the_sender_is_anywhere(
    app: Any,
    client: Any,
    publish: Any,
    identity: Any,
    org: Any,
    sign_in: Any,
    caplog: Any,
    capsys: Any,
    signed_in: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    made = publish(QUESTIONS, anonymous=True)
    person = identity("local_officer", org=org(), name="Marked Person")
    browser = sign_in(person) if signed_in else client
    before = everything(app)
    sent = send(
        browser,
        made.url,
        **{"file:q.photo": (photo(), "bat-from-khovd.jpg"), "file:q.paper": (paper(), "bat-from-khovd.docx")},
    )
    assert sent.status_code == 303, sent.text
    receipt = browser.get(sent.location, headers=HEADERS, environ_base={"REMOTE_ADDR": ADDRESS})
    assert receipt.status_code == 200
    after = everything(app)
    new = "\n".join(set(after.splitlines()) - set(before.splitlines()))
    told = capsys.readouterr().out + caplog.text
    stored = "".join(
        path.read_bytes().decode("latin-1")
        for path in Path(str(app.config["STORAGE_URL"]).removeprefix("file://")).rglob("*")
        if path.is_file()
    )
    for mark in MARKS:
        assert mark not in new, mark
        assert mark not in told, mark
        assert mark not in stored, mark
        assert mark not in sent.text + receipt.text, mark
    assert person.email not in new
    (one,) = db.session.scalars(select(Submission))
    assert one.submitted_by_id is None
    assert one.org_id is None
    assert one.language == ""
    assert one.once_key is None
    assert set(one.answers) == {"story", "kind", "photo", "paper", "told"}
    assert one.answers["told"] == "x"
    local = one.received_at.astimezone(clock.zone())
    assert (local.hour, local.minute, local.second, local.date()) == (0, 0, 0, clock.today())
    for file in db.session.scalars(select(File)):
        assert file.created_by_id is None
        assert file.created_at == one.received_at
        assert file.name in ("photo.jpg", "paper.docx")


def test_nothing_of_who_sends_by_a_program_is_anywhere(
    app: Any, publish: Any, identity: Any, org: Any, caplog: Any, capsys: Any
) -> None:
    """The same for an account whose program sends by the interface, with its token."""
    caplog.set_level(logging.DEBUG)
    made = publish(QUESTIONS, anonymous=True, mode="invited")
    person = identity("desk_officer", org=org("maker"), name="Marked Person")
    program = Program(app, person)
    program.get("/forms")
    program.headers |= {key: value for key, value in HEADERS.items() if key != "Cookie"}
    before = everything(app)
    capsys.readouterr()
    caplog.clear()
    uid, here = str(uuid.uuid4()), {"environ_base": {"REMOTE_ADDR": ADDRESS}}
    answers = {"story": "He hit me", "kind": "red", "who": "Marked Person"}
    for question, file in (("photo", (photo(), "bat-from-khovd.jpg")), ("paper", (paper(), "bat-from-khovd.docx"))):
        kept = program.post(f"/forms/{made.id}/files", data={"uid": uid, "question": question, "file": file}, **here)
        answers[question] = kept.json["id"]
    sent = program.post(f"/forms/{made.id}/answers", {"uid": uid, "answers": answers}, **here)
    assert sent.status_code == 201, sent.text
    told = capsys.readouterr().out + caplog.text
    new = "\n".join(set(everything(app).splitlines()) - set(before.splitlines()))
    folder = Path(str(app.config["STORAGE_URL"]).removeprefix("file://"))
    stored = "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())
    assert "anonymous request" in told
    for mark in MARKS:
        assert mark not in new + told + stored + sent.text, mark
    assert person.email not in new
    assert f'"user_id": {person.id}' not in told
    (one,) = db.session.scalars(select(Submission))
    assert (one.submitted_by_id, one.org_id, one.language) == (None, None, "")
    assert [file.created_by_id for file in db.session.scalars(select(File))] == [None, None]


def test_its_arrival_is_in_no_history_and_its_ids_tell_no_order(app: Any, client: Any, publish: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    db.session.rollback()
    entries = len(list(db.session.scalars(select(HistoryEntry.id))))
    for number in range(12):
        assert send(client, made.url, **{"q.story": f"Story {number}"}).status_code == 303
    db.session.rollback()
    assert len(list(db.session.scalars(select(HistoryEntry.id)))) == entries
    found = list(db.session.scalars(select(Submission).order_by(Submission.id)))
    order = [int(one.answers["story"].rpartition(" ")[2]) for one in found]
    assert sorted(order) == list(range(12))
    assert order != list(range(12))  # by chance once in 479 million
    if db.engine.dialect.name == "sqlite":
        rows = db.session.execute(text("select rowid, id from portal_submission")).all()
        assert all(rowid == key for rowid, key in rows)
    assert list(db.session.scalars(select(DemoRow.id))) == []


def test_an_approval_names_the_officer_and_no_sender(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    send(client, made.url)
    db.session.rollback()
    (one,) = db.session.scalars(select(Submission))
    submission_id = one.id
    officer = sign_in(made.owner)
    page = officer.get(f"/forms/{made.id}/answers/{submission_id}")
    assert "He hit me" in page.text
    assert "Send back" not in page.text
    assert "Correct" not in page.text
    assert officer.get(f"/forms/{made.id}/answers/{submission_id}/return").status_code == 403
    assert officer.get(f"/forms/{made.id}/answers/{submission_id}/correct").status_code == 403
    url = f"/forms/{made.id}/answers/{submission_id}/approve"
    assert officer.post(url, data={"revision": "1"}).status_code == 303
    db.session.rollback()
    (entry,) = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "portal_submission"))
    assert entry.actor_id == made.owner.id
    assert set(entry.changes) == {"state"}
    assert "He hit me" not in json.dumps(entry.changes)


def test_there_are_no_drafts_of_anonymous_forms(publish: Any, sign_in: Any) -> None:
    made = publish(QUESTIONS, anonymous=True, mode="invited")
    browser = sign_in(made.owner)
    page = browser.get(f"/forms/{made.id}/fill")
    assert "Save for later" not in page.text
    assert 'id="saved"' not in page.text
    assert browser.post(f"/forms/{made.id}/fill/draft", data={"q.story": "x"}).status_code == 404
    assert browser.post(f"/forms/{made.id}/fill", data={"q.story": "x"}).status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(Submission)).submitted_by_id is None


def test_the_page_of_an_anonymous_form_has_a_neutral_title_and_a_way_out(client: Any, publish: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    page = client.get(made.url)
    assert "<title>Form – UPR Portal</title>" in page.text
    assert 'autocomplete="off"' in page.text
    assert "data-exit" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")


def test_a_file_that_cannot_be_cleaned_is_refused_and_the_rest_is_kept(client: Any, publish: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    page = send(client, made.url, **{"file:q.paper": (BytesIO(b"%PDF-1.7 Marked Author"), "x.pdf")})
    assert page.status_code == 422
    assert '<a href="#q-paper">' in page.text
    assert "He hit me" in page.text
    page = send(client, made.url, **{"file:q.photo": (BytesIO(b"no picture"), "x.svg")})
    assert page.status_code == 422
    assert '<a href="#q-photo">' in page.text


def test_a_file_is_shown_again_when_the_page_comes_back_and_can_be_removed(client: Any, publish: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    uid = str(uuid.uuid4())
    page = send(client, made.url, uid=uid, **{"q.story": "", "file:q.photo": (photo(), "bat-from-khovd.jpg")})
    assert page.status_code == 422
    assert "photo.jpg" in page.text
    db.session.rollback()
    file_uid = db.session.scalar(select(File.uid))
    assert f'name="q.photo" value="{file_uid}"' in page.text
    dropped = send(client, made.url, uid=uid, **{"q.story": "", "q.photo": file_uid, "drop:q.photo": "1"})
    assert "photo.jpg" not in dropped.text
    assert send(client, made.url, uid=uid, **{"q.photo": file_uid}).status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(Submission)).answers["photo"] == file_uid
    stranger = send(client, made.url, **{"q.photo": file_uid})
    assert stranger.status_code == 422
    assert "not among the files that were sent" in stranger.text


def test_files_of_forms_nobody_finished_are_removed_after_two_days(client: Any, publish: Any, monkeypatch: Any) -> None:
    made = publish(QUESTIONS, anonymous=True)
    send(client, made.url, **{"q.story": "", "file:q.photo": (photo(), "a.jpg")})
    send(client, made.url, **{"file:q.photo": (photo(), "b.jpg")})
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    db.session.rollback()
    fill_files.tidy()
    db.session.rollback()
    (kept,) = db.session.scalars(select(File))
    assert kept.purpose.startswith("sent:")
