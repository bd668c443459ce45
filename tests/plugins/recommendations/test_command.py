"""``portal recommendations import``."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from plugins.recommendations.commands import import_command
from plugins.recommendations.models import Recommendation
from portal import cli
from portal.api import Record

from .conftest import now
from .importers.builders import Row, word


@pytest.fixture
def run(app, monkeypatch, tmp_path):
    """Run the command on rows or bytes; the result of click's runner."""
    monkeypatch.setattr(cli, "_application", [app])

    def make(data, *arguments, name="list.docx"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else word(3, data))
        return CliRunner().invoke(import_command, [str(path), *arguments])

    return make


def test_a_dry_run_says_what_would_happen_and_writes_nothing(run, coordinator):
    done = run([Row("116.1 Act (Peru)")], "--cycle", "3", "--dry-run")
    assert done.exit_code == 0
    assert "would be new 1" in done.output
    assert now(select(func.count()).select_from(Recommendation)) == 0


def test_the_portal_itself_imports_for_the_one_coordinating_organisation(run, coordinator, mojha):
    assert run([Row("116.1 Act (Peru)")]).exit_code == 0
    header = now(select(Record).where(Record.kind == "recommendation"))
    assert (header.org_id, header.created_by_id) == (mojha.id, None)
    again = json.loads(run([Row("116.1 Act now (Peru)")], "--json").stdout)
    assert (again["ok"], again["new"], again["changed"], again["same"]) == (True, 0, 1, 0)
    assert again["changes"][0]["fields"] == [["text", "Act", "Act now"]]


def test_with_an_account_its_rights_hold(run, coordinator, identity, forum):
    assert run([Row("116.1 Act (Peru)")], "--as", coordinator.email).exit_code == 0
    assert now(select(Record.created_by_id).where(Record.kind == "recommendation")) == coordinator.id
    stranger = identity("cs_editor", org=forum)
    refused = run([Row("116.2 Act (Peru)")], "--as", stranger.email)
    assert refused.exit_code == 1
    assert "may not import" in refused.stderr


def test_refused_rows_are_named_and_the_exit_code_tells(run, coordinator):
    done = run([Row("Act (Peru)"), Row("116.2 Act (Peru)")], "--json")
    assert done.exit_code == 3
    result = json.loads(done.stdout)
    assert not result["ok"]
    assert result["new"] == 1
    problem = {"row": 2, "column": "Recommendation", "code": "number_missing", "message": "There is no number."}
    assert result["refused"] == [problem]


def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_1(run, coordinator):
    refused = run(b"PK\x03\x04 broken")
    assert refused.exit_code == 1
    assert refused.stderr == "portal: list.docx: The file is damaged and cannot be opened.\n"
    as_json = run(b"PK\x03\x04 broken", "--json")
    assert json.loads(as_json.stdout)["code"] == "file_damaged"


def test_without_a_coordinator_it_asks_for_whom(run, mojha):
    assert "no organisation coordinates" in run([Row("116.1 Act (Peru)")]).stderr
    assert run([Row("116.1 Act (Peru)")], "--org", "nobody").exit_code == 1
    assert run([Row("116.1 Act (Peru)")], "--org", "mojha").exit_code == 0
