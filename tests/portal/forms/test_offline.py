"""Filling without a network, on the side of the server: the page, the answers and files that devices send."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from portal import clock, storage
from portal.db import db, transaction
from portal.forms import publishing, service
from portal.forms.definition import update_settings
from portal.forms.models import Form, FormVersion, Submission
from portal.forms.offline import parts
from portal.forms.waiting import waiting_bytes
from portal.people.models import Organisation
from portal.records.models import File
from tests.portal.forms.build import row
from tests.portal.forms.builder_help import Builder, controls
from tests.portal.forms.offline_help import DEVICE, Device, named, new, noise, picture, record

QUESTIONS = [
    row("text", "name", required=True),
    row("integer", "age", constraint=". < 120"),
    row("select_one", "light", list="light"),
    row("text", "why", relevant="${light} = 'red'", required=True),
    row("image", "photo"),
    row("calculate", "day", calculation="string(today())"),
]


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission)))


def change(made: Any, **cells: Any) -> FormVersion:
    """Publish the form with other settings or questions; the new version."""
    definition = made.form.definition
    if "survey" in cells:
        definition = {**definition, "survey": cells.pop("survey")}
    access = {**definition["settings"]["access"], **cells}
    service.save(made.owner, made.record, version=None, definition=update_settings(definition, access=access))
    return publishing.publish(made.owner, made.record, version=None, waived="test")


@pytest.fixture
def made(publish: Any) -> Any:
    return publish(QUESTIONS, offline=True)


@pytest.fixture
def device(client: Any, made: Any) -> Device:
    return Device(client, f"/forms/offline/f/{made.token}")


def test_the_page_holds_one_version_whole_and_sets_no_cookie(client: Any, made: Any, publish: Any) -> None:
    at = f"/forms/offline/f/{made.token}"
    there = client.get(at, headers={"Accept-Language": "en"})
    assert (there.status_code, there.location) == (303, f"{at}?version=1&lang=en")
    page = client.get(there.location)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]
    assert all(f'id="q-{name}-box"' in page.text for name in ("name", "age", "why", "photo"))
    manifest = client.get(f"{at}/manifest.json?lang=mn").get_json()
    assert (manifest["start_url"], manifest["scope"], manifest["name"]) == (at, "/forms/offline/", "Тест")
    with client.get("/forms/offline/worker.js") as worker:
        assert worker.headers["Cache-Control"] == "no-cache"
    assert client.get(f"{at}?version=7&lang=en").status_code == 404
    assert client.get(f"/forms/offline/f/{publish(QUESTIONS).token}").status_code == 404


def test_the_page_changes_its_mark_only_with_what_it_shows(client: Any, made: Any, monkeypatch: Any) -> None:
    def mark() -> str:
        page = client.get(f"/forms/offline/f/{made.token}?version=1&lang=en").text
        return page.split('data-digest="')[1][:16]

    first, later = mark(), clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert mark() == first
    monkeypatch.setattr("portal.ui.assets.manifest", lambda: {"icons.svg": "other.svg"})
    assert mark() != first


def test_what_is_sent_again_gets_the_same_receipt_and_other_content_is_refused(device: Device) -> None:
    uid = new()
    first = device.send(uid, name="Bat", age="41")["receipt"]
    assert {device.send(uid, name="Bat", age="41")["receipt"]["code"] for _turn in range(5)} == {first["code"]}
    (one,) = stored()
    assert (one.receipt, one.digest, one.uid) == (first["code"], first["hash"], uid)
    no = device.send(uid, 409, name="Bat", age="42")
    assert no["reasons"][0]["code"] == "sent_before"
    assert "first" not in no  # it may be that of somebody else
    assert [each.answers["age"] for each in stored()] == [41]


def test_answers_are_judged_like_those_of_a_page_and_the_reasons_name_the_questions(device: Device) -> None:
    no = device.send(new(), 422, age="130", light="red")
    assert [(each["label"], each["anchor"], each["code"]) for each in no["reasons"]] == [
        ("name (en)", "q-name", "required"),
        ("age (en)", "q-age", "constraint"),
        ("why (en)", "q-why", "required"),
    ]
    assert stored() == []


def test_a_record_stays_on_the_version_it_was_filled_on(device: Device, made: Any) -> None:
    change(made, survey=[*QUESTIONS[:1], row("text", "second")])
    third = change(made, survey=[*QUESTIONS[:2], row("text", "third", required=True)])
    change(made, survey=[row("text", "fourth", required=True)])
    device.query["version"] = 3
    uid = new()
    device.raw(200, record(uid, version=3, name="Bat", age="7", third="x"))
    (one,) = stored()
    assert (one.version_id, one.answers) == (third.id, {"name": "Bat", "age": 7, "third": "x"})
    assert device.client.get(device.at + "?version=3&lang=en").status_code == 200
    assert device.raw(400, record(new(), version=2, name="Bat"))["reasons"][0]["code"] == "unreadable"


def test_days_are_those_on_which_the_form_was_filled(device: Device, made: Any, monkeypatch: Any) -> None:
    uid, filled = new(), clock.now() + timedelta(days=1)
    later = clock.now() + timedelta(days=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    content = {**record(uid, name="Bat"), "filled": filled.isoformat()}
    first = device.raw(200, content)
    assert stored()[0].answers["day"] == filled.astimezone(clock.zone()).date().isoformat()
    much_later = later + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    assert device.raw(200, content) == first


def test_the_form_in_use_says_until_when_answers_are_taken(device: Device, made: Any, monkeypatch: Any) -> None:
    closes = clock.now() + timedelta(days=1)
    change(made, closes=closes.isoformat())
    uid = new()
    device.send(uid, name="Bat")
    for after, status in ((timedelta(minutes=9), 200), (timedelta(minutes=11), 410)):
        monkeypatch.setattr(clock, "now", lambda after=after: closes + after)
        said = device.send(new(), status, name="Bat")
    assert said["reasons"][0]["code"] == "over"
    device.send(uid, name="Bat")
    assert device.client.get(device.at + "?version=1&lang=en").text.count("closed") > 0
    assert len(stored()) == 2


def test_a_file_comes_in_parts_and_goes_on_where_the_line_broke(device: Device) -> None:
    uid, photo = new(), picture()
    big = noise()
    half = parts.LEAST
    assert len(big) > 3 * half
    assert device.part(uid, big, 0, half) == {"offset": half, "whole": False}
    assert device.part(uid, big, 0, half)["offset"] == half
    assert device.part(uid, big, half + 5, len(big))["offset"] == half
    assert device.part(uid, big, half, 2 * half) == {"offset": 2 * half, "whole": False}
    assert device.have(uid, big) == {"offset": 2 * half, "whole": False}
    assert device.part(uid, big, 2 * half, len(big)) == {"offset": len(big), "whole": True}
    no = device.send(uid, 422, name="Bat", files=[{**device.file(uid, photo), "hash": "0" * 64}])
    assert no["reasons"][0]["code"] == "file_unknown"
    uid = new()
    files = [device.file(uid, photo)]
    before = waiting()
    assert device.send(uid, name="Bat", files=files) == device.send(uid, name="Bat", files=files)
    assert before - waiting() == parts.LEAST
    (one,) = stored()
    (kept,) = db.session.scalars(select(File).where(File.purpose.startswith("sent:")))
    assert one.answers["photo"] == kept.uid
    with storage.current().open(kept.stored_as) as stream:
        assert b"CAMERAOFTHEDEVICE" not in stream.read()


def waiting() -> int:
    """Bytes that wait for the one form of the test."""
    db.session.rollback()
    return waiting_bytes(db.session.scalars(select(Form.record_id)).one())


def test_files_that_cannot_be_taken_say_why(device: Device, monkeypatch: Any) -> None:
    uid, photo, size = new(), picture(), len(picture())
    assert device.part(uid, photo, 0, size, 422, field="q.name")["reasons"][0]["code"] == "no_question"
    assert device.part(uid, b"no picture", 0, 10, 422)["reasons"][0]["code"] == "file"
    assert device.part(uid, photo, 0, size, 413, size=11_000_000)["reasons"][0]["code"] == "too_large"
    assert device.part(uid, bytes(parts.MOST + 1), 0, parts.MOST + 1, 413)["reasons"][0]["code"] == "too_large"
    assert device.part(uid, photo, 0, size - 1, 422)["reasons"][0]["code"] == "part_small"
    assert device.part(uid, photo, 0, size, 422, hash="0" * 64)["reasons"][0]["code"] == "damaged"
    assert device.part(uid, photo, 0, size, 400, hash="zz")["reasons"][0]["code"] == "unreadable"
    assert device.part("7", photo, 0, size, 400)["reasons"][0]["code"] == "unreadable"
    for number in range(20):
        device.file(uid, picture(f"#{number * 12:02x}0000"))
    assert device.part(uid, photo, 0, size, 422)["reasons"][0]["code"] == "files"
    assert waiting() == 20 * parts.LEAST
    device.part(new(), noise(), 0, parts.LEAST)
    unfinished = select(func.count()).where(File.purpose.startswith("part:"))
    assert db.session.scalar(unfinished) == 1
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    parts.tidy()
    assert db.session.scalar(unfinished) == 0
    assert waiting() == 20 * parts.LEAST


def test_a_link_does_not_fill_the_disk(device: Device, monkeypatch: Any) -> None:
    first, second, big = new(), new(), noise()
    monkeypatch.setattr("portal.forms.waiting.MOST", len(big) + parts.LEAST - 1)
    device.part(first, big, 0, parts.LEAST)
    assert device.have(second, big, 429)["reasons"][0]["code"] == "waiting"
    assert device.part(second, big, 0, len(big), 429)["reasons"][0]["code"] == "waiting"
    assert device.part(first, big, parts.LEAST, len(big))["whole"]
    monkeypatch.setattr("portal.forms.waiting.MOST", waiting() + parts.LEAST - 1)
    assert "хэт олон" in device.part(second, picture(), 0, 10, 429, size=10, lang="mn")["reasons"][0]["message"]
    device.send(first, name="Bat", files=[named("q.photo", big)])
    assert waiting() == 0
    device.send(second, name="Dorj", files=[device.file(second, picture())])
    assert sorted(one.answers["name"] for one in stored()) == ["Bat", "Dorj"]


NO_RECORDS: tuple[Any, ...] = (
    None,
    [],
    {"uid": "1"},
    {**record(new()), "answers": [["q.name"]]},
    {**record(new()), "answers": [["q.name", 5]]},
    {**record(new()), "answers": [["q.name", "a\0b"]]},
    {**record(new()), "answers": [["q.name", "\ud800"]]},
    {**record(new()), "filled": "yesterday"},
    {**record(new()), "files": [{"field": "q.photo", "hash": "x", "name": "a", "size": 1}]},
    {**record(new()), "version": "three"},
    {**record(new()), "version": float("inf")},
    {**record(new()), "lang": "m\0"},
)


def test_what_is_no_record_is_refused(device: Device) -> None:
    for content in NO_RECORDS:
        assert device.raw(400, content)["reasons"][0]["code"] == "unreadable", content


def test_numbers_that_no_row_has_lead_nowhere(device: Device, made: Any, sign_in: Any) -> None:
    Device(device.client, device.at, version=10**20).raw(404, record(new(), name="Bat"))
    officer = sign_in(made.owner)
    for address in (f"/forms/{made.id}/fill?subject={10**20}", f"/forms/offline/{made.id}?version={10**20}"):
        assert officer.get(address).status_code == 404, address


def test_only_pages_of_the_portal_send(device: Device) -> None:
    content = record(new(), name="Bat")
    device.raw(403, content, headers={})
    device.raw(403, content, headers={**DEVICE, "Sec-Fetch-Site": "cross-site"})
    device.raw(403, content, headers={**DEVICE, "Origin": "https://elsewhere.example"})
    assert stored() == []
    device.raw(200, content, headers={**DEVICE, "Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"})


def test_an_account_sends_its_own_answers_and_nobody_elses(
    app: Any, client: Any, publish: Any, identity: Any, org: Any, sign_in: Any, monkeypatch: Any
) -> None:
    made = publish(QUESTIONS, mode="invited", offline=True)
    mine, other = (identity("desk_officer", org=org("maker")) for _turn in range(2))
    at = f"/forms/offline/{made.id}"
    assert Device(client, at).send(new(), 401, name="Bat")["reasons"][0]["code"] == "signed_out"
    assert client.get(at).status_code in (302, 303)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    browser = sign_in(mine)
    page = browser.get(f"{at}?version=1&lang=en").text
    account = page.split('data-account="')[1].split('"')[0]
    assert len(account) == 24
    uid, photo = new(), picture()
    device = Device(browser, at, account=account)
    device.send(uid, name="Bat", files=[device.file(uid, photo)])
    (one,) = stored()
    assert one.submitted_by_id == mine.id
    assert (
        Device(sign_in(other), at, account=account).send(new(), 403, name="B")["reasons"][0]["code"] == "other_account"
    )
    stranger = sign_in(identity("desk_officer", org=org("elsewhere")))
    assert Device(stranger, at).send(new(), 404, name="Bat")["reasons"][0]["code"] == "gone"
    assert client.get(f"/forms/offline/f/{made.token}").status_code == 404


def test_of_an_anonymous_form_nothing_of_the_sender_is_kept(
    publish: Any, identity: Any, org: Any, sign_in: Any, caplog: Any
) -> None:
    made = publish(QUESTIONS, offline=True, anonymous=True)
    device = Device(sign_in(identity("desk_officer", org=org("maker"))), f"/forms/offline/f/{made.token}")
    page = device.client.get(f"{device.at}?version=1&lang=en").text
    assert 'data-account=""' in page
    assert "data-anonymous" in page
    assert "<title>Form" in page
    uid, photo = new(), picture()
    big = noise()
    device.part(uid, big, 0, parts.LEAST)
    (part,) = db.session.scalars(select(File).where(File.purpose.startswith("part:")))
    assert (part.created_by_id, part.created_at.astimezone(clock.zone()).time().hour) == (None, 0)
    device.part(uid, big, parts.LEAST, len(big))
    content = {**record(uid, name="Bat", files=[device.file(uid, photo)]), "filled": clock.today().isoformat()}
    receipt = device.raw(200, content)["receipt"]
    assert receipt["received"] == clock.today().isoformat()
    (one,) = stored()
    assert (one.submitted_by_id, one.org_id, one.language) == (None, None, "")
    said = " ".join(entry.getMessage() for entry in caplog.records if entry.name == "portal.access")
    assert "127.0.0.1" not in said
    assert made.token not in said


def test_what_is_stored_gets_its_receipt_although_a_list_changed_since(client: Any, publish: Any, org: Any) -> None:
    made = publish([row("organisation", "body")], offline=True)
    device = Device(client, f"/forms/offline/f/{made.token}")
    body, uid = org("short-lived"), new()
    code = body.code
    first = device.send(uid, body=code)
    with transaction():
        db.session.execute(update(Organisation).where(Organisation.id == body.id).values(code="renamed"))
    assert device.send(uid, body=code) == first
    assert device.send(new(), 422, body=code)["reasons"][0]["code"] == "choice"


def test_a_row_whose_record_is_gone_is_not_dropped_unsaid(client: Any, publish: Any) -> None:
    rows = [
        row(
            "repeat",
            "rated",
            matrix=True,
            rows_from={"source": "records:recommendation"},
            children=[row("text", "say")],
        )
    ]
    made = publish(rows, offline=True)
    device = Device(client, f"/forms/offline/f/{made.token}")
    gone = {"rated.0._key": "987654", "rated.0.say": "what we think"}
    assert device.send(new(), 422, **gone)["reasons"][0]["code"] == "row_lost"
    device.send(new(), **{**gone, "rated.0.say": ""})


def test_the_office_says_whether_a_form_may_be_filled_so(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish(QUESTIONS)
    office = Builder(sign_in(made.owner), made.id)
    assert "Fill without a network" not in client.get(made.url + "?lang=en").text
    fields = controls(office.get("/edit/settings"))
    assert "offline" not in fields
    office.post("/edit/settings", **fields, offline="y")
    assert office.definition["settings"]["access"]["offline"] is True
    publishing.publish(made.owner, made.record, version=None, waived="test")
    at = f"/forms/offline/f/{made.token}"
    assert at in client.get(made.url + "?lang=en").text
    assert at in office.get("?lang=en")
    page = office.post("/edit/settings?lang=en", 422, **{**fields, "offline": "y", "mode": "personal"})
    assert "Choose one of the two." in page


def test_questions_that_only_the_server_computes_are_named(publish: Any, sign_in: Any) -> None:
    rows = [row("text", "name"), row("date", "later", default="today() + 7"), row("date", "day", default="today()")]
    made = publish(rows)
    office = Builder(sign_in(made.owner), made.id)
    fields = controls(office.get("/edit/settings?lang=en"))
    page = office.post("/edit/settings?lang=en", 422, **fields, offline="y")
    assert "The first answer of “later (en)” is made of the day or the time" in page
    assert "day (en)" not in page
    access = {**made.form.definition["settings"]["access"], "offline": True}
    definition = update_settings(made.form.definition, access=access)
    service.save(made.owner, made.record, version=None, definition=definition)
    with pytest.raises(publishing.NotPublishable) as stopped:
        publishing.publish(made.owner, made.record, version=None, waived="test")
    assert [problem.code for problem in stopped.value.problems] == ["offline"]
    assert "Not without a network" in office.get("/publish?lang=en")
