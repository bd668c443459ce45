"""The OpenRosa protocol, written out from its specification: list, form, manifest, submission."""

from __future__ import annotations

import hashlib
import io
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from portal import clock, records, storage
from portal.db import db, transaction
from portal.forms import publishing, service
from portal.forms.filling import files as fill_files
from portal.forms.models import Submission
from portal.forms.openrosa.instance import LARGEST, file_id
from portal.records import File
from tests.portal.forms.build import form as definition_of
from tests.portal.forms.build import row
from tests.portal.forms.openrosa.help import ROOT, Phone, instance, message
from tests.portal.forms.test_fill_public import stored

NAME = row("text", "name", required=True)
AGE = row("integer", "age", constraint=". < 120", constraint_message={"mn": "120-оос бага", "en": "Below 120"})
BOMB = (
    "<?xml version='1.0'?><!DOCTYPE data [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {after} '{f'&{before};' * 10}'>" for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><data id='form-1' version='0001'><name>&i;</name></data>"
)


def known(made: Any, version: str = "0001") -> dict[str, str]:
    """The form as a program knows it that fetched it some time ago."""
    return {"formID": f"form-{made.id}", "version": version}


def picture(colour: str = "red", kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, kind)
    return out.getvalue()


def again(made: Any, *rows: dict[str, Any], **access: Any) -> None:
    """Publish the next version of a form."""
    db.session.rollback()
    record = records.get(made.owner, made.id, "form")
    definition = definition_of(*rows)
    definition["settings"]["access"] = {"mode": "public", **access}
    service.save(made.owner, record, version=record.version, definition=definition)
    publishing.publish(made.owner, record, version=None, waived="test")


def test_a_form_is_found_fetched_filled_and_sent_by_its_public_link(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE])
    phone = Phone(client, f"{made.url}/openrosa")
    (form,) = phone.forms()
    assert form["formID"] == f"form-{made.id}"
    assert form["name"] == "Test"
    assert form["version"] == "0001"
    assert "manifestUrl" not in form
    assert "descriptionText" not in form
    xform = phone.get(form["downloadUrl"])
    assert form["hash"] == "md5:" + hashlib.md5(xform.data).hexdigest()
    assert phone.get(form["downloadUrl"]).data == xform.data
    assert phone.forms("?formID=other") == []
    (verbose,) = phone.forms(f"?formID={form['formID']}&verbose=true&deviceID=x")
    assert verbose["descriptionText"].startswith("Version 1")
    head = client.head(f"{made.url}/openrosa/submission")
    assert (head.status_code, head.data) == (204, b"")
    assert head.headers["X-OpenRosa-Version"] == "1.0"
    assert int(head.headers["X-OpenRosa-Accept-Content-Length"]) == 25 * 1024 * 1024
    sent = phone.send(instance(form, "<name>Бат-Эрдэнэ</name><age>40</age><note/>"))
    assert sent.status_code == 201, sent.text
    nature, text = message(sent)
    assert nature == "submit_success"
    (one,) = stored()
    assert one.answers == {"name": "Бат-Эрдэнэ", "age": 40}
    assert one.receipt[:5] in text
    assert (one.submitted_by_id, one.language) == (None, "en")
    assert Phone(client, f"{made.url}/openrosa", {"Accept-Language": "mn"}).forms()[0]["name"] == "Тест"


def test_sent_five_times_it_is_stored_once_and_other_answers_are_refused(client: Any, publish: Any) -> None:
    made = publish([NAME, row("calculate", "moment", calculation="now()")])
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)
    uid = str(uuid.uuid4())
    first = instance(form, "<name>Bat</name><moment>2026-01-01T10:00:00.000+08:00</moment>", uid)
    answers = [phone.send(first) for _time in range(5)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    other = phone.send(instance(form, "<name>Dorj</name><moment/>", uid))
    assert (other.status_code, message(other)[0]) == (409, "error")
    assert "sent before" in message(other)[1]
    corrected = phone.send(instance(form, "<name>Dorj</name>", meta=f"<orx:deprecatedID>uuid:{uid}</orx:deprecatedID>"))
    assert corrected.status_code == 409
    assert [one.answers["name"] for one in stored()] == ["Bat"]
    elsewhere = publish([NAME])
    there = Phone(client, f"{elsewhere.url}/openrosa")
    assert there.send(instance(known(elsewhere), "<name>Bat</name>", uid)).status_code == 409


def test_what_the_engine_refuses_is_refused_with_the_questions_named(client: Any, publish: Any) -> None:
    child = row("repeat", "child", children=[row("text", "first", required=True)])
    made = publish([NAME, AGE, child])
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)
    sent = phone.send(instance(form, "<name/><age>150</age><child><first>A</first></child><child><first/></child>"))
    assert sent.status_code == 422
    said = message(sent)[1]
    assert "name (en): Answer this question." in said
    assert "age (en): Below 120" in said
    assert "child (en) 2, first (en): Answer this question." in said
    mongolian = Phone(client, f"{made.url}/openrosa", {"Accept-Language": "mn"})
    assert "120-оос бага" in message(mongolian.send(instance(form, "<name>A</name><age>150</age>")))[1]
    assert stored() == []


