"""Building a form on its pages, from nothing to published."""

from __future__ import annotations

import io
import re
import sys

import pytest

from portal.db import db
from portal.forms import service
from portal.forms.definition import compile, walk
from portal.forms.models import Form, FormVersion
from portal.forms.shipped import shipped
from portal.records import Record
from tests.portal.forms.build import row as question
from tests.portal.forms.builder_help import Builder, controls


def test_from_a_template_a_form_is_made_published_and_linked_in_three_clicks(app, builder):
    made = builder("template:registration", **{"title-mn": "", "title-en": ""})
    assert made.definition == shipped("registration")
    page = made.get("/edit")
    assert "Ready to publish" in page
    assert "How do you want to register?" in page
    assert "Publish now" in made.get("/publish")
    made.post("/publish")
    assert db.session.get(Record, made.id).status == "published"
    assert f"/forms/f/{db.session.get(Form, made.id).token}" in made.get("/edit")


def test_a_form_of_ten_questions_is_built_from_nothing_and_published(app, builder):
    made = builder()
    assert "No questions yet" in made.get("/edit")
    made.add("text", "Your name", required="y", use="filter")
    made.add("integer", "Age", mn="Нас", constraint=". >= 0 and . <= 120", **{"constraint_message-en": "0 to 120"})
    made.add("select_one", "Sex", choices="female | Эмэгтэй | Female\nmale | Эрэгтэй | Male", use=["filter", "chart"])
    made.add("yes_no", "Do you have children?")
    made.add("integer", "How many?", relevant="${do_you_have_children} = 'yes'")
    made.add("group", "Where you live", _more="1")
    inside = made.row("where_you_live")["id"]
    made.add("unit", "Aimag", inside=inside, query=f"&into={inside}", appearance="minimal")
    made.add("text", "Bag", inside=inside, query=f"&into={inside}")
    made.add("date", "Date")
    made.add("note", "Thank you")
    made.add("calculate", "Twice the age", calculation="${age} * 2")
    assert made.rows() == [
        *("your_name", "age", "sex", "do_you_have_children", "how_many"),
        *("where_you_live", "aimag", "bag", "date", "thank_you", "twice_the_age"),
    ]
    assert made.definition["choices"]["yes_no"][0]["label"]["mn"] == "Тийм"
    assert made.row("sex")["list"] == "sex"
    compile(made.definition)
    page = made.get("/publish")
    assert "1 text is missing in Mongolian" in page
    made.post(
        "/edit/texts",
        **controls(made.get("/edit/texts")) | {f"r.{made.row('age')['id']}.constraint_message.mn": "0–120"},
    )
    made.post("/publish")
    version = db.session.get(FormVersion, db.session.get(Form, made.id).published_id)
    assert version.number == 1
    assert version.definition == made.definition


def test_saving_a_page_as_it_is_drawn_changes_nothing(app, builder):
    for name in ("registration", "feedback", "quarterly_progress"):
        made = builder(f"template:{name}", **{"title-mn": "", "title-en": ""})
        before = made.definition
        for row, _parents in walk(before):
            made.change(row["name"])
        assert made.definition == before
        made.post("/edit/texts", **controls(made.get("/edit/texts")))
        assert made.definition == before
        made.post("/edit/settings", **controls(made.get("/edit/settings")))
        settings = made.definition["settings"]
        assert {**settings, "access": None} == {**before["settings"], "access": None}
        assert settings["access"].items() >= (before["settings"].get("access") or {}).items()
        for name_ in before["choices"]:
            made.post(f"/edit/list?name={name_}", **controls(made.get(f"/edit/list?name={name_}")))
        assert made.definition["choices"] == before["choices"]


def test_a_new_question_stands_where_it_was_asked_for(app, builder):
    made = builder()
    for name in ("A", "C"):
        made.add("text", name)
    after = made.row("a")["id"]
    made.add("text", "B", query=f"&after={after}")
    assert made.rows() == ["a", "b", "c"]


