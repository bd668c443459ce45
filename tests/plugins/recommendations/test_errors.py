"""The file offered back with the errors written into it, and importing all of a file or nothing."""

import csv
import io

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from plugins.recommendations.commands import import_command
from plugins.recommendations.importers import read
from plugins.recommendations.models import ImportRun, Recommendation
from portal import cli
from portal.api import Record, db

from .conftest import now
from .importers.builders import Row, answer, export, saved, sheet, uhri, uhri_row, word
from .test_importing import counts, upload

TITLE = "Errors of the import"


@pytest.fixture
def browser(sign_in, coordinator):
    return sign_in(coordinator)


@pytest.fixture
def run(app, monkeypatch, tmp_path):
    """Run the command on bytes; the result of click's runner."""
    monkeypatch.setattr(cli, "_application", [app])

    def make(data, name, *arguments):
        path = tmp_path / name
        path.write_bytes(data)
        return CliRunner().invoke(import_command, [str(path), *arguments])

    return make


def test_a_sheet_comes_back_with_a_column_of_errors_and_marked_cells(browser):
    rows = [
        uhri_row(),
        uhri_row("116.2 Act", ("Norwey",), **{"UPR Position": "- Perhaps"}),
        uhri_row("116.3 Act", ("Atlantis",)),
    ]
    preview = upload(browser, uhri(rows), "from uhri.xlsx")
    assert f"{preview}/errors" in browser.get(preview).text
    answered = browser.get(f"{preview}/errors?lang=en")
    assert "from uhri (errors).xlsx" in answered.headers["Content-Disposition"]
    sheet_ = openpyxl.load_workbook(io.BytesIO(answered.get_data())).active
    heads = [cell.value for cell in sheet_[1]]
    assert heads[-1] == TITLE
    assert sheet_.cell(2, len(heads)).value is None
    assert "Unknown position: “Perhaps”" in sheet_.cell(3, len(heads)).value
    assert "Unknown State: “Atlantis”" in sheet_.cell(4, len(heads)).value
    fault = sheet_.cell(3, heads.index("UPR Position") + 1)
    assert "Perhaps" in fault.comment.text
    assert fault.fill.start_color.rgb == "FFFFC7CE"
    assert sheet_.cell(2, heads.index("UPR Position") + 1).comment is None
    assert [row[10] for row in sheet_.iter_rows(min_row=2, values_only=True)] == [row["Text"] for row in rows]


def test_a_file_that_was_corrected_where_the_errors_say_is_imported(browser):
    preview = upload(browser, uhri([uhri_row("116.2 Act", **{"UPR Position": "- Perhaps"})]), "a.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{preview}/errors?lang=mn").get_data()))
    heads = [cell.value for cell in book.active[1]]
    book.active.cell(2, heads.index("UPR Position") + 1, "- Noted")
    corrected = saved(book)
    again = upload(browser, corrected, "a.xlsx")
    assert [counts(name) for name in ("new", "refused")] == [1, 0]
    assert browser.get(f"{again}/errors").status_code == 404
    book.active.cell(2, heads.index("UPR Position") + 1, "- Maybe")
    third = upload(browser, saved(book), "a.xlsx")
    twice = openpyxl.load_workbook(io.BytesIO(browser.get(f"{third}/errors?lang=en").get_data())).active
    assert [cell.value for cell in twice[1]] == [*heads[:-1], TITLE]
    assert "Maybe" in twice.cell(2, len(heads)).value


def test_the_own_table_keeps_its_lists_and_names_the_columns_in_words(browser):
    head = ["Number\n[number]", "Cycle [cycle]", "Text [text_en]", "States [states]", "Position [position]"]
    data = sheet(head, [["116.1", 3, "Act", "Atlantis", "Perhaps"]])
    marked = openpyxl.load_workbook(
        io.BytesIO(browser.get(f"{upload(browser, data, 't.xlsx')}/errors?lang=mn").get_data())
    )
    said = marked.active.cell(2, 6).value
    assert "Зөвлөмж өгсөн улс: Танигдаагүй улс: «Atlantis»" in said
    assert marked.active["D2"].comment is not None
    assert [row.number for row in read(saved(marked), "t.xlsx").rows] == ["116.1"]


