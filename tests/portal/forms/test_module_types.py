"""Question types of modules: filled while on, shown and refused while off, never the end of a form."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from portal.api import question_types
from portal.db import db, transaction
from portal.forms import fields, service
from portal.forms.definition import check
from portal.forms.fields.modules import OfModules
from portal.forms.models import Submission
from portal.forms.xlsform import read_xlsform, write_xlsform
from portal.forms.xlsform.limited import read_in_child
from portal.host import service as host_service
from portal.host.host import current_host
from tests.portal.forms.build import form, row

RATING = "recommendations_rating"
ROW = row(RATING, "how", required=True, use=["chart"])
GONE = row("vanished_kind", "what", required=True)


def switch(enabled: bool) -> None:
    with transaction():
        host_service.switch(current_host(), "recommendations", enabled, user_id=None)


def posted(**answers: Any) -> dict[str, Any]:
    return {"uid": str(uuid.uuid4()), "_lang": "en", **{f"q.{name}": value for name, value in answers.items()}}


def stored() -> list[Submission]:
    db.session.rollback()
    return list(db.session.scalars(select(Submission).order_by(Submission.received_at)))


def test_the_scale_of_ratings_is_asked_checked_and_kept(client, publish):
    made = publish([ROW])
    page = client.get(made.url).text
    assert re.findall(r'type="radio" id="q-how-(\d)" name="q.how" value="(\w+)"', page) == [
        ("0", "fully"),
        ("1", "partially"),
        ("2", "not"),
    ]
    assert "Partially implemented" in page
    wrong = client.post(made.url, data=posted(how="nearly"))
    assert wrong.status_code == 422
    assert '<a href="#q-how-0">how (en): Choose one of the ratings.</a>' in wrong.text
    assert client.post(made.url, data=posted(how="not")).status_code == 303
    assert [one.answers for one in stored()] == [{"how": "not"}]


def test_an_answer_reads_in_the_language_of_the_reader(client, publish, sign_in):
    made = publish([ROW])
    client.post(made.url, data=posted(how="not"))
    office = sign_in(made.owner)
    at = f"/forms/{made.id}/answers/{stored()[0].id}"
    assert "Not implemented" in office.get(at).text
    office.set_cookie("portal_lang", "mn")
    assert "Хэрэгжээгүй" in office.get(at).text
    assert "Хэрэгжээгүй" in office.get(f"/forms/{made.id}/summary").text


def test_while_its_module_is_off_answers_are_shown_and_new_ones_refused(client, publish, sign_in):
    made = publish([ROW, row("text", "more")])
    client.post(made.url, data=posted(how="not", more="x"))
    switch(False)
    page = client.get(made.url)
    assert page.status_code == 200
    assert "This question cannot be answered here now" in page.text
    assert 'name="q.how"' not in page.text
    late = client.post(made.url, data=posted(how="fully", more="y"))
    assert late.status_code == 422
    assert "the module of its question was switched off" in late.text
    assert 'value="y"' in late.text
    assert client.post(made.url, data=posted(more="y")).status_code == 303
    office = sign_in(made.owner)
    shown = office.get(f"/forms/{made.id}/answers/{stored()[0].id}")
    assert shown.status_code == 200
    assert ">not<" in shown.text
    for path in ("answers", "summary", "edit"):
        assert office.get(f"/forms/{made.id}/{path}").status_code == 200, path
    switch(True)
    assert 'value="partially"' in client.get(made.url).text
    assert [one.answers for one in stored()] == [{"how": "not", "more": "x"}, {"more": "y"}]


def test_a_form_with_a_type_of_a_module_that_is_gone_is_filled_around_it(client, publish):
    made = publish([GONE, row("text", "more")])
    assert "This question cannot be answered here now" in client.get(made.url).text
    assert client.post(made.url, data=posted(more="y")).status_code == 303
    assert [one.answers for one in stored()] == [{"more": "y"}]


def test_the_builder_offers_it_by_its_title_while_the_module_is_on(builder):
    made = builder()
    assert "Rating of implementation" in made.get("/edit/question/new")
    made.browser.set_cookie("portal_lang", "mn")
    assert "Хэрэгжилтийн үнэлгээ" in made.get("/edit/question/new")
    switch(False)
    assert "Хэрэгжилтийн үнэлгээ" not in made.get("/edit/question/new")


def test_a_question_of_the_type_is_made_in_the_builder(builder):
    made = builder()
    made.add(RATING, "How far?")
    assert [each["type"] for each in made.definition["survey"]][-1] == RATING


@pytest.mark.parametrize("rows", [[ROW], [GONE]])
def test_it_travels_as_text_for_other_tools_and_comes_back(app, rows):
    written = write_xlsform(form(*rows))
    assert b"vanished" not in written
    for result in (read_xlsform(written, "f.xlsx"), read_in_child(written, "f.xlsx")):
        assert result.definition is not None
        assert result.definition["survey"][0]["type"] == rows[0]["type"]
        assert [p.code for p in result.problems] == ([] if rows == [ROW] else ["type_unknown"])


def test_a_missing_type_is_a_warning_and_no_error(app):
    assert [(p.code, p.level) for p in check(form(GONE))] == [("type_unknown", "warning")]


def test_a_version_is_compiled_anew_when_the_module_is_switched(app, publish):
    made = publish([ROW])
    assert service.compiled(made.version) is service.compiled(made.version)
    assert service.compiled(made.version).by_name["how"].field.name == RATING
    switch(False)
    assert service.compiled(made.version).by_name["how"].field.name == "unknown"


class Faulty(question_types.QuestionType):
    name = "recommendations_faulty"
    title = "Faulty"
    template = "recommendations/no_such_template.html"

    def parser(self, row):
        return lambda raw: 1 / 0

    def format(self, value, locale, label):
        raise RuntimeError(value)

    def columns(self, row, choices=()):
        return [question_types.Part(), question_types.Part("/b")]

    def cells(self, value, row, choices=()):
        return [value]

    def entries(self, value):
        return 1 / 0


def test_a_type_that_fails_costs_its_own_question_and_is_named(app, client, publish, monkeypatch, sign_in):
    made = publish([ROW, row("text", "more")])
    client.post(made.url, data=posted(how="not", more="x"))
    types = fields.of_modules
    host = current_host()
    monkeypatch.setattr(host, "raising", False)
    blamed: list[str] = []
    monkeypatch.setattr(host, "blamed", lambda host, name, told: blamed.append(f"{name} {told}"))
    faulty = Faulty()
    monkeypatch.setattr(Faulty, "name", RATING)
    monkeypatch.setitem(types._by_name, RATING, None)
    types.declare("recommendations", faulty)
    service._compiled.cache_clear()
    page = client.get(made.url)
    assert page.status_code == 200
    assert 'type="text" id="q-how-0" name="q.how"' in page.text
    refused = client.post(made.url, data=posted(how="fully", more="y"))
    assert refused.status_code == 422
    assert "the module of this question fails" in refused.text
    shown = sign_in(made.owner).get(f"/forms/{made.id}/answers/{stored()[0].id}")
    assert ">not<" in shown.text
    assert all(each.startswith("recommendations portal_field_types: ") for each in blamed)
    assert {"TemplateNotFound", "ZeroDivisionError", "RuntimeError"} <= {each.split(": ")[1] for each in blamed}
    kind = types.get(RATING)
    assert kind is not None
    assert kind.cells("a", {}) == ["a", None]
    assert kind.entries("a") == ["a"]
    service._compiled.cache_clear()


@pytest.mark.parametrize(
    ("name", "title", "template", "why"),
    [
        ("rating", "A", "", "must be named"),
        ("other_rating", "A", "", "must be named"),
        ("barns_Big One", "A", "", "must be named"),
        ("barns_big", None, "", "no title"),
        ("barns_big", "A", "layout.html", "is not one of barns"),
    ],
)
def test_a_type_that_does_not_fit_is_refused_at_start(name, title, template, why):
    given = {"name": name, "template": template} | ({"title": title} if title else {})
    kind = type("Kind", (question_types.QuestionType,), given)()
    with pytest.raises(ValueError, match=why):
        OfModules().declare("barns", kind)


def test_what_is_no_type_is_refused_at_start():
    with pytest.raises(ValueError, match="no QuestionType"):
        OfModules().declare("barns", "text")  # type: ignore[arg-type]


def test_it_stands_in_a_table_of_questions(client, publish):
    rows = [{**row("repeat", "parts", appearance="matrix", rows_from={"source": "choices:light"}), "children": [ROW]}]
    made = publish(rows)
    page = client.get(made.url).text
    assert 'id="q-parts-0-how-0" name="q.parts.0.how" value="fully"' in page
    data = posted(**{f"parts.{n}._key": key for n, key in enumerate(("green", "amber", "red"))})
    data |= {f"q.parts.{n}.how": code for n, code in enumerate(("fully", "not", ""))}
    refused = client.post(made.url, data=data)
    assert refused.status_code == 422
    assert 'href="#q-parts-2-how-0"' in refused.text
    assert client.post(made.url, data=data | {"q.parts.2.how": "partially"}).status_code == 303
    assert [part["how"] for part in stored()[0].answers["parts"]] == ["fully", "not", "partially"]
    switch(False)
    assert client.get(made.url).text.count("This question cannot be answered here now") == 3


def test_the_builder_shows_and_tries_it(builder):
    made = builder()
    made.add(RATING, "How far?")
    assert 'value="partially"' in made.get("/preview")
    assert 'value="partially" checked' in made.post("/preview", 200, _sample="1")
    name = made.definition["survey"][-1]["name"]
    page = made.get(f"/edit/question?row={made.row(name)['id']}")
    assert "Rating of implementation" in page
    switch(False)
    for path in ("/edit", "/preview", f"/edit/question?row={made.row(name)['id']}", "/publish"):
        made.get(path)
    assert "its answers are shown but cannot be changed" in made.get("/publish")