def test_save_and_add_the_next_goes_on_after_the_question(app, builder):
    made = builder()
    answer = made.browser.post(
        f"{made.at}/edit/question/new?type=text", data={"kind": "text", "label-en": "A", "version": "1", "_more": "1"}
    )
    assert answer.location.endswith(f"/edit/question/new?after={made.row('a')['id']}")
    made.add("group", "G")
    group = made.row("g")["id"]
    answer = made.browser.post(
        f"{made.at}/edit/question/new?type=repeat",
        data={"kind": "repeat", "label-en": "R", "inside": group, "version": made.version, "_more": "1"},
    )
    assert answer.location.endswith(f"into={made.row('r')['id']}")


def test_the_buttons_move_rows_into_groups_and_out_of_them(app, builder):
    made = builder()
    made.add("text", "A")
    made.add("group", "G")
    made.add("text", "B")
    group, row = made.row("g")["id"], made.row("a")["id"]
    page = made.get("/edit")
    assert f'id="down-{row}"' in page
    assert f'value="{row}/{group}/0"' in page
    made.post("/edit/question/move", place=f"{row}/{group}/0")
    assert made.rows() == ["g", "a", "b"]
    assert [each["name"] for each in made.row("g")["children"]] == ["a"]
    made.post("/edit/question/move", place=f"{row}//2")
    assert made.rows() == ["g", "b", "a"]


@pytest.mark.parametrize(
    "place", ["", "/", "//", "a//x", "a/nowhere/0", "a//-1", "a//999999", "a//²", "gone//0", "a/b/c/0"]
)
def test_a_place_that_is_none_is_refused_and_changes_nothing(app, builder, place):
    made = builder()
    made.add("text", "A")
    before = made.definition
    place = place.replace("a/", f"{made.row('a')['id']}/", 1)
    answer = made.browser.post(f"{made.at}/edit/question/move", data={"place": place, "version": made.version})
    assert answer.status_code in (400, 404)
    assert made.definition == before


def test_a_group_is_not_moved_into_itself(app, builder):
    made = builder()
    made.add("group", "G")
    group = made.row("g")["id"]
    made.post("/edit/question/move", 404, place=f"{group}/{group}/0")


def test_a_copy_stands_under_its_original(app, builder):
    made = builder("template:registration")
    made.post("/edit/question/copy?row=reg-person")
    assert made.rows()[2:12] == [
        *("person", "surname", "given_name", "phone", "email"),
        *("person_2", "surname_2", "given_name_2", "phone_2", "email_2"),
    ]


def test_removing_asks_first_and_says_who_refers_to_it(app, builder):
    made = builder("template:registration")
    page = made.get("/edit/question/remove?row=reg-category")
    assert "Whom do you represent?" in page
    assert "Please specify" in page
    assert "category" in made.rows()
    made.post("/edit/question/remove?row=reg-category")
    assert "category" not in made.rows()
    page = made.get("/edit")
    assert "There is no question named category" in page
    assert "First put this right" in made.get("/publish")
    made.post("/publish", 422)
    assert db.session.get(Record, made.id).status == "draft"


def test_renaming_a_question_updates_what_refers_to_it(app, builder):
    made = builder("template:registration")
    made.change("category", name="represents")
    assert made.row("category_other")["relevant"] == "${represents} = 'other'"
    compile(made.definition)


def test_a_name_that_is_taken_or_impossible_is_said_at_its_field(app, builder):
    made = builder("template:registration")
    page = made.change("category", 422, name="naming")
    assert "Two rows are named naming" in page
    assert 'id="name-error"' in page
    assert "must begin with a letter" in made.change("category", 422, name="1 x")
    assert made.definition == {**shipped("registration"), "settings": made.definition["settings"]}


def test_a_wrong_condition_is_shown_at_its_character_and_nothing_typed_is_lost(app, builder):
    made = builder("template:registration")
    page = made.change("topic", 422, relevant="${naming} == 'named'", **{"label-en": "Half written"})
    assert "does not belong here" in page
    assert '<pre class="builder-caret" aria-hidden="true">${naming} =<mark>=</mark>' in page
    assert "Half written" in page
    assert made.row("topic")["label"]["en"] != "Half written"


