"""What the builder is made of: lists as text, names, conditions, moves, what a new version does to answers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal.forms.builder import conditions, lists, samples
from portal.forms.builder.changes import compare
from portal.forms.builder.names import code_from, name_from
from portal.forms.builder.outline import Line, entries, outline
from portal.forms.builder.types import cells_of, groups, others
from portal.forms.definition import (
    compile,
    find_row,
    move_into,
    remove_row,
    set_choices,
    update_row,
    walk,
)
from portal.forms.engine import Context, evaluate
from portal.forms.shipped import NAMES, shipped
from tests.portal.forms.build import form

MN_EN = ["mn", "en"]


def text(name, label=None, **cells):
    return {"id": f"id-{name}", "type": "text", "name": name, "label": {"mn": label or name, "en": name}, **cells}


def test_a_list_is_written_one_choice_on_a_line():
    found = lists.from_text("green | Ногоон | Green\n\n red | Улаан | Red ", MN_EN)
    assert found == [
        {"name": "green", "label": {"mn": "Ногоон", "en": "Green"}},
        {"name": "red", "label": {"mn": "Улаан", "en": "Red"}},
    ]


def test_a_list_is_pasted_from_a_spreadsheet():
    found = lists.from_text("green\tНогоон\tGreen\nred\tУлаан\tRed", MN_EN)
    assert [each["name"] for each in found] == ["green", "red"]


def test_a_code_may_be_left_out():
    found = lists.from_text("Ногоон | Green\nУлаан", MN_EN)
    assert found == [
        {"name": "green", "label": {"mn": "Ногоон", "en": "Green"}},
        {"name": "ulaan", "label": {"mn": "Улаан"}},
    ]


def test_a_code_alone_is_its_own_label():
    assert lists.from_text("water", MN_EN) == [{"name": "water", "label": {"mn": "water"}}]


def test_columns_of_a_cascade_stand_at_the_end():
    line = "dalanzadgad | Даланзадгад | Dalanzadgad | aimag=omnogovi"
    (found,) = lists.from_text(line, MN_EN)
    assert found["aimag"] == "omnogovi"
    assert lists.as_text([found], MN_EN) == line


def test_a_line_without_a_code_may_end_with_the_answer_it_belongs_to():
    above = {"aimag": [{"name": "khovd", "label": {"mn": "Ховд", "en": "Khovd"}}]}
    found = lists.from_text(
        "Жаргалант | Jargalant | khovd\nБуянт | Buyant | Ховд\nkhovd | Ховд | Khovd", MN_EN, (), above
    )
    assert [(each["name"], each.get("aimag")) for each in found] == [
        ("jargalant", "khovd"),
        ("buyant", "khovd"),
        ("khovd", None),
    ]


def test_a_label_may_contain_a_bar():
    (found,) = lists.from_text("a | нэг \\| хоёр | one", MN_EN)
    assert found["label"]["mn"] == "нэг | хоёр"
    assert lists.from_text(lists.as_text([found], MN_EN), MN_EN) == [found]


def test_a_text_that_a_line_cannot_write_stays():
    before = [{"name": "a", "label": {"mn": "А", "kk": "А (kk)"}, "media": {"image": {"mn": "a.png"}}}]
    (found,) = lists.from_text("a | Аа | A", MN_EN, before)
    assert found == {**before[0], "label": {"mn": "Аа", "en": "A", "kk": "А (kk)"}}


def test_a_translation_can_be_taken_away():
    (found,) = lists.from_text("a | Аа", MN_EN, [{"name": "a", "label": {"mn": "Аа", "en": "Old"}}])
    assert found["label"] == {"mn": "Аа"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a | А | A\na | Б | B", "Two choices have the code a"),
        ("a | А | A | surplus", "Line 1 has too many parts"),
        ("a | А\nb | " + "x" * 501, "Line 2 has a text of more than 500 signs"),
    ],
)
def test_a_line_that_makes_no_choice_is_named(app, written, said):
    with app.test_request_context("/?lang=en"), pytest.raises(lists.BadLine, match=said):
        lists.from_text(written, MN_EN)


def test_the_same_code_under_two_parents_is_no_mistake():
    found = lists.from_text("centre | Төв | Centre | aimag=khovd\ncentre | Төв | Centre | aimag=uvs", MN_EN)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ({"mn": "Таны нас", "en": "Your age"}, "your_age"),
        ({"mn": "Таны нас хэд вэ?"}, "tany_nas_khed_ve"),
        ({"mn": "Үйлчилгээний үнэ, ₮"}, "uilchilgeenii_une"),
        ({"en": "2026 plan"}, "q_2026_plan"),
        ({"mn": "???"}, "text"),
        ({"en": "meta"}, "meta_1"),
    ],
)
def test_a_name_is_made_from_the_label(label, name):
    assert name_from(label, "text") == name


def test_a_code_is_made_from_the_label():
    assert code_from("Ёс зүй", 3) == "yos_zui"
    assert code_from("—", 3) == "3"


def asked():
    return form(
        text("city"),
        {"id": "id-age", "type": "integer", "name": "age", "label": {"en": "Age"}},
        {"id": "id-day", "type": "date", "name": "day", "label": {"en": "Day"}},
        {"id": "id-kind", "type": "select_one", "name": "kind", "label": {"en": "Kind"}, "list": "kinds"},
        {"id": "id-needs", "type": "select_multiple", "name": "needs", "label": {"en": "Needs"}, "list": "kinds"},
        choices={
            "kinds": [{"name": "w", "label": {"mn": "Ус", "en": "Water"}}, {"name": "f", "label": {"en": "Food"}}]
        },
    )


@pytest.mark.parametrize(
    ("name", "operator", "value", "written"),
    [
        ("kind", "is", "w", "${kind} = 'w'"),
        ("kind", "is_not", "ус", "${kind} != 'w'"),
        ("needs", "is", "Food", "selected(${needs}, 'f')"),
        ("needs", "is_not", "f", "not(selected(${needs}, 'f'))"),
        ("age", "least", "18", "${age} >= 18"),
        ("age", "less", "1 000,5", "${age} < 1000.5"),
        ("day", "more", "2026.03.01", "${day} > date('2026-03-01')"),
        ("city", "is", "Ховд's", '${city} = "Ховд\'s"'),
        ("city", "answered", "", "${city} != ''"),
        ("city", "empty", "", "${city} = ''"),
    ],
)
def test_a_condition_is_put_together(name, operator, value, written):
    definition = asked()
    assert conditions.write(definition, name, operator, value) == written
    compile(update_row(definition, "id-city" if name != "city" else "id-age", relevant=written))


@pytest.mark.parametrize(
    ("name", "operator", "value", "part"),
    [
        ("kind", "is", "x", "value"),
        ("age", "is", "many", "value"),
        ("day", "is", "yesterday", "value"),
        ("city", "is", "", "value"),
        ("nowhere", "is", "a", "question"),
        ("needs", "more", "w", "question"),
        ("city", "is", "'\"", "value"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(app, name, operator, value, part):
    with app.test_request_context("/?lang=en"), pytest.raises(conditions.CannotWrite) as fault:
        conditions.write(asked(), name, operator, value)
    assert fault.value.part == part


def test_conditions_are_joined_with_brackets_where_they_mix():
    assert conditions.joined("", "${a} = 1", "and") == "${a} = 1"
    assert conditions.joined("${a} = 1", "${b} = 2", "and") == "${a} = 1 and ${b} = 2"
    assert conditions.joined("${a} = 1 or ${b} = 2", "${c} = 3", "and") == "(${a} = 1 or ${b} = 2) and ${c} = 3"


def group(name, *children, kind="group"):
    return {"id": f"id-{name}", "type": kind, "name": name, "label": {"en": name}, "children": list(children)}


def order(definition):
    return [" ".join([*(p["name"] for p in parents), row["name"]]) for row, parents in walk(definition)]


def line(definition, row_id) -> Line:
    def inside(lines):
        for each in lines:
            yield each
            yield from inside(each.lines)

    return next(each for each in inside(outline(definition, "en")) if each.id == row_id)


def press(definition, row_id, way):
    place = getattr(line(definition, row_id), way)
    assert place is not None
    return move_into(definition, row_id, place[0] or None, place[1])


def test_down_walks_through_every_place_of_the_form_and_up_walks_back():
    definition = form(text("a"), text("b"), group("g", text("c")), text("d"))
    seen = [order(definition)]
    while line(definition, "id-a").down is not None:
        definition = press(definition, "id-a", "down")
        seen.append(order(definition))
    assert [next(each for each in names if each.endswith("a")) for names in seen] == ["a", "a", "g a", "g a", "a", "a"]
    assert seen[-1] == ["b", "g", "g c", "d", "a"]
    for before in reversed(seen[:-1]):
        definition = press(definition, "id-a", "up")
        assert order(definition) == before
    assert line(definition, "id-a").up is None


def test_a_group_moves_among_groups_and_not_into_them():
    definition = form(group("g", text("a")), group("h", text("b")))
    assert order(press(definition, "id-g", "down")) == ["h", "h b", "g", "g a"]


def test_questions_are_numbered_inside_their_groups_and_notes_are_not():
    definition = form({**text("n"), "type": "note"}, text("a"), group("g", text("b")))
    assert line(definition, "id-n").number == ""
    assert line(definition, "id-a").number == "1"
    assert line(definition, "id-b").number == "2.1"


def test_the_check_list_leads_to_rows_lists_and_settings(app):
    definition = form(text("a", relevant="${nobody} = 1"), choices={"empty": []})
    definition["settings"]["form_id"] = ""
    with app.test_request_context("/?lang=en"):
        found = {entry.place: entry for entry in entries(definition, "en")}
    assert found["row"].target == "id-a"
    assert found["list"].target == "empty"
    assert "form_id" in found["settings"].message


def test_every_type_has_a_page_and_containers_become_containers_only():
    names = [each.name for _title, offers in groups() for each in offers]
    assert len(names) == len(set(names))
    assert all("label" in cells_of(name) for name in names)
    assert {each.name for _title, offers in others("group") for each in offers} == {"group", "repeat", "matrix"}
    assert "group" not in {each.name for _title, offers in others("text") for each in offers}


def changes(before, after):
    return {(each.row, each.kind) for each in compare(before, after, "en")}


def test_what_a_new_version_does_to_answers_is_said_by_question(app):
    before = asked()
    after = remove_row(before, "id-city")
    after = update_row(after, "id-age", name="years", label={"en": "Years"})
    after = update_row(after, "id-day", type="text", relevant="${years} > 3")
    after = set_choices(after, "kinds", [{"name": "w", "label": {"en": "Clean water"}}, {"name": "s", "label": {}}])
    after = {**after, "survey": [*after["survey"], text("new")]}
    with app.test_request_context("/?lang=en"):
        assert changes(before, after) == {
            ("id-city", "removed"),
            ("id-age", "renamed"),
            ("id-age", "words"),
            ("id-day", "retyped"),
            ("id-day", "rules"),
            ("id-kind", "choices"),
            ("id-kind", "words"),
            ("id-needs", "choices"),
            ("id-needs", "words"),
            ("id-new", "added"),
        }
        gone = next(each for each in compare(before, after, "en") if each.kind == "choices")
        assert "Food" in gone.text
        assert changes(before, before) == set()


def test_a_question_moved_into_a_repeat_is_said():
    before = form(text("a"), group("r", text("b"), kind="repeat"))
    assert ("id-a", "moved") in changes(before, move_into(before, "id-a", "id-r"))


@pytest.mark.parametrize("name", NAMES)
def test_test_answers_fill_every_shipped_form(app, name):
    compiled = compile(shipped(name))
    units = [{"name": "MN-043", "label": {"en": "Khovd"}, "kind": "aimag", "parent": ""}]
    context = Context(date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), "en", sources={"units": units})
    with app.test_request_context("/?lang=en"):
        answers = samples.fill(compiled, context)
    assert evaluate(compiled, answers, context, "submit").errors == []


def test_test_answers_keep_what_was_typed_and_reach_into_repeats(app):
    definition = form(
        text("a"),
        text("b", relevant="${a} = 'mine'"),
        group(
            "r",
            {"id": "n", "type": "integer", "name": "n", "constraint": ". > 20", "label": {"en": "N"}},
            kind="repeat",
        ),
    )
    context = Context(date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), "en")
    with app.test_request_context("/?lang=en"):
        answers = samples.fill(compile(definition), context, {"a": "mine"})
    assert answers["a"] == "mine"
    assert answers["b"] == "Example"
    assert [row["n"] for row in answers["r"]] == [25]


def test_a_row_is_found_by_its_id():
    assert find_row(asked(), "id-age")["name"] == "age"
