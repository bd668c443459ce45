"""``portal forms import``, ``export``, ``import-answers``: spreadsheets in and out, with exit codes and no traces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal import cli
from portal.commands.forms import forms
from portal.db import db
from portal.forms import service, shipped
from portal.forms.models import Form, Submission
from portal.forms.xlsform import write_xlsform
from portal.records import Record
from tests.portal.forms.books import table, xls
from tests.portal.forms.build import row


@pytest.fixture
def run(app: Any, monkeypatch: Any) -> Any:
    """Run ``portal forms …`` in the application of the test."""
    monkeypatch.setattr(cli, "_application", [app])

    def command(*arguments: str) -> Any:
        db.session.rollback()
        return CliRunner().invoke(forms, list(arguments), catch_exceptions=False)

    return command


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "registration.xlsx"
    path.write_bytes(write_xlsform(shipped.shipped("registration")))
    return path


def test_a_spreadsheet_becomes_a_form_of_its_owner(run: Any, book: Path, identity: Any, org: Any) -> None:
    owner = identity("commission_officer", org=org("nhrc"))
    done = run("import", str(book), "--as", owner.email)
    assert done.exit_code == 0, done.output
    db.session.rollback()
    record = db.session.scalar(select(Record).where(Record.kind == "form"))
    assert record.org_id == owner.orgs[0]
    assert service.form_of(record).definition["settings"]["form_id"] == "registration"


def test_a_dry_run_keeps_nothing_and_speaks_json(run: Any, book: Path) -> None:
    done = run("import", str(book), "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["ok"] is True
    assert report["questions"] > 3
    db.session.rollback()
    assert db.session.scalar(select(Form)) is None


def test_without_an_account_a_file_is_only_checked(run: Any, book: Path) -> None:
    done = run("import", str(book), "--json")
    assert done.exit_code == 0, done.output
    assert list(json.loads(done.stdout)) == ["ok", "questions", "languages", "problems"]
    plain = run("import", str(book))
    assert plain.exit_code == 0
    assert "checked, not kept" in plain.stdout
    db.session.rollback()
    assert db.session.scalar(select(Form)) is None


def test_a_definition_goes_out_and_comes_in_as_json(run: Any, identity: Any, org: Any, tmp_path: Path) -> None:
    owner = identity("commission_officer", org=org("nhrc"))
    definition = shipped.shipped("feedback")
    service.create(owner, definition=definition)
    out = tmp_path / "feedback.json"
    assert run("export", "feedback", str(out)).exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8")) == definition
    done = run("import", str(out), "--as", owner.email)
    assert done.exit_code == 0, done.output
    out.write_text('{"format": 1, "format": 1}', encoding="utf-8")
    refused = run("import", str(out), "--json")
    assert refused.exit_code == 1
    assert [each["code"] for each in json.loads(refused.stdout)["problems"]] == ["duplicate_key"]


def test_what_can_be_put_right_is_on_request(run: Any, tmp_path: Path, identity: Any, org: Any) -> None:
    path = tmp_path / "old.xls"
    survey = table("type | name | label::Klingon | relevant\ntxt | a.b | nuq |\ntext | c | nuq | ${a.b} = ‘x’")
    path.write_bytes(xls({"survey": survey}))
    refused = run("import", str(path), "--dry-run", "--json")
    assert refused.exit_code == 1
    problems = json.loads(refused.stdout)["problems"]
    assert [list(each) for each in problems] == [["sheet", "row", "column", "code", "message", "repair"]] * len(
        problems
    )
    assert {each["code"] for each in problems} == {"language_without_code", "type_unknown", "name_invalid"}
    assert all(each["repair"] for each in problems)
    owner = identity("commission_officer", org=org("nhrc"))
    done = run("import", str(path), "--repair", "--language", "Klingon=tlh", "--as", owner.email)
    assert done.exit_code == 0, done.output
    assert "2 questions, tlh" in done.stdout


def test_a_file_that_is_none_is_refused_without_a_trace(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no spreadsheet")
    done = run("import", str(path), "--dry-run")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    told = run("import", str(path), "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["ok"] is False
    assert run("import", str(tmp_path / "missing.xlsx"), "--dry-run").exit_code == 2


def test_a_form_goes_out_by_number_or_name(run: Any, identity: Any, org: Any, tmp_path: Path) -> None:
    owner = identity("commission_officer", org=org("nhrc"))
    record = service.create(owner, definition=shipped.shipped("feedback"))
    number = str(record.id)
    for name in (number, "feedback"):
        out = tmp_path / f"{name}.xlsx"
        assert run("export", name, str(out)).exit_code == 0
        assert out.read_bytes().startswith(b"PK")
    assert run("export", "nothing", str(tmp_path / "n.xlsx")).exit_code == 1


@pytest.fixture
def answered(publish: Any, tmp_path: Path) -> Any:
    """A published form, and a file with an answer to it: ``answered(age)``."""
    made = publish([row("text", "name"), row("integer", "age")], mode="invited")

    def file(age: str) -> Path:
        path = tmp_path / "answers.csv"
        path.write_text(f"name,age\nБат,{age}\n", "utf-8")
        return path

    made.file = file
    return made


def count_of_answers() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Submission)) or 0


def test_answers_come_in_from_a_file_once(run: Any, answered: Any) -> None:
    arguments = ["import-answers", str(answered.id), str(answered.file("7")), "--as", answered.owner.email]
    assert run(*arguments, "--dry-run").exit_code == 0
    assert count_of_answers() == 0
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (0, "answers.csv: 1 rows, 1 imported, 0 there already\n")
    again = run(*arguments, "--json")
    assert json.loads(again.stdout) == {"ok": True, "rows": 1, "new": 0, "changed": 0, "same": 1, "problems": []}
    assert count_of_answers() == 1


def test_a_fault_of_an_answer_is_told_with_its_cell(run: Any, answered: Any, identity: Any, org: Any) -> None:
    path = str(answered.file("many"))
    done = run("import-answers", "test", path, "--as", answered.owner.email, "--lang", "mn")
    assert done.exit_code == 1
    assert "answers B2 age: Тоо бичнэ үү" in done.stderr
    done = run("import-answers", "test", path, "--as", answered.owner.email, "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["sheet"], problem["row"], problem["column"], problem["code"]) == ("answers", 2, "age", "number")
    stranger = identity("coordinator", org=org("other"))
    assert run("import-answers", "test", path, "--as", stranger.email).exit_code == 1
    assert run("import-answers", "nothing", path, "--as", stranger.email).exit_code == 1
    assert count_of_answers() == 0


def test_answers_go_out_to_a_file_and_their_index_is_written_anew(run: Any, answered: Any, tmp_path: Any) -> None:
    run("import-answers", str(answered.id), str(answered.file("7")), "--as", answered.owner.email)
    target = tmp_path / "out.csv"
    done = run("export-answers", str(answered.id), str(target), "--as", answered.owner.email, "--layout", "odk")
    assert (done.exit_code, done.stdout) == (0, f"{target}: {target.stat().st_size} bytes\n")
    head, line = target.read_text("utf-8-sig").splitlines()
    assert head.startswith("KEY,_id,")
    assert line.endswith(",7")
    done = run("export-answers", str(answered.id), str(tmp_path / "out"), "--as", answered.owner.email)
    assert done.exit_code == 1
    assert "give --format, one of xlsx, csv, json" in done.stderr
    assert run("index-answers", str(answered.id)).stdout == "1 answers indexed\n"