def test_a_condition_is_written_by_the_helper_without_saving(app, builder):
    made = builder("template:registration")
    page = made.change("topic", 200, ask="category", compare="is", value="Citizen", _condition="1")
    assert "${category} = &#39;citizen&#39;</textarea>" in page
    assert "relevant" not in made.row("topic")
    page = made.change("topic", 422, ask="category", compare="is", value="Nobody", _condition="1")
    assert "Nobody is none of the choices" in page
    made.change("topic", relevant="${category} = 'citizen'")
    page = made.change("topic", 200, ask="unit", compare="answered", join="or", _condition="1")
    assert "${category} = &#39;citizen&#39; or ${unit} != &#39;&#39;</textarea>" in page


def test_a_condition_that_was_put_together_is_kept_by_saving(app, builder):
    made = builder("template:registration")
    made.change("topic", ask="category", compare="is", value="Citizen")
    assert made.row("topic")["relevant"] == "${category} = 'citizen'"
    made.change("topic", ask="unit", compare="answered", join="or")
    assert made.row("topic")["relevant"] == "${category} = 'citizen' or ${unit} != ''"
    page = made.change("topic", 422, ask="category", compare="is", value="")
    assert "Enter the value the answer is compared with." in page

    made.change(
        "topic", 422, ask="category", compare="is", value="Citizen", _auto="1", **{"label-en": "", "label-mn": ""}
    )
    assert made.row("topic")["relevant"] == "${category} = 'citizen' or ${unit} != ''"


def test_another_type_shows_its_settings_and_keeps_what_was_typed(app, builder):
    made = builder("template:registration")
    page = made.change("topic", 200, kind="select_one", _retype="1", **{"label-en": "Half written"})
    assert 'name="choices"' in page
    assert "Half written" in page
    assert made.row("topic")["type"] == "text"
    page = made.change("category", 200, kind="text", _retype="1", choices="a | А | A")
    assert '<textarea name="choices" hidden>' in page
    made.change("topic", kind="select_multiple", choices="housing | Орон сууц | Housing\nwork | Ажил | Work")
    row = made.row("topic")
    assert (row["type"], row["list"]) == ("select_multiple", "topic")
    assert "appearance" not in row
    assert "parameters" not in row


def test_a_question_takes_a_list_that_is_there(app, builder):
    made = builder("template:registration")
    made.add("select_multiple", "Heard of it from", other_list="participant_category")
    assert made.row("heard_of_it_from")["list"] == "participant_category"
    page = made.get(f"/edit/question?row={made.row('heard_of_it_from')['id']}")
    assert "1 other question takes the same list" in page


def test_a_question_without_choices_is_refused(app, builder):
    made = builder()
    page = made.add("select_one", "Colour", 422)
    assert "Write the choices" in page
    assert made.rows() == []


def test_a_table_takes_its_rows_from_a_list(app, builder):
    made = builder("template:registration")
    made.add("matrix", "How well", rows_source="choices:participant_category")
    row = made.row("how_well")
    assert (row["type"], row["appearance"]) == ("repeat", "matrix")
    assert row["rows_from"] == {"source": "choices:participant_category"}
    made.change("how_well", kind="repeat")
    assert "appearance" not in made.row("how_well")


def test_a_list_is_edited_renamed_and_removed_when_nobody_takes_it(app, builder):
    made = builder("template:registration")
    made.post("/edit/list?name=sex", name="gender", choices="f | Эм | F\nm | Эр | M")
    assert made.row("sex")["list"] == "gender"
    assert [each["name"] for each in made.definition["choices"]["gender"]] == ["f", "m"]
    assert "sex" not in made.definition["choices"]
    page = made.post("/edit/list?name=gender", 422, name="naming", choices="f")
    assert "There is a list of this name already" in page
    made.post("/edit/list/remove", 404, name="gender")
    made.post("/edit/list", name="spare", choices="a\nb")
    made.post("/edit/list/remove", name="spare")
    assert "spare" not in made.definition["choices"]


