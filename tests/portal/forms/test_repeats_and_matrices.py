"""Rows that people add, rows that a number asks for, and rows that are records of the portal."""

from __future__ import annotations

from typing import Any

from portal.forms.definition import Compiled
from portal.forms.engine import Result, Seed, evaluate, start, with_row
from portal.forms.shipped import shipped
from tests.portal.forms.build import context, made, row

CLAUSES = [
    Seed("11", {"mn": "1. Сургалт", "en": "1. Training"}, {"number": 1, "body": "moj"}),
    Seed("12", {"mn": "2. Төсөв", "en": "2. Budget"}, {"number": 2, "body": "mof"}),
]


def people(**cells: Any) -> Compiled:
    return made(
        row(
            "repeat",
            "person",
            children=[
                row("text", "who", required=True),
                row("integer", "age", constraint=". < 130"),
                row("text", "school", relevant="${age} < 18"),
                row("calculate", "place", calculation="position(..)"),
            ],
            **cells,
        ),
        row("calculate", "count", calculation="count(${person})"),
        row("calculate", "oldest", calculation="max(${age})"),
    )


def codes(result: Result) -> dict[str, str]:
    return {issue.path: issue.code for issue in result.errors}


def test_each_row_is_settled_for_itself_and_its_errors_name_it() -> None:
    result = evaluate(
        people(), {"person": [{"who": "Бат", "age": "12", "school": "1"}, {"age": "200", "school": "2"}]}, context()
    )

    assert codes(result) == {"person[1].who": "required", "person[1].age": "constraint"}
    assert [{name: value for name, value in each.items() if name != "_key"} for each in result.values["person"]] == [
        {"who": "Бат", "age": 12, "school": "1", "place": 1},
        {"age": 200, "place": 2},
    ]
    assert result.hidden == {"person[1].school"}
    assert result.rows == {"person": 2}
    assert (result.values["count"], result.values["oldest"]) == (2, 200)


def test_rows_keep_their_keys_and_new_ones_get_keys_of_their_own() -> None:
    rows = [{"_key": "2", "who": "a"}, {"who": "b"}, {"_key": "2", "who": "c"}, {"_key": "1", "who": "d"}]

    kept = evaluate(people(), {"person": rows}, context()).values["person"]

    keys = [each["_key"] for each in kept]
    assert (keys[0], keys[3]) == ("2", "1")
    assert len(set(keys)) == 4
    assert [each["_key"] for each in evaluate(people(), {"person": kept}, context()).values["person"]] == keys


def test_a_form_begins_with_one_empty_row() -> None:
    assert len(start(people(), context())["person"]) == 1
    assert "person" not in evaluate(people(), {}, context()).values


def test_a_row_that_is_added_takes_its_first_answers() -> None:
    compiled = made(row("repeat", "r", children=[row("text", "a", default="x"), row("integer", "n")]))
    answers = {"r": [{"_key": "1", "n": 1}]}

    result = evaluate(compiled, with_row(compiled, answers, "r"), context(), "draft")

    assert [each.get("a") for each in result.values["r"]] == [None, "x"]
    assert all("_new" not in each for each in result.values["r"])


def test_a_row_is_added_inside_a_row() -> None:
    compiled = made(
        row("repeat", "house", children=[row("text", "o"), row("repeat", "p", children=[row("text", "n")])])
    )

    answers = with_row(compiled, {"house": [{"o": "a"}, {"o": "b"}]}, "house[1].p")

    assert answers == {"house": [{"o": "a"}, {"o": "b", "p": [{"_new": True}]}]}


def test_a_number_says_how_many_rows_there_are() -> None:
    compiled = made(
        row("integer", "n"), row("repeat", "r", repeat_count="${n}", children=[row("text", "a", default="x")])
    )

    grown = evaluate(compiled, {"n": 3, "r": [{"_key": "7", "a": "kept"}]}, context())

    assert [each["a"] for each in grown.values["r"]] == ["kept", "x", "x"]
    assert len(evaluate(compiled, {**grown.values, "n": 1}, context()).values["r"]) == 1
    for odd in (-1, 0, ""):
        assert "r" not in evaluate(compiled, {"n": odd}, context()).values


def test_rows_have_a_limit() -> None:
    compiled = made(row("repeat", "r", children=[row("integer", "n")]))

    result = evaluate(compiled, {"r": [{"n": 1}] * 1001}, context())

    assert codes(result) == {"r": "too_many_rows"}
    assert len(result.values["r"]) == 1000


def test_repeats_inside_repeats_reach_their_own_rows() -> None:
    compiled = made(
        row(
            "repeat",
            "house",
            children=[
                row("text", "owner"),
                row("repeat", "person", children=[row("integer", "age", constraint=". < 130")]),
                row("calculate", "people", calculation="count(${person})"),
                row("calculate", "eldest", calculation="max(${age})"),
            ],
        ),
        row("calculate", "all", calculation="sum(${age})"),
    )

    result = evaluate(
        compiled,
        {"house": [{"owner": "a", "person": [{"age": 40}, {"age": 12}]}, {"owner": "b", "person": [{"age": 140}]}]},
        context(),
    )

    assert [(each["people"], each["eldest"]) for each in result.values["house"]] == [(2, 40), (1, 140)]
    assert result.values["all"] == 192
    assert codes(result) == {"house[1].person[0].age": "constraint"}
    assert result.rows == {"house": 2, "house[0].person": 2, "house[1].person": 1}
    assert result.visible("house[1].person[0].age")


