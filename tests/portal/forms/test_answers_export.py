"""All answers as a file: opened again with openpyxl, csv and json."""

from __future__ import annotations

import csv
import io
import json
import uuid
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook

from portal import records
from portal.forms import answers_export, service
from portal.forms.answers_tables import OutTable
from portal.forms.definition import remove_row, update_row
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send

NAME = row("text", "name")
NEEDS = row("select_multiple", "needs", list="light")
PEOPLE = row("repeat", "person", children=[row("text", "who"), row("integer", "age")])


def export(browser: Any, made: Any, format: str, labels: str) -> bytes:
    found = browser.get(f"/forms/{made.id}/answers/export?format={format}&labels={labels}", buffered=True)
    assert found.status_code == 200, found.text
    data: bytes = found.data
    return data


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: [[cell.value for cell in line] for line in sheet.iter_rows()] for sheet in book}


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def made(publish: Any) -> Any:
    """A form with a repeat, answered twice."""
    made = publish([NAME, NEEDS, PEOPLE])
    send(made, name="Бат", needs=["red", "amber"], person=[{"_key": "1", "who": "Дорж", "age": 40}, {"who": "Сүрэн"}])
    send(made, name="=HYPERLINK(1)", person=[{"who": "@x"}])
    return made


def test_a_workbook_has_a_sheet_for_each_table_and_a_code_book(made: Any, sign_in: Any) -> None:
    found = sheets(export(sign_in(made.owner), made, "xlsx", "en"))
    assert list(found) == ["Answers", "person", "Code book"]
    titles, codes, first, second = found["Answers"]
    assert codes[:2] == ["_index", "_receipt"]
    assert codes[-5:] == ["name", "needs", "needs/green", "needs/amber", "needs/red"]
    assert titles[-5:] == ["name (en)", "needs (en)", "needs (en) / Green", "needs (en) / Amber", "needs (en) / Red"]
    assert first[-5:] == ["Бат", "Red, Amber", 0, 1, 1]
    assert second[-5:] == ["=HYPERLINK(1)", None, None, None, None]
    people = found["person"]
    assert people[1] == ["_index", "_parent_table_name", "_parent_index", "_receipt", "_row", "who", "age"]
    assert [(line[0], line[2], line[5], line[6]) for line in people[2:]] == [
        (1, 1, "Дорж", 40),
        (2, 1, "Сүрэн", None),
        (3, 2, "@x", None),
    ]
    assert people[2][3] == first[1]
    listed = next(line for line in found["Code book"] if line[1] == "needs")
    assert listed[2:5] == ["select_multiple", "needs (mn)", "needs (en)"]
    assert "red = Улаан | Red" in listed[5]


def test_no_cell_of_a_workbook_is_a_formula(made: Any, sign_in: Any) -> None:
    book = load_workbook(io.BytesIO(export(sign_in(made.owner), made, "xlsx", "codes")))
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)


def test_codes_are_for_programs(made: Any, sign_in: Any) -> None:
    found = sheets(export(sign_in(made.owner), made, "xlsx", "codes"))
    head, first, _second = found["Answers"]
    assert head[0] == "_index"
    assert first[head.index("needs")] == "red amber"


def test_csv_is_a_zip_of_one_file_a_table_and_runs_nothing(made: Any, sign_in: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(export(sign_in(made.owner), made, "csv", "mn"))) as archive:
        assert archive.namelist() == ["Хариултууд.csv", "person.csv"]
        lines = rows_of(archive.read("Хариултууд.csv"))
        people = rows_of(archive.read("person.csv"))
        assert archive.read("person.csv").startswith(b"\xef\xbb\xbf")
    assert lines[2][-5:] == ["Бат", "Улаан, Шар", "0", "1", "1"]
    assert lines[3][-5] == "'=HYPERLINK(1)"
    assert people[-1][5] == "'@x"
    for line in lines + people:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in line)


