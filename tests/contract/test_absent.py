"""The module of agreements is deleted from the disk, its data in the database: everything else works."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def read(instance: Path):
    """What tests.contract.absent_site tells, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.contract.absent_site", str(instance)],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)


def rows(instance: Path, query: str):
    with closing(sqlite3.connect(instance / "portal.db")) as connection:
        return connection.execute(query).fetchall()


FILLED = {
    "records": "SELECT count(*) FROM portal_record WHERE plugin = 'agreements'",
    "others": "SELECT count(*) FROM portal_record WHERE plugin <> 'agreements'",
    "links": "SELECT count(*) FROM portal_link l JOIN portal_record a ON a.id = l.source_id"
    " JOIN portal_record b ON b.id = l.target_id WHERE (a.plugin = 'agreements') <> (b.plugin = 'agreements')",
}


@pytest.mark.slow
def test_everything_else_works_without_the_agreements(tmp_path, template):
    shutil.copytree(template[0], tmp_path, dirs_exist_ok=True)
    filled = {name: rows(tmp_path, query)[0][0] for name, query in FILLED.items()}
    assert filled["records"] > 50
    assert filled["links"] > 50
    told = read(tmp_path)
    assert (told["loaded"], told["models"]) == ([], [])
    assert (told["broken"], told["leading"]) == ([], [])
    counts = {key: value for key, value in told["pages"].items() if "/" not in key}
    assert len(counts) == 3
    assert min(counts.values()) > 30, counts
    assert {value for key, value in told["pages"].items() if "/" in key} == {200}
    assert told["absent"] == 404
    assert sum(told["datasets"].values()) > 300
    assert not [name for name in told["datasets"] if name.startswith("agreements")]
    assert told["upgraded"] == ["portal"]
    assert told["plugins list"][0] == 0
    waiting = f"its code is not there; {filled['records']} records wait"
    assert [line.split(maxsplit=2) for line in told["plugins list"][1].splitlines()][-1] == [
        "agreements",
        "orphan",
        waiting,
    ]
    assert told["plugins check"][0] == 1
    assert f"orphan: {waiting}" in told["plugins check"][1]
    assert told["db check"] == [0, "models and tables agree\n"]
    assert told["removed"][0] == 0, told["removed"]
    assert f"agreements: {filled['records']} records, 2 tables" in told["removed"][1]
    assert (told["after"][0], told["front"]) == (0, 200)

    with zipfile.ZipFile(tmp_path / "agreements.zip") as archive:
        about = json.loads(archive.read("README.json"))
        assert about["rows"]["portal_record"] == filled["records"]
        assert about["rows"]["portal_link"] >= filled["links"]
        assert sum(name.startswith("files/") for name in archive.namelist()) == about["files"] > 0
    assert rows(tmp_path, "PRAGMA foreign_key_check") == []
    assert rows(tmp_path, "SELECT name FROM sqlite_master WHERE name LIKE 'agreements%'") == []
    assert rows(tmp_path, "SELECT count(*) FROM portal_record") == [(filled["others"],)]
