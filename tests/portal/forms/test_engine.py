"""The engine: answers and a form in; values, what is visible, what is required and what is wrong out."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from portal.forms.definition import Compiled
from portal.forms.engine import Context, Result, evaluate, start
from tests.portal.forms.build import context, made, row


def errors(result: Result) -> dict[str, str]:
    return {issue.path: issue.code for issue in result.errors}


def submit(compiled: Compiled, answers: dict[str, Any], given: Context | None = None) -> Result:
    return evaluate(compiled, answers, given or context())


def test_answers_are_kept_by_name_and_typed() -> None:
    compiled = made(row("text", "who"), row("integer", "age"), row("select_multiple", "lights", list="light"))

    result = submit(compiled, {"who": " Бат ", "age": "42", "lights": ["red"], "unknown": "x"})

    assert result.ok
    assert result.values == {"who": "Бат", "age": 42, "lights": ["red"]}


def test_the_answers_that_came_in_are_not_touched() -> None:
    compiled = made(row("repeat", "r", children=[row("integer", "n", default="5")]))
    answers = {"r": [{"n": "1", "_new": True}]}
    before = copy.deepcopy(answers)

    submit(compiled, answers)

    assert answers == before


def test_empty_answers_are_not_stored() -> None:
    compiled = made(row("text", "a"), row("text", "b"), row("select_multiple", "c", list="light"))

    assert submit(compiled, {"a": "", "b": "   ", "c": []}).values == {}


def test_what_cannot_be_read_stays_as_it_was_typed_and_says_what_to_write() -> None:
    result = submit(made(row("integer", "age")), {"age": "many"})

    (issue,) = result.errors
    assert (issue.path, issue.row, issue.code) == ("age", "-age", "number")
    assert str(issue.message) == "Write a number, such as 12.5."
    assert result.values == {"age": "many"}


def test_required_questions_are_asked_for_on_submit_only() -> None:
    compiled = made(row("text", "a", required=True), row("text", "b", required="${c} = 'yes'"), row("text", "c"))

    assert errors(submit(compiled, {"c": "yes"})) == {"a": "required", "b": "required"}
    assert errors(submit(compiled, {"a": "x"})) == {}
    assert evaluate(compiled, {}, context(), "draft").ok
    assert submit(compiled, {}).required == {"a"}


def test_the_words_of_the_author_come_before_those_of_the_portal() -> None:
    message = {"mn": "Нэрээ бичнэ үү", "en": "We need your name"}
    compiled = made(
        row("text", "a", required="yes", required_message=message),
        row("integer", "b", constraint=". < 5", constraint_message={"en": "Below five"}),
        row("integer", "c", constraint=". < 5"),
    )

    result = submit(compiled, {"b": 7, "c": 7})

    assert [str(issue.message) for issue in result.errors] == [
        "We need your name",
        "Below five",
        "This answer is not possible here.",
    ]


def test_a_constraint_looks_at_answers_that_are_there() -> None:
    compiled = made(row("integer", "p", constraint=". >= 0 and . <= 100"))

    assert errors(submit(compiled, {"p": 101})) == {"p": "constraint"}
    assert errors(submit(compiled, {"p": 100})) == {}
    assert errors(submit(compiled, {})) == {}


def test_questions_that_are_not_relevant_neither_validate_nor_store() -> None:
    compiled = made(
        row("select_one", "light", list="light"),
        row("text", "why", relevant="${light} = 'red'", required=True),
        row("integer", "days", relevant="${light} = 'red'"),
    )

    green = submit(compiled, {"light": "green", "why": "x", "days": "not a number"})
    red = submit(compiled, {"light": "red", "why": "x", "days": "3"})

    assert green.ok
    assert green.values == {"light": "green"}
    assert green.hidden == {"why", "days"}
    assert red.values == {"light": "red", "why": "x", "days": 3}


def test_a_draft_keeps_the_answers_of_questions_that_are_not_relevant_now() -> None:
    compiled = made(row("text", "a"), row("text", "b", relevant="${a} = 'yes'"))

    draft = evaluate(compiled, {"a": "no", "b": "kept"}, context(), "draft")

    assert draft.values == {"a": "no", "b": "kept"}
    assert evaluate(compiled, {**draft.values, "a": "yes"}, context()).values == {"a": "yes", "b": "kept"}


def test_answers_that_are_not_relevant_count_as_unanswered_for_others() -> None:
    compiled = made(
        row("text", "a"),
        row("integer", "b", relevant="${a} = 'yes'"),
        row("calculate", "c", calculation="if(${b} = '', 'none', ${b})"),
    )

    assert submit(compiled, {"a": "no", "b": 3}).values["c"] == "none"
    assert submit(compiled, {"a": "yes", "b": 3}).values["c"] == 3


def test_a_hidden_group_hides_everything_in_it() -> None:
    inner = row("group", "inner", children=[row("text", "b", required=True)])
    compiled = made(
        row("text", "a"),
        row("group", "g", relevant="${a} = 'yes'", children=[inner, row("repeat", "r", children=[row("text", "c")])]),
    )

    hidden = submit(compiled, {"a": "no", "b": "x", "r": [{"c": "x"}]})

    assert hidden.ok
    assert hidden.values == {"a": "no"}
    assert not any(hidden.visible(path) for path in ("g", "inner", "b", "r"))
    assert errors(submit(compiled, {"a": "yes"})) == {"b": "required"}


def test_calculations_follow_their_order_not_the_order_of_the_form() -> None:
    compiled = made(
        row("calculate", "c", calculation="${b} + 1"),
        row("calculate", "b", calculation="${a} * 2"),
        row("integer", "a"),
    )

    result = submit(compiled, {"a": "5", "b": "1000", "c": "1000"})

    assert result.values == {"a": 5, "b": 10, "c": 11}
    assert result.calculations == {"b": 10, "c": 11}


@pytest.mark.parametrize(
    ("calculation", "value"),
    [("1 div 3", 1 / 3), ("6 div 3", 2), ("'x' + 1", None), ("1 div 0", None), ("1 = 1", "true"), ("''", None)],
)
def test_a_calculation_is_kept_as_number_or_text(calculation: str, value: Any) -> None:
    assert submit(made(row("calculate", "a", calculation=calculation)), {}).values.get("a") == value


def test_once_keeps_what_was_calculated_first() -> None:
    compiled = made(row("calculate", "day", calculation="once(today())"))

    assert submit(compiled, {}).values == {"day": "2026-10-01"}
    assert submit(compiled, {"day": "2026-01-31"}).values == {"day": "2026-01-31"}


def test_choices_come_from_the_list_alone() -> None:
    compiled = made(row("select_one", "a", list="light"), row("select_multiple", "b", list="light"))

    assert errors(submit(compiled, {"a": "blue", "b": ["red", "blue"]})) == {"a": "choice", "b": "choice"}
    assert errors(submit(compiled, {"a": "red", "b": ["red", "green"]})) == {}


SOUMS = [
    {"name": "jargalant", "label": {"mn": "Жаргалант"}, "aimag": "khovd"},
    {"name": "bulgan", "label": {"mn": "Булган"}, "aimag": "khovd"},
    {"name": "bulgan", "label": {"mn": "Булган"}, "aimag": "bayan-olgii"},
]


def test_a_cascade_offers_and_takes_only_what_fits() -> None:
    rows = (row("text", "aimag"), row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}"))
    compiled = made(*rows, choices={"soum": SOUMS}, settings={"allow_choice_duplicates": "yes"})

    assert errors(submit(compiled, {"aimag": "khovd", "soum": "jargalant"})) == {}
    assert errors(submit(compiled, {"aimag": "uvs", "soum": "jargalant"})) == {"soum": "choice_filtered"}
    assert errors(submit(compiled, {"aimag": "bayan-olgii", "soum": "bulgan"})) == {}
    assert errors(submit(compiled, {"aimag": "khovd", "soum": "nowhere"})) == {"soum": "choice"}


def test_units_organisations_and_records_are_checked_against_what_the_caller_supplies() -> None:
    compiled = made(
        row("unit", "unit", choice_filter="kind = 'aimag'"),
        row("organisation", "org"),
        row("record", "rec", parameters={"kind": "recommendation"}),
        row("select_one", "soum", list="soum"),
        choices={"soum": {"source": "list:soum"}},
    )
    sources = {
        "units": [
            {"name": "MN-043", "label": {"mn": "Ховд"}, "kind": "aimag"},
            {"name": "MN-1-BGD", "kind": "district"},
        ],
        "organisations": [{"name": "7", "label": {"mn": "ХЭҮК"}}],
        "records:recommendation": [{"name": "31", "label": {"mn": "31"}}],
        "list:soum": SOUMS,
    }

    assert compiled.sources == set(sources)
    good = {"unit": "MN-043", "org": "7", "rec": 31, "soum": "bulgan"}
    assert submit(compiled, good, context(sources=sources)).values == {**good, "rec": "31"}
    bad = {"unit": "MN-1-BGD", "org": "8", "rec": "32", "soum": "x"}
    assert errors(submit(compiled, bad, context(sources=sources))) == {
        "unit": "choice_filtered",
        "org": "choice",
        "rec": "choice",
        "soum": "choice",
    }
    assert set(errors(submit(compiled, good)).values()) == {"source_missing"}
    assert evaluate(compiled, good, context(), "draft").ok


def test_files_must_be_among_those_that_were_sent() -> None:
    compiled = made(row("file", "paper"), row("image", "photo"))

    result = submit(compiled, {"paper": "f1", "photo": "f2"}, context(files=frozenset({"f1"})))

    assert errors(result) == {"photo": "file_unknown"}


def test_defaults_are_the_first_answers_only() -> None:
    compiled = made(
        row("text", "a", default="x"),
        row("date", "day", default="today()"),
        row("integer", "b", default="5"),
        row("select_multiple", "c", list="light", default="red green"),
        row("text", "who", default="property('name')"),
        row("calculate", "d", calculation="${b} * 2"),
    )
    given = context(user={"name": "Бат"})

    assert start(compiled, given) == {
        "a": "x",
        "day": "2026-10-01",
        "b": 5,
        "c": ["red", "green"],
        "who": "Бат",
        "d": 10,
    }
    assert submit(compiled, {"a": ""}, given).values == {}


def test_the_answers_of_last_time_can_be_read() -> None:
    compiled = made(
        row("integer", "now", default="${last-saved#now}"),
        row("calculate", "change", calculation="${now} - ${last-saved#now}"),
    )
    given = context(previous={"now": 50})

    assert start(compiled, given)["now"] == 50
    assert submit(compiled, {"now": 80}, given).values["change"] == 30


def test_labels_of_choices_are_read_in_the_language_of_the_reader() -> None:
    compiled = made(
        row("select_one", "q", list="light"), row("calculate", "w", calculation="jr:choice-name(${q}, '${q}')")
    )

    assert submit(compiled, {"q": "red"}).values["w"] == "Red"
    assert submit(compiled, {"q": "red"}, context(locale="mn")).values["w"] == "Улаан"


def test_a_question_of_an_unknown_type_keeps_its_answer() -> None:
    compiled = made(row("hologram", "h", required=True))

    assert submit(compiled, {"h": "abc"}).values == {"h": "abc"}
    assert submit(compiled, {}).ok


def test_an_expression_that_reaches_a_limit_is_an_error_and_never_a_hang() -> None:
    doubling = [row("calculate", "c0", calculation="'0123456789'")]
    doubling += [
        row("calculate", f"c{n}", calculation=f"concat(${{c{n - 1}}}, ${{c{n - 1}}}, ${{c{n - 1}}})")
        for n in range(1, 30)
    ]

    result = submit(made(*doubling), {})

    assert {issue.code for issue in result.errors} == {"limit_text"}
    assert str(result.errors[0].message)


def test_many_rows_that_each_read_all_rows_come_to_an_end() -> None:
    children = [row("integer", "n"), row("calculate", "s", calculation="sum(${all})")]
    compiled = made(
        row("repeat", "a", children=[row("integer", "all")]),
        row("repeat", "r", children=children),
    )

    result = submit(compiled, {"a": [{"all": 1}] * 1000, "r": [{"n": 1}] * 1000})

    assert result.values["r"][0]["s"] == 1000


@pytest.mark.parametrize(
    "answers",
    [
        None,
        [],
        "x",
        {"a": {"deep": {"er": 1}}},
        {"a": [[["x"]]]},
        {"a": "\x00", "r": "x"},
        {"a": "\ud800", "r": [1, None, "x"]},
        {"r": {"0": {}}},
        {"r": [{"n": {"x": 1}, "_key": {"y": 2}}]},
        {"r": [{"_key": None}, {"_key": ""}, {"_key": "1"}, {"_key": "1"}]},
        {1: 2},
    ],
)
def test_answers_of_any_form_are_refused_and_never_raise(answers: Any) -> None:
    compiled = made(row("text", "a"), row("repeat", "r", children=[row("integer", "n")]))

    for mode in ("draft", "submit"):
        result = evaluate(compiled, answers, context(), mode)  # type: ignore[arg-type]
        repr(result.values).encode()
        assert "\\x00" not in repr(result.values)
        keys = [each["_key"] for each in result.values.get("r", [])]
        assert len(set(keys)) == len(keys)