AIMAGS = "ub | Улаанбаатар | Ulaanbaatar\nkhovd | Ховд | Khovd\nuvs | Увс | Uvs"
SOUMS = "bzd\tБаянзүрх\tBayanzurkh\tUlaanbaatar\njargalant\tЖаргалант\tJargalant\tховд\nlost\tТөөрсөн\tLost\tнигуул"


def test_a_cascade_is_made_where_its_question_is(app, builder):
    made = builder()
    made.add("select_one", "Province", name="aimag", choices=AIMAGS)
    page = made.get("/edit/question/new?type=select_one")
    assert 'name="depends"' in page
    made.add("select_one", "District", name="soum", choices=SOUMS, depends="aimag")
    assert made.row("soum")["choice_filter"] == "aimag = ${aimag}"
    listed = made.row("soum")["list"]
    assert [each["aimag"] for each in made.definition["choices"][listed]] == ["ub", "khovd", "нигуул"]
    page = made.get(f"/edit/question?row={made.row('soum')['id']}")
    tree = page.partition('class="builder-tree"')[2].partition("</section>")[0]
    assert tree.index("Khovd") < tree.index("Jargalant") < tree.index("Uvs")
    assert "Nothing is offered after this answer." in tree
    assert tree.index("Belong to no answer and are never offered") < tree.index("Lost")
    assert "never offered: lost" in made.get("/edit").partition('id="checklist"')[2]
    page = made.add("select_one", "Bag", 422, name="bag", choices="a\nb", depends="soum")
    assert "for example: | bzd" in page
    made.change("soum", **{"label-en": "Soum"})
    assert made.row("soum")["choice_filter"] == "aimag = ${aimag}"
    made.change("soum", depends="")
    assert "choice_filter" not in made.row("soum")
    made.change("soum", choice_filter="aimag != ''")
    assert made.row("soum")["choice_filter"] == "aimag != ''"
    made.change("soum", depends="aimag")
    made.change("soum", choice_filter="aimag = ${aimag} or name = 'x'", depends="aimag")
    assert made.row("soum")["choice_filter"] == "aimag = ${aimag} or name = 'x'"
    made.change("aimag", name="province")
    assert made.row("soum")["choice_filter"] == "aimag = ${province} or name = 'x'"
    made.change("soum", 422, depends="nobody")
    at = f"/edit/list?name={listed}"
    made.change("soum", choice_filter="aimag = ${province}")
    made.post(at, **{**controls(made.get(at)), "choices": "a | А | A | Увс"})
    assert made.definition["choices"][listed][0]["aimag"] == "uvs"


def test_a_wrong_line_of_a_list_is_named_and_the_text_stays(app, builder):
    made = builder("template:registration")
    page = made.post("/edit/list?name=sex", 422, name="sex", choices="f | Эм | F\nf | Эр | M")
    assert "Two choices have the code f" in page
    assert "f | Эр | M" in page


def test_settings_keep_times_in_the_portals_zone(app, builder):
    made = builder("template:registration")
    page = made.get("/edit/settings")
    assert "UTC+8" in page
    fields = controls(page) | {"opens": "2026-10-01T08:00", "closes": "2026-10-20T18:00", "pages": "y", "limit": "50"}
    fields.pop("anonymous")
    made.post("/edit/settings", **fields | {"title-en": "Come in"})
    settings = made.definition["settings"]
    assert settings["access"] == {
        **{"mode": "public", "once": False, "anonymous": False, "limit": 50},
        **{"opens": "2026-10-01T08:00+08:00", "closes": "2026-10-20T18:00+08:00"},
    }
    assert settings["style"] == "pages"
    assert db.session.get(Record, made.id).title.texts["en"] == "Come in"
    page = made.post("/edit/settings", 422, **fields | {"closes": "2026-09-20T18:00"})
    assert "after the form opens" in page


def test_a_form_is_found_by_its_new_title(app, builder):
    made = builder("template:registration")
    fields = controls(made.get("/edit/settings")) | {"title-mn": "Иргэдийн сонсгол", "title-en": "Hearing of citizens"}
    made.post("/edit/settings", **fields)
    assert "Hearing of citizens" in made.browser.get("/search?q=hearing").text
    assert "Hearing of citizens" not in made.browser.get("/search?q=new").text


