"""Answers as tables: what exports, the index and the page of one answer are made of."""

from __future__ import annotations

import pytest

from portal.forms.definition import Compiled
from portal.forms.engine import Flattener, columns, entries, shown, tables
from tests.portal.forms.build import made, row

SOURCES = {"units": [{"name": "MN-043", "label": {"mn": "Ховд", "en": "Khovd"}}]}


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    person = row("repeat", "person", children=[row("integer", "age", use=["chart"])])
    return made(
        row("note", "intro"),
        row("text", "who"),
        row("group", "g", children=[row("select_multiple", "lights", list="light", use=["filter"])]),
        row("unit", "unit", use=["filter"]),
        row("date", "day", use=["filter"]),
        row("repeat", "house", children=[row("text", "owner"), person]),
    )


ANSWERS = [
    {
        "who": "Бат",
        "lights": ["red", "green"],
        "unit": "MN-043",
        "day": "2026-10-01",
        "house": [
            {"_key": "a", "owner": "x", "person": [{"_key": "1", "age": 40}, {"_key": "2", "age": 12}]},
            {"_key": "b", "owner": "y"},
        ],
    },
    {"who": "Дорж", "house": [{"_key": "a", "owner": "z", "person": [{"_key": "1", "age": 7}]}]},
]


def test_columns_are_named_for_machines_and_for_people(compiled: Compiled) -> None:
    found = {column.key: column for column in columns(compiled)}

    assert list(found) == [
        "who", "lights", "lights/green", "lights/amber", "lights/red", "unit", "day", "owner", "age",
    ]  # fmt: skip
    assert found["lights/red"].label == {"mn": "lights (mn) / Улаан", "en": "lights (en) / Red"}
    assert (found["lights/red"].kind, found["lights/red"].row, found["lights/red"].choice) == ("flag", "-lights", "red")
    assert (found["age"].table, found["age"].kind, found["day"].kind) == ("person", "number", "date")


@pytest.mark.parametrize(
    ("multiple", "keys"), [("text", ["lights"]), ("split", ["lights/green", "lights/amber", "lights/red"])]
)
def test_several_choices_are_one_column_or_many(compiled: Compiled, multiple: str, keys: list[str]) -> None:
    found = [column.key for column in columns(compiled, multiple)]  # type: ignore[arg-type]

    assert [key for key in found if key.startswith("lights")] == keys
    for flat in Flattener(compiled, multiple).rows(ANSWERS[0]):  # type: ignore[arg-type]
        width = {table.name: len(table.columns) for table in tables(compiled, multiple)}  # type: ignore[arg-type]
        assert len(flat.cells) == width[flat.table]


def test_each_repeat_has_a_table_whose_rows_know_their_parent(compiled: Compiled) -> None:
    flattener = Flattener(compiled)

    rows = [flat for answers in ANSWERS for flat in flattener.rows(answers)]

    assert [(table.name, table.parent) for table in flattener.tables] == [
        ("", None),
        ("house", ""),
        ("person", "house"),
    ]
    assert [(flat.table, flat.index, flat.parent_index, flat.key) for flat in rows] == [
        ("", 1, None, ""),
        ("house", 1, 1, "a"),
        ("person", 1, 1, "1"),
        ("person", 2, 1, "2"),
        ("house", 2, 1, "b"),
        ("", 2, None, ""),
        ("house", 3, 2, "a"),
        ("person", 3, 3, "1"),
    ]
    assert rows[0].cells == ["Бат", "red green", 1, 0, 1, "MN-043", "2026-10-01"]
    assert rows[5].cells == ["Дорж", None, None, None, None, None, None]


def test_cells_hold_codes_or_labels(compiled: Compiled) -> None:
    (first, *_rest) = Flattener(compiled, "text", "mn", SOURCES).rows(ANSWERS[0])

    assert first.cells == ["Бат", "Улаан, Ногоон", "Ховд", "2026-10-01"]


def test_what_looks_like_a_formula_is_left_to_the_writer_of_the_file(compiled: Compiled) -> None:
    (row_,) = Flattener(compiled, "text").rows({"who": "=1+1"})

    assert row_.cells[0] == "=1+1"


def test_the_index_keeps_the_questions_marked_for_it(compiled: Compiled) -> None:
    found = [(e.row, e.path, e.position, e.text, e.number, e.date) for e in entries(compiled, ANSWERS[0])]

    assert found == [
        ("-lights", "lights", 0, "red", None, None),
        ("-lights", "lights", 0, "green", None, None),
        ("-unit", "unit", 0, "MN-043", None, None),
        ("-day", "day", 0, None, None, "2026-10-01"),
        ("-age", "house.person.age", 1, None, 40.0, None),
        ("-age", "house.person.age", 2, None, 12.0, None),
    ]


def test_the_index_leaves_out_what_does_not_fit_its_column(compiled: Compiled) -> None:
    assert list(entries(compiled, {"day": "soon", "house": [{"person": [{"age": "many"}]}, "x"]})) == []


def test_one_answer_is_read_in_words_and_in_the_order_of_the_form(compiled: Compiled) -> None:
    lines = shown(compiled, ANSWERS[0], "en", SOURCES, {"a": "The first house"})

    assert [(line.path, line.label, line.text, line.level, line.heading) for line in lines] == [
        ("who", "who (en)", "Бат", 0, False),
        ("g", "g (en)", "", 0, True),
        ("lights", "lights (en)", "Red, Green", 1, False),
        ("unit", "unit (en)", "Khovd", 0, False),
        ("day", "day (en)", "2026.10.01", 0, False),
        ("house[0]", "The first house", "", 0, True),
        ("house[0].owner", "owner (en)", "x", 1, False),
        ("house[0].person[0]", "person (en) 1", "", 1, True),
        ("house[0].person[0].age", "age (en)", "40", 2, False),
        ("house[0].person[1]", "person (en) 2", "", 1, True),
        ("house[0].person[1].age", "age (en)", "12", 2, False),
        ("house[1]", "house (en) 2", "", 0, True),
        ("house[1].owner", "owner (en)", "y", 1, False),
    ]
