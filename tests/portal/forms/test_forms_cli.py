"""``portal forms import`` and ``export``: spreadsheets in and out, with exit codes and no traces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal import cli
from portal.commands.forms import forms
from portal.db import db
from portal.forms import service, shipped
from portal.forms.models import Form
from portal.forms.xlsform import write_xlsform
from portal.records import Record


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


def test_a_file_that_is_none_is_refused_without_a_trace(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no spreadsheet")
    done = run("import", str(path), "--dry-run")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert run("import", str(path)).exit_code == 2
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
