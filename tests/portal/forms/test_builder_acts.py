"""Undo and redo, two editors at once, questions carried from form to form, the preview that says why."""

from __future__ import annotations

import html
import json
import re

import pytest

from portal.audit import HistoryEntry
from portal.db import db
from portal.forms import service, steps
from portal.forms.definition import digest
from portal.forms.models import Form, FormPiece, FormStep, FormVersion
from portal.people.models import Organisation
from portal.records import Record
from tests.portal.forms.builder_help import Builder, controls


def undo(made, way="undo", status=303, **fields):
    return made.post(f"/edit/{way}", status, **fields)


def history(made):
    return db.session.query(HistoryEntry).filter_by(record_id=made.id).count()


def test_every_act_is_undone_and_made_again(app, builder):
    made = builder("template:registration")
    acts = [
        lambda: made.add("text", "One more"),
        lambda: made.change("topic", **{"label-en": "Theme"}),
        lambda: made.post("/edit/question/move", place="reg-topic//0"),
        lambda: made.post("/edit/question/copy?row=reg-category"),
        lambda: made.post("/edit/question/remove?row=reg-person"),
        lambda: made.post(
            "/edit/list?name=sex", **{**controls(made.get("/edit/list?name=sex")), "choices": "a | А | A"}
        ),
        lambda: made.post(
            "/edit/settings", **{**controls(made.get("/edit/settings")), "title-en": "Another title", "mode": "public"}
        ),
        lambda: made.post("/edit/texts", **{**controls(made.get("/edit/texts")), "r.reg-topic.label.en": "A text"}),
    ]
    marks = [digest(made.definition)]
    for act in acts:
        act()
        marks.append(digest(made.definition))
    assert len(set(marks)) == len(marks)
    told = history(made)
    for mark in reversed(marks[:-1]):
        undo(made)
        assert digest(made.definition) == mark
    assert history(made) >= told + len(acts)
    assert db.session.get(Record, made.id).title.text("en") == "New form"
    undo(made)
    assert "There is nothing to undo." in made.get("/edit")
    for mark in marks[1:]:
        undo(made, "redo")
        assert digest(made.definition) == mark
    undo(made, "redo")
    assert "There is nothing to redo." in made.get("/edit")
    assert db.session.get(Record, made.id).title.text("en") == "Another title"


def test_a_new_act_after_an_undo_takes_the_redo_away(app, builder):
    made = builder()
    made.add("text", "A")
    made.add("text", "B")
    undo(made)
    page = made.get("/edit")
    assert "Redo: Added B" in html.unescape(page)
    assert "Undo: Added A" in html.unescape(page)
    made.add("text", "C")
    assert re.search(r'id="redo"[^>]* disabled', made.get("/edit"))
    undo(made, "redo")
    assert made.rows() == ["a", "c"]


def test_what_was_published_is_not_undone(app, builder):
    made = builder("template:registration")
    made.change("topic", **{"label-en": "Theme"})
    made.post("/publish", waived="test")
    published = db.session.get(FormVersion, db.session.get(Form, made.id).published_id)
    undo(made)
    assert "There is nothing to undo." in made.get("/edit")
    made.change("topic", **{"label-en": "Other"})
    undo(made)
    assert made.row("topic")["label"]["en"] == "Theme"
    assert db.session.get(FormVersion, published.id).definition["survey"] == made.definition["survey"]


def test_an_undo_of_a_stale_page_undoes_nothing(app, builder):
    made = builder()
    made.add("text", "A")
    old = made.version
    made.add("text", "B")
    undo(made, version=old)
    assert made.rows() == ["a", "b"]
    assert "Look at the change, then undo or redo once more." in made.get("/edit")
    assert made.browser.post(f"{made.at}/edit/undo").status_code == 400


def test_many_acts_are_kept_up_to_the_limit(app, builder, monkeypatch):
    monkeypatch.setattr(steps, "LIMIT", 3)
    monkeypatch.setattr(steps, "_KEPT", 6)
    made = builder()
    for label in "ABCDEFGH":
        made.add("text", label)
    old = made.version
    for _step in range(5):
        undo(made)
    assert made.rows() == ["a", "b", "c", "d", "e"]
    assert db.session.query(FormStep).filter_by(form_id=made.id).count() <= 6
    made.post("/edit/question/copy?row=gone", 409, version=old - 6)


