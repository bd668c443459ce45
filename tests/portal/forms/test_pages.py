"""What a page draws: labels, choices, values and errors in the language of the reader."""

from __future__ import annotations

from typing import Any

from portal.forms.definition import Compiled, compile
from portal.forms.engine import Context, Item, Seed, all_items, evaluate, pages, start
from portal.forms.shipped import shipped
from tests.portal.forms.build import context, made, row


def drawn(compiled: Compiled, answers: dict[str, Any], given: Context | None = None, **how: Any) -> dict[str, Item]:
    given = given or context()
    found = pages(compiled, evaluate(compiled, answers, given), given, **how)
    return {item.path: item for page in found for item in all_items(page.items)}


def test_a_question_is_drawn_with_label_value_and_error() -> None:
    compiled = made(
        row("integer", "age", hint={"en": "In years"}, required=True), row("calculate", "c", calculation="1")
    )

    items = drawn(compiled, {"age": "many"})

    age = items["age"]
    assert (age.label, age.hint, age.value, age.name, age.id) == ("age (en)", "In years", "many", "q.age", "q-age")
    assert age.required
    assert age.error is not None
    assert list(items) == ["age"]


def test_a_label_in_another_language_says_which() -> None:
    items = drawn(made(row("text", "a", label={"mn": "Нэр"}), row("text", "b")), {})

    assert (items["a"].label, items["a"].lang, items["b"].lang) == ("Нэр", "mn", "")


def test_a_label_mentions_answers_as_people_read_them() -> None:
    compiled = made(
        row("select_one", "light", list="light"),
        row("note", "n", label={"en": "You chose ${light}; ${nothing} ${light}"}),
        row("text", "nothing"),
        row("repeat", "r", children=[row("integer", "v"), row("note", "m", label={"en": "${v} of ${light}"})]),
    )

    items = drawn(compiled, {"light": "red", "r": [{"v": 1234}]})

    assert items["n"].label == "You chose Red;  Red"
    assert items["r[0].m"].label == "1,234 of Red"


def test_choices_are_drawn_in_the_language_of_the_reader_and_the_chosen_are_marked() -> None:
    compiled = made(row("select_multiple", "m", list="light"))

    item = drawn(compiled, {"m": ["red"]}, context(locale="mn"))["m"]

    assert [(option.name, option.label, option.chosen) for option in item.options] == [
        ("green", "Ногоон", False),
        ("amber", "Шар", False),
        ("red", "Улаан", True),
    ]
    assert (item.value, item.text) == (["red"], "Улаан")


def test_only_choices_that_fit_are_drawn() -> None:
    units = [
        {"name": "MN-043", "label": {"en": "Khovd"}, "kind": "aimag"},
        {"name": "MN-1-BGD", "label": "Bayangol", "kind": "district"},
        {"name": "MN-046", "kind": "aimag"},
    ]
    compiled = made(row("unit", "u", choice_filter="kind = 'aimag'"), row("unit", "v"))

    items = drawn(compiled, {}, context(sources={"units": units}))

    assert [option.label for option in items["u"].options] == ["Khovd", "MN-046"]
    assert [option.label for option in items["v"].options] == ["Khovd", "Bayangol", "MN-046"]


def test_questions_that_are_not_relevant_are_left_out_or_marked() -> None:
    compiled = made(row("text", "a"), row("group", "g", relevant="${a} = 'x'", children=[row("text", "b")]))

    assert list(drawn(compiled, {})) == ["a"]
    everything = drawn(compiled, {}, everything=True)
    assert {path: item.hidden for path, item in everything.items()} == {"a": False, "g": True, "b": True}


def test_what_people_may_not_change_is_marked() -> None:
    compiled = made(
        row("text", "a", read_only=True),
        row("text", "b", calculation="'x'"),
        row("text", "c", read_only="${a} = ''"),
        row("hologram", "d"),
        row("text", "e"),
    )

    assert [path for path, item in drawn(compiled, {}).items() if item.read_only] == ["a", "b", "c", "d"]


def test_a_form_in_pages_has_one_for_each_group() -> None:
    compiled = compile(shipped("quarterly_progress"))
    given = context(rows={"records:clause": [Seed("1", {"en": "Clause"})]}, sources={"units": []})

    found = pages(compiled, evaluate(compiled, start(compiled, given), given), given)

    assert [(page.number, page.title) for page in found] == [
        (1, "Period"),
        (2, "Progress of each clause"),
        (3, "Summary"),
    ]


def test_a_matrix_has_headings_titles_and_the_answer_of_last_time() -> None:
    compiled = made(
        row(
            "repeat",
            "clause",
            appearance="matrix",
            rows_from={"source": "records:clause"},
            children=[
                row("select_one", "light", list="light"),
                row("integer", "progress"),
                row("text", "why", relevant="${light} = 'red'"),
                row("calculate", "c", calculation="1"),
            ],
        )
    )
    given = context(
        rows={"records:clause": [Seed("7", {"mn": "Заалт", "en": "Clause 7"}), Seed("8")]},
        previous={"clause": [{"_key": "7", "light": "amber", "progress": 40}]},
    )

    matrix = drawn(compiled, {"clause": [{"_key": "7", "light": "red"}]}, given)["clause"]

    assert matrix.headings == [(name, f"{name} (en)", "", False) for name in ("light", "progress", "why")]
    assert [(each.key, each.title, each.path) for each in matrix.rows] == [
        ("7", "Clause 7", "clause[0]"),
        ("8", "8", "clause[1]"),
    ]
    light = matrix.rows[0].cell("light")
    assert light is not None
    assert (light.text, light.previous) == ("Red", "Amber")
    assert matrix.rows[1].cell("why") is None
    assert not matrix.can_add


def test_rows_can_be_added_where_nothing_fixes_their_number() -> None:
    compiled = made(
        row("repeat", "free", children=[row("text", "a")]),
        row("repeat", "counted", repeat_count="2", children=[row("text", "b")]),
    )

    items = drawn(compiled, {})

    assert items["free"].can_add
    assert not items["counted"].can_add
