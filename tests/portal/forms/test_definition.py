"""What makes a form: problems are found with their place, and a form that compiles can be filled."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from portal.forms.definition import (
    DefinitionRefused,
    check,
    compile,
    digest,
    empty,
    load,
    missing_translations,
)
from portal.forms.definition.difference import difference
from tests.portal.forms.build import form, made, row


def codes(definition: Any) -> list[tuple[str, str | None, str]]:
    return [(problem.code, problem.row, problem.cell) for problem in check(definition)]


def test_a_form_without_faults_has_no_problems() -> None:
    assert check(form(row("text", "a"), row("integer", "b", relevant="${a} != ''"))) == []


def test_a_new_form_only_lacks_questions() -> None:
    assert codes(empty({"mn": "Шинэ", "en": "New"}, "new")) == [("no_questions", None, "survey")]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"name": ""}, ("name_missing", "name")),
        ({"name": "first name"}, ("name_invalid", "name")),
        ({"name": "a.b"}, ("name_invalid", "name")),
        ({"name": "1a"}, ("name_invalid", "name")),
        ({"name": "и\u0306мэйл"}, ("name_invalid", "name")),
        ({"name": "a" * 101}, ("name_invalid", "name")),
        ({"name": "meta"}, ("name_reserved", "name")),
        ({"name": "__id"}, ("name_reserved", "name")),
        ({"name": "_key"}, ("name_reserved", "name")),
        ({"name": "other"}, ("name_twice", "name")),
        ({"label": {}}, ("label_missing", "label")),
        ({"label": {"mn": "А", "fr": "A"}}, ("language_unknown", "label")),
        ({"label": {"mn": "А ${x}"}}, ("unknown_name", "label")),
        ({"type": "hologram"}, ("type_unknown", "type")),
        ({"type": "select_one"}, ("list_missing", "list")),
        ({"type": "select_one", "list": "colours"}, ("list_unknown", "list")),
        ({"type": "record"}, ("kind_missing", "parameters")),
        ({"parameters": {"max_length": "long"}}, ("parameter_number", "parameters")),
        ({"use": ["sort"]}, ("use_unknown", "use")),
        ({"type": "note", "use": ["chart"]}, ("use_impossible", "use")),
        ({"type": "integer", "default": "many"}, ("default_invalid", "default")),
        ({"default": "${x}"}, ("unknown_name", "default")),
        ({"relevant": "${x} = 1"}, ("unknown_name", "relevant")),
        ({"relevant": "other = 1"}, ("unknown_name", "relevant")),
        ({"relevant": "1 +"}, ("unexpected_end", "relevant")),
        ({"constraint": ". >"}, ("unexpected_end", "constraint")),
        ({"required": "maybe("}, ("unknown_function", "required")),
        ({"calculation": "jr:choice-name(., '${x}')"}, ("unknown_name", "calculation")),
        ({"calculation": "${last-saved#x}"}, ("unknown_name", "calculation")),
        ({"calculation": "pulldata('x', 'label', 'name', '1')"}, ("unknown_list", "calculation")),
        ({"calculation": "${a} + 1"}, ("cycle", "calculation")),
        ({"relevant": "${a} != ''"}, ("cycle", "relevant")),
        ({"repeat_count": "3"}, ("count_outside", "repeat_count")),
        ({"type": "group", "children": []}, ("empty_group", "children")),
        ({"type": "calculate"}, ("calculation_missing", "calculation")),
        ({"type": "range", "parameters": {"step": 0}}, ("range_step", "parameters")),
    ],
)
def test_a_fault_of_a_row_is_reported_with_row_and_cell(cells: dict[str, Any], problem: tuple[str, str]) -> None:
    found = codes(form(row("text", "other"), {**row("text", "a"), **cells}))

    assert found == [(problem[0], "-a", problem[1])]


def test_every_problem_says_what_is_wrong_and_most_say_how_to_repair_it() -> None:
    problems = check(form(row("text", "first name"), row("text", "meta"), row("select_one", "b", list="x")))

    assert all(str(problem.message) and "%(" not in str(problem.message) for problem in problems)
    assert all(problem.repair and str(problem.repair) for problem in problems)


def test_an_unknown_name_is_met_with_the_nearest_one() -> None:
    (problem,) = check(form(row("text", "organisation"), row("text", "b", relevant="${organization} != ''")))

    assert problem.offset == 0
    assert str(problem.message) == "There is no question named organization. Did you mean organisation?"


def test_a_bare_name_in_a_condition_is_met_with_the_way_to_write_it() -> None:
    (problem,) = check(form(row("text", "a"), row("text", "b", relevant="1 = 1 and a = 'x'")))

    assert problem.offset == 10
    assert str(problem.message).endswith("Write ${a}.")


def test_a_bare_name_in_a_choice_filter_is_a_column() -> None:
    lists = {"soum": [{"name": "x", "label": {"mn": "х", "en": "x"}, "aimag": "khovd"}]}
    rows = (row("text", "aimag"), row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}"))

    assert check(form(*rows, choices=lists)) == []


def test_rows_that_wait_for_one_another_are_named() -> None:
    problems = check(
        form(
            row("calculate", "a", calculation="${b} + 1"),
            row("calculate", "b", calculation="${c} + 1"),
            row("calculate", "c", calculation="${a} + 1"),
            row("text", "d"),
        )
    )

    (problem,) = problems
    assert problem.code == "cycle"
    assert str(problem.message) == "These rows wait for one another: a → b → c → a."


def test_a_group_may_not_wait_for_a_question_inside_it() -> None:
    group = row("group", "g", relevant="${a} = 'x'", children=[row("text", "a")])

    assert codes(form(group)) == [("cycle", "-g", "relevant")]


def test_a_running_total_may_read_the_row_before() -> None:
    total = row("calculate", "total", calculation="${n} + indexed-repeat(${total}, ${r}, position(..) - 1)")

    assert check(form(row("repeat", "r", children=[row("integer", "n"), total]))) == []


def test_choices_are_checked_too() -> None:
    lists = {
        "a": [],
        "b": [{"name": "x", "label": {"mn": "х"}}, {"name": "x", "label": {"mn": "х"}}],
        "c": [{"name": "", "label": {"mn": "х"}}],
        "d": [{"name": "not yet", "label": {"mn": "х"}}],
        "e": [{"name": "y"}],
        "f": {"source": ""},
    }
    definition = form(row("select_multiple", "q", list="d"), choices=lists)

    assert codes(definition) == [("list_source", None, "")]
    del definition["choices"]["f"]
    assert [(problem.code, problem.list, problem.choice) for problem in check(definition)] == [
        ("list_empty", "a", None),
        ("choice_twice", "b", "x"),
        ("choice_name_missing", "c", None),
        ("choice_blank", "d", "not yet"),
        ("choice_label_missing", "e", "y"),
    ]


def test_settings_are_checked() -> None:
    broken = {"form_id": "", "languages": ["mongolian!"], "default_language": "en", "form_title": {}}

    assert codes(form(row("text", "a", label={"mongolian!": "А"}), settings=broken)) == [
        ("form_id_missing", None, "form_id"),
        ("language_code", None, "languages"),
        ("default_language", None, "default_language"),
        ("title_missing", None, "form_title"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "form",
        {},
        {"format": 2},
        {"format": 1},
        {"format": 1, "settings": {}, "survey": "x"},
        {"format": 1, "settings": {}, "survey": [1]},
        {"format": 1, "settings": {}, "survey": [{"id": "a"}]},
        {"format": 1, "settings": {}, "survey": [{"id": "a", "type": 5}]},
        {"format": 1, "settings": {"languages": "mn"}, "survey": []},
        {"format": 1, "settings": {"form_title": "x"}, "survey": []},
        {"format": 1, "settings": {}, "choices": [], "survey": []},
        {"format": 1, "settings": {}, "choices": {"a": [{"name": 1}]}, "survey": []},
        form({**row("text", "a"), "label": "A"}),
        form({**row("text", "a"), "relevant": 1}),
        form({**row("text", "a"), "children": [row("text", "b")]}),
        form({**row("group", "a"), "children": {}}),
        form({**row("text", "a"), "parameters": []}),
        form({**row("text", "a"), "use": "filter"}),
        form({**row("repeat", "a"), "rows_from": "records"}),
        form({**row("text", "a"), "default": []}),
    ],
)
def test_a_document_of_another_shape_is_refused_without_harm(document: Any) -> None:
    assert any(problem.level == "error" for problem in check(document))


def test_nesting_and_size_have_limits() -> None:
    deep = row("text", "t")
    for level in range(12):
        deep = row("group", f"g{level}", children=[deep])

    assert codes(form(deep))[0][0] == "shape"
    assert codes(form(*(row("text", f"t{number}") for number in range(2001)))) == [("too_many_rows", None, "survey")]


def test_a_form_with_errors_does_not_compile_and_says_why() -> None:
    with pytest.raises(DefinitionRefused) as caught:
        compile(form(row("text", "a", relevant="${b} = 1")))

    assert [problem.code for problem in caught.value.problems] == ["unknown_name"]


def test_a_form_with_warnings_compiles() -> None:
    assert made(row("hologram", "a")).by_name["a"].field.name == "unknown"


def test_the_order_of_computing_puts_what_is_needed_first() -> None:
    compiled = made(
        row("note", "n", relevant="${total} > 3"),
        row("calculate", "total", calculation="sum(${v})"),
        row("repeat", "r", children=[row("integer", "v", relevant="${on} = 'yes'")]),
        row("select_one", "on", list="yes_no"),
    )

    names = [node.name for node in compiled.order]
    assert names.index("on") < names.index("v") < names.index("total") < names.index("n")
    assert names.index("r") < names.index("v")


def test_the_hash_depends_on_the_content_alone() -> None:
    one = form(row("text", "a"))
    other = json.loads(json.dumps(one, indent=3, sort_keys=True))

    assert made(row("text", "a")).digest == digest(other)
    assert digest(one) != digest(form(row("text", "b")))


def test_what_is_compiled_can_be_stored_and_sent_to_the_browser() -> None:
    dumped = made(row("integer", "a", constraint=". > 0", use=["chart"])).dump()

    assert json.loads(json.dumps(dumped)) == dumped
    assert dumped["trees"] == {"-a": {"constraint": [">", ["self"], ["n", 0.0]]}}
    assert dumped["index"] == [{"row": "-a", "column": "number", "uses": ["chart"]}]


def test_missing_translations_are_listed_text_by_text() -> None:
    definition = form(
        row("text", "a", label={"mn": "А"}, hint={"en": "hint"}),
        row("calculate", "b", calculation="1", label={}),
        row("note", "c"),
        choices={"l": [{"name": "x", "label": {"en": "X"}}]},
        settings={"form_title": {"en": "Only English"}},
    )

    found = [(each.language, each.cell, each.row, each.choice) for each in missing_translations(definition)]

    assert found == [
        ("mn", "form_title", None, None),
        ("en", "label", "-a", None),
        ("mn", "hint", "-a", None),
        ("mn", "label", None, "x"),
    ]


def test_or_other_adds_a_choice_and_a_question() -> None:
    compiled = made(row("select_one", "light", list="light", or_other=True))

    assert [node.name for node in compiled.nodes] == ["light", "light_other"]
    assert "other" in (compiled.by_name["light"].allowed or ())
    assert compiled.digest == digest(form(row("select_one", "light", list="light", or_other=True)))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", "not_json"),
        ('{"a": NaN}', "not_json"),
        (b"\xff\xfe", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[]", "not_an_object"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        ('{"a": "\\u0000"}', "unreadable"),
        ('{"a": "\\ud800"}', "unreadable"),
        (b" " * 4_000_001, "too_big"),
    ],
)
def test_json_that_is_not_clean_is_refused_in_words(raw: str | bytes, code: str) -> None:
    with pytest.raises(DefinitionRefused) as caught:
        load(raw)

    assert [problem.code for problem in caught.value.problems] == [code]
    assert str(caught.value.problems[0].message)


def test_names_and_texts_are_read_in_normal_form() -> None:
    assert load('{"и\u0306": "и\u0306"}') == {"й": "й"}


def test_a_difference_names_the_few_rows_that_were_moved() -> None:
    rows = [row("text", f"q{number}") for number in range(6)]
    before = form(row("group", "g", children=rows[:4]), *rows[4:])
    after = form(row("group", "g", children=[rows[3], *rows[:3]]), rows[5], rows[4])
    moved = {each["id"]: each["moved"] for each in difference(before, after)["rows"]}
    assert moved[rows[3]["id"]] == [[before["survey"][0]["id"], 3], [before["survey"][0]["id"], 0]]
    assert len(moved) == 2
    inside = form(row("group", "g", children=rows[:5]), rows[5])
    assert [each["moved"][1] for each in difference(before, inside)["rows"]] == [[before["survey"][0]["id"], 4]]
    assert difference(before, before) == {}


def test_a_difference_of_lists_survives_doubles_and_sources() -> None:
    a, b = ({"name": each, "label": {"en": each}} for each in "ab")
    lists = [{"one": [a, b]}, {"one": [b, a]}, {"one": [a, a]}, {"one": {"source": "units"}}, {}]
    found = [difference(form(choices=before), form(choices=after))["lists"]["one"] for before, after in pairwise(lists)]
    assert found[0] == {"moved": True}
    assert found[1:] == [{"whole": [before["one"], after.get("one")]} for before, after in pairwise(lists[1:])]