def test_a_draft_changed_past_its_steps_is_not_undone(app, builder):
    made = builder()
    made.add("text", "A")
    form = db.session.get(Form, made.id)
    form.definition = {**form.definition, "survey": []}
    db.session.commit()
    undo(made)
    assert made.rows() == []
    assert "There is nothing to undo." in made.get("/edit")


def stand(page):
    """What the page of a conflict would send: mine everywhere."""
    found = re.findall(r'name="stand:([^"]*)" value="mine"', page)
    seen = dict(re.findall(r'name="seen:([^"]*)" value="([^"]*)"', page))
    keys = [html.unescape(key) for key in found]
    return keys, {f"seen:{html.unescape(key)}": mark for key, mark in seen.items()}


def test_two_editors_of_different_questions_both_stand(app, builder):
    made = builder("template:registration")
    made.change("age_group", **{"label-en": "How old"})
    topic, sex = (controls(made.get(f"/edit/question?row=reg-{each}")) for each in ("topic", "sex"))
    made.post("/edit/question?row=reg-topic", **{**topic, "label-en": "Theme"})
    made.post("/edit/question?row=reg-sex", **{**sex, "label-en": "Gender"})
    assert made.row("topic")["label"]["en"] == "Theme"
    assert made.row("sex")["label"]["en"] == "Gender"
    assert "Both changes stand." in made.get("/edit")
    undo(made)
    assert made.row("topic")["label"]["en"] == "Theme"
    assert made.row("sex")["label"]["en"] != "Gender"


def test_two_editors_of_different_cells_of_one_question_both_stand(app, builder):
    made = builder("template:registration")
    made.add("text", "Any")
    fields = controls(made.get("/edit/question?row=reg-topic"))
    texts = controls(made.get("/edit/texts"))
    made.post("/edit/question?row=reg-topic", **{**fields, "relevant": "${sex} != ''"})
    made.post("/edit/texts", **{**texts, "r.reg-topic.label.mn": "Сэдэв нь"})
    made.post("/edit/question?row=reg-topic", **{**fields, "label-en": "Theme"})
    row = made.row("topic")
    assert (row["label"], row["relevant"]) == ({"mn": "Сэдэв нь", "en": "Theme"}, "${sex} != ''")


def test_one_adds_moves_and_copies_while_the_other_writes(app, builder):
    made = builder("template:registration")
    made.add("text", "Any")
    old = made.version
    made.change("topic", **{"label-en": "Theme"})
    made.post("/edit/question/move", version=old, place="reg-topic//0")
    made.post("/edit/question/copy?row=reg-sex", version=old)
    made.add("text", "Last", version=old)
    assert made.rows()[0] == "topic"
    assert {"any", "last", "sex_2"} <= set(made.rows())
    assert made.row("topic")["label"]["en"] == "Theme"


@pytest.mark.parametrize(
    ("way", "stands"), [("mine", "Of the second"), ("theirs", "Of the first"), ("text", "Of both")]
)
def test_a_cell_that_both_changed_shows_both_texts(app, builder, way, stands):
    made = builder("template:registration")
    made.add("text", "Any")
    fields = controls(made.get("/edit/question?row=reg-topic"))
    made.post("/edit/question?row=reg-topic", **{**fields, "label-en": "Of the first", "relevant": "${sex} != ''"})
    second = {**fields, "label-en": "Of the second", "hint-en": "A hint"}
    before = made.definition
    page = made.post("/edit/question?row=reg-topic", 409, **second)
    assert made.definition == before
    keys, seen = stand(page)
    assert keys == ['["row","reg-topic","label","en"]']
    assert "Of the first" in page
    assert "Of the second" in page
    assert 'name="hint-en"' in page
    chosen = {f"stand:{keys[0]}": way, f"text:{keys[0]}": "Of both", **seen}
    made.post("/edit/question?row=reg-topic", **second, **chosen)
    row = made.row("topic")
    assert (row["label"]["en"], row["hint"]["en"], row["relevant"]) == (stands, "A hint", "${sex} != ''")


