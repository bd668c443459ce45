"""The file of unsent answers: looked at, taken over record by record, once, on the page and by command."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from portal import storage
from portal.audit import HistoryEntry
from portal.db import db
from portal.forms.models import Submission
from portal.forms.offline import rescue
from portal.records.models import File
from tests.portal.forms.build import row
from tests.portal.forms.offline_help import DEVICE, Device, carried, named, new, packed, picture, record
from tests.portal.forms.test_forms_cli import run  # noqa: F401 - fixture
from tests.portal.forms.test_offline import QUESTIONS, change

Files = dict[str, Any]


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission)))


@pytest.fixture
def made(publish: Any) -> Any:
    return publish(QUESTIONS, offline=True)


@pytest.fixture
def office(made: Any, sign_in: Any) -> Any:
    """The browser of the officer whose form it is."""
    return sign_in(made.owner)


def choose(office: Any, made: Any, content: bytes, tmp_path: Path) -> Any:
    """Choose the file on the page of the import and follow to what it says."""
    file = tmp_path / "answers.json"
    file.write_bytes(content)
    at = f"/forms/{made.id}/answers/import"
    with file.open("rb") as stream:
        answer = office.post(at, data={"file": (stream, "answers.json")}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return answer.location


def test_what_fits_is_taken_once_and_what_does_not_says_why(
    office: Any, made: Any, client: Any, tmp_path: Path
) -> None:
    photo, sent, bad = picture(), new(), new()
    device = Device(client, f"/forms/offline/f/{made.token}")
    first = device.send(sent, name="Sent before")["receipt"]["code"]
    kept = {**record(new(), name="Bat"), "title": "Bat", "files": [packed("q.photo", photo)]}
    content = carried(made, kept, record(sent, name="Sent before"), record(bad, name="Dorj", age="130"), {"uid": 7})
    at = choose(office, made, content, tmp_path)
    page = office.get(at + "&lang=en").text
    assert "Import 1 answer<" in page
    assert "age (en): This answer is not possible here." in page
    assert "This record cannot be read." in page
    assert f"{first[:5]} {first[5:]}" in page
    assert len(stored()) == 1
    for _turn in range(2):
        assert office.post(at).status_code in (303, 409)
    done = office.get(at).text
    one = next(each for each in stored() if each.answers["name"] == "Bat")
    assert len(stored()) == 2
    assert f"{one.receipt[:5]} {one.receipt[5:]}" in done
    assert one.submitted_by_id == made.owner.id
    (file,) = db.session.scalars(select(File).where(File.purpose.startswith("sent:")))
    assert one.answers["photo"] == file.uid
    notes = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "imported"))
    assert [entry.changes["new"] for entry in notes] == [1]
    again = device.raw(200, {**kept, "files": [{**kept["files"][0]}]})["receipt"]["code"]
    assert again == one.receipt


def test_a_file_keeps_the_versions_of_its_records(made: Any) -> None:
    change(made, survey=[row("text", "other", required=True)])
    content = carried(made, record(new(), name="Bat"), record(new(), version=2, other="x"), record(new(), version=9))
    plan = rescue.plan(made.owner, made.record, content, "answers.json")
    assert [line.state for line in plan.lines] == ["new", "new", "refused"]
    rescue.carry_out(made.owner, made.record, plan)
    assert sorted(len(one.answers) for one in stored()) == [1, 2]


def test_of_a_form_that_is_sent_once_the_first_record_of_a_file_is_taken(publish: Any) -> None:
    made = publish(QUESTIONS, mode="invited", offline=True, once=True)
    content = carried(made, record(new(), name="Bat"), record(new(), name="Dorj"))
    plan = rescue.plan(made.owner, made.record, content, "answers.json")
    rescue.carry_out(made.owner, made.record, plan)
    assert [(line.state, [each.code for each in line.reasons]) for line in plan.lines] == [
        ("taken", []),
        ("refused", ["once"]),
    ]
    assert [one.answers["name"] for one in stored()] == ["Bat"]


def test_records_that_came_twice_or_damaged_or_too_late_are_listed(made: Any) -> None:
    uid, files = new(), [packed("q.photo", picture())]
    damaged = {**record(new(), name="Bat"), "files": [{**files[0], "data": "AAAA"}]}
    wrong = {**record(new(), name="Bat"), "files": [packed("q.photo", b"no picture")]}
    twice = record(uid, name="Bat")
    content = carried(made, twice, twice, damaged, wrong)
    plan = rescue.plan(made.owner, made.record, content, "answers.json")
    codes = [[each.code for each in line.reasons] for line in plan.lines]
    assert codes == [[], ["twice"], ["damaged"], ["file"]]
    change(made, closes="2020-01-01T00:00")
    plan = rescue.plan(made.owner, made.record, carried(made, twice), "answers.json")
    assert [line.reasons[0].code for line in plan.lines] == ["over"]


@pytest.mark.parametrize("moment", ["INSERT INTO portal_file", "FOR NO KEY UPDATE"])
@pytest.mark.parametrize("answer", ["Bat", "Dorj"])
def test_a_record_that_its_device_sends_at_the_same_moment_is_there_once(
    app: Any, made: Any, moment: str, answer: str
) -> None:
    """On PostgreSQL the device is first, just before the file would be stored; on SQLite it waits for its turn."""
    uid, photo, sent = new(), picture(), []
    before = len(list(storage.current().keys()))
    plan = rescue.plan(made.owner, made.record, carried(made, _with(photo, uid)), "answers.json")
    device = Device(app.test_client(), f"/forms/offline/f/{made.token}")
    if moment == "FOR NO KEY UPDATE":
        device.file(uid, photo)

    def send() -> None:
        answered = record(uid, name=answer, files=[named("q.photo", photo)])
        with app.app_context():
            if moment != "FOR NO KEY UPDATE":
                device.file(uid, photo)
            at = f"{device.at}/send"
            sent.append(device.client.post(at, query_string=device.query, json=answered, headers=DEVICE))

    sending = threading.Thread(target=send)
    postgres = db.engine.dialect.name == "postgresql"
    first = moment if postgres else "SELECT portal_form.record_id"

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if first in statement and threading.current_thread() is threading.main_thread() and not sending.ident:
            sending.start()
            if postgres:
                sending.join()

    event.listen(db.engine, "before_cursor_execute", meanwhile)
    try:
        rescue.carry_out(made.owner, made.record, plan)
    finally:
        event.remove(db.engine, "before_cursor_execute", meanwhile)
    sending.join()
    (line,), (one,) = plan.lines, stored()
    same = answer == "Bat"
    if postgres:
        assert (line.state, line.receipt) == (("same", one.receipt) if same else ("refused", ""))
        assert (one.submitted_by_id, sent[0].status_code) == (None, 200)
    else:
        assert (line.state, line.receipt, one.submitted_by_id) == ("taken", one.receipt, made.owner.id)
        assert sent[0].status_code == (200 if same else 409)
    (file,) = db.session.scalars(select(File).where(File.record_id.is_(None)))
    assert (file.uid, file.purpose[:5]) == (one.answers["photo"], "sent:")
    assert len(list(storage.current().keys())) == before + 1


def _with(photo: bytes, uid: str) -> dict[str, Any]:
    return {**record(uid, name="Bat"), "files": [packed("q.photo", photo)]}


NO_FILES = (
    (b"{", "unreadable"),
    (b'{"format": "other", "format_version": 1, "form": "x", "records": []}', "unreadable"),
    (b'{"format": "portal-form-answers", "format_version": 1, "form": "x", "records": {}}', "unreadable"),
    (b'{"format": "portal-form-answers", "format_version": 2, "form": "x", "records": []}', "format"),
    (b'{"format": "portal-form-answers", "format_version": 1, "form": "x", "records": []}', "other_form"),
    (b"[" * 100_000, "unreadable"),
    (b'{"a":' * 100_000, "unreadable"),
    (b"{\xff\xfe", "unreadable"),
)


def test_a_file_that_is_none_is_refused_as_a_whole(made: Any) -> None:
    for content, code in NO_FILES:
        with pytest.raises(rescue.BadFile) as caught:
            rescue.plan(made.owner, made.record, content, "answers.json")
        assert caught.value.code == code, content[:80]


def test_others_cannot_import(made: Any, sign_in: Any, identity: Any, org: Any, office: Any, tmp_path: Path) -> None:
    at = choose(office, made, carried(made, record(new(), name="Bat")), tmp_path)
    stranger = sign_in(identity("coordinator", org=org("other")))
    assert stranger.get(at).status_code == 404
    reader = sign_in(identity("local_officer", org=org("maker")))
    assert reader.get(at).status_code in (403, 404)
    assert stored() == []


def test_the_command_takes_the_file(made: Any, run: Any, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    file = tmp_path / "answers.json"
    file.write_bytes(carried(made, record(new(), name="Bat"), record(new(), name="Dorj", age="130")))
    command = ["import-answers", str(made.id), str(file), "--as", made.owner.email]
    looked = run(*command, "--dry-run")
    assert (looked.exit_code, looked.stdout) == (1, "answers.json: 2 records, 1 would be imported, 0 there already\n")
    assert looked.stderr == "2 age (en): This answer is not possible here.\n"
    assert stored() == []
    done = json.loads(run(*command, "--json").stdout)
    assert [each["state"] for each in done["records"]] == ["taken", "refused"]
    assert done["records"][0]["receipt"] == stored()[0].receipt
    assert json.loads(run(*command, "--json").stdout)["same"] == 1
    file.write_bytes(b"{}")
    assert run(*command).exit_code == 1