def test_an_anonymous_form_cannot_be_once_for_each(app, builder):
    made = builder("template:registration")
    page = made.post("/edit/settings", 422, **controls(made.get("/edit/settings")) | {"once": "y", "anonymous": "y"})
    assert "does not know who has answered before" in page


def test_two_editors_never_overwrite_one_another_silently(app, builder):
    made = builder("template:registration")
    old = made.version
    fields = controls(made.get("/edit/question?row=reg-topic"))
    made.change("topic", **{"label-en": "By the first"})
    before = made.definition
    page = made.post("/edit/question?row=reg-topic", 409, **fields | {"version": old, "label-en": "By the second"})
    assert "By the first" in page
    assert "By the second" in page
    for path, more in (
        ("/edit/question/move", {"place": "reg-topic/group/0"}),
        ("/edit/question/remove?row=reg-topic", {}),
        ("/edit/question/copy?row=gone", {}),
        ("/edit/list/remove", {"name": "gone"}),
        ("/publish", {}),
        ("/close", {}),
    ):
        made.post(path, 409, version=old, **more)
    assert made.definition == before
    assert db.session.get(Record, made.id).status == "draft"


def test_a_button_without_its_version_does_nothing(app, builder):
    made = builder("template:registration")
    answer = made.browser.post(f"{made.at}/edit/question/copy?row=reg-topic")
    assert answer.status_code == 400


def test_a_form_of_the_commission_is_not_there_for_the_forum(app, builder, as_role, org):
    made = builder("template:registration")
    forum = as_role("cs_editor", org=org("forum", kind="cso", voice="civil_society"))
    for path in ("/edit", "/edit/settings", "/edit/lists", "/edit/texts", "/preview", "/publish", "/export", "/import"):
        assert forum.get(f"/forms/{made.id}{path}").status_code == 404, path
    for path in ("/publish", "/close", "/reopen", "/edit/question/copy?row=reg-topic", "/edit/question/move?row=a"):
        assert forum.post(f"/forms/{made.id}{path}", data={"version": "1"}).status_code == 404, path
    assert forum.get("/forms/new").status_code == 200
    copies = forum.get("/forms/new").text
    assert "copy" not in re.findall(r'name="start"[^>]*value="([^"]*)"', copies)


def test_those_who_may_only_see_a_form_cannot_build_it(app, builder, identity, sign_in, org, officer):
    from portal import records
    from portal.db import transaction

    made = builder("template:registration")
    forum = org("forum", kind="cso", voice="civil_society")
    with transaction():
        records.share(officer, db.session.get(Record, made.id), org_id=forum.id, level="read")
    reader = sign_in(identity("cs_editor", org=forum))
    assert reader.get(f"/forms/{made.id}/edit").status_code == 403


def test_switching_the_language_keeps_what_was_typed(app, builder):
    made = builder("template:registration")
    page = made.change("topic", 200, _lang="mn", **{"label-en": "Half written"}, name="")
    assert 'lang="mn"' in page
    assert "Half written" in page
    assert 'class="faults"' not in page


def test_a_slot_gives_its_template_and_the_record_it_hangs_on(app, sign_in, identity, org, monkeypatch):
    from portal.forms.slots import Slot, slots

    slot = Slot("subcommittees.test", "Report of a task", "task", "feedback", needs=("usefulness", "weather"))
    monkeypatch.setitem(slots._by_name, slot.name, ("subcommittees", slot))
    browser = sign_in(identity("coordinator", org=org("mojha")))
    page = browser.get(f"/forms/new?slot={slot.name}").text
    assert re.findall(r'name="start"[^>]*value="([^"]*)"', page) == ["template:feedback", "empty", "file"]
    answer = browser.post(f"/forms/new?slot={slot.name}", data={"start": "template:feedback"})
    made = Builder(browser, int(answer.location.split("/")[2]))
    assert db.session.get(Form, made.id).slot == slot.name
    assert "Report of a task" in made.get("/edit")
    page = made.get("/publish")
    assert "weather" in page
    for address in ("slot=nobody.nothing", f"slot={slot.name}&record=999999", "record=abc", "record=²"):
        assert browser.get(f"/forms/new?{address}").status_code == 404, address