def test_nested_repeats_choices_dates_and_places_arrive_as_they_were_given(client: Any, publish: Any) -> None:
    made = publish(
        [
            row("group", "about", children=[row("select_multiple", "needs", list="light"), row("date", "day")]),
            row("dateTime", "moment"),
            row("time", "hour"),
            row("geopoint", "where"),
            row("rank", "order", list="yes_no"),
            row("acknowledge", "agreed"),
            row(
                "repeat",
                "house",
                children=[
                    row("text", "owner"),
                    row("repeat", "person", children=[row("text", "given"), row("integer", "years")]),
                ],
            ),
            row("calculate", "total", calculation="sum(${years})"),
        ]
    )
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)
    inside = """
      <about><needs>green red</needs><day>2026-10-01</day></about>
      <moment>2026-10-01T14:05:00.000+08:00</moment><hour>14:05:00.000+08:00</hour>
      <where>47.9184 106.9177 1350.5 4.9</where><order>no yes</order><agreed>OK</agreed>
      <house><owner>Өнөрбаян</owner>
        <person><given>А</given><years>3</years></person><person><given>Ү</given><years>4</years></person></house>
      <house><owner>Дорж</owner><person><given>Б</given><years>5</years></person></house>
      <total>12</total>"""
    sent = phone.send(instance(form, inside))
    assert sent.status_code == 201, sent.text
    (one,) = stored()
    assert one.answers == {
        "needs": ["green", "red"],
        "day": "2026-10-01",
        "moment": "2026-10-01T14:05+08:00",
        "hour": "14:05",
        "where": "47.9184 106.9177 1350.5 4.9",
        "order": ["no", "yes"],
        "agreed": "OK",
        "house": [
            {
                "_key": "1",
                "owner": "Өнөрбаян",
                "person": [
                    {"_key": "1", "given": "А", "years": 3},
                    {"_key": "2", "given": "Ү", "years": 4},
                ],
            },
            {"_key": "2", "owner": "Дорж", "person": [{"_key": "1", "given": "Б", "years": 5}]},
        ],
        "total": 12,
    }


PHOTOS = [NAME, row("image", "photo", required=True), row("image", "second")]
TWO = "<name>Bat</name><photo>1.jpg</photo><second>2.jpg</second>"


def test_files_come_in_several_requests(client: Any, publish: Any) -> None:
    made = publish(PHOTOS)
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)
    whole = instance(form, TWO)
    first = phone.send(whole, {"1.jpg": picture()}, incomplete=True)
    assert (first.status_code, message(first)[0]) == (202, "submit_success")
    assert stored() == []
    last = phone.send(whole, {"2.jpg": picture("blue")})
    assert last.status_code == 201, last.text
    (one,) = stored()
    files = fill_files.named(one.uid)
    assert {files[one.answers[name]].name for name in ("photo", "second")} == {"1.jpg", "2.jpg"}
    for _time in range(5):
        assert phone.send(whole, {"1.jpg": picture(), "2.jpg": picture("blue")}).status_code == 201
        assert phone.send(whole, {"1.jpg": picture()}, incomplete=True).status_code == 201
    assert (len(stored()), len(fill_files.named(one.uid))) == (1, 2)


def test_a_file_that_comes_after_the_answers_is_added(client: Any, publish: Any, sign_in: Any) -> None:
    made = publish(PHOTOS)
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)
    whole = instance(form, TWO)
    first = phone.send(whole, {"1.jpg": picture()})
    assert (first.status_code, "Still to come: 2.jpg" in message(first)[1]) == (201, True)
    (one,) = stored()
    page = sign_in(made.owner).get(f"/forms/{made.id}/answers/{one.id}").text
    assert "The file has not arrived yet." in page
    assert one.answers["second"] not in page
    assert set(fill_files.named(one.uid)) == {one.answers["photo"]}
    assert phone.send(whole, {"2.jpg": picture("blue"), "stray.jpg": picture("green")}).status_code == 201
    assert set(fill_files.named(one.uid)) == {one.answers["photo"], one.answers["second"]}
    assert one.answers["second"] == file_id(one.uid, "2.jpg")
    with time_machine.travel(clock.now() + timedelta(days=3)):
        fill_files.tidy()
    assert len(fill_files.named(one.uid)) == 2


