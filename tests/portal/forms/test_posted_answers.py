"""From the names on a page to answers and back."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from portal.forms.definition import Compiled
from portal.forms.engine import field_id, field_name, field_path, parse_html
from tests.portal.forms.build import made, row


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    person = row("repeat", "person", children=[row("integer", "age"), row("select_multiple", "likes", list="light")])
    return made(
        row("text", "a"),
        row("group", "g", children=[row("text", "b")]),
        row("select_multiple", "many", list="light"),
        row("select_one", "one", list="light"),
        row("calculate", "sum", calculation="1"),
        row("hidden", "secret"),
        row("text", "fixed", read_only=True),
        row("repeat", "house", children=[row("text", "owner"), row("hidden", "token"), person]),
    )


def posted(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(list(pairs))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a", "q.a"),
        ("house[0].owner", "q.house.0.owner"),
        ("house[10].person[2].age", "q.house.10.person.2.age"),
        ("house[3]", "q.house.3"),
    ],
)
def test_paths_and_names_of_fields_are_one_and_the_same(path: str, name: str) -> None:
    assert field_name(path) == name
    assert field_path(name) == path
    assert field_id(path) == name.replace(".", "-")


def test_answers_stand_under_the_names_of_questions(compiled: Compiled) -> None:
    answers = parse_html(compiled, posted(("q.a", "x"), ("q.b", "y"), ("q.many", "red"), ("q.many", "green")))

    assert answers == {"a": "x", "b": "y", "many": ["red", "green"]}


def test_a_question_that_was_not_on_the_page_keeps_its_answer(compiled: Compiled) -> None:
    kept = {"a": "old", "b": "old", "many": ["red"], "sum": 1, "secret": "s"}

    answers = parse_html(compiled, posted(("q.a", "new"), ("q.many", "")), kept)

    assert answers == {"a": "new", "b": "old", "many": [], "sum": 1, "secret": "s"}
    assert kept["a"] == "old"


def test_unticked_buttons_are_an_empty_answer(compiled: Compiled) -> None:
    assert parse_html(compiled, posted(("q.one", "")), {"one": "red"}) == {"one": ""}
    assert parse_html(compiled, posted(("q.one", ""), ("q.one", "green"))) == {"one": "green"}


def test_calculated_hidden_and_read_only_questions_cannot_be_posted(compiled: Compiled) -> None:
    forged = posted(
        ("q.sum", "9"), ("q.secret", "9"), ("q.fixed", "9"), ("q.house.0.token", "9"), ("q.house.0.owner", "x")
    )

    assert parse_html(compiled, forged) == {"house": [{"owner": "x"}]}


def test_rows_come_in_their_order_with_their_keys(compiled: Compiled) -> None:
    answers = parse_html(
        compiled,
        posted(
            ("q.house", ""),
            ("q.house.10._key", "k10"),
            ("q.house.10.owner", "ten"),
            ("q.house.2._key", "k2"),
            ("q.house.2.owner", "two"),
            ("q.house.11.owner", "new"),
        ),
    )

    assert answers["house"] == [{"_key": "k2", "owner": "two"}, {"_key": "k10", "owner": "ten"}, {"owner": "new"}]


def test_rows_inside_rows_are_read(compiled: Compiled) -> None:
    answers = parse_html(
        compiled,
        posted(
            ("q.house.0._key", "h"),
            ("q.house.0.person", ""),
            ("q.house.0.person.1._key", "b"),
            ("q.house.0.person.1.age", "12"),
            ("q.house.0.person.0.age", "40"),
            ("q.house.0.person.0.likes", "red"),
            ("q.house.0.person.0.likes", "green"),
        ),
    )

    assert answers["house"] == [
        {"_key": "h", "person": [{"age": "40", "likes": ["red", "green"]}, {"_key": "b", "age": "12"}]}
    ]


def test_a_row_keeps_what_the_page_did_not_show(compiled: Compiled) -> None:
    kept = {"house": [{"_key": "k", "owner": "old", "token": "t", "person": [{"_key": "p", "age": 3}]}]}

    answers = parse_html(compiled, posted(("q.house.0._key", "k"), ("q.house.0.owner", "new")), kept)

    assert answers["house"] == [{"_key": "k", "owner": "new", "token": "t", "person": [{"_key": "p", "age": 3}]}]


def test_rows_are_left_out_when_they_are_deleted_or_not_on_a_page_that_shows_the_repeat(compiled: Compiled) -> None:
    kept = {"house": [{"_key": "1", "owner": "a"}, {"_key": "2", "owner": "b"}]}

    one = parse_html(
        compiled, posted(("q.house.0._key", "1"), ("q.house.0._delete", "1"), ("q.house.1._key", "2")), kept
    )
    none = parse_html(compiled, posted(("q.house", "")), kept)
    elsewhere = parse_html(compiled, posted(("q.a", "x")), kept)

    assert [each["_key"] for each in one["house"]] == ["2"]
    assert none["house"] == []
    assert elsewhere["house"] == kept["house"]


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "q.",
        "q.nobody",
        "q.g",
        "q.owner",
        "q.house.x.owner",
        "q.house.-1.owner",
        "q.house.²",
        "q.house.².owner",
        "q.house.1234567.owner",
        "q.house.0.a",
        "q.house.0.age",
        "q.a.0.b",
        "q.person.0.age",
        "q.house..owner",
        "q.__class__",
    ],
)
def test_names_the_form_does_not_have_are_ignored(compiled: Compiled, name: str) -> None:
    found: dict[str, Any] = parse_html(compiled, posted((name, "x")))

    assert not any(value for value in found.values())


def test_more_rows_than_any_repeat_may_have_are_not_read(compiled: Compiled) -> None:
    many = posted(*((f"q.house.{number}.owner", "x") for number in range(3000)))

    assert len(parse_html(compiled, many)["house"]) == 1001
