"""The examples of docs/api.md, carried out as they stand against a running portal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.config import ROOT
from portal.db import db
from portal.forms.models import Submission
from portal.records import File
from tests.portal.forms.build import row
from tests.portal.forms.programs import Program
from tests.portal.forms.test_rest import PNG

PAGE = ROOT / "docs" / "api.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples use curl")
def test_the_examples_work(app: Flask, publish: Any, tmp_path: Path) -> None:
    examples = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    commands = [each for block in examples for each in re.split(r"\n(?=curl )", block.strip())]
    assert len(commands) == 9
    made = publish([row("text", "name"), row("integer", "age"), row("image", "photo")], mode="invited")
    program = Program(app, made.owner)
    (tmp_path / "photo.png").write_bytes(PNG)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known = {
        "PATH": os.environ["PATH"],
        "TOKEN": program.secret,
        "PORTAL": f"http://127.0.0.1:{server.port}",
        "FORM": str(made.id),
    }
    told = []
    try:
        for command in commands:
            ran = subprocess.run(
                ["bash", "-c", command], env=known, cwd=tmp_path, capture_output=True, text=True, timeout=600
            )
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
            told.append(ran.stdout)
    finally:
        server.shutdown()
        server.server_close()
    db.session.rollback()
    stored = db.session.scalars(select(Submission)).one()
    assert (stored.uid, stored.answers) == ("5f6dbb0c-4b0f-4a0e-9d0a-6a3a4b8f2c11", {"name": "Бат", "age": 41})
    assert all(stored.receipt in told[at] for at in (4, 6, 7))
    assert '"rows":[]' in told[8]
    assert db.session.scalars(select(File)).one().uid in told[5]