@pytest.mark.parametrize("late", ["after the answers", "before their commit"])
def test_a_file_that_comes_while_the_answers_are_stored_stays(
    app: Any, phone: Any, publish: Any, monkeypatch: Any, late: str
) -> None:
    if late == "before their commit" and db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    made, uid = publish(PHOTOS), str(uuid.uuid4())
    whole, second = instance(known(made), TWO, uid), file_id(uid, "2.jpg")
    keep, settle = fill_files.keep, fill_files.settle
    settled, kept, answers = threading.Event(), threading.Event(), []
    mine = phone(made.owner)

    def final() -> int:
        with app.app_context():
            other = Phone(app.test_client(), ROOT, mine.headers)
            return int(other.send(whole, {"1.jpg": picture()}).status_code)

    def kept_meanwhile(*args: Any, **more: Any) -> str:
        if more["known_as"] != second:
            return keep(*args, **more)
        answers.append(pool.submit(final))
        if late == "after the answers":
            answers[0].result()
        assert settled.wait(60)
        found = keep(*args, **more)
        kept.set()
        return found

    def settled_before(uid: str) -> None:
        settle(uid)
        settled.set()
        if late == "before their commit":
            assert kept.wait(60)

    monkeypatch.setattr(fill_files, "keep", kept_meanwhile)
    monkeypatch.setattr(fill_files, "settle", settled_before)
    with ThreadPoolExecutor(1) as pool:
        early = mine.send(whole, {"2.jpg": picture("blue")}, incomplete=True)
    assert (early.status_code, [each.result() for each in answers]) == (201, [201])
    db.session.rollback()
    assert set(db.session.scalars(select(File.purpose))) == {fill_files.purposes(uid)[1]}
    assert len(fill_files.named(uid)) == 2


def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_stored(client: Any, publish: Any) -> None:
    made = publish(PHOTOS)
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)
    sent = phone.send(instance(form, TWO), {"1.jpg": b"<script>alert(1)</script>"})
    assert sent.status_code == 422
    assert "1.jpg" in message(sent)[1]
    large = phone.send(instance(form, TWO), {"1.jpg": picture() + bytes(11 * 1024 * 1024)})
    assert large.status_code == 413
    beyond = phone.send(bytes(26 * 1024 * 1024))
    assert (beyond.status_code, message(beyond)[0]) == (413, "error")
    assert stored() == []


BAD: list[tuple[str | bytes, int, str]] = [
    ("", 400, "no XML"),
    ("<data", 400, "no XML"),
    ("\x00\x01", 400, "no XML"),
    (b"\xff\xfe<\x00", 400, "no XML"),
    ("<?xml version='1.0' encoding='utf-7'?><data/>", 400, "no XML"),
    (BOMB, 400, "document type"),
    ("<!DOCTYPE data SYSTEM 'file:///etc/passwd'><data/>", 400, "document type"),
    ("<a>" * 50 + "</a>" * 50, 400, "too large"),
    ("<data>" + "<a/>" * 200_001 + "</data>", 400, "too large"),
    ("<data><name>" + "a" * LARGEST + "</name></data>", 400, "too large"),
    ("<data id='ID' version='0001'><name>Bat</name></data>", 400, "instanceID"),
    ("<data id='form-0' version='0001'>META</data>", 404, "no form named form-0"),
    ("<data id='form-99999999' version='0001'>META</data>", 404, "no form"),
    ("<data id='form-999999999999999999999' version='0001'>META</data>", 404, "no form"),
    ("<data id='other' version='0001'>META</data>", 404, "no form named other"),
    ("<data id='ID' version='0007'><name>Bat</name>META</data>", 404, "no form"),
    ("<data id='ID' version='x'><name>Bat</name>META</data>", 404, "no form"),
    ("<data id='ID'><name>Bat</name>META</data>", 404, "no form"),
    ("<data id='ID' version='0001'><name xmlns='http://x.test'>Bat</name>META</data>", 400, "another language"),
    ("<data id='ID' version='0001'><name>Bat</name><name>Dorj</name>META</data>", 400, "stands twice"),
    ("<data id='ID' version='0001'><name>Bat<b>c</b></name>META</data>", 400, "contains other questions"),
    ("<data id='ID' version='0001'><name>Bat</name><weight>5</weight>META</data>", 400, "no question named weight"),
    ("<data id='ID' version='0001'><name>Bat</name><w><x>5</x></w>META</data>", 400, "no question named w"),
]
"""What is sent, the status, what is said."""