def test_a_third_change_after_the_decision_is_asked_about_again(app, builder):
    made = builder("template:registration")
    made.add("text", "Any")
    fields = controls(made.get("/edit/question?row=reg-topic"))
    made.change("topic", **{"label-en": "First"})
    keys, seen = stand(made.post("/edit/question?row=reg-topic", 409, **{**fields, "label-en": "Second"}))
    made.change("topic", **{"label-en": "Third"})
    chosen = {f"stand:{keys[0]}": "mine", **seen}
    page = made.post("/edit/question?row=reg-topic", 409, **{**fields, "label-en": "Second"}, **chosen)
    assert "Third" in page
    assert made.row("topic")["label"]["en"] == "Third"


@pytest.mark.parametrize(("way", "there"), [("mine", False), ("theirs", True)])
def test_a_question_that_one_changed_and_the_other_removes(app, builder, way, there):
    made = builder("template:registration")
    made.add("text", "Any")
    old = made.version
    made.change("topic", **{"label-en": "Theme"})
    page = made.post("/edit/question/remove?row=reg-topic", 409, version=old)
    keys, seen = stand(page)
    assert keys == ['["row","reg-topic"]']
    made.post("/edit/question/remove?row=reg-topic", version=old, **{f"stand:{keys[0]}": way}, **seen)
    assert ("topic" in made.rows()) is there


def test_a_list_and_settings_that_both_changed(app, builder):
    made = builder("template:registration")
    made.add("text", "Any")
    settings, sex = controls(made.get("/edit/settings")), controls(made.get("/edit/list?name=sex"))
    made.post("/edit/settings", **{**settings, "title-en": "One", "mode": "public"})
    page = made.post("/edit/settings", 409, **{**settings, "title-en": "Two", "mode": "invited", "limit": "5"})
    assert [json.loads(key)[1] for key in stand(page)[0]] == ["form_title"]
    first, *rest = sex["choices"][0].splitlines()
    made.post("/edit/list?name=sex", **{**sex, "choices": "\n".join([first, *rest, "x | Икс | X"])})
    code = first.split(" | ")[0]
    made.post("/edit/list?name=sex", **{**sex, "choices": "\n".join([f"{code} | Шинэ | New", *rest])})
    found = {each["name"]: each["label"]["en"] for each in made.definition["choices"]["sex"]}
    assert (found[code], found["x"]) == ("New", "X")


def test_publishing_and_a_spreadsheet_of_a_stale_page_are_not_merged(app, builder):
    import io

    made = builder("template:registration")
    made.add("text", "Any")
    old = made.version
    sheet = made.browser.get(f"{made.at}/export").data
    made.change("topic", **{"label-en": "Theme"})
    made.post("/publish", 409, version=old, waived="x")
    upload = {"version": old, "file": (io.BytesIO(sheet), "form.xlsx")}
    assert made.browser.post(f"{made.at}/import", data=upload).status_code == 409
    assert made.row("topic")["label"]["en"] == "Theme"


@pytest.mark.parametrize(
    "more",
    [
        {"stand:": "mine"},
        {"stand:[]": "mine", "seen:[]": ""},
        {'stand:["row","reg-topic","label","en"]': "x", 'seen:["row","reg-topic","label","en"]': "x"},
        {'text:["row","reg-topic","label","en"]': "y" * 50_000},
    ],
)
def test_nonsense_decisions_decide_nothing(app, builder, more):
    made = builder("template:registration")
    made.add("text", "Any")
    fields = controls(made.get("/edit/question?row=reg-topic"))
    made.change("topic", **{"label-en": "First"})
    made.post("/edit/question?row=reg-topic", 409, **{**fields, "label-en": "Second"}, **more)
    assert made.row("topic")["label"]["en"] == "First"


def test_questions_are_copied_into_another_form(app, builder):
    source, target = builder("template:registration"), builder()
    page = source.post("/edit/pieces/copy", row=["reg-category", "reg-person"])
    assert page
    assert "are on your clipboard" in source.get("/edit")
    target.add("text", "First")
    assert "from my clipboard" in target.get("/edit")
    assert "My clipboard" in target.get(f"/edit/question/new?after={target.row('first')['id']}")
    before = source.definition
    target.post("/edit/pieces/paste", piece="clipboard", after=target.row("first")["id"])
    assert target.rows()[:2] == ["first", "person"]
    assert "category" in target.rows()
    name = source.row("category")["list"]
    assert target.definition["choices"] == {name: before["choices"][name]}
    target.post("/edit/pieces/paste", piece="clipboard")
    assert "category_2" in target.rows()
    undo(target)
    undo(target)
    assert target.rows() == ["first"]
    assert source.definition == before
    assert db.session.query(FormPiece).count() == 1