def test_a_form_without_tables_is_one_csv(publish: Any, sign_in: Any) -> None:
    made = publish([NAME])
    send(made, name="Бат")
    lines = rows_of(export(sign_in(made.owner), made, "csv", "codes"))
    assert lines[0][-1] == "name"
    assert lines[1][-1] == "Бат"


def test_json_nests_as_the_form_does(made: Any, sign_in: Any) -> None:
    owner = sign_in(made.owner)
    codes = json.loads(export(owner, made, "json", "codes"))
    assert codes["submissions"][0]["answers"]["needs"] == ["red", "amber"]
    assert codes["submissions"][0]["answers"]["person"][0]["age"] == 40
    words = json.loads(export(owner, made, "json", "mn"))
    assert words["submissions"][0]["answers"]["needs (mn)"] == "Улаан, Шар"
    assert words["submissions"][0]["answers"]["person (mn)"][0]["who (mn)"] == "Дорж"


def test_columns_of_all_versions_stand_together_and_retired_ones_last(publish: Any, sign_in: Any) -> None:
    made = publish([NAME, row("text", "old"), row("text", "plan")])
    send(made, name="Bat", old="was asked", plan="first name")
    definition = remove_row(made.form.definition, "-old")
    definition = update_row(definition, "-plan", name="aim", label={"mn": "Зорилго", "en": "Aim"})
    record = records.get(made.owner, made.id, "form", "edit")
    service.save(made.owner, record, version=None, definition=definition)
    made.version = service.publish(made.owner, record, version=None, waived="x")
    send(made, name="Dorj", aim="second name")
    head, codes, first, second = sheets(export(sign_in(made.owner), made, "xlsx", "en"))["Answers"]
    assert codes[-3:] == ["name", "aim", "old"]
    assert head[-3:] == ["name (en)", "Aim", "old (en) (versions 1)"]
    assert first[-3:] == ["Bat", "first name", "was asked"]
    assert second[-3:] == ["Dorj", "second name", None]


def test_of_an_anonymous_form_only_days_and_a_shuffled_order_go_out(publish: Any, sign_in: Any) -> None:
    made = publish([row("integer", "number")], anonymous=True)
    for number in range(12):
        send(made, number=number)
    owner = sign_in(made.owner)
    orders = set()
    for _time in range(3):
        head, *lines = rows_of(export(owner, made, "csv", "codes"))
        orders.add(tuple(int(line[-1]) for line in lines))
        for line in lines:
            assert len(line[head.index("_received")]) == len("2026-10-01")
            assert line[head.index("_uuid")] == ""
            assert line[head.index("_person")] == ""
    assert tuple(range(12)) not in orders
    assert len(orders) == 3  # by chance once in 79 million
    text = export(owner, made, "json", "codes").decode()
    assert "T" not in {each["_received"][10:11] for each in json.loads(text)["submissions"]}


def test_an_export_is_in_the_history_and_a_wrong_wish_is_refused(made: Any, sign_in: Any) -> None:
    owner = sign_in(made.owner)
    assert owner.get(f"/forms/{made.id}/answers/export?format=exe").status_code == 400
    assert owner.get(f"/forms/{made.id}/answers/export?labels=ru").status_code == 400
    export(owner, made, "xlsx", "en")
    assert "downloaded the answers" in owner.get(f"/forms/{made.id}").text


def test_names_of_sheets_are_short_and_different(app: Any) -> None:
    tables = [OutTable(str(n), name, {}, "") for n, name in enumerate(["a" * 40, "a" * 40 + "b", "A" * 31, "x/y:z"])]
    with app.test_request_context():
        names = answers_export.sheet_names(tables, [])
    assert [len(name) for name in names] == [31, 31, 31, 5]
    assert len({name.casefold() for name in names}) == 4
    assert names[3] == "x_y_z"


def test_ids_of_devices_are_told_where_the_form_is_not_anonymous(publish: Any, sign_in: Any) -> None:
    made = publish([NAME])
    send(made, name="Bat")
    head, line = rows_of(export(sign_in(made.owner), made, "csv", "codes"))
    assert uuid.UUID(line[head.index("_uuid")])