def test_what_is_no_answer_to_the_form_is_refused(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE])
    phone = Phone(client, f"{made.url}/openrosa")
    meta = "<meta><instanceID>uuid:6f1f2d3c-1111-4222-8333-444455556666</instanceID></meta>"
    for body, status, said in BAD:
        whole = body.replace("ID'", f"form-{made.id}'").replace("META", meta) if isinstance(body, str) else body
        sent = phone.send(whole)
        assert sent.status_code == status, (body[:200], sent.text)
        assert said in message(sent)[1]
    assert stored() == []


def test_a_request_without_the_part_is_refused_and_one_without_a_file_name_is_read(client: Any, publish: Any) -> None:
    made = publish([NAME])
    empty = client.post(f"{made.url}/openrosa/submission", data={"other": "x"})
    assert (empty.status_code, message(empty)[0]) == (400, "error")
    assert "xml_submission_file" in message(empty)[1]
    assert client.get(f"{made.url}/openrosa/submission").status_code == 405
    form = known(made)
    text = client.post(
        f"{made.url}/openrosa/submission", data={"xml_submission_file": instance(form, "<name>Bat</name>")}
    )
    assert text.status_code == 201


def test_an_answer_filled_on_an_older_version_is_stored_as_that(client: Any, publish: Any) -> None:
    made = publish([NAME, AGE], closes=(clock.now() + timedelta(days=1)).isoformat())
    phone = Phone(client, f"{made.url}/openrosa")
    (old,) = phone.forms()
    for number in (2, 3):
        again(made, NAME, row("text", f"extra{number}", required=True))
    (new,) = phone.forms()
    assert (new["formID"], new["version"]) == (old["formID"], "0003")
    assert new["version"] > old["version"]
    assert new["hash"] != old["hash"]
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):  # the third version has no end
        assert phone.get(old["downloadUrl"]).status_code == 200
        assert phone.send(instance(old, "<name>Bat</name><age>40</age>")).status_code == 201
        refused = phone.send(instance(new, "<name>Bat</name>"))
    assert "extra3" in message(refused)[1]
    (one,) = stored()
    assert one.version_id == made.version.id
    assert one.answers == {"name": "Bat", "age": 40}


def test_the_moment_of_filling_is_that_of_the_phone_within_the_life_of_the_version(client: Any, publish: Any) -> None:
    with time_machine.travel("2026-10-01T12:00:00+08:00"):
        made = publish([row("date", "day", constraint=". >= today()"), row("calculate", "now", calculation="today()")])
    phone = Phone(client, f"{made.url}/openrosa")
    form = known(made)

    def send(day: str, filled_at: str) -> int:
        inside = f"<day>{day}</day><portal_filled_at>{filled_at}</portal_filled_at>"
        return int(phone.send(instance(form, inside)).status_code)

    with time_machine.travel("2026-10-08T10:00:00+08:00"):
        assert send("2026-10-02", "2026-10-01T23:30:00.000+08:00") == 201
        assert send("2026-10-02", "2026-10-02T00:30:00.000+09:00") == 201  # the day of the phone
        assert phone.send(instance(form, "<day>2026-10-02</day>")).status_code == 422
        assert send("2026-09-30", "2026-09-29T10:00:00.000+08:00") == 422
        assert send("2026-10-02", "0001-01-01T10:00:00.000+08:00") == 422
        assert send("2026-10-03", "1999-01-01T10:00:00.000+08:00") == 201
        assert send("2026-10-08", "2099-01-01T10:00:00.000+08:00") == 201
    days = ["2026-10-01", "2026-10-02", "2026-10-01", "2026-10-08"]
    assert [each.answers["now"] for each in stored()] == days


