"""Modules that misbehave, one by one and all together: the portal starts, its pages answer, each is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.contract.offenders import AT_START, WHILE_SERVING, write

OURS = "agreements,consultations,recommendations,reports,subcommittees"
TRY = """
import json, sys
from portal import create_app
from portal.commands.database import upgrade_all
from portal.host import load
from portal.host.models import PluginState
from portal.db import db

def attempt(names, upgrade=False):
    app = create_app({"PLUGINS": ",".join([sys.argv[1], *names]), "PLUGIN_ERRORS": "collect", "SECRET_KEY": "x" * 32})
    with app.app_context():
        if upgrade:
            upgrade_all()
    client = app.test_client()
    pages = ["/", "/places/", "/recommendations/", "/healthz"] * 3
    answers = [client.get(path).status_code for path in pages]
    ready = client.get("/readyz")
    with app.app_context():
        host = app.extensions["portal_host"]
        states = {row.name: [row.enabled, row.failure] for row in db.session.query(PluginState)}
        return {
            "answers": answers, "ready": [ready.status_code, ready.json["checks"]["plugins"]],
            "failed": {p.name: [p.stage, p.error] for p in host.failed()}, "states": states,
        }

clean = attempt([], upgrade=True)
load.SECONDS = 5  # our own modules are in memory now, however slow the machine
print(json.dumps([clean, *(attempt([name]) for name in sys.argv[2:])]))
"""


def run(tmp_path, *names):
    """Start the portal with each of *names* beside our own modules; what happened, the first without any of them."""
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PORTAL_INSTANCE": str(tmp_path / "instance")}
    program = TRY.replace("attempt([name])", 'attempt(name.split(","))')
    done = subprocess.run(
        [sys.executable, "-c", program, OURS, *names], env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_each_offender_costs_only_itself_and_is_named(tmp_path):
    names = write(tmp_path / "site")
    clean, *found = run(tmp_path, *names)
    assert (clean["failed"], clean["ready"]) == ({}, [200, "ok"])
    for name, seen in zip(names, found, strict=True):
        assert set(seen["answers"]) == {200}, name
        assert seen["ready"] == [200, "degraded"], name
        if name in AT_START:
            stage, cause = AT_START[name][1:]
            assert list(seen["failed"]) == [name]
            assert seen["failed"][name][0] == stage, name
            assert cause in seen["failed"][name][1]
        else:
            enabled, failure = seen["states"][name]
            assert WHILE_SERVING[name][2] in failure
            assert not enabled, name


@pytest.mark.slow
def test_all_offenders_together_cost_only_themselves(tmp_path):
    names = write(tmp_path / "site")
    _clean, seen = run(tmp_path, ",".join(names))
    assert set(seen["answers"]) == {200}
    assert set(seen["failed"]) == set(AT_START)
    assert {name for name, (enabled, _) in seen["states"].items() if not enabled} == set(WHILE_SERVING)
    assert seen["ready"] == [200, "degraded"]
