"""The walls between rooms hold, and the check sees each kind of breach."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BREACHES = {
    "The core never imports a module": ("portal/records/queries.py", "import plugins.agreements.models"),
    "Modules never import one another": ("plugins/agreements/queries.py", "import plugins.consultations.models"),
    "Modules import only portal.api": ("plugins/agreements/queries.py", "import portal.records.queries"),
    "The core never imports the modules' door": ("portal/records/queries.py", "import portal.api"),
    "Rooms stand on one another": ("portal/people/models.py", "import portal.records.models"),
    "Rooms of the register stand on one another": (
        "plugins/recommendations/register/finding.py",
        "import plugins.recommendations.ratings.rating",
    ),
}


def lint(folder: Path) -> str:
    """What the import linter says of the tree in *folder*."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__", "static", "templates", "*.mo", "versions")
    for name in ("portal", "plugins"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_every_wall_holds() -> None:
    said = lint(ROOT)
    assert re.search(rf"Contracts: {len(BREACHES)} kept, 0 broken", said), said


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_caught(tree: Path, contract: str) -> None:
    where, line = BREACHES[contract]
    with (tree / where).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    said = lint(tree)
    assert re.search(rf"{re.escape(contract)}.*BROKEN", said), said
