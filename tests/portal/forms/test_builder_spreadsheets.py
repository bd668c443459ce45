"""Forms from spreadsheets and into them, on the pages of the builder."""

from __future__ import annotations

import io
import re

import pytest

from portal.forms.definition import walk
from portal.forms.shipped import shipped
from portal.forms.xlsform import read_xlsform
from tests.portal.forms.books import form as sheets
from tests.portal.forms.books import workbook

GOOD = """
type | name | label::Монгол (mn) | label::English (en)
text | name | Нэр | Name
select_one light | light | Гэрэл | Light
"""
CHOICES = """
list_name | name | label::Монгол (mn) | label::English (en)
light | green | Ногоон | Green
light | red | Улаан | Red
"""
FAULTY = """
type | name | label::Монгол (mn) | label::English (en) | relevant
text | first name | Нэр | Name |
txt | b | Б | B |
select_one nowhere | c | В | C |
text | d | Г | D | ${nobody} = 1
"""


def file(survey, choices=CHOICES, name="form.xlsx"):
    return io.BytesIO(workbook(sheets(survey, choices))), name


def cells(page):
    """Cell, sheet, row and column of every line of the report."""
    found = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page, re.S)
    return [(cell, *re.findall(r"<td[^>]*>(.*?)</td>", rest, re.S)[:3]) for cell, rest in found]


def test_a_form_is_made_from_a_spreadsheet(app, builder):
    made = builder("file", file=file(GOOD))
    assert made.rows() == ["name", "light"]
    assert made.definition["settings"]["languages"] == ["mn", "en"]
    assert made.definition["settings"]["form_title"] == {"mn": "Шинэ маягт", "en": "New form"}


@pytest.mark.parametrize("repair", ["", "y"])
def test_every_fault_is_listed_with_its_cell_and_what_was_chosen_stays(app, builder, repair):
    browser = builder().browser
    data = {"start": "file", "file": file(FAULTY), "title-en": "Half written", "repair": repair}
    answer = browser.post("/forms/new", data={key: value for key, value in data.items() if value})
    assert answer.status_code == 422
    found = cells(answer.text)
    assert ("B2", "survey", "2", "name") in found
    assert ("A3", "survey", "3", "type") in found
    assert ("A4", "survey", "4", "type") in found
    assert ("E5", "survey", "5", "relevant") in found
    assert len(found) == len(read_xlsform(workbook(sheets(FAULTY, CHOICES)), "form.xlsx", repair=bool(repair)).problems)
    assert "There is no question named nobody" in answer.text
    assert 'value="Half written"' in answer.text


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"not a workbook", "form.xlsx", "cannot be taken as it is"),
        (b"", "form.xlsx", "is empty"),
        (b"x", "form.docx", "is not one of these kinds of file"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(app, builder, content, name, said):
    browser = builder().browser
    answer = browser.post("/forms/new", data={"start": "file", "file": (io.BytesIO(content), name)})
    assert answer.status_code == 422
    assert said in answer.text


def test_without_a_file_nothing_is_read(app, builder):
    browser = builder().browser
    answer = browser.post("/forms/new", data={"start": "file"})
    assert answer.status_code == 422
    assert "Choose the file." in answer.text


def test_a_language_without_a_code_is_asked_for_once(app, builder):
    survey = "type | name | label::Хэл А | label::English (en)\ntext | a | А | A"
    browser = builder().browser
    answer = browser.post("/forms/new", data={"start": "file", "file": file(survey, "")})
    assert answer.status_code == 422
    assert 'name="language:Хэл А"' in answer.text
    made = builder("file", file=file(survey, ""), **{"language:Хэл А": "mn"})
    assert made.row("a")["label"] == {"mn": "А", "en": "A"}


def test_what_was_put_right_is_said(app, builder):
    survey = "type | name | label::Монгол (mn) | label::English (en) | relevant\ntext | a | А | A |\n"
    survey += "text | b c | Б | B | ${a} = 'x'"
    made = builder("file", file=file(survey, ""), repair="y")
    page = made.get("/edit")
    assert "survey B3" in page
    assert made.rows() == ["a", "b_c"]


def test_the_draft_is_exported_and_comes_back_the_same(app, builder):
    made = builder("template:quarterly_progress", **{"title-mn": "", "title-en": ""})
    answer = made.browser.get(f"/forms/{made.id}/export")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=quarterly_progress-{made.id}.xlsx"
    before = made.definition
    made.post("/import", file=(io.BytesIO(answer.data), "again.xlsx"))
    assert [row["id"] for row, _parents in walk(made.definition)] == [row["id"] for row, _parents in walk(before)]
    assert made.definition["settings"]["access"] == before["settings"]["access"]


def test_replacing_the_draft_keeps_its_access_and_needs_its_version(app, builder):
    made = builder("template:registration")
    old = made.version
    made.change("topic", **{"label-en": "Changed"})
    made.post("/import", 409, version=old, file=file(GOOD))
    assert "topic" in made.rows()
    made.post("/import", file=file(GOOD))
    assert made.rows() == ["name", "light"]
    assert made.definition["settings"]["access"] == shipped("registration")["settings"]["access"]


def test_a_wrong_spreadsheet_leaves_the_draft_alone(app, builder):
    made = builder("template:registration")
    before = made.definition
    page = made.post("/import", 422, file=file(FAULTY))
    assert ("E5", "survey", "5", "relevant") in cells(page)
    assert made.definition == before


def test_a_copy_of_an_earlier_form_is_a_form_of_its_own(app, builder):
    first = builder("template:registration")
    first.change("topic", **{"label-en": "Ours"})
    made = builder("copy", copy_of=str(first.id), **{"title-mn": "", "title-en": "Second"})
    assert made.row("topic")["label"]["en"] == "Ours"
    made.change("topic", **{"label-en": "Mine"})
    assert first.row("topic")["label"]["en"] == "Ours"


def test_the_form_of_somebody_else_is_not_copied(app, builder, as_role, org):
    first = builder("template:registration")
    forum = as_role("cs_editor", org=org("forum", kind="cso", voice="civil_society"))
    answer = forum.post("/forms/new", data={"start": "copy", "copy_of": str(first.id)})
    assert answer.status_code == 422


def test_an_empty_form_needs_a_title(app, builder):
    browser = builder().browser
    answer = browser.post("/forms/new", data={"start": "empty"})
    assert answer.status_code == 422
    assert "Enter the text in at least one language." in answer.text
