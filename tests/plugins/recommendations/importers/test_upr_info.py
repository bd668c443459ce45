"""UPR Info's export: encodings, line ends, grouping, the rows it refuses, the real file."""

import csv

import pytest

from plugins.recommendations.importers import InputRefused, number_of, read_upr_info

from .builders import answer, export


def test_a_row_becomes_a_recommendation():
    found = read_upr_info(export([answer("Abolish it ", "Norway", issue="Death penalty,Justice", action="4")]))
    assert (found.country, found.session, found.cycle, found.layout) == ("Mongolia", 9, 1, None)
    (row,) = found.rows
    assert (row.row, row.text, row.states, row.position) == (2, "Abolish it", ("Norway",), "supported")
    assert (row.themes, row.action, row.source_rows) == (("Death penalty", "Justice"), 4, (2,))


def test_rows_with_one_text_are_one_recommendation_of_several_states():
    found = read_upr_info(export([answer(state="Brazil"), answer("Other", "Peru"), answer(state="Spain")]))
    assert [(row.states, row.source_rows) for row in found.rows] == [(("Brazil", "Spain"), (2, 4)), (("Peru",), (3,))]
    assert found.counts["by_paragraph"] == 2
    assert found.counts["by_state"] == 3


def test_one_text_with_two_answers_stays_two():
    found = read_upr_info(export([answer(state="Brazil"), answer(state="Spain", response="Noted")]))
    assert [row.position for row in found.rows] == ["supported", "noted"]
    assert len({row.number for row in found.rows}) == 2


def test_the_number_depends_on_the_text_only():
    rows = [answer("First", "Peru"), answer("Second", "Chile")]
    numbers = {row.text: row.number for row in read_upr_info(export(rows)).rows}
    turned = read_upr_info(export([answer("Second", "Chile"), answer("Third"), answer("First", "Cuba")])).rows
    again = {row.text: row.number for row in turned if row.text in numbers}
    assert again == numbers
    assert numbers["First"] == number_of("FIRST. ", "supported", 9)
    assert numbers["First"].startswith("UI9-")


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_marked_encodings(ends, encoding):
    data = export([answer('Say "yes", now', "Côte d’Ivoire")], ends=ends, encoding=encoding)
    (row,) = read_upr_info(data).rows
    assert (row.text, row.states) == ('Say "yes", now', ("Côte d’Ivoire",))


@pytest.mark.parametrize(("ends", "encoding"), [("\r", "mac_roman"), ("\r\n", "cp1252")])
def test_eight_bit_files_are_read_by_their_line_ends(ends, encoding):
    assert read_upr_info(export([answer(state="Côte d’Ivoire")], ends=ends, encoding=encoding)).rows[0].states == (
        "Côte d’Ivoire",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_separators(delimiter):
    assert len(read_upr_info(export([answer("One, two; three")], delimiter=delimiter)).rows) == 1


def test_columns_are_known_by_name_in_any_order():
    columns = ("session", "FROM", "Response", "Text", "To")
    row = {"session": "22", "FROM": "Peru", "Response": "Noted", "Text": "Act", "To": "Mongolia"}
    found = read_upr_info(export([row], columns=columns))
    assert (found.cycle, found.rows[0].states, found.rows[0].action) == (2, ("Peru",), None)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (answer(""), "Text", "text_missing"),
        (answer("a" * 10_001), "Text", "text_too_long"),
        (answer("with \x00"), "Text", "text_characters"),
        (answer(state=""), "From", "state_missing"),
        (answer(response=""), "Response", "position_missing"),
        (answer(response="Pending"), "Response", "position_unknown"),
        (answer(action="7"), "Action", "action_unknown"),
        (answer(session="ninth"), "Session", "session_unknown"),
    ],
)
def test_a_bad_row_is_refused_and_the_others_are_read(row, column, code):
    found = read_upr_info(export([answer("First"), row, answer("Last")]))
    assert [good.text for good in found.rows] == ["First", "Last"]
    assert [(problem.row, problem.column, problem.code) for problem in found.refused] == [(3, column, code)]


def test_a_row_with_too_few_cells_is_refused():
    found = read_upr_info(export([answer()]) + b"Mongolia,Asia\r\n")
    assert found.refused[0].code == "cells"
    assert found.refused[0].params == {"found": 2, "expected": 11}


def test_blank_lines_are_skipped_but_counted():
    head, row = export([answer("One")]).split(b"\r\n")[:2]
    other = export([answer("Two")]).split(b"\r\n")[1]
    found = read_upr_info(b"\r\n".join([head, row, b"", b",,,,,,,,,,", other]))
    assert [(each.row, each.text) for each in found.rows] == [(2, "One"), (5, "Two")]
    assert found.refused == ()


def test_one_review_is_chosen_from_several():
    data = export([answer("Old", session="9"), answer("New", session="22"), answer("Far", to="Nepal", session="10")])
    with pytest.raises(InputRefused) as caught:
        read_upr_info(data)
    assert (caught.value.code, caught.value.where) == ("several_countries", {"found": ["Mongolia", "Nepal"]})
    with pytest.raises(InputRefused) as caught:
        read_upr_info(data, country="Mongolia")
    assert (caught.value.code, caught.value.where) == ("several_sessions", {"found": [9, 22]})
    assert [row.text for row in read_upr_info(data, session=22, country="mongolia").rows] == ["New"]
    with pytest.raises(InputRefused) as caught:
        read_upr_info(data, session=36)
    assert caught.value.code == "no_rows"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"  \r\n", "file_empty"),
        (b"Name,Place\r\nA,B\r\n", "csv_columns"),
        (b"\x81\x8d\x8f,Text\r\n", "encoding"),
        (export([]), "no_rows"),
    ],
)
def test_a_file_that_is_no_export(data, code):
    with pytest.raises(InputRefused) as caught:
        read_upr_info(data)
    assert caught.value.code == code


def test_missing_columns_are_named():
    with pytest.raises(InputRefused) as caught:
        read_upr_info(b"Text,To\r\nA,B\r\n")
    assert caught.value.where == {"missing": ["From", "Response"]}


def test_the_real_export_has_the_numbers_that_csv_counts(sample_data):
    path = sample_data / "uprinfo_mongolia_cycle1.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = read_upr_info(path.read_bytes())
    assert (found.country, found.session, found.cycle, found.refused) == ("Mongolia", 9, 1, ())
    assert found.counts["by_state"] == len(rows) == 131
    assert found.counts["by_paragraph"] == 129
    answers = [row["Response"] for row in rows]
    by_state = dict.fromkeys(("supported", "noted"), 0)
    for row in found.rows:
        by_state[row.position] += len(row.states)
    assert by_state == {"supported": answers.count("Accepted"), "noted": answers.count("Noted")}
    assert {row.states for row in found.rows if len(row.states) > 1} == {("Brazil", "Spain"), ("Sweden", "Portugal")}
    assert read_upr_info(path.read_bytes().replace(b"\r\n", b"\r")) == found
