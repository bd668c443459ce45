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
from portal.forms import publishing, service
from portal.forms.answers import exporting, importing, xlsx
from portal.forms.answers import files as answers_files
from portal.forms.answers.tables import OutTable
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
    assert codes[:5] == ["_index", "_id", "_receipt", "_uuid", "_revision"]
    assert codes[-5:] == ["name", "needs", "needs/green", "needs/amber", "needs/red"]
    assert titles[-5:] == ["name (en)", "needs (en)", "needs (en) / Green", "needs (en) / Amber", "needs (en) / Red"]
    assert first[-5:] == ["Бат", "Red, Amber", 0, 1, 1]
    assert second[-5:] == ["=HYPERLINK(1)", None, None, None, None]
    people = found["person"]
    own = ["_index", "_parent_table_name", "_parent_index", "_submission__id", "_submission__uuid", "_receipt", "_row"]
    assert people[1] == [*own, "who", "age"]
    assert [(line[0], line[2], line[7], line[8]) for line in people[2:]] == [
        (1, 1, "Дорж", 40),
        (2, 1, "Сүрэн", None),
        (3, 2, "@x", None),
    ]
    assert people[2][1] == "Answers"
    assert people[2][3:6] == [first[1], first[3], first[2]]
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
    assert people[-1][7] == "'@x"
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
    made.version = publishing.publish(made.owner, record, version=None, waived="x")
    send(made, name="Dorj", aim="second name")
    head, codes, first, second = sheets(export(sign_in(made.owner), made, "xlsx", "en"))["Answers"]
    assert codes[-3:] == ["name", "aim", "old"]
    assert head[-3:] == ["name (en)", "Aim", "old (en) (version 1)"]
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
        names = exporting.sheet_names(tables, [])
    assert [len(name) for name in names] == [31, 31, 31, 5]
    assert len({name.casefold() for name in names}) == 4
    assert names[3] == "x_y_z"


def test_ids_of_devices_are_told_where_the_form_is_not_anonymous(publish: Any, sign_in: Any) -> None:
    made = publish([NAME])
    send(made, name="Bat")
    head, line = rows_of(export(sign_in(made.owner), made, "csv", "codes"))
    assert uuid.UUID(line[head.index("_uuid")])


def test_a_question_that_took_the_name_of_a_removed_one_has_a_column_of_its_own(publish: Any, sign_in: Any) -> None:
    made = publish([NAME, row("text", "plan")])
    send(made, name="Bat", plan="old words")
    definition = remove_row(made.form.definition, "-plan")
    definition["survey"].append({**row("integer", "plan"), "id": "-plan2"})
    record = records.get(made.owner, made.id, "form", "edit")
    service.save(made.owner, record, version=None, definition=definition)
    made.version = publishing.publish(made.owner, record, version=None, waived="x")
    send(made, name="Dorj", plan=7)
    codes, first, second = sheets(export(sign_in(made.owner), made, "xlsx", "codes"))["Answers"]
    assert codes[-3:] == ["name", "plan", "plan_v1"]
    assert first[-3:] == ["Bat", None, "old words"]
    assert second[-3:] == ["Dorj", 7, None]


def test_cells_have_types_and_keep_every_letter(publish: Any, sign_in: Any) -> None:
    texts = ["a & <b>", "two\nlines", " leading", "=1+1", "Ө" * 9_000, "\u200b=cmd", "007", "'quoted"]
    made = publish([row("text", "said", appearance="multiline"), row("decimal", "number"), row("integer", "big")])
    for text in texts:
        send(made, said=text, number=2.5, big=2**53 - 1)
    book = load_workbook(io.BytesIO(export(sign_in(made.owner), made, "xlsx", "codes")))
    head, *lines = list(book["Answers"].iter_rows())
    assert [line[-3].value for line in lines] == [text.strip() for text in texts]
    assert {line[-2].value for line in lines} == {2.5}
    assert {line[-1].value for line in lines} == {str(2**53 - 1)}
    assert all(cell.data_type != "f" for line in lines for cell in line)
    assert [line[-3].quotePrefix for line in lines] == [False, False, False, True, False, True, False, False]
    received = [cell.value for cell in head].index("_received")
    assert all(line[received].is_date for line in lines)


