"""The interface for programs: forms, answers in and out, strict JSON, errors by path, and what another may not see."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.forms import changes, publishing, service
from portal.forms.models import Submission
from portal.forms.rest.description import PATHS, description
from portal.forms.review import service as review
from tests.portal.forms.build import row
from tests.portal.forms.programs import API, Program
from tests.portal.forms.test_answers import send

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NAME = row("text", "name", required=True, use=["filter"])
LIGHT = row("select_one", "light", list="light", use=["filter", "chart"])
AGE = row("integer", "age", constraint=". < 120")
DOUBLE = row("calculate", "double", calculation="${age} * 2")
PHOTO = row("image", "photo")
HOUSE = {**row("repeat", "house"), "children": [row("text", "who", required=True), row("integer", "old")]}
ALL = [NAME, LIGHT, AGE, DOUBLE, PHOTO, HOUSE]


def new(**answers: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "answers": answers}


def stored() -> list[Submission]:
    return list(db.session.scalars(select(Submission)))


def problems(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert all(each["message"] for each in answer.json["errors"])
    return {each["path"]: each["code"] for each in answer.json["errors"]}


def test_the_description_names_every_route_and_no_other(app: Flask, client: Any) -> None:
    found = client.get(f"{API}/openapi.json").json
    assert found == json.loads(json.dumps(description("http://localhost/api/v1")))
    routes = {
        (re.sub(r"<(?:[^:<>]+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule.removeprefix(API)), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, does in PATHS.items() for method in does}
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(found)))
    assert names <= set(found["components"]["schemas"])


def test_a_program_finds_the_form_sends_and_reads(app: Flask, publish: Any) -> None:
    made = publish(ALL, mode="invited")
    program = Program(app, made.owner)
    (only,) = program.get("/forms").json["items"]
    assert (only["id"], only["may_send"], only["may_read"], only["version"]) == (made.id, True, True, 1)
    whole = program.get(f"/forms/{made.id}").json
    assert whole["definition"] == made.version.definition
    assert program.get(f"/forms/{made.id}/choices").json == {"version": 1, "sources": {}, "rows": {}}
    sent = new(name="Бат", light="green", age=7, house=[{"who": "Дорж", "old": 3}])
    kept = program.post(
        f"/forms/{made.id}/files",
        data={"uid": sent["uid"], "question": "photo", "file": (io.BytesIO(PNG), "зураг.png")},
    )
    assert kept.status_code == 201
    sent["answers"]["photo"] = kept.json["id"]
    first = program.post(f"/forms/{made.id}/answers", sent)
    assert first.status_code == 201
    again = [program.post(f"/forms/{made.id}/answers", sent) for _ in range(3)]
    assert [each.status_code for each in again] == [200] * 3
    assert all(each.json == first.json for each in again)
    assert len(stored()) == 1
    other = program.post(f"/forms/{made.id}/answers", sent | {"answers": {**sent["answers"], "age": 8}})
    assert (other.status_code, other.json["code"]) == (409, "sent_before")
    (item,) = program.get(f"/forms/{made.id}/answers").json["items"]
    assert item["answers"]["double"] == 14
    assert item["answers"]["house"][0]["who"] == "Дорж"
    assert item == program.get(f"/forms/{made.id}/answers/{item['id']}").json
    (file,) = item["files"]
    assert program.get(file["href"], buffered=True).data == PNG
    assert made.owner.name == item["person"]


def test_errors_are_told_by_path_in_the_language_asked_for(app: Flask, publish: Any) -> None:
    made = publish(ALL, mode="invited")
    program = Program(app, made.owner, language="mn")
    url = f"/forms/{made.id}/answers"
    wrong = new(light="blue", age=200, house=[{"who": "x"}, {"old": "many"}])
    assert problems(program.post(url, wrong)) == {
        "answers.name": "required",
        "answers.light": "choice",
        "answers.age": "constraint",
        "answers.house[1].who": "required",
        "answers.house[1].old": "number",
    }
    assert problems(program.post(url, new(name="x", nmae="y", house=[{"hwo": "z"}]))) == {
        "answers.nmae": "unknown_question",
        "answers.house[0].hwo": "unknown_question",
    }
    assert problems(program.post(url, {"answers": {}})) == {"uid": "uuid"}
    assert problems(program.post(url, {"uid": str(uuid.uuid4())})) == {"answers": "required"}
    assert problems(program.post(url, new(name="x") | {"version": 9})) == {"version": "version"}
    assert problems(program.post(url, new(name="x") | {"language": "fr"})) == {"language": "language"}
    assert problems(program.post(url, new(name="x") | {"state": "approved", "version": "1"})) == {
        "state": "unknown_key",
        "version": "type",
    }
    assert re.search("[а-яөү]", program.post(url, wrong).json["errors"][0]["message"])
    assert stored() == []


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        ("{", 400, "not_json"),
        ("[]", 400, "not_an_object"),
        ('{"uid": "a", "uid": "b"}', 400, "duplicate_key"),
        ('{"answers": {"й": 1, "\\u0438\\u0306": 2}}', 400, "duplicate_key"),
        ('{"uid": "\\u0000"}', 400, "unreadable"),
        ('{"uid": "\\ud800"}', 400, "unreadable"),
        ('{"\\u0000": 1}', 400, "unreadable"),
        (b'{"uid": "\xff"}', 400, "not_json"),
        (b"\xef\xbb\xbf{}", 400, "not_json"),
        ('{"answers": {"age": NaN}}', 400, "not_json"),
        ('{"answers": {"age": 1e999}}', 400, "not_json"),
        ('{"answers": {"age": ' + "9" * 5000 + "}}", 400, "not_json"),
        ('{"answers": {"age": 9223372036854775808}}', 400, "not_json"),
        ('{"answers": ' + '{"a":' * 400 + "1" + "}" * 400 + "}", 400, "not_json"),
        ("[" * 100_000, 400, "not_json"),
        ('"' + '\\"' * 500_000, 400, "not_json"),
        (" " * 2_000_001, 413, "too_large"),
    ],
)
def test_json_is_read_strictly(app: Flask, publish: Any, raw: Any, status: int, code: str) -> None:
    made = publish([NAME], mode="invited")
    answer = Program(app, made.owner).post(f"/forms/{made.id}/answers", raw=raw)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert stored() == []


def test_other_content_other_methods_and_normal_form(app: Flask, publish: Any) -> None:
    made = publish([NAME], mode="invited")
    program = Program(app, made.owner)
    plain = program.post(f"/forms/{made.id}/answers", raw="{}", content_type="text/plain")
    assert (plain.status_code, plain.json["code"]) == (415, "unsupported_type")
    deleted = program.client.delete(f"{API}/forms/{made.id}/answers", headers=program.headers)
    assert (deleted.status_code, deleted.json["code"]) == (405, "method_not_allowed")
    assert program.post(f"/forms/{made.id}/answers", new(name="и\u0306")).status_code == 201
    assert stored()[0].answers["name"] == "й"


def test_another_sees_nothing_of_it(app: Flask, publish: Any, identity: Any, org: Any) -> None:
    made = publish(ALL, mode="invited")
    key = send(made, made.owner, name="Bat")
    stranger = Program(app, identity("coordinator", org=org("other")))
    assert stranger.get("/forms").json["items"] == []
    for path in ("", "/choices", "/answers", "/answers?since=", f"/answers/{key}", f"/answers/{key}/files/x"):
        assert stranger.get(f"/forms/{made.id}{path}").status_code == 404, path
    assert stranger.post(f"/forms/{made.id}/answers", new(name="x")).status_code == 404
    upload = {"uid": str(uuid.uuid4()), "question": "photo", "file": (io.BytesIO(PNG), "a.png")}
    assert stranger.post(f"/forms/{made.id}/files", data=upload).status_code == 404
    cut = Program(app, made.owner, forms=[publish([NAME], owner=made.owner).id])
    assert [each["id"] for each in cut.get("/forms").json["items"]] == list(cut.row.forms)
    assert cut.get(f"/forms/{made.id}/answers/{key}").status_code == 404
    reads = Program(app, made.owner, permissions=("forms.read",))
    assert reads.get("/forms").json["items"][0]["may_send"] is False
    assert reads.post(f"/forms/{made.id}/answers", new(name="x")).json["code"] == "token_permission"


def test_an_id_of_somebody_else_tells_nothing(app: Flask, publish: Any, identity: Any, org: Any) -> None:
    made = publish([NAME], mode="invited")
    sent = new(name="Bat")
    assert Program(app, made.owner).post(f"/forms/{made.id}/answers", sent).status_code == 201
    colleague = Program(app, identity("desk_officer", org=org("maker")))
    answer = colleague.post(f"/forms/{made.id}/answers", sent)
    assert (answer.status_code, answer.json["code"]) == (409, "sent_before")
    assert "receipt" not in answer.json
    elsewhere = publish([NAME], mode="invited", owner=made.owner)
    assert Program(app, made.owner).post(f"/forms/{elsewhere.id}/answers", sent).status_code == 409


def test_closed_forms_and_earlier_versions(app: Flask, publish: Any) -> None:
    made = publish([NAME], mode="invited", once=True)
    program = Program(app, made.owner)
    sent = new(name="x")
    assert program.post(f"/forms/{made.id}/answers", sent).status_code == 201
    twice = program.post(f"/forms/{made.id}/answers", new(name="y"))
    assert (twice.status_code, twice.json["code"], twice.json["first"]) == (409, "once", stored()[0].receipt)
    definition = {**made.version.definition, "survey": [NAME, {**AGE, "required": True}]}
    definition["settings"] = {**definition["settings"], "access": {"mode": "invited"}}
    service.save(made.owner, made.record, version=None, definition=definition)
    publishing.publish(made.owner, made.record, version=None, waived="test")
    assert program.get(f"/forms/{made.id}").json["versions"] == [1, 2]
    assert program.get(f"/forms/{made.id}?version=1").json["definition"] == made.version.definition
    assert program.get(f"/forms/{made.id}?version=3").status_code == 404
    assert problems(program.post(f"/forms/{made.id}/answers", new(name="x"))) == {"answers.age": "required"}
    service.close(made.owner, made.record, version=None)
    shut = program.post(f"/forms/{made.id}/answers", new(name="x", age=3))
    assert (shut.status_code, shut.json["code"]) == (410, "closed")
    assert program.post(f"/forms/{made.id}/answers", sent).status_code == 200


def test_the_list_is_paged_and_filtered_as_the_page(app: Flask, publish: Any) -> None:
    made = publish(ALL, mode="invited")
    for number in range(28):
        send(made, made.owner, name=f"n{number}", light="green" if number % 2 else "red")
    program = Program(app, made.owner)
    url: str | None = f"/forms/{made.id}/answers?size=25&sort=received_at"
    seen: list[int] = []
    while url:
        page = program.get(url).json
        seen += [each["id"] for each in page["items"]]
        url = page["next"]
    assert seen == sorted(each.id for each in stored())
    red = program.get(f"/forms/{made.id}/answers?a_light=red").json["items"]
    assert {each["answers"]["light"] for each in red} == {"red"}
    assert len(red) == 14
    for query in ("size=7", "sort=name", "after=zzz", "a_light=blue", "colour=red", "state=gone"):
        assert list(problems(program.get(f"/forms/{made.id}/answers?{query}"))) == [query.partition("=")[0]]
    two = program.get("/forms?limit=1")
    assert two.json["next"] is None
    assert list(problems(program.get("/forms?limit=abc"))) == ["limit"]


def test_an_anonymous_form_tells_a_day_and_no_sender(app: Flask, publish: Any) -> None:
    made = publish([NAME], mode="invited", anonymous=True)
    program = Program(app, made.owner)
    answer = program.post(f"/forms/{made.id}/answers", new(name="x"))
    assert answer.status_code == 201
    assert (answer.json["id"], answer.json["received"]) == (None, clock.today().isoformat())
    (item,) = program.get(f"/forms/{made.id}/answers").json["items"]
    assert [item[key] for key in ("uid", "person", "organisation", "language")] == [None] * 4
    assert item["received"] == clock.today().isoformat()
    assert program.get(f"/forms/{made.id}/answers?since=").json == {"items": [], "since": "", "more": False}
    with transaction():
        review.judge(made.owner, stored()[0], state="approved")
    assert program.get(f"/forms/{made.id}/answers?since=").json["items"] == []
    with time_machine.travel(clock.now() + timedelta(days=1), tick=True):
        assert changes.tell_anonymous() == 1
        assert changes.tell_anonymous() == 0
    (told,) = program.get(f"/forms/{made.id}/answers?since=").json["items"]
    assert (told["change"], told["answer"]["state"]) == ("submitted", "approved")
    with transaction():
        row_ = stored()[0]
        row_.state = "submitted"
        db.session.flush()
        row_.state = "approved"
    assert len(program.get(f"/forms/{made.id}/answers?since=").json["items"]) == 2


def test_whatever_is_sent_is_taken_or_refused(app: Flask, publish: Any) -> None:
    """Values of every shape at every question: 201 or 422 with paths, and what is stored can be read."""
    kinds = (
        "text",
        "integer",
        "decimal",
        "date",
        "time",
        "dateTime",
        "geopoint",
        "email",
        "phone",
        "note",
        "calculate",
    )
    rows = [row(kind, f"q_{kind.lower()}", **({"calculation": "1"} if kind == "calculate" else {})) for kind in kinds]
    rows += [row("select_multiple", "many", list="light"), row("rank", "order", list="light"), HOUSE]
    made = publish(rows, mode="invited")
    program, chance = Program(app, made.owner), random.Random(7)
    names = [each["name"] for each in rows]
    values = [
        *(None, True, False, 0, -1, 10**18, 1.5, -0.0, 1e308, "", " ", "x" * 70_000, "2026-02-30", "12:61", "й\u0306"),
        *([], {}, [[]], [None], [{}], {"a": {"b": []}}, ["red", "red"], ["red", 1], [{"who": []}], [{"_key": {}}]),
        *([{"who": "a", "_key": "1"}, {"who": "b", "_key": "1"}], "=1+1", "<script>", "\u202e", [{"who": "a"}] * 300),
    ]
    for _try in range(150):
        sent = {name: chance.choice(values) for name in chance.sample(names, chance.randint(1, len(names)))}
        answer = program.post(f"/forms/{made.id}/answers", new(**sent))
        assert answer.status_code in (201, 422), (sent, answer.text)
    assert program.get(f"/forms/{made.id}/answers").status_code == 200