def test_history_shows_who_changed_the_form(app, builder):
    from portal import records

    made = builder("template:registration")
    made.change("topic", **{"label-en": "Other words"})
    found = records.history(made.id)
    assert {entry.HistoryEntry.entity for entry in found} >= {"portal_record", "portal_form"}
    assert all(entry.actor for entry in found)


def entries(made):
    """What the history keeps of the definition, newest first."""
    from portal import records

    found = [entry.HistoryEntry for entry in records.history(made.id)]
    return [each.changes["definition"] for each in found if each.entity == "portal_form" and each.action == "changed"]


def shown(made, lang):
    page = made.get(f"?lang={lang}")
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('id="history"') :]).split())


def test_the_history_of_a_form_keeps_only_what_changed(app, builder):
    made = builder("template:registration")
    row = made.row("topic")
    made.change("topic", **{"label-en": "Other words"})
    [kept] = entries(made)
    assert kept == {
        "rows": [
            {
                "id": row["id"],
                "is": {"name": "topic", "type": row["type"], "label": {**row["label"], "en": "Other words"}},
                "cells": {"label": [row["label"], {**row["label"], "en": "Other words"}]},
            }
        ]
    }
    english, mongolian = shown(made, "en"), shown(made, "mn")
    assert "Other words: Question (English) " + row["label"]["en"] in english
    assert f"{row['label']['mn']}: Асуулт (Англи)" in mongolian


def test_the_history_of_a_form_tells_added_moved_and_removed_rows(app, builder):
    made = builder()
    for name in ("First", "Second", "Third"):
        made.add("text", name)
    first = made.row("first")
    made.post("/edit/question/move", place=f"{first['id']}//2")
    made.post(f"/edit/question/remove?row={first['id']}")
    removed, moved, added = entries(made)[:3]
    assert moved == {
        "rows": [
            {
                "id": first["id"],
                "is": {cell: first[cell] for cell in ("name", "type", "label")},
                "moved": [["", 0], ["", 2]],
            }
        ]
    }
    own = {cell: value for cell, value in first.items() if cell != "id"}
    assert removed == {"rows": [{"id": first["id"], "removed": own, "place": ["", 2]}]}
    assert added["rows"][0]["place"] == ["", 2]
    page = shown(made, "en")
    assert all(words in page for words in ("Added Third", "Moved First", "First taken away"))
    page = shown(made, "mn")
    assert all(words in page for words in ("Нэмсэн Third (mn)", "Зөөсөн First (mn)"))


def test_the_history_of_a_list_names_its_choices(app, builder):
    made = builder("template:registration")
    name = next(iter(made.definition["choices"]))
    fields = controls(made.get(f"/edit/list?name={name}"))
    made.post(f"/edit/list?name={name}", **fields | {"choices": fields["choices"][0] + "\nnew | Шинэ | Fresh"})
    [kept] = entries(made)
    assert kept == {"lists": {name: {"added": [{"name": "new", "label": {"mn": "Шинэ", "en": "Fresh"}}]}}}
    assert f"List {name} Fresh" in shown(made, "en")


def test_a_published_version_is_not_written_a_second_time(app, builder):
    from portal import records

    made = builder("template:registration")
    made.post("/publish")
    versions = [each.HistoryEntry for each in records.history(made.id)]
    [version] = [each for each in versions if each.entity == "portal_form_version"]
    assert "definition" not in version.changes
    assert version.changes["digest"]


def test_a_form_of_300_questions_opens_with_the_same_queries_as_one(app, builder, query_counter, officer):
    small, big = builder("template:feedback"), builder()
    record = db.session.get(Record, big.id)
    definition = {**big.definition, "survey": [question("text", f"q{n}") for n in range(300)]}
    service.save(officer, record, version=None, definition=definition)
    counts = []
    for made in (small, big):
        made.add("text", "One more")
        made.get("/edit")
        with query_counter() as seen:
            made.get("/edit")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert len(big.get("/edit")) < 650_000


