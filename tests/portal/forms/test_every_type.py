"""Every kind of question: made in the builder, drawn, filled, exported with answers and as a spreadsheet, described."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from pathlib import Path

from sqlalchemy import select

from portal.db import db
from portal.forms import fields, sources
from portal.forms.builder import samples, types
from portal.forms.definition import compile, walk
from portal.forms.engine import evaluate
from portal.forms.models import Form, Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from tests.portal.forms.books import xform
from tests.portal.forms.builder_help import controls

CHOICES = {"choices": "one | Нэг | One\ntwo | Хоёр | Two"}
FIELDS = {
    "select_one": CHOICES,
    "select_multiple": CHOICES,
    "rank": CHOICES,
    "calculate": {"calculation": "1 + 1"},
    "record": {"setting-kind": "form"},
}
MUTE = {"note", "start", "end", "today", "username", "useremail", "hidden", "group", "repeat", "matrix"}
"""Kinds that have no answer of the sample, or whose answers stand in them."""


def kinds():
    return [offer.name for _title, offers in types.groups() for offer in offers]


def test_every_kind_of_question_goes_all_the_way(app, builder, officer, client):
    made = builder()
    for kind in kinds():
        made.add(kind, f"A {kind}", name=f"q_{kind.lower()}", **FIELDS.get(kind, {}))
    for container in ("group", "repeat", "matrix"):
        into = made.row(f"q_{container}")["id"]
        made.add("text", f"In {container}", name=f"in_{container}", query=f"&into={into}")
    inner = made.row("q_repeat")["id"]
    made.add("repeat", "Nested", name="nested", query=f"&into={inner}")
    made.add("integer", "Deepest", name="deepest", query=f"&into={made.row('nested')['id']}")
    made.change("q_matrix", rows_source="choices:yes_no")
    compiled = compile(made.definition)
    context = sources.context(officer, db.session.get(Form, made.id), compiled, None)
    answers = samples.fill(compiled, context)
    assert evaluate(compiled, answers, context, "submit").errors == []

    drawn = made.get("/preview")
    for row, _parents in walk(made.definition):
        if types.kind_of(row) not in MUTE | {"calculate"} and not row["name"].startswith(("in_", "deepest")):
            assert f'q.{row["name"]}"' in drawn or f'q-{row["name"]}"' in drawn, row["name"]

    written = write_xlsform(made.definition)
    assert xform(written)
    again = read_xlsform(written, "form.xlsx")
    assert [each for each in again.problems if each.level == "error"] == []
    assert again.definition["survey"] == made.definition["survey"]
    assert again.definition["choices"] == made.definition["choices"]

    made.post("/edit/settings", **{**controls(made.get("/edit/settings")), "mode": "public"})
    made.post("/publish")
    token = db.session.get(Form, made.id).token
    sent = {"uid": str(uuid.uuid4()), "_page": "1"}
    for name, value in answers.items():
        row = made.row(name)
        if types.kind_of(row) not in MUTE | {"calculate", "file", "image", "signature", "office", "record"}:
            sent[f"q.{name}"] = value
    sent["q.q_geopoint"] = "47.9 106.9"
    sent |= {"q.in_group": "inside", "q.q_repeat": "", "q.q_repeat.0.in_repeat": "row", "q.q_repeat.0.nested": ""}
    sent |= {"q.q_repeat.0.nested.0.deepest": "7", "q.q_matrix.0._key": "yes", "q.q_matrix.0.in_matrix": "cell"}
    answer = client.post(f"/forms/f/{token}", data=sent)
    assert answer.status_code == 303, re.findall(r'class="wrong".*?</p>', answer.text, re.S)
    db.session.rollback()
    (stored,) = db.session.scalars(select(Submission))
    assert stored.answers["q_repeat"][0]["nested"][0]["deepest"] == 7
    for name in ("q_text", "q_money", "q_geopoint", "q_register_number", "q_rank", "q_unit", "q_calculate"):
        assert name in stored.answers, name
    with made.browser.get(f"{made.at}/answers/export?format=csv&labels=codes") as exported:
        files = zipfile.ZipFile(io.BytesIO(exported.data))
    tables = "\n".join(files.read(name).decode("utf-8-sig") for name in files.namelist())
    for row, _parents in walk(made.definition):
        if types.kind_of(row) not in {"note", "group", "repeat", "matrix"}:
            assert re.search(rf"\b{row['name']}", tables), row["name"]


def test_every_kind_of_question_is_described(app):
    text = (Path(__file__).parents[3] / "docs" / "questions.md").read_text(encoding="utf-8")
    words = {"yes_no": "Yes or no", "group": "begin_group", "repeat": "begin_repeat", "matrix": "(matrix)"}
    for kind in filter(lambda each: each in words or fields.is_own(each), kinds()):
        assert words.get(kind, f"`{kind}`") in text, kind