def test_a_page_saves_by_itself_and_never_over_others(app, builder):
    made = builder("template:registration")
    made.add("text", "Any")
    at = "/edit/question?row=reg-topic"
    fields = {**controls(made.get(at)), "_auto": "1"}
    page = made.get(at)
    assert "data-autosave" in page
    assert "data-autosave" not in made.get("/edit/question/new?type=text")

    def sent(status=200, **more):
        answer = made.browser.post(f"{made.at}{at}", data={**fields, **more})
        assert answer.status_code == status
        return answer.json

    now = made.version
    assert sent() == {"version": now, "merged": False}  # nothing was written
    assert made.version == now
    assert sent(**{"label-en": "By itself"}) == {"version": now + 1, "merged": False}
    assert made.row("topic")["label"]["en"] == "By itself"
    assert sent(422, **{"relevant": "${nobody}"}) == {"wrong": True}
    assert sent(422, **{"label-mn": "", "label-en": ""}) == {"wrong": True}
    assert made.version == now + 1
    made.change("topic", **{"hint-en": "Of somebody else"})
    fields["version"] = now + 1
    assert sent(**{"label-en": "Once more"}) == {"version": now + 3, "merged": True}
    assert made.row("topic")["hint"]["en"] == "Of somebody else"
    assert made.row("topic")["label"]["en"] == "Once more"
    made.browser.post(f"{made.at}{at}", data={**fields, "label-en": "A clash"})
    assert made.row("topic")["label"]["en"] == "Once more"
    texts = {**controls(made.get("/edit/texts")), "_auto": "1"}
    answer = made.browser.post(f"{made.at}/edit/texts", data={**texts, "r.reg-topic.label.mn": "Өөрөө"})
    assert answer.json["merged"] is False
    assert made.row("topic")["label"]["mn"] == "Өөрөө"


def test_a_row_that_both_moved_is_asked_about(app, builder):
    made = builder("template:registration")
    made.add("text", "Any")
    old = made.version
    made.post("/edit/question/move", place="reg-topic//0")
    before = made.definition
    move = {"place": "reg-topic/reg-person/0", "version": old}
    page = made.post("/edit/question/move", 409, **move)
    keys, seen = stand(page)
    assert keys == ['["place","reg-topic"]']
    assert "at the beginning of the form" in page
    assert "in “About you”, at its beginning" in page
    assert made.definition == before
    made.post("/edit/question/move", **move, **seen, **{f"stand:{keys[0]}": "mine"})
    assert next(child["name"] for child in made.row("person")["children"]) == "topic"
    made.browser.set_cookie("portal_lang", "mn")
    made.post("/edit/question/move", place="reg-topic//0")
    move["version"] = made.version - 1
    move["place"] = "reg-topic//3"
    assert "маягтын эхэнд" in made.post("/edit/question/move", 409, **move)


