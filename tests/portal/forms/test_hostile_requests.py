"""Bad input by real requests: a clear refusal with what to do, never an error page, never a half that was kept."""

from __future__ import annotations

import io
import json
import uuid
import zipfile

import pytest
from sqlalchemy import func, select

from portal.db import db
from portal.forms import publishing, service
from portal.forms.definition import update_settings
from portal.forms.models import Form, Submission
from portal.forms.xlsform.document import read_document
from portal.records import Record
from tests.portal.forms.books import form as sheets
from tests.portal.forms.books import workbook
from tests.portal.forms.build import form, row
from tests.portal.forms.builder_help import controls


def packed(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, content)
    return buffer.getvalue()


def document(*rows, **more):
    return {**form(*rows), **more}


def text(value) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def nested(levels: int):
    inside = row("text", "deepest")
    for level in range(levels):
        inside = {**row("group", f"g{level}"), "children": [inside]}
    return document(inside)


DOCUMENTS = {
    "no_json": b"{",
    "no_object": b"[1, 2]",
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "deep_objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "key_twice": b'{"format": 1, "format": 1}',
    "row_key_twice": text(document(row("text", "a"))).replace(b'"type"', b'"name": "x", "type"'),
    "not_a_number": b'{"format": NaN}',
    "big_number": b'{"format": 1e999, "survey": []}',
    "utf16": json.dumps(document(row("text", "a"))).encode("utf-16"),
    "cyrillic_bytes": '{"format": 1, "settings": {"form_id": "Ө"}}'.encode()[:-5] + b"\xc4\xe0",
    "nul": text(document(row("text", "a", label={"mn": "а\0б", "en": "a"}))),
    "surrogate": text(document(row("text", "a", label={"mn": "а", "en": "\ud800"}))),
    "escaped_surrogate": json.dumps(document(row("text", "a", label={"mn": "а", "en": "\ud800"}))).encode(),
    "unknown_type": text(document(row("telepathy", "a"))),
    "type_of_no_text": text(document({**row("text", "a"), "type": ["text"]})),
    "rows_of_no_list": text(document(row("text", "a"), survey={"a": 1})),
    "ids_twice": text(document(row("text", "a"), {**row("text", "b"), "id": "-a"})),
    "levels": text(nested(30)),
    "rows": text(document(*(row("text", f"q{n}") for n in range(2_100)))),
    "choices": text(document(row("text", "a"), choices={"l": [{"name": str(n)} for n in range(20_100)]})),
    "brackets": text(document(row("text", "a", relevant="(" * 19_000))),
    "sum": text(document(row("text", "a", relevant="1" + "+1" * 60_000))),
    "pattern": text(document(row("text", "a", constraint="regex(., '^(a+)+$')"))),
    "big_pattern": text(document(row("text", "a", constraint="regex(., '(((a{1,99}){1,99}){1,99})')"))),
    "circle": text(document(row("text", "a", relevant="${b} = 1"), row("text", "b", relevant="${a} = 1"))),
    "strange_name": text(document(row("text", "a b"))),
}


def refused(browser, files):
    """Every file is refused with what is wrong in it, and no form is made."""
    before = count(Form)
    for title, (name, content) in files.items():
        answer = browser.post("/forms/new", data={"start": "file", "file": (io.BytesIO(content), name)})
        assert (title, answer.status_code) == (title, 422)
        assert "What is wrong in the spreadsheet" in answer.text, title
    assert count(Form) == before


def test_a_definition_that_is_none_is_refused_with_a_reason(app, builder):
    refused(builder().browser, {title: ("form.json", content) for title, content in DOCUMENTS.items()})