def test_texts_in_another_language_say_which_it_is(app, builder):
    from tests.contract.crawling import Page

    made = builder()
    for kind, label in (("text", "Нэр"), ("group", "Хаяг"), ("note", "Баярлалаа")):
        made.add(kind, "", mn=label, name=f"{kind}_1")
    made.add("select_one", "", mn="Сонголт", name="choice", choices="a | Нэг\nb | Хоёр")
    made.change("text_1", relevant="${choice} = 'a'")
    rows = [f"/edit/question?row={made.row(name)['id']}" for name in ("text_1", "choice", "group_1")]
    for path in ("/edit", "/edit/lists", "/edit/texts", "/edit/question/new?type=text", "/publish", *rows):
        page = Page(made.get(path))
        foreign = [text for text, lang in page.texts if lang == "en" and re.search("[а-яөү]{3}", text.lower())]
        assert foreign == [], path


def picture(name, colour="red"):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(out, "PNG")
    out.seek(0)
    return out, name


def test_pictures_are_uploaded_where_the_question_is_written(app, builder, client):
    made = builder()
    made.add(
        "select_one", "Need", name="need", choices="water | Ус | Water\nroad | Зам | Road", picture=picture("map.png")
    )
    assert made.row("need")["image"] == "map.png"
    made.change("need", choice_pictures=[picture("Water.png"), picture("зам.png", "blue"), picture("other.png")])
    choices = made.definition["choices"][made.row("need")["list"]]
    assert [each.get("image") for each in choices] == ["Water.png", "зам.png"]
    page = made.get(f"/edit/question?row={made.row('need')['id']}")
    for name in ("map.png", "Water.png", "other.png"):
        assert re.search(f'<option[^>]*value="{name}"', page)
    made.change("need", picture=picture("map.png", "green"))
    assert made.row("need")["image"] == "map-2.png"
    refused = made.change("need", 422, picture=(io.BytesIO(b"no picture"), "x.png"))
    assert 'id="picture-error"' in refused
    assert made.row("need")["image"] == "map-2.png"
    made.change("need", image="other.png")
    made.post("/edit/settings", **{**controls(made.get("/edit/settings")), "mode": "public"})
    drawn = made.get("/preview")
    address = re.search(r'fill-picture"><img src="([^"]*other\.png)"', drawn)[1]
    with client.get(address) as answer:
        assert answer.headers["Content-Type"] == "image/png"
    from portal.forms.xlsform import read_xlsform, write_xlsform

    again = read_xlsform(write_xlsform(made.definition), "f.xlsx").definition
    assert again["survey"][0]["image"] == "other.png"
    assert again["choices"] == made.definition["choices"]
    made.change("need", image="")
    assert "image" not in made.row("need")


def worked(act, *given, **named):
    """What an act gives, and how many functions it calls: its work, however fast the machine."""
    count = 0

    def seen(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(seen)
    try:
        result = act(*given, **named)
    finally:
        sys.setprofile(None)
    return result, count


def test_an_edit_of_300_questions_is_little_more_work_than_one_of_ten(app, builder, officer, query_counter):
    work, queries, sizes = {}, {}, {}
    for many in (10, 300):
        made = builder()
        record = db.session.get(Record, made.id)
        rows = [question("text", f"q{n}", relevant=f"${{q{n - 1}}} != ''" if n else "") for n in range(many)]
        service.save(officer, record, version=None, definition={**made.definition, "survey": rows})
        path = f"/edit/question?row={made.row('q5')['id']}"
        fields = {**controls(made.get(path)), "_auto": "1"}
        for turn in ("warm", "measured"):
            sent = {**fields, "version": made.version, "label-en": turn}
            with query_counter() as seen:
                answer, work[many] = worked(made.browser.post, f"{made.at}{path}", data=sent)
            assert answer.json["merged"] is False
            queries[many], sizes[many] = len(seen), len(answer.data)
        assert made.row("q5")["label"]["en"] == "measured"
    assert queries[10] == queries[300]
    assert sizes[300] < 200
    assert work[300] < 8 * work[10]