def test_ticked_questions_are_moved_doubled_cut_out_and_removed_together(app, builder):
    made = builder()
    made.add("text", "Zero")
    made.add("group", "Group")
    group = made.row("group")["id"]
    for name in ("One", "Two", "Three"):
        made.add("text", name, query=f"&into={group}")
    made.change("three", relevant="${one} != ''")
    ids = {name: made.row(name)["id"] for name in made.rows()}
    both = [ids["three"], ids["two"]]
    made.post("/edit/rows", act="up", row=both)
    assert made.rows() == ["zero", "group", "two", "three", "one"]
    made.post("/edit/rows", act="up", row=both)
    assert made.rows() == ["zero", "group", "two", "three", "one"]
    made.post("/edit/rows", act="down", row=both)
    assert made.rows() == ["zero", "group", "one", "two", "three"]
    made.post("/edit/rows", act="double", row=[ids["one"], ids["three"]])
    assert made.rows() == ["zero", "group", "one", "two", "three", "one_2", "three_2"]
    assert made.row("three_2")["relevant"] == "${one_2} != ''"
    undo(made)
    before = made.definition
    made.post("/edit/rows", act="cut", row=[ids["one"], ids["two"]])
    assert made.rows() == ["zero", "group", "three"]
    page = made.get("/edit")
    assert "2 rows are cut out and on your clipboard." in page
    assert "These ask for an answer that is not there now: Three." in page
    made.post("/edit/pieces/paste", piece="clipboard", after=ids["zero"])
    assert made.rows() == ["zero", "one", "two", "group", "three"]
    assert {name: made.row(name)["id"] for name in made.rows()} == ids  # what was moved is the same question
    made.post("/edit/pieces/paste", piece="clipboard", after=ids["zero"])
    assert not {made.row(name)["id"] for name in ("one_2", "two_2")} & set(ids.values())
    for _time in range(3):
        undo(made)
    assert made.definition == before
    made.post("/edit/rows", act="remove", row=[group, ids["one"]])
    assert made.rows() == ["zero"]
    undo(made)
    old = made.version
    made.add("text", "Meanwhile")
    made.post("/edit/rows", act="remove", row=[ids["zero"]], version=old)
    assert made.rows() == ["group", "one", "two", "three", "meanwhile"]
    made.post("/edit/rows", act="remove", row=["gone"])
    made.post("/edit/rows", 400, act="burn", row=[ids["one"]])
    assert made.rows() == ["group", "one", "two", "three", "meanwhile"]


def test_what_pasted_questions_ask_for_is_said(app, builder):
    source, target = builder("template:registration"), builder()
    source.change("topic", relevant="${sex} != ''")
    source.post("/edit/pieces/copy", row="reg-topic")
    target.post("/edit/pieces/paste", piece="clipboard")
    assert "They ask for answers that this form does not have: sex." in target.get("/edit")


def test_nothing_ticked_and_a_form_that_grows_too_large(app, builder, officer):
    made = builder("template:registration")
    made.post("/edit/pieces/copy")
    assert "Tick the questions first." in made.get("/edit")
    made.post("/edit/pieces/copy", row="gone")
    assert db.session.query(FormPiece).count() == 0
    record = db.session.get(Record, made.id)
    rows = [{"id": f"x{n}", "type": "note", "name": f"x{n}", "label": {"en": "x"}} for n in range(1200)]
    service.save(officer, record, version=None, definition={**made.definition, "survey": rows})
    made.post("/edit/pieces/copy", row=[each["id"] for each in rows])
    made.post("/edit/pieces/paste", piece="clipboard")
    assert "larger than a form may be" in made.get("/edit")
    assert len(made.rows()) == 1200


def test_the_library_of_an_organisation(app, builder, officer, identity, sign_in, org):
    made = builder("template:registration")
    made.post("/edit/pieces/keep", row=["reg-sex", made.row("age_group")["id"]])
    kept = db.session.query(FormPiece).one()
    assert (kept.user_id, kept.org_id) == (None, officer.orgs[0])
    told = db.session.query(HistoryEntry).filter_by(entity="portal_form_piece", action="created").one()
    assert told.record_id == made.id
    colleague = sign_in(identity("commission_officer", org=db.session.get(Organisation, officer.orgs[0])))
    answer = colleague.post("/forms/new", data={"start": "empty", "title-mn": "Өөр", "title-en": "Other"})
    other = Builder(colleague, int(answer.location.split("/")[2]))
    assert f'value="{kept.id}"' in other.get("/edit/question/new")
    other.post("/edit/pieces/paste", piece=kept.id)
    assert set(other.rows()) == {"sex", "age_group"}
    forum = sign_in(identity("cs_editor", org=org("forum", kind="cso", voice="civil_society")))
    answer = forum.post("/forms/new", data={"start": "empty", "title-mn": "Гадна", "title-en": "Outside"})
    outside = Builder(forum, int(answer.location.split("/")[2]))
    assert f'value="{kept.id}"' not in outside.get("/edit/question/new")
    outside.post("/edit/pieces/paste", 404, piece=kept.id)
    outside.post("/edit/pieces/remove", 404, piece=kept.id)
    other.post("/edit/pieces/remove", piece=kept.id)
    assert db.session.query(FormPiece).count() == 0
    assert set(other.rows()) == {"sex", "age_group"}