SHEETS = {
    "bomb.xlsx": packed("xl/worksheets/sheet1.xml", b"0" * 100_000_001),
    "rows.xlsx": packed("xl/worksheets/sheet1.xml", b'<row><c s="1" r="A1048576"/></row>'),
    "entities.xlsx": packed("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "cut.xlsx": workbook(sheets("type | name | label\ntext | a | A"))[:900],
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000,
    "bytes.csv": b"survey,,\n,type,name,label\n,text,a,\xcd\xfd\xf0\n",
    "nul.csv": b"survey,,\n,type,name,label\n,text,a,A\0B\n",
    "rows.csv": b"survey,,\n,type,name,label\n" + b",text,a,A\n" * 40_000,
    "nothing.csv": b"\n\n\n",
}


def test_a_definition_of_many_megabytes_is_refused_before_it_is_read():
    (problem,) = read_document(b'{"a": "' + b"x" * 4_100_000 + b'"}').problems
    assert problem.code == "too_big"


def test_a_spreadsheet_that_is_a_trap_is_refused_with_a_reason(app, builder):
    refused(builder().browser, {name: (name, content) for name, content in SHEETS.items()})


def test_names_written_with_combining_signs_become_the_usual_ones(app, builder):
    definition = document(row("text", "хий", label={"mn": "Хий", "en": "Й"}))
    made = builder("file", file=(io.BytesIO(text(definition)), "form.json"))
    assert made.rows() == ["хий"]
    assert made.row("хий")["label"]["mn"] == "Хий"


def test_a_definition_comes_back_as_it_went_out(app, builder):
    made = builder("template:quarterly_progress")
    answer = made.browser.get(f"{made.at}/export?format=json")
    assert answer.headers["Content-Type"] == "application/json"
    again = builder("file", file=(io.BytesIO(answer.data), "form.json"))
    assert again.definition["survey"] == made.definition["survey"]
    assert again.definition["choices"] == made.definition["choices"]
    made.get("/export?format=exe", 400)


ACTS = [
    ("/edit/question/move", {"place": "a/b/c/d"}, 400),
    ("/edit/question/move", {"place": "reg-topic//²"}, 400),
    ("/edit/question/move", {"place": "reg-person/reg-person/0"}, 404),
    ("/edit/question/move", {"place": "nobody//0"}, 404),
    ("/edit/question/move", {"place": "reg-topic//0", "version": "-1"}, 400),
    ("/edit/question/move", {"place": "reg-topic//0", "version": "9" * 400}, 400),
    ("/edit/question/move", {"place": "reg-topic//0", "version": "999999"}, 409),
    ("/edit/question?row=reg-topic", {"label-en": "a\0b"}, 400),
    ("/edit/question?row=reg-topic", {"label-en": "x" * 4_000}, 422),
    ("/edit/question?row=reg-topic", {"relevant": "(" * 19_000}, 422),
    ("/edit/question?row=reg-topic", {"constraint": "regex(., '(a+)+')"}, 422),
    ("/edit/question?row=reg-topic", {"name": "a b"}, 422),
    ("/edit/question?row=reg-category", {"choices": "a\n" * 6_000}, 422),
    ("/edit/question?row=" + "x" * 3_000, {}, 404),
    ("/edit/list?name=sex", {"name": "sex", "choices": "a | b | c | d | e"}, 422),
    ("/edit/list?name=nothing", {"name": "x", "choices": "a"}, 404),
    ("/edit/list/remove", {"name": "nothing"}, 404),
]


def test_an_act_that_makes_no_sense_changes_nothing(app, builder):
    made = builder("template:registration")
    before = made.definition
    for path, sent, status in ACTS:
        fields = controls(made.get(path)) if path.startswith("/edit/question?row=reg") else {}
        answer = made.browser.post(f"{made.at}{path}", data={"version": made.version, **fields, **sent})
        assert (path, sent.keys(), answer.status_code) == (path, sent.keys(), status)
        assert made.definition == before


@pytest.fixture
def open_form(app, officer):
    """A published public form without conditions."""
    definition = form(
        row("text", "a"), {**row("repeat", "r"), "children": [row("integer", "n")]}, row("text", "b", required=True)
    )
    made = service.create(officer, definition=update_settings(definition, access={"mode": "public"}))
    publishing.publish(officer, made, version=None, waived="test")
    return made.id, service.form_of(made).token


def count(model) -> int:
    db.session.rollback()
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


SENT = [
    ({"q.b": "x\0y"}, 400),
    ({"q.b": ""}, 422),
    ({"q.r.99999.n": "1"}, 422),
    ({"q.r.999999999999.n": "1"}, 422),
    ({"q." + "r.0." * 500 + "n": "1"}, 422),
    ({f"q.r.{n}.n": "1" for n in range(1_100)}, 422),
    ({"_add": "r[9].r", "q.b": "x"}, 200),
    ({"_forward": "r[9].r", "q.b": "x"}, 200),
    ({"_page": "x" * 99, "_step": "next", "q.b": ""}, 422),
    ({"uid": "not-a-uuid"}, 422),
]


def test_answers_that_make_no_sense_are_not_kept(app, client, open_form):
    _record_id, token = open_form
    for sent, status in SENT:
        answer = client.post(f"/forms/f/{token}", data={"uid": str(uuid.uuid4()), "_page": "1", **sent})
        assert (sent.keys(), answer.status_code) == (sent.keys(), status)
        assert count(Submission) == 0


def test_sending_twice_keeps_one_and_other_content_under_one_number_is_told(app, client, open_form):
    _record_id, token = open_form
    sent = {"uid": str(uuid.uuid4()), "_page": "1", "q.b": "first"}
    first = client.post(f"/forms/f/{token}", data=sent)
    assert first.status_code == 303
    assert client.post(f"/forms/f/{token}", data=sent).location == first.location
    other = client.post(f"/forms/f/{token}", data={**sent, "q.b": "second"})
    assert other.status_code == 409
    assert "second" in other.text
    assert count(Submission) == 1


def test_a_closed_form_gives_back_what_was_typed(app, client, officer, open_form):
    record_id, token = open_form
    service.close(officer, db.session.get(Record, record_id), version=None)
    answer = client.post(f"/forms/f/{token}", data={"uid": str(uuid.uuid4()), "_page": "1", "q.b": "typed"})
    assert answer.status_code == 410
    assert "typed" in answer.text
    assert count(Submission) == 0