def test_a_running_total_reads_the_row_before() -> None:
    total = row(
        "calculate", "total", calculation="${n} + coalesce(indexed-repeat(${total}, ${r}, position(..) - 1), 0)"
    )

    compiled = made(row("repeat", "r", children=[row("integer", "n"), total]))

    result = evaluate(compiled, {"r": [{"n": 1}, {"n": 2}, {"n": 3}]}, context())

    assert [each["total"] for each in result.values["r"]] == [1, 3, 6]


def matrix(**cells: Any) -> Compiled:
    return made(
        row("text", "body"),
        row(
            "repeat",
            "clause",
            appearance="matrix",
            rows_from={"source": "records:clause", **cells},
            children=[
                row("hidden", "number"),
                row("select_one", "light", list="light", required=True),
                row("integer", "progress", default="${last-saved#progress}"),
                row("text", "why", relevant="${light} = 'red'", required="${light} = 'red'"),
            ],
        ),
        row("calculate", "mean", calculation="sum(${progress}) div count(${clause})"),
    )


def test_the_rows_of_a_matrix_are_the_records_and_nothing_else() -> None:
    forged = [
        {"_key": "12", "light": "red", "why": "мөнгө", "number": 99},
        {"_key": "13", "light": "green"},
        {"light": "green"},
    ]

    result = evaluate(matrix(), {"clause": forged}, context(rows={"records:clause": CLAUSES}))

    assert result.values["clause"] == [
        {"_key": "11", "number": 1},
        {"_key": "12", "number": 2, "light": "red", "why": "мөнгө"},
    ]
    assert codes(result) == {"clause[0].light": "required"}


def test_a_matrix_starts_with_its_records_and_the_answers_of_last_time() -> None:
    last = {"clause": [{"_key": "12", "progress": 40, "light": "amber"}]}

    answers = start(matrix(), context(rows={"records:clause": CLAUSES}, previous=last))

    assert [(each["_key"], each.get("progress")) for each in answers["clause"]] == [("11", None), ("12", 40)]


def test_an_answer_that_was_emptied_does_not_come_back_from_last_time() -> None:
    last = {"clause": [{"_key": "12", "progress": 40}]}
    given = context(rows={"records:clause": CLAUSES}, previous=last)

    result = evaluate(matrix(), {"clause": [{"_key": "12", "progress": ""}]}, given, "draft")

    assert result.values["clause"][1].get("progress") is None


def test_the_rows_of_a_matrix_can_be_chosen_by_a_condition() -> None:
    compiled = matrix(filter="body = ${body}")

    result = evaluate(compiled, {"body": "mof"}, context(rows={"records:clause": CLAUSES}), "draft")

    assert [each["_key"] for each in result.values["clause"]] == ["12"]


def test_a_matrix_takes_its_rows_by_its_own_name_first() -> None:
    given = context(rows={"records:clause": CLAUSES, "clause": CLAUSES[:1]})

    assert len(start(matrix(), given)["clause"]) == 1


def test_without_records_a_matrix_keeps_the_rows_it_has() -> None:
    kept = {"clause": [{"_key": "12", "light": "red", "why": "x"}]}

    assert evaluate(matrix(), kept, context()).values["clause"] == kept["clause"]


def test_a_matrix_may_have_the_choices_of_a_list_as_rows() -> None:
    compiled = made(
        row("repeat", "m", appearance="matrix", rows_from={"source": "choices:light"}, children=[row("integer", "n")])
    )

    assert [each["_key"] for each in start(compiled, context())["m"]] == ["green", "amber", "red"]
    assert compiled.sources == frozenset()


def test_the_quarterly_form_asks_for_a_reason_where_a_clause_is_red() -> None:
    from portal.forms.definition import compile

    compiled = compile(shipped("quarterly_progress"))
    given = context(rows={"records:clause": CLAUSES}, sources={"units": []})
    answers = start(compiled, given)
    answers["clause"][0] |= {"light": "green", "progress": 90, "done": "Сургалт хийв"}
    answers["clause"][1] |= {"light": "red", "progress": 10}
    answers["summary"] = "Дүгнэлт"

    result = evaluate(compiled, answers, given)

    assert codes(result) == {"clause[1].reason": "required"}
    assert str(result.errors[0].message) == "Give the reason for a red rating."
    assert (result.values["mean_progress"], result.values["red_clauses"]) == (50, 1)
    answers["clause"][1]["reason"] = "Төсөв батлагдаагүй"
    assert evaluate(compiled, answers, given).ok
