"""Answers from a spreadsheet: in the layout of the export, as a whole or not at all, once."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from portal.audit import HistoryEntry
from portal.db import db
from portal.forms import service
from portal.forms.answers import book as answers_book
from portal.forms.answers import importing
from portal.forms.answers import upload as answers_upload
from portal.forms.models import AnswerIndex, Submission
from portal.forms.review.service import judge
from tests.portal.forms.build import row
from tests.portal.forms.test_answers import send

NAME = row("text", "name", required=True, use=["filter"])
AGE = row("integer", "age", constraint=". < 120")
LIGHT = row("select_one", "light", list="light")
NEEDS = row("select_multiple", "needs", list="light")
WHY = row("text", "why", relevant="${light} = 'red'")
TWICE = row("calculate", "twice", calculation="${age} * 2")
PEOPLE = row(
    "repeat",
    "person",
    children=[row("text", "who", required=True), row("repeat", "pet", children=[row("text", "call")])],
)
ROWS = [NAME, AGE, LIGHT, NEEDS, WHY, TWICE, PEOPLE]


def book(**sheets: list[list[Any]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, lines in sheets.items():
        sheet = made.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def plan(made: Any, content: bytes, name: str = "answers.xlsx") -> importing.Plan:
    return importing.plan(made.owner, made.record, content, name)


def take(made: Any, content: bytes, name: str = "answers.xlsx") -> int:
    planned = plan(made, content, name)
    assert [(each.sheet, each.row, each.column, str(each.message)) for each in planned.problems] == []
    return importing.carry_out(made.owner, made.record, planned)


def found(made: Any) -> list[Any]:
    db.session.rollback()
    stmt = select(Submission).where(Submission.form_id == made.id).order_by(Submission.received_at, Submission.id)
    return list(db.session.scalars(stmt))


def cells(planned: importing.Plan) -> list[tuple[str, int | None, str, str]]:
    return [(each.sheet, each.row, each.column, each.code) for each in planned.problems if each.level == "error"]


@pytest.fixture(autouse=True)
def read_here(request: Any, monkeypatch: Any) -> None:
    """Read files in this process, which is quicker, in all tests but those of the page."""
    if "client" not in request.fixturenames and "sign_in" not in request.fixturenames:
        monkeypatch.setattr(answers_book, "run_limited", lambda _target, *given, **_limits: answers_book.answer(*given))


@pytest.fixture
def made(publish: Any) -> Any:
    return publish(ROWS, mode="invited")


@pytest.fixture
def there(made: Any) -> Any:
    """The same form, answered twice."""
    pets = [{"_key": "1", "call": "Банхар"}, {"_key": "2", "call": "-5"}]
    people = [{"_key": "a", "who": "Дорж", "pet": pets}, {"_key": "b", "who": "Сүрэн"}]
    send(made, made.owner, name="Бат", age=20, light="red", why="=1+1", needs=["red", "amber"], person=people)
    send(made, made.owner, name="Өлзий", light="green")
    return made


def empty(made: Any) -> None:
    """Take the answers away, as on another installation."""
    for row_ in found(made):
        db.session.delete(row_)
    db.session.commit()


@pytest.mark.parametrize("format", ["xlsx", "csv"])
@pytest.mark.parametrize("labels", ["codes", "mn", "en"])
def test_what_was_exported_comes_back_whole(there: Any, sign_in: Any, format: str, labels: str) -> None:
    url = f"/forms/{there.id}/answers/export?format={format}&labels={labels}"
    data = sign_in(there.owner).get(url, buffered=True).data
    name = "answers.xlsx" if format == "xlsx" else "answers.zip"
    before = {each.uid: each.answers for each in found(there)}

    assert plan(there, data, name).as_dict() == {
        "ok": True,
        "rows": 2,
        "new": 0,
        "changed": 0,
        "same": 2,
        "problems": [],
    }
    empty(there)

    assert take(there, data, name) == 2
    assert {each.uid: each.answers for each in found(there)} == before
    assert take(there, data, name) == 0
    assert len(found(there)) == 2


def test_a_sheet_typed_by_hand_needs_no_more_than_names_of_questions(made: Any) -> None:
    data = book(Sheet1=[["name", "age", "light", "needs", "why"], ["Бат", 31, "Улаан", "Red, Шар", "x"], ["Дорж"]])
    assert take(made, data) == 2
    first, second = found(made)
    assert first.answers == {
        "name": "Бат",
        "age": 31,
        "light": "red",
        "needs": ["red", "amber"],
        "why": "x",
        "twice": 62,
    }
    assert second.answers["name"] == "Дорж"
    assert first.submitted_by_id == made.owner.id
    assert first.state == "submitted"
    assert take(made, data) == 0
    assert len(found(made)) == 2
    assert db.session.scalar(select(func.count()).select_from(AnswerIndex)) == 2


def test_labels_of_questions_will_do(made: Any) -> None:
    assert take(made, book(A=[["name (mn)", "Age (en)"], ["Бат", 5]])) == 1
    assert found(made)[0].answers["age"] == 5


def test_a_csv_with_semicolons_is_read(made: Any) -> None:
    assert take(made, "\ufeffname;age\nБат, Дорж;7\n".encode(), "a.csv") == 1
    assert found(made)[0].answers["name"] == "Бат, Дорж"


def test_columns_of_0_and_1_say_the_same_as_names(made: Any) -> None:
    head = ["name", "needs/green", "needs/amber", "needs/red"]
    assert take(made, book(A=[head, ["a", 1, 0, 1], ["b", 0, 0, 0]])) == 2
    assert [each.answers.get("needs") for each in found(made)] == [["green", "red"], None]
    wrong = plan(made, book(A=[["needs", *head], ["red", "a", 1, 0, 1], ["", "b", 0, "perhaps", 0]]))
    assert cells(wrong) == [("A", 2, "needs", "choices_differ"), ("A", 3, "needs/amber", "flag")]


def test_every_fault_is_named_with_its_cell_and_nothing_is_stored(made: Any) -> None:
    head = ["_index", "_uuid", "_version", "name", "age", "light", "why"]
    uid = str(uuid.uuid4())
    data = book(
        Answers=[
            head,
            [1, uid, 1, "Бат", 200, "red"],
            [2, uid, 1, None, "many", "blue"],
            [3, "x", 9, "c"],
            [4, None, None, "d", None, "green", "because"],
            [5, None, None, "fine"],
        ],
        person=[
            ["_index", "_parent_table_name", "_parent_index", "_row", "who"],
            [1, "Answers", 5, "1", "ok"],
            [2, "Answers", 77, "1", "whose?"],
            [3, "Answers", 5, "2", None],
        ],
        pet=[["_index", "_parent_index", "call"], [1, 1, "Банхар"], [2, 9, "lost"]],
        notes=[["a", "b"], [1, 2]],
    )
    planned = plan(made, data)
    assert cells(planned) == [
        ("Answers", 2, "age", "constraint"),
        ("Answers", 3, "_uuid", "uuid_twice"),
        ("Answers", 4, "_uuid", "uuid"),
        ("Answers", 4, "_version", "version"),
        ("Answers", 5, "why", "not_asked"),
        ("person", 3, "_parent_index", "parent_missing"),
        ("person", 4, "who", "required"),
        ("pet", 3, "_parent_index", "parent_missing"),
    ]
    assert [(each.sheet, each.code) for each in planned.problems if each.level == "warning"] == [
        ("notes", "sheet_ignored")
    ]
    assert planned.as_dict()["new"] == 0
    with pytest.raises(ValueError, match="errors"):
        importing.carry_out(made.owner, made.record, planned)
    assert found(made) == []


def test_faults_of_one_row_are_told_together_with_their_letters(made: Any) -> None:
    planned = plan(made, book(A=[["name", "age", "light"], [None, "many", "blue"]]))
    assert [(each.cell, each.code) for each in planned.problems] == [
        ("A2", "required"),
        ("B2", "number"),
        ("C2", "choice"),
    ]


def test_a_column_that_stands_twice_is_refused_and_an_unknown_one_left_out(made: Any) -> None:
    planned = plan(made, book(A=[["name", "name", "remark"], ["a", "b", "mine"], ["c", None, None, "beyond"]]))
    assert [(each.cell, each.column, each.code, each.level) for each in planned.problems] == [
        ("B", "name", "column_twice", "error"),
        ("C", "remark", "column_unknown", "warning"),
    ]


@pytest.mark.parametrize("text", ["a\0b", "x" * 11_000, '"open'])
def test_hostile_text_is_refused_and_never_half_stored(made: Any, text: str) -> None:
    planned = plan(made, f"name\nfine\n{text}\n".encode(), "a.csv")
    assert not planned.ok
    assert all(str(each.message) for each in planned.problems)
    assert found(made) == []


def test_a_zip_or_sheet_that_would_fill_the_memory_is_refused(made: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"name\n" + b"x\n" * 51_000_000)
    assert cells(plan(made, out.getvalue(), "a.zip")) == [("", None, "", "too_big")]
    assert cells(plan(made, b"name\n" + b"x\n" * 60_001, "a.csv")) == [("", None, "", "too_big")]


def test_an_id_that_is_there_with_other_answers_is_no_second_one(there: Any) -> None:
    uid = found(there)[0].uid
    planned = plan(there, book(A=[["_uuid", "name"], [uid, "Somebody else"]]))
    assert cells(planned) == [("A", 2, "_revision", "revision_missing")]
    assert str(planned.problems[0].repair)


def test_a_label_of_several_choices_is_told_by_the_other_answers(publish: Any) -> None:
    soums = [
        {"name": f"{aimag}1", "label": {"mn": "Жаргалант", "en": "Jargalant"}, "aimag": aimag}
        for aimag in ("khovd", "bayan")
    ]
    aimags = [{"name": name, "label": {"mn": name, "en": name}} for name in ("khovd", "bayan")]
    rows = [
        row("select_one", "aimag", list="aimag"),
        row("select_one", "soum", list="soum", choice_filter="aimag = ${aimag}"),
    ]
    made = publish(rows, choices={"aimag": aimags, "soum": soums}, mode="invited")
    assert take(made, book(A=[["aimag", "soum"], ["bayan", "Жаргалант"], ["khovd", "Jargalant"]])) == 2
    assert [each.answers["soum"] for each in found(made)] == ["bayan1", "khovd1"]
    assert cells(plan(made, book(A=[["soum"], ["Жаргалант"]]))) == [("A", 2, "soum", "choice")]


def test_rows_of_a_matrix_are_known_by_code_or_title(publish: Any) -> None:
    matrix = row(
        "repeat",
        "rating",
        appearance="matrix",
        rows_from={"source": "choices:light"},
        children=[row("integer", "points", constraint=". < 10")],
    )
    made = publish([row("text", "name"), matrix], mode="invited")
    main = [["_index", "name"], [1, "Бат"]]
    head = ["_parent_index", "_row", "points"]
    assert take(made, book(A=main, rating=[head, [1, "red", 3], [1, "Ногоон", 4]])) == 1
    assert [(each["_key"], each.get("points")) for each in found(made)[0].answers["rating"]] == [
        ("green", 4),
        ("amber", None),
        ("red", 3),
    ]
    wrong = plan(made, book(A=main, rating=[head, [1, "red", 30], [1, "blue", 4]]))
    assert cells(wrong) == [("rating", 3, "_row", "row_unknown")]
    wrong = plan(made, book(A=main, rating=[head, [1, "red", 30]]))
    assert cells(wrong) == [("rating", 2, "points", "constraint")]


def test_more_rows_than_the_form_asks_for_are_not_dropped_in_silence(publish: Any) -> None:
    counted = row("repeat", "house", repeat_count="${n}", children=[row("text", "owner")])
    made = publish([row("integer", "n"), counted], mode="invited")
    houses = [["_parent_index", "owner"], [1, "a"], [1, "b"]]
    assert cells(plan(made, book(A=[["_index", "n"], [1, 1]], house=houses))) == [
        ("house", 3, "_parent_index", "row_lost")
    ]
    assert take(made, book(A=[["_index", "n"], [1, 2]], house=houses)) == 1


def test_an_import_is_in_the_history_of_the_form_and_of_each_answer(made: Any, sign_in: Any) -> None:
    take(made, book(A=[["name"], ["Бат"], ["Дорж"]]))
    stmt = select(HistoryEntry.changes).where(HistoryEntry.action == "imported")
    assert list(db.session.scalars(stmt)) == [{"file": "answers.xlsx", "new": 2}]
    owner = sign_in(made.owner)
    assert "imported answers" in owner.get(f"/forms/{made.id}").text
    first = found(made)[0]
    stmt = select(func.count()).where(HistoryEntry.entity_id == str(first.id), HistoryEntry.action == "created")
    assert db.session.scalar(stmt) == 1


def test_a_form_that_is_closed_full_or_once_takes_no_more(publish: Any) -> None:
    data = book(A=[["name"], ["a"], ["b"]])
    full = publish([NAME], limit=1)
    assert cells(plan(full, data)) == [("", None, "", "full")]
    once = publish([NAME], once=True, mode="invited", owner=full.owner)
    assert [code for *_place, code in cells(plan(once, data))] == ["once"]
    over = publish([NAME], closes="2020-01-01T00:00+08:00", owner=full.owner)
    assert cells(plan(over, data)) == [("", None, "", "over")]


def test_of_an_anonymous_form_nothing_of_the_importer_is_kept(publish: Any) -> None:
    made = publish([NAME], anonymous=True)
    assert take(made, book(A=[["name"], ["a"], ["a"]])) == 2
    assert {(each.submitted_by_id, each.org_id, each.language) for each in found(made)} == {(None, None, "")}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "not_a_workbook"),
        (b"PK\x03\x04no", "a.xlsx", "damaged"),
        (b"PK\x03\x04no", "a.zip", "damaged"),
        ("нэр\nБат".encode("cp1251"), "a.csv", "encoding"),
        (b"one,two\n1,2\n", "a.csv", "no_columns"),
        (b"name\n", "a.csv", "no_rows"),
        (b"", "a.csv", "no_columns"),
    ],
)
def test_a_file_that_holds_no_answers_is_refused_in_words(made: Any, content: bytes, name: str, code: str) -> None:
    planned = plan(made, content, name)
    assert [each.code for each in planned.problems if each.level == "error"] == [code]
    assert str(planned.problems[0].message)


def test_a_zip_without_tables_is_refused(made: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert cells(plan(made, out.getvalue(), "a.zip")) == [("", None, "", "no_csv")]


def upload(browser: Any, made: Any, data: bytes) -> Any:
    url = f"/forms/{made.id}/answers/import"
    return browser.post(url, data={"file": (io.BytesIO(data), "answers.xlsx")})


def waiting(page: str) -> str:
    return page.split('name="file" value="')[1].split('"')[0]


def test_the_page_shows_what_will_happen_before_anything_is_stored(made: Any, sign_in: Any) -> None:
    owner = sign_in(made.owner)
    answer = upload(owner, made, book(A=[["name"], ["Бат"], ["Дорж"]]))
    assert answer.status_code == 200
    assert "Import 2 answers" in answer.text
    assert found(made) == []
    data = {"file": waiting(answer.text)}
    for _time in range(2):
        assert owner.post(f"/forms/{made.id}/answers/import/take", data=data).status_code == 303
        assert len(found(made)) == 2


def test_the_page_names_the_cells_in_the_readers_language(made: Any, sign_in: Any) -> None:
    owner = sign_in(made.owner)
    data = book(Хариултууд=[["name", "age"], ["Бат", "олон"]])
    page = upload(owner, made, data)
    assert page.status_code == 422
    assert ">B2<" in page.text
    assert "Write a number" in page.text
    owner.get("/?lang=mn")
    assert "Тоо бичнэ үү" in upload(owner, made, data).text


def test_many_rows_are_imported_in_the_background(made: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(answers_upload, "JOB_FROM", 2)
    owner = sign_in(made.owner)
    file = waiting(upload(owner, made, book(A=[["name"], ["Бат"], ["Дорж"]])).text)
    answer = owner.post(f"/forms/{made.id}/answers/import/take", data={"file": file})
    assert answer.location.startswith("/jobs/")
    assert len(found(made)) == 2
    assert "2 answers are imported." in owner.get(answer.location).text


def test_only_who_builds_the_form_imports_and_only_the_own_file(
    made: Any, sign_in: Any, identity: Any, org: Any, client: Any
) -> None:
    url = f"/forms/{made.id}/answers/import"
    owner = sign_in(made.owner)
    file = waiting(upload(owner, made, book(A=[["name"], ["Бат"]])).text)
    stranger, colleague = identity("coordinator", org=org("other")), identity("desk_officer", org=org("maker"))
    assert sign_in(stranger).get(url).status_code == 404
    assert sign_in(colleague).post(f"{url}/take", data={"file": file}).status_code == 404
    assert sign_in(colleague).post(f"{url}/take").status_code == 400
    assert client.get(url).status_code == 303
    assert found(made) == []


def test_an_export_opened_and_saved_by_a_spreadsheet_program_is_still_the_same(there: Any, sign_in: Any) -> None:
    url = f"/forms/{there.id}/answers/export?format=xlsx&labels=mn"
    again = load_workbook(io.BytesIO(sign_in(there.owner).get(url, buffered=True).data))
    out = io.BytesIO()
    again.save(out)
    assert json.dumps(plan(there, out.getvalue()).as_dict()) == json.dumps(
        {"ok": True, "rows": 2, "new": 0, "changed": 0, "same": 2, "problems": []}
    )


def exported(made: Any, browser: Any, labels: str = "codes", **more: str) -> Any:
    """The workbook of an export, to be changed and saved."""
    wanted = "&".join(f"{name}={value}" for name, value in more.items())
    url = f"/forms/{made.id}/answers/export?format=xlsx&labels={labels}&{wanted}"
    return load_workbook(io.BytesIO(browser.get(url, buffered=True).data))


def saved(workbook: Any) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def put(sheet: Any, line: int, column: str, value: Any) -> None:
    codes = [cell.value for cell in sheet[1]]
    if column not in codes:
        codes = [cell.value for cell in sheet[2]]
    sheet.cell(line, codes.index(column) + 1).value = value


@pytest.fixture
def here(monkeypatch: Any) -> None:
    """Read files in this process, also in a test with a browser."""
    monkeypatch.setattr(answers_book, "run_limited", lambda _target, *given, **_limits: answers_book.answer(*given))


def test_an_edited_export_corrects_what_was_changed(there: Any, sign_in: Any, here: None) -> None:
    workbook = exported(there, sign_in(there.owner), "en")
    put(workbook["Answers"], 3, "name", "Батаа")
    put(workbook["Answers"], 3, "light", "Green")
    put(workbook["Answers"], 3, "why", None)
    put(workbook["person"], 4, "who", "Сүрэнхорлоо")
    data = saved(workbook)
    planned = plan(there, data)
    assert [str(each.message) for each in planned.problems] == []
    assert planned.as_dict() == {"ok": True, "rows": 2, "new": 0, "changed": 1, "same": 1, "problems": []}
    with pytest.raises(ValueError, match="reason"):
        importing.carry_out(there.owner, there.record, planned)
    assert importing.carry_out(there.owner, there.record, planned, reason="Checked by telephone") == 0
    first = found(there)[0]
    assert (first.answers["name"], first.answers["light"], first.revision) == ("Батаа", "green", 2)
    assert "why" not in first.answers
    assert [each["who"] for each in first.answers["person"]] == ["Дорж", "Сүрэнхорлоо"]
    assert [each["call"] for each in first.answers["person"][0]["pet"]] == ["Банхар", "-5"]
    stmt = select(HistoryEntry).where(HistoryEntry.entity == "portal_submission", HistoryEntry.action == "changed")
    entry = db.session.scalars(stmt).one()
    assert (entry.reason, entry.actor_id) == ("Checked by telephone", there.owner.id)
    assert plan(there, data).as_dict()["same"] == 2
    put(workbook["Answers"], 3, "name", "Батнасан")
    assert cells(plan(there, saved(workbook))) == [("Answers", 3, "_revision", "stale")]


def test_columns_and_sheets_that_are_not_in_the_file_stay(there: Any, sign_in: Any, here: None) -> None:
    workbook = exported(there, sign_in(there.owner))
    del workbook["person"], workbook["pet"]
    sheet = workbook["Answers"]
    codes = [cell.value for cell in sheet[1]]
    for name in ("needs/green", "needs/amber", "needs/red", "needs", "age"):
        sheet.delete_cols(codes.index(name) + 1)
        codes.remove(name)
    put(sheet, 2, "name", "Батаа")
    planned = plan(there, saved(workbook))
    assert (len(planned.changed), planned.same, [str(each.message) for each in planned.problems]) == (1, 1, [])
    before = dict(found(there)[0].answers)
    importing.carry_out(there.owner, there.record, planned, reason="x")
    assert found(there)[0].answers == {**before, "name": "Батаа"}


def test_what_is_approved_or_anonymous_is_not_corrected(there: Any, publish: Any, sign_in: Any, here: None) -> None:
    workbook = exported(there, sign_in(there.owner))
    put(workbook["Answers"], 2, "name", "Батаа")
    first = found(there)[0]
    judge(there.owner, first, state="approved")
    assert cells(plan(there, saved(workbook))) == [("Answers", 2, "_uuid", "approved")]
    secret = publish([NAME], anonymous=True)
    send(secret, name="somebody")
    workbook = exported(secret, sign_in(secret.owner))
    assert plan(secret, saved(workbook)).as_dict()["same"] == 1
    put(workbook["Answers"], 2, "name", "somebody else")
    assert cells(plan(secret, saved(workbook))) == [("Answers", 2, "_receipt", "anonymous")]


def test_corrections_are_taken_when_the_form_is_closed_new_answers_are_not(
    there: Any, sign_in: Any, here: None
) -> None:
    browser = sign_in(there.owner)
    workbook = exported(there, browser)
    put(workbook["Answers"], 2, "name", "Батаа")
    service.close(there.owner, there.record, version=None)
    planned = plan(there, saved(workbook))
    assert (planned.ok, len(planned.changed)) == (True, 1)
    workbook["Answers"].append([3])
    put(workbook["Answers"], 4, "name", "New")
    assert "closed" in [each.code for each in plan(there, saved(workbook)).problems]


def test_the_page_asks_why_answers_are_corrected(there: Any, sign_in: Any, here: None) -> None:
    browser = sign_in(there.owner)
    workbook = exported(there, browser, "en")
    put(workbook["Answers"], 3, "name", "Батаа")
    at = f"/forms/{there.id}/answers/import"
    page = browser.post(at, data={"file": (io.BytesIO(saved(workbook)), "answers.xlsx")}).text
    assert "Corrected answers" in page
    waiting = re.search('name="file"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="file"', page)
    uid = (waiting[1] or waiting[2]) if waiting else ""
    answer = browser.post(f"{at}/take", data={"file": uid})
    assert answer.status_code == 422
    assert "Say why: it is kept in the history of every answer." in answer.text
    assert uid in answer.text
    answer = browser.post(f"{at}/take", data={"file": uid, "reason": "By telephone"}, follow_redirects=True)
    assert "1 answer is corrected." in answer.text
    assert found(there)[0].answers["name"] == "Батаа"