def test_a_csv_file_gets_a_column_and_is_read_again(browser):
    data = export(
        [answer("One"), answer("Two", response="Perhaps"), answer("Two too", state="Atlantis")], delimiter=";"
    )
    preview = upload(browser, data, "info.csv")
    got = browser.get(f"{preview}/errors?lang=en").get_data()
    rows = list(csv.DictReader(io.StringIO(got.decode("utf-8-sig")), delimiter=";"))
    assert [bool(row[TITLE]) for row in rows] == [False, True, True]
    assert "Unknown position: “Perhaps”" in rows[1][TITLE]
    assert "Unknown State: “Atlantis”" in rows[2][TITLE]
    assert len(read(got, "info.csv").rows) == 2


def test_of_a_word_document_there_is_a_list(browser):
    preview = upload(browser, word(3, [Row("Act (Peru)"), Row("116.2 Act (Peru)")]), "list.docx")
    listed = openpyxl.load_workbook(io.BytesIO(browser.get(f"{preview}/errors?lang=en").get_data())).active
    assert [cell.value for cell in listed[1]] == ["Row", "Column", "What is wrong"]
    assert [cell.value for cell in listed[2]] == [2, "Recommendation", "There is no number."]


def test_another_organisation_does_not_get_the_file(browser, as_role, org):
    preview = upload(browser, uhri([uhri_row("116.2 Act", ("Atlantis",))]), "a.xlsx")
    assert as_role("coordinator", org=org("other")).get(f"{preview}/errors").status_code == 404
    assert as_role("focal_point", org=org("other")).get(f"{preview}/errors").status_code == 403


def test_a_file_is_refused_as_a_whole_where_that_is_asked_for(browser):
    data = uhri([uhri_row(), uhri_row("116.2 Act", ("Atlantis",))])
    whole = upload(browser, data, "a.xlsx", whole="y")
    page = browser.get(f"{whole}?lang=en").text
    assert "you asked to import all of the file or nothing" in page
    assert f"{whole}/confirm" not in page
    assert browser.post(f"{whole}/confirm").status_code == 303
    assert now(select(func.count()).select_from(Recommendation)) == 0
    assert now(select(ImportRun.state)) == "preview"
    partly = upload(browser, data, "a.xlsx")
    assert "Confirm the import" in browser.get(f"{partly}?lang=en").text
    browser.post(f"{partly}/confirm")
    assert list(db.session.scalars(select(Recommendation.number))) == ["116.1"]


def test_the_command_writes_the_errors_and_imports_all_or_nothing(run, coordinator, tmp_path):
    data = uhri([uhri_row(), uhri_row("116.2 Act", ("Atlantis",)), uhri_row(**{"Recommending Body": "- CRC"})])
    out = tmp_path / "errors.xlsx"
    done = run(data, "uhri.xlsx", "--whole", "--errors", str(out))
    assert done.exit_code == 3, done.output
    assert "nothing was written" in done.output
    assert "passed over, mechanism CRC: 1" in done.output
    assert "Atlantis" in openpyxl.load_workbook(out).active.cell(3, 15).value
    assert now(select(func.count()).select_from(Recommendation)) == 0
    wrong = run(data, "uhri.xlsx", "--dry-run", "--errors", str(tmp_path / "errors.csv"))
    assert wrong.exit_code == 1
    assert "written as .xlsx" in wrong.stderr
    assert run(data, "uhri.xlsx", "--errors", str(out)).exit_code == 3
    assert now(select(func.count()).select_from(Record).where(Record.kind == "recommendation")) == 1