def test_the_library_is_searched_by_words_of_questions_and_choices(app, builder):
    made = builder("template:registration")
    made.post("/edit/pieces/keep", row="reg-sex")
    made.post("/edit/pieces/keep", row="reg-topic")
    every = made.get("/edit/question/new")
    assert every.count("/edit/pieces/remove") == 2
    label = made.row("sex")["label"]["mn"]
    choice = made.definition["choices"][made.row("sex")["list"]][0]["label"]["en"]
    for words in (label.upper(), choice, "sex"):
        found = made.get(f"/edit/question/new?q={words}")
        assert found.count("/edit/pieces/remove") == 1
    assert "Nothing in the library has these words." in made.get("/edit/question/new?q=zebra")


def test_a_template_of_an_organisation_is_offered_to_it_alone(app, builder, officer, identity, sign_in, org):
    made = builder("template:registration")
    assert "Offer as a template" in made.get("/edit")
    made.post("/edit/template")
    assert "No longer a template" in made.get("/edit")
    colleague = identity("commission_officer", org=db.session.get(Organisation, officer.orgs[0]))
    browser = sign_in(colleague)
    assert "Template of your organisation: New form" in browser.get("/forms/new").text
    answer = browser.post("/forms/new", data={"start": f"own:{made.id}", "title-en": "From the template"})
    copy = Builder(browser, int(answer.location.split("/")[2]))
    assert copy.rows() == made.rows()
    assert not db.session.get(Form, copy.id).template
    forum = sign_in(identity("cs_editor", org=org("forum", kind="cso", voice="civil_society")))
    assert "Template of your organisation" not in forum.get("/forms/new").text
    assert forum.post("/forms/new", data={"start": f"own:{made.id}"}).status_code == 422
    made.post("/edit/template")
    assert "Template of your organisation" not in browser.get("/forms/new").text


def test_acts_are_undone_on_the_pages_beside_the_editor_too(app, builder):
    made = builder("template:registration")
    made.post("/edit/settings", **{**controls(made.get("/edit/settings")), "title-en": "Another title"})
    for page, back in (("settings", "settings"), ("lists", "lists_of"), ("texts", "texts")):
        assert f'name="back" value="{back}"' in made.get(f"/edit/{page}")
        answer = made.browser.post(f"{made.at}/edit/undo", data={"version": made.version, "back": back})
        assert answer.location.endswith(f"/edit/{page}")
        assert "Undone." in made.get(f"/edit/{page}")
        assert made.definition["settings"]["form_title"]["en"] == "New form"
        undo(made, "redo", back="nowhere")
        assert made.definition["settings"]["form_title"]["en"] == "Another title"


def test_a_clipboard_stays_in_its_organisation(app, builder, officer, identity, sign_in, org):
    made = builder("template:registration")
    made.post("/edit/pieces/copy", row="reg-sex")
    piece = db.session.query(FormPiece).one()
    piece.org_id = org("elsewhere").id
    db.session.commit()
    assert "from my clipboard" not in made.get("/edit")
    before = made.definition
    made.post("/edit/pieces/paste", piece="clipboard")
    assert "belong to another organisation" in made.get("/edit")
    assert made.definition == before


@pytest.mark.parametrize("piece", ["", "0", "-1", "99999999999", "²", "x"])
def test_a_piece_that_is_none_is_not_found(app, builder, piece):
    made = builder()
    made.post("/edit/pieces/paste", 404, piece=piece)
    made.post("/edit/pieces/remove", 404, piece=piece)


def test_a_full_library_says_so(app, builder, monkeypatch):
    from portal.forms import pieces

    monkeypatch.setattr(pieces, "MOST", 1)
    made = builder("template:registration")
    for _time in range(2):
        made.post("/edit/pieces/keep", row="reg-sex")
    assert "The library is full" in made.get("/edit")
    assert db.session.query(FormPiece).count() == 1


