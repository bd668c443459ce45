"""The portal's own table as a file: its columns by name, the rows it refuses."""

import io
import zipfile

import openpyxl
import pytest

from plugins.recommendations.importers import InputRefused, archive, read

from .builders import saved, sheet, with_parts

HEAD = ("Дугаар\n[number]", "cycle", "Text [text_en]", "States [states]", "Wordings [wordings]", "Position [position]")
ROW = ["116.1", 3, "Act", "Norway", "", "Supported"]


def table(*rows, head=HEAD):
    return sheet(head, rows)


def test_columns_are_known_by_the_name_in_brackets_in_any_language_and_order():
    data = table(["Noted", "x", "116.10", 3, "Peru; Chile\nCuba"], head=["[position]", "Тайлбар", *HEAD[:2], HEAD[3]])
    found = read(data, "own.xlsx")
    (row,) = found.rows
    assert (found.format, found.carried) == ("own_table", ("number", "cycle", "states", "position"))
    assert (row.number, row.cycle, row.states, row.position) == ("116.10", 3, ("Peru", "Chile", "Cuba"), "Noted")


def test_a_paragraph_of_several_wordings_has_its_states_by_number():
    row = ["116.1", 3, "A; B", "1: Norway\n2: Peru\n2: Chile", "1: Build\n2: Train; at once", "Noted"]
    (found,) = read(table(row)).rows
    assert [(each.text, each.states) for each in found.variants] == [
        ("Build", ("Norway",)),
        ("Train; at once", ("Peru", "Chile")),
    ]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({0: ""}, "number", "number_missing"),
        ({0: 116.2}, "number", "number_decimal"),
        ({0: "116.1"}, "number", "number_double"),
        ({0: "1" * 41}, "number", "number_unknown"),
        ({0: "$1"}, "number", "number_unknown"),
        ({1: "three"}, "cycle", "cycle_unknown"),
        ({1: ""}, "cycle", "cycle_missing"),
        ({2: ""}, "text_en", "text_missing"),
        ({2: "a" * 10_001}, "text_en", "text_too_long"),
        ({3: ""}, "states", "state_missing"),
        ({4: "1: A\n2: B"}, "states", "state_wording"),
        ({3: "1: Peru", 4: "1: A\n2: B"}, "states", "state_missing"),
    ],
)
def test_a_bad_row_is_refused_and_the_others_are_read(change, column, code):
    bad = [change.get(place, value) for place, value in enumerate(["116.2", *ROW[1:]])]
    found = read(table(ROW, bad, ["116.9", *ROW[1:]]))
    assert [row.number for row in found.rows] == ["116.1", "116.9"]
    assert [(problem.row, problem.column, problem.code) for problem in found.refused] == [(3, column, code)]


def test_one_country_and_one_cycle_of_several_are_chosen():
    head = [*HEAD, "country"]
    rows = [[*ROW, "MN"], [*ROW, "Slovenia"], ["116.2", 2, *ROW[2:], "MN"]]
    with pytest.raises(InputRefused) as caught:
        read(table(*rows, head=head))
    assert caught.value.where == {"found": ["MN", "Slovenia"]}
    found = read(table(*rows, head=head), country="MN", cycle=3)
    assert [row.number for row in found.rows] == ["116.1"]
    assert found.passed_over == (("country", "Slovenia", 1), ("cycle", "2", 1))


def code_of(data):
    with pytest.raises(InputRefused) as caught:
        read(data, "own.xlsx")
    return caught.value.code


def test_hostile_workbooks_are_refused_by_their_codes():
    good = table(ROW)
    evil = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>'
    assert code_of(with_parts(good, xl__sharedStrings_dot_xml=evil)) == "file_dtd"
    assert code_of(with_parts(good, xl__vbaProject_dot_bin=b"macro")) == "file_macro"
    assert code_of(with_parts(good, xl__media_dot_bin=bytes(6 * archive.MEGABYTE))) == "file_bomb"
    assert code_of(with_parts(good, xl__workbook_dot_xml=b"<workbook")) == "file_damaged"
    assert code_of(good[: len(good) // 2]) == "file_damaged"


def test_any_sheet_of_a_workbook_may_hold_the_table():
    book = openpyxl.Workbook()
    book.active.append(["Read me first"])
    book.create_sheet("Data").append([*HEAD])
    book["Data"].append(ROW)
    assert len(read(saved(book)).rows) == 1
    assert "xl/worksheets/sheet2.xml" in zipfile.ZipFile(io.BytesIO(saved(book))).namelist()