def test_a_closed_form_is_not_listed_and_takes_nothing_new(client: Any, publish: Any) -> None:
    made = publish([NAME], closes=(clock.now() + timedelta(minutes=5)).isoformat(), limit=2)
    phone = Phone(client, f"{made.url}/openrosa")
    (form,) = phone.forms()
    early = instance(form, "<name>Early</name>")
    assert phone.send(early).status_code == 201
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        assert phone.forms() == []
        late = phone.send(instance(form, "<name>Late</name>"))
        assert (late.status_code, message(late)[1]) == (403, "The time of the form is over.")
        assert phone.send(early).status_code == 201
    assert phone.send(instance(form, "<name>Second</name>")).status_code == 201
    assert message(phone.send(instance(form, "<name>Third</name>")))[1].startswith("All places are taken")
    service.close(made.owner, records.get(made.owner, made.id, "form"), version=None)
    assert message(phone.send(instance(form, "<name>Fourth</name>")))[1] == "The form is closed."
    assert [one.answers["name"] for one in stored()] == ["Early", "Second"]


def test_a_form_that_is_not_public_has_no_such_link(client: Any, publish: Any) -> None:
    made = publish([NAME], mode="invited")
    for path in ("formList", f"forms/{made.id}/0001.xml", f"forms/{made.id}/0001/manifest"):
        answer = client.get(f"{made.url}/openrosa/{path}")
        assert (answer.status_code, message(answer)[0]) == (404, "error")
    assert client.head(f"{made.url}/openrosa/submission").status_code == 404
    form = {"formID": f"form-{made.id}", "version": "0001"}
    assert Phone(client, f"{made.url}/openrosa").send(instance(form, "<name>Bat</name>")).status_code == 404
    assert client.get("/forms/f/nobody-knows/openrosa/formList").status_code == 404
    one, other = publish([NAME]), publish([NAME])
    assert client.get(f"{one.url}/openrosa/forms/{other.id}/0001.xml").status_code == 404
    wrong = instance({"formID": f"form-{other.id}", "version": "0001"}, "<name>Bat</name>")
    assert Phone(client, f"{one.url}/openrosa").send(wrong).status_code == 404
    assert stored() == []


def test_of_an_anonymous_form_nothing_of_the_sender_is_asked_or_kept(client: Any, publish: Any) -> None:
    device = [row(kind, kind) for kind in ("start", "end", "today", "username", "deviceid", "phonenumber")]
    made = publish([NAME, row("image", "photo"), *device], anonymous=True)
    phone = Phone(client, f"{made.url}/openrosa")
    (form,) = phone.forms()
    text = phone.get(form["downloadUrl"]).text
    assert 'jr:preload="property"' not in text
    assert 'jr:preload="timestamp"' not in text
    assert "instanceName" not in text
    inside = (
        "<name>Bat</name><photo>IMG of Bat.jpg</photo><start>2026-01-01T10:00:00+08:00</start>"
        "<deviceid>MARKED</deviceid><username>MARKED</username><portal_filled_at>2026-10-01</portal_filled_at>"
    )
    whole = instance(form, inside, meta="<orx:instanceName>MARKED</orx:instanceName>")
    assert phone.send(whole, {"IMG of Bat.jpg": picture()}).status_code == 201
    (one,) = stored()
    assert set(one.answers) == {"name", "photo"}
    assert (one.anonymous, one.language, one.submitted_by_id) == (True, "", None)
    assert one.received_at.astimezone(clock.zone()).hour == 0
    (kept,) = fill_files.named(one.uid).values()
    assert kept.name == "photo.jpg"
    again_sent = phone.send(whole, {"IMG of Bat.jpg": picture()})
    assert again_sent.status_code == 201
    assert len(stored()) == 1


def test_pictures_of_choices_come_with_the_form(client: Any, publish: Any, monkeypatch: Any) -> None:
    sign = [{"name": "stop", "label": {"mn": "Зогс", "en": "Stop"}, "media::image": "stop.png"}]
    made = publish([row("select_one", "sign", list="sign")], choices={"sign": sign})
    phone = Phone(client, f"{made.url}/openrosa")
    (form,) = phone.forms()
    assert phone.manifest(form) == {}
    from werkzeug.datastructures import FileStorage

    content = picture(kind="PNG")
    with transaction():
        records.attach(made.owner, made.record, FileStorage(io.BytesIO(content), "stop.png"))
    entry = phone.manifest(form)["stop.png"]
    with phone.get(entry["downloadUrl"]) as got:
        assert entry["hash"] == "md5:" + hashlib.md5(got.data).hexdigest()
    with monkeypatch.context() as patched:  # a manifest that is asked for again reads no picture
        patched.setattr(storage.LocalStorage, "open", lambda *args: pytest.fail("a picture was read again"))
        assert phone.manifest(form)["stop.png"] == entry
    assert phone.client.get(entry["downloadUrl"].replace("stop.png", "other.png")).status_code == 404
    assert db.session.query(Submission).count() == 0