def test_the_preview_says_why_a_question_is_hidden(app, builder):
    made = builder()
    made.add("select_one", "Color", name="color", choices="red | Улаан | Red\nblue | Хөх | Blue")
    made.add("select_multiple", "Several", name="several", choices="a | А | Letter A\nb | Б | Letter B")
    made.add("integer", "Age", name="age")
    made.add("text", "Why red", name="why", relevant="${color} = 'red' and ${age} > 17")
    made.add("group", "Further", name="further", relevant="selected(${several}, 'b')")
    made.add("text", "Inside", name="inside", query=f"&into={made.row('further')['id']}")
    made.add("text", "After", name="after", relevant="${why} != ''")
    page = html.unescape(made.get("/preview"))
    assert "3 questions or groups are hidden now: why?" in page
    assert "${color} = 'red' and ${age} > 17" in page
    text = made.browser.post(
        f"{made.at}/preview", data={"_update": "1", "q.color": "blue", "q.age": "20", "q.several": ["", "a"]}
    ).text
    why = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(text[text.index('id="why"') :])))
    assert "Color color Blue" in why
    assert "Age age 20" in why
    assert "Several several Letter A" in why
    assert "With it goes what is inside: Inside" in why
    assert "Why red why not asked now" in why
    text = made.browser.post(
        f"{made.at}/preview/refresh",
        data={"q.color": "red", "q.age": "20", "q.several": ["", "b"], "q.why": "x"},
    ).text
    assert 'id="why"' not in text


def test_a_question_is_seen_as_people_see_it_beside_its_page(app, builder):
    made = builder("template:registration")
    page = made.get("/edit/question?row=reg-topic")
    assert 'data-live="/forms/' in page
    at = "/edit/question/live?row="
    seen = made.get(f"{at}reg-topic&as=mn")
    assert made.row("topic")["label"]["mn"] in seen
    assert 'lang="mn"' in seen
    assert "Example" in made.get(f"{at}{made.row('given_name')['id']}&filled=1")
    hidden = made.get(f"{at}{made.row('given_name')['id']}")
    assert "With these answers it is not asked." in hidden
    assert 'name="q.given_name"' in hidden
    assert 'name="q.surname"' in made.get(f"{at}reg-person")
    made.add("calculate", "Sum", name="sum", calculation="1 + 1")
    assert "This has no place of its own" in made.get(f"{at}{made.row('sum')['id']}")
    made.post("/edit/question/remove?row=reg-naming")
    assert "must be put right first" in made.get(f"{at}reg-topic")
    made.get(f"{at}nobody", 404)


def test_the_preview_explains_rows_of_repeats(app, builder):
    made = builder()
    made.add("repeat", "People", name="people")
    inside = f"&into={made.row('people')['id']}"
    made.add("integer", "Age", name="age", query=inside)
    made.add("text", "School", name="school", query=inside, relevant="${age} < 18")
    made.add("text", "Sum", name="total", relevant="sum(${age}) > 100")
    rows = {"q.people": "", "q.people.0._key": "1", "q.people.0.age": "40", "q.people.1._key": "2"}
    text = made.browser.post(f"{made.at}/preview", data={"_update": "1", **rows, "q.people.1.age": "7"}).text
    why = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(text[text.index('id="why"') :])))
    assert "School (People, row 1)" in why
    assert "row 2" not in why
    assert "Age age 40, 7" in why


def test_the_preview_speaks_either_language_and_keeps_what_was_typed(app, builder):
    made = builder("template:registration")
    page = made.browser.post(f"{made.at}/preview?as=mn&width=phone", data={"_update": "1", "q.given_name": "Болд"}).text
    screen = page[page.index("builder-phone") :]
    assert 'lang="mn"' in screen[:40]
    assert made.row("topic")["label"]["mn"] in screen
    assert 'value="Болд"' in screen
    assert "Preview" in page[: page.index("builder-phone")]
    assert "as=mn" in made.get("/preview")
    assert made.row("topic")["label"]["en"] in made.get("/preview?as=xx")


def test_strangers_do_none_of_it(app, builder, as_role, org):
    made = builder("template:registration")
    forum = as_role("cs_editor", org=org("forum", kind="cso", voice="civil_society"))
    observer = as_role("observer", org=org("watch"))
    for path in ("undo", "redo", "pieces/copy", "pieces/keep", "pieces/paste", "pieces/remove"):
        data = {"version": made.version, "row": "reg-sex", "piece": "clipboard"}
        assert forum.post(f"{made.at}/edit/{path}", data=data).status_code == 404, path
        assert observer.post(f"{made.at}/edit/{path}", data=data).status_code == 403, path
    assert db.session.query(FormPiece).count() == 0
