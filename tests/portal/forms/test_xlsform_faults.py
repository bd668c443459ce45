# ruff: noqa: E501 (the forms below are tables)
"""Every fault of a spreadsheet is reported with its sheet, row and column, and repaired where that is possible."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from typing import Any

import pytest

from portal.forms.definition import check
from portal.forms.xlsform import ImportProblem, ImportResult, read_xlsform
from tests.portal.forms.books import form, table, workbook

CHOICES = "list_name | name | label\nyn | yes | Yes\nyn | no | No"


def read(survey: str, choices: str = CHOICES, settings: str = "", **how: Any) -> ImportResult:
    return read_xlsform(workbook(form(survey, choices, settings)), "form.xlsx", **how)


FAULTS = {
    "type_unknown": ("type | name | label\ntxt | a | A", "survey", 2, "type"),
    "type_missing": ("type | name | label\n | a | A\ntext | b | B", "survey", 2, "type"),
    "name_missing": ("type | name | label\ntext | | A", "survey", 2, "name"),
    "name_invalid": ("type | name | label\ntext | first name | A", "survey", 2, "name"),
    "name_reserved": ("type | name | label\ntext | meta | A", "survey", 2, "name"),
    "name_twice": ("type | name | label\ntext | a | A\ntext | a | B", "survey", 3, "name"),
    "label_missing": ("type | name | label | hint\ntext | a | | x\ntext | b | B |", "survey", 2, "label"),
    "list_missing": ("type | name | label\nselect_one | a | A", "survey", 2, "type"),
    "list_unknown": ("type | name | label\nselect_one yno | a | A", "survey", 2, "type"),
    "not_closed": ("type | name | label\nbegin_group | g | G\ntext | a | A", "survey", 2, "type"),
    "nothing_to_close": ("type | name | label\ntext | a | A\nend_group | | ", "survey", 3, "type"),
    "closed_wrongly": (
        "type | name | label\nbegin_group | g | G\ntext | a | A\nend_repeat | | ",
        "survey",
        4,
        "type",
    ),
    "unknown_name": (
        "type | name | label | relevant\ntext | a | A |\ntext | b | B | ${c} = 1",
        "survey",
        3,
        "relevant",
    ),
    "unknown_function": (
        "type | name | label | constraint\ninteger | a | A | lenght(.) > 1",
        "survey",
        2,
        "constraint",
    ),
    "unclosed_bracket": ("type | name | label | calculation\ncalculate | a | | round(1", "survey", 2, "calculation"),
    "unclosed_text": ("type | name | label | relevant\ntext | a | A | 'x", "survey", 2, "relevant"),
    "argument_count": ("type | name | label | relevant\ntext | a | A | selected('x')", "survey", 2, "relevant"),
    "bad_pattern": ("type | name | label | constraint\ntext | a | A | regex(., '(a+)+')", "survey", 2, "constraint"),
    "bad_reference": ("type | name | label | relevant\ntext | a | A | ${a", "survey", 2, "relevant"),
    "unsupported_path": ("type | name | label | relevant\ntext | a | A | //b = 1", "survey", 2, "relevant"),
    "unexpected_token": ("type | name | label | relevant\ntext | a | A | 1 == 1", "survey", 2, "relevant"),
    "not_a_question": (
        "type | name | label | relevant\nbegin_group | g | G |\ntext | a | A |\nend_group | | |\ntext | b | B | ${g} = 1",
        "survey",
        5,
        "relevant",
    ),
    "cycle": (
        "type | name | label | calculation\ncalculate | a | | ${b} + 1\ncalculate | b | | ${a} + 1\ntext | c | C |",
        "survey",
        2,
        "calculation",
    ),
    "calculation_missing": ("type | name | label\ncalculate | a | \ntext | b | B", "survey", 2, "calculation"),
    "default_invalid": ("type | name | label | default\ninteger | a | A | many", "survey", 2, "default"),
    "count_outside": ("type | name | label | repeat_count\ntext | a | A | 3", "survey", 2, "repeat_count"),
    "range_step": ("type | name | label | parameters\nrange | a | A | start=1 end=9 step=0", "survey", 2, "parameters"),
    "parameters_form": (
        "type | name | label | parameters\nrange | a | A | from one to nine",
        "survey",
        2,
        "parameters",
    ),
    "unknown_list": (
        "type | name | label | calculation\ncalculate | a | | pulldata('x', 'label', 'name', 'y')\ntext | b | B |",
        "survey",
        2,
        "calculation",
    ),
}


@pytest.mark.parametrize("code", FAULTS)
def test_each_planted_fault_is_reported_with_its_cell(code: str) -> None:
    survey, sheet, row, column = FAULTS[code]

    result = read(survey)

    assert result.definition is None
    assert not result.ok
    found = [problem for problem in result.problems if problem.code == code]
    assert [(problem.sheet, problem.row, problem.column) for problem in found] == [(sheet, row, column)]
    assert str(found[0].message)
    assert str(found[0].repair or "")


def test_there_are_thirty_planted_faults() -> None:
    assert len(FAULTS) + len(CHOICE_FAULTS) >= 30


CHOICE_FAULTS = {
    "list_name_missing": ("list_name | name | label\nyn | yes | Yes\n | no | No", 3, "list_name"),
    "choice_twice": ("list_name | name | label\nyn | yes | Yes\nyn | yes | No", 2, "name"),
    "choice_name_missing": ("list_name | name | label\nyn | yes | Yes\nyn | | No", 3, "name"),
    "choice_blank": ("list_name | name | label\nyn | yes | Yes\nyn | not yet | No", 3, "name"),
}


@pytest.mark.parametrize("code", CHOICE_FAULTS)
def test_faults_of_choices_are_reported_with_their_cell(code: str) -> None:
    choices, row, column = CHOICE_FAULTS[code]

    result = read("type | name | label\nselect_multiple yn | a | A", choices)

    found = [problem for problem in result.problems if problem.code == code]
    assert [(problem.sheet, problem.row, problem.column) for problem in found] == [("choices", row, column)]
    assert str(found[0].repair or "")
    assert result.definition is None


def test_all_problems_are_listed_at_once_in_the_order_of_the_file() -> None:
    result = read("type | name | label | relevant\ntxt | a | A |\ntext | b c | B | ${x} = 1\ninteger | | C | (1")

    assert [(problem.row, problem.code) for problem in result.problems] == [
        (2, "type_unknown"),
        (3, "name_invalid"),
        (3, "unknown_name"),
        (4, "name_missing"),
        (4, "unclosed_bracket"),
    ]


def test_a_fault_in_an_expression_names_the_character() -> None:
    result = read("type | name | label | relevant\ntext | a | A | 1 = 1 and slected(., 'x')")

    (problem,) = result.problems
    assert str(problem.message) == "Character 11: There is no function slected. Did you mean selected?"


def test_the_cell_is_named_as_spreadsheets_name_it() -> None:
    (problem,) = read("type | label | name | relevant\ntext | A | a | (1").problems

    assert problem.cell == "D2"


REPAIRED = [
    "type_unknown",
    "name_missing",
    "name_invalid",
    "name_reserved",
    "name_twice",
    "list_unknown",
    "not_closed",
    "nothing_to_close",
    "closed_wrongly",
    "parameters_form",
]


@pytest.mark.parametrize("code", REPAIRED)
def test_repairs_are_offered_and_made_on_request(code: str) -> None:
    survey = FAULTS[code][0]
    (offered,) = [problem for problem in read(survey).problems if problem.code == code]

    result = read(survey, repair=True)

    assert offered.level == "error"
    assert str(offered.repair)
    assert [problem.level for problem in result.problems if problem.code == code] == ["repaired"]
    assert result.definition is not None
    assert [problem for problem in check(result.definition) if problem.level == "error"] == []


def test_a_repaired_name_is_repaired_in_references_too() -> None:
    survey = "type | name | label | relevant\ntext | a.b | A |\ntext | c | C ${a.b} | ${a.b} = 'x'"

    definition = read(survey, repair=True).definition

    assert definition is not None
    assert definition["survey"][0]["name"] == "a_b"
    assert definition["survey"][1]["relevant"] == "${a_b} = 'x'"
    assert definition["survey"][1]["label"] == {"en": "C ${a_b}"}


def test_two_choices_of_one_name_are_allowed_on_request() -> None:
    result = read("type | name | label\nselect_one yn | a | A", CHOICE_FAULTS["choice_twice"][0], repair=True)

    assert result.definition is not None
    assert result.definition["settings"]["allow_choice_duplicates"] == "yes"


def test_a_language_without_a_code_is_asked_for_once() -> None:
    survey = "type | name | label::Klingon | hint::Klingon | label::English (en)\ntext | a | nuq | x | What"

    (problem,) = read(survey, "").problems
    answered = read(survey, "", languages={"Klingon": "tlh"})

    assert (problem.code, problem.row, problem.column) == ("language_without_code", 1, "label::Klingon")
    assert answered.problems == []
    assert answered.languages == ["tlh", "en"]


def test_a_well_known_language_without_a_code_gets_one_with_a_note() -> None:
    result = read("type | name | label::English | label::Монгол\ntext | a | A | А", "")

    assert result.languages == ["en", "mn"]
    assert [(problem.code, problem.level) for problem in result.problems] == [("language_without_code", "warning")] * 2
    assert result.ok


def test_a_type_that_only_devices_can_ask_is_kept_with_a_note() -> None:
    result = read("type | name | label\ngeotrace | a | Where\ntext | b | B")

    assert result.ok
    assert [(problem.code, problem.level) for problem in result.problems] == [("type_unknown", "warning")]


def test_a_sheet_that_is_no_part_of_a_form_is_left_out_with_a_note() -> None:
    sheets = {**form("type | name | label\ntext | a | A"), "notes": table("one | two\nthree | four")}

    result = read_xlsform(workbook(sheets), "f.xlsx")

    assert result.ok
    assert [(problem.sheet, problem.code) for problem in result.problems] == [("notes", "sheet_ignored")]


def test_the_result_is_printed_as_the_command_promises() -> None:
    result = read("type | name | label\ntxt | a | A")

    printed = json.loads(json.dumps(result.as_dict()))

    assert printed["ok"] is False
    assert printed["questions"] == 1
    assert printed["languages"] == ["en"]
    assert list(printed["problems"][0]) == ["sheet", "row", "column", "code", "message", "repair"]


def test_the_result_travels_between_processes() -> None:
    result = read("type | name | label\ntxt | a | A")

    assert pickle.loads(pickle.dumps(result)) == result


def sole(content: bytes, name: str) -> ImportProblem:
    result = read_xlsform(content, name)
    assert result.definition is None
    (problem,) = result.problems
    return problem


def test_a_workbook_without_a_survey_says_which_sheets_it_has() -> None:
    problem = sole(workbook({"Sheet1": [["a"]], "Sheet2": []}), "f.xlsx")

    assert problem.code == "survey_missing"
    assert "Sheet1, Sheet2" in str(problem.message)


def test_a_survey_without_types_is_refused() -> None:
    assert sole(workbook({"survey": [["name", "label"], ["a", "A"]]}), "f.xlsx").code == "type_column"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "f.xlsx", "not_a_workbook"),
        (b"hello", "f.xlsx", "not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n", "f.png", "not_a_workbook"),
        (b"PK\x03\x04broken", "f.xlsx", "damaged"),
        (workbook({"survey": [["type"]]})[:-200], "f.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "f.xlsx", "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "f.xls", "damaged"),
        ("survey\n,type\n,Нэр".encode("cp1251"), "f.csv", "encoding"),
        (b'survey\n,"type', "f.csv", "damaged"),
        (b"x" * 20_000_001, "f.xlsx", "too_big"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_in_words(content: bytes, name: str, code: str) -> None:
    problem = sole(content, name)

    assert problem.code == code
    assert str(problem.message)


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_file_with_macros_is_refused() -> None:
    assert sole(packed({"xl/vbaProject.bin": b"x"}), "f.xlsm").code == "macros"


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    assert sole(packed({"xl/worksheets/sheet1.xml": b"0" * 100_000_001}), "f.xlsx").code == "too_big"


def test_a_sheet_with_a_cell_at_the_far_end_is_refused() -> None:
    problem = sole(packed({"xl/worksheets/sheet1.xml": b'<row><c s="1" r="XFD1048576"/></row>'}), "f.xlsx")

    assert problem.code == "too_big"
    assert "XFD1048576" in str(problem.message)


def test_numbers_dates_and_truth_in_cells_are_read_as_text() -> None:
    from openpyxl import Workbook

    book = Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    for row in (
        ["type", "name", "label", "default", "required"],
        ["integer", "a", 5, 3.0, True],
        ["decimal", "b", "B", 2.5],
    ):
        survey.append(row)
    buffer = io.BytesIO()
    book.save(buffer)

    definition = read_xlsform(buffer.getvalue(), "my form.xlsx").definition

    assert definition is not None
    assert definition["survey"][0]["label"] == {"en": "5"}
    assert definition["survey"][0]["default"] == "3"
    assert definition["survey"][0]["required"] is True
    assert definition["survey"][1]["default"] == "2.5"
    assert definition["settings"]["form_id"] == "my_form"