def test_a_table_that_is_full_goes_on_on_a_further_sheet(made: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    found = sheets(export(sign_in(made.owner), made, "xlsx", "codes"))
    assert list(found) == ["Answers", "person", "person (2)", "Code book"]
    assert [line[-2] for line in found["person (2)"]] == ["who", "@x"]


def test_a_place_stands_in_four_columns_and_comes_back(publish: Any, sign_in: Any) -> None:
    made = publish([row("geopoint", "place")], mode="invited")
    send(made, made.owner, place="47.91847 106.9177 1300 12")
    send(made, made.owner, place="-1.5 2")
    data = export(sign_in(made.owner), made, "xlsx", "codes")
    codes, first, second = sheets(data)["Answers"]
    assert codes[-4:] == ["place_latitude", "place_longitude", "place_altitude", "place_accuracy"]
    assert first[-4:] == [47.91847, 106.9177, 1300, 12]
    assert second[-4:] == [-1.5, 2, None, None]
    planned = importing.plan(made.owner, made.record, data, "a.xlsx")
    assert (planned.same, [each.code for each in planned.problems]) == (2, [])


def sav(data: bytes, tmp_path: Any) -> dict[str, Any]:
    pyreadstat = pytest.importorskip("pyreadstat")
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            found[name] = pyreadstat.read_sav(archive.extract(name, tmp_path))
    return found


def test_files_for_spss_have_labels_of_one_language_and_one_table_each(
    publish: Any, sign_in: Any, tmp_path: Any
) -> None:
    rows = [
        NAME,
        NEEDS,
        row("select_one", "light", list="light"),
        row("select_one", "size", list="sizes"),
        row("date", "day"),
        row("dateTime", "at"),
        row("decimal", "all"),
        row("text", "үйл_ажиллагааны_нэр_ба_зорилго_хугацаа"),
        PEOPLE,
    ]
    sizes = [{"name": code, "label": {"mn": f"{code} мн", "en": f"{code} en"}} for code in ("10", "20")]
    made = publish(rows, choices={"sizes": sizes})
    people = [{"_key": "1", "who": "Дорж", "age": 40}]
    answers = {"day": "2026-10-01", "at": "2026-10-01T14:05", "all": 2.5}
    send(made, name="Бат", needs=["red"], light="amber", size="20", person=people, **answers)
    send(made, name="=1")
    found = sav(export(sign_in(made.owner), made, "sav", "mn"), tmp_path)
    assert list(found) == ["Хариултууд.sav", "person.sav"]
    frame, meta = found["Хариултууд.sav"]
    assert list(frame["name"]) == ["Бат", "=1"]
    assert frame["light"][0] == 2
    assert meta.variable_value_labels["light"] == {1: "Ногоон", 2: "Шар", 3: "Улаан"}
    assert meta.variable_value_labels["size"] == {10: "10 мн", 20: "20 мн"}
    assert frame["size"][0] == 20
    assert frame["needs_red"][0] == 1
    assert meta.column_names_to_labels["needs_red"] == "needs (mn) / Улаан"
    assert str(frame["day"][0]) == "2026-10-01"
    assert str(frame["at"][0]).startswith("2026-10-01 14:05")
    assert frame["all_2"][0] == 2.5
    assert frame.columns[-1].startswith("үйл_ажиллагааны")
    assert len(frame.columns[-1].encode()) <= 64
    inner, _meta = found["person.sav"]
    assert (inner["parent_index"][0], inner["who"][0], inner["age"][0]) == (1, "Дорж", 40)


def test_spss_is_not_offered_where_its_library_is_not_installed(made: Any, sign_in: Any, monkeypatch: Any) -> None:
    owner = sign_in(made.owner)
    assert ("SPSS" in owner.get(f"/forms/{made.id}/answers").text) is exporting.SPSS
    monkeypatch.setattr(exporting, "SPSS", False)
    assert "SPSS" not in owner.get(f"/forms/{made.id}/answers").text
    assert owner.get(f"/forms/{made.id}/answers/export?format=sav").status_code == 400


def test_many_answers_are_written_in_the_background(made: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(answers_files, "JOB_FROM", 2)
    owner = sign_in(made.owner)
    answer = owner.get(f"/forms/{made.id}/answers/export?format=xlsx&labels=en")
    assert answer.status_code == 303
    assert answer.location.startswith("/jobs/")
    data = owner.get(f"{answer.location}/file", buffered=True)
    assert list(sheets(data.data)) == ["Answers", "person", "Code book"]
    assert "downloaded the answers" in owner.get(f"/forms/{made.id}").text


def test_several_choices_go_out_as_one_text_or_as_columns(made: Any, sign_in: Any) -> None:
    owner = sign_in(made.owner)
    text = sheets(export(owner, made, "xlsx", "en&multiple=text"))["Answers"]
    assert text[1][-2:] == ["name", "needs"]
    assert text[2][-2:] == ["Бат", "Red, Amber"]
    split = export(owner, made, "xlsx", "mn&multiple=split")
    main = sheets(split)["Хариултууд"]
    assert main[1][-4:] == ["name", "needs/green", "needs/amber", "needs/red"]
    assert main[2][-4:] == ["Бат", 0, 1, 1]
    assert owner.get(f"/forms/{made.id}/answers/export?multiple=x").status_code == 400


NESTED = [NAME, row("repeat", "house", children=[row("text", "street"), PEOPLE])]


def test_odk_finds_the_row_around_by_its_key(publish: Any, sign_in: Any) -> None:
    made = publish(NESTED, mode="invited")
    houses = [{"street": "A", "person": [{"who": "x"}]}, {"street": "B", "person": [{"who": "y"}, {"who": "z"}]}]
    send(made, made.owner, name="Bat", house=houses)
    owner = sign_in(made.owner)
    data = export(owner, made, "xlsx", "codes&layout=odk")
    found = sheets(data)
    head, line = found["Answers"]
    key = f"uuid:{line[head.index('_uuid')]}"
    assert (head[0], line[0]) == ("KEY", key)
    assert found["house"][0] == ["KEY", "PARENT_KEY", "_row", "street"]
    assert [each[:2] for each in found["house"][1:]] == [[f"{key}/house[1]", key], [f"{key}/house[2]", key]]
    assert [(each[0], each[1], each[3]) for each in found["person"][1:]] == [
        (f"{key}/house[1]/person[1]", f"{key}/house[1]", "x"),
        (f"{key}/house[2]/person[1]", f"{key}/house[2]", "y"),
        (f"{key}/house[2]/person[2]", f"{key}/house[2]", "z"),
    ]
    planned = importing.plan(made.owner, made.record, data, "a.xlsx")
    assert (planned.same, [each.code for each in planned.problems]) == (1, [])
    kobo = sheets(export(owner, made, "xlsx", "codes"))
    assert [each[:3] for each in kobo["person"][1:]] == [[1, "house", 1], [2, "house", 2], [3, "house", 2]]
    assert owner.get(f"/forms/{made.id}/answers/export?layout=x").status_code == 400


def test_a_missing_text_is_replaced_by_the_name_and_told(publish: Any, sign_in: Any) -> None:
    size = [{"name": "s", "label": {"mn": "Жижиг"}}, {"name": "b", "label": {"mn": "Том", "en": "Big"}}]
    rows = [row("text", "said", label={"mn": "Хэлсэн"}), row("select_multiple", "size", list="size")]
    made = publish(rows, choices={"size": size})
    send(made, said="x", size=["s", "b"])
    owner = sign_in(made.owner)
    found = sheets(export(owner, made, "xlsx", "en"))
    head, _codes, line = found["Answers"]
    assert head[-4:] == ["said", "size (en)", "size (en) / s", "size (en) / Big"]
    assert line[-3] == "s, Big"
    book = {each[1]: each[-1] for each in found["Code book"][1:]}
    assert (book["said"], book["size"], book["size/b"]) == ("English", "English: 1 choice", None)
    page = owner.get(f"/forms/{made.id}/answers").text
    assert "the names of 2 questions and choices stand in place of their texts" in page
    assert sheets(export(owner, made, "xlsx", "mn"))["Хариултууд"][0][-4] == "Хэлсэн"
