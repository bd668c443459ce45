"""Every subset of modules on the disk: a process of its own, a fresh database, its migrations, all its pages.

In one process a subset proves nothing: the tables of an earlier application stay visible.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.matrix.subsets import name, subsets

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
folder = Path(sys.argv[1])
sys.path.insert(0, str(folder))
from portal.host import load
load.source_package = lambda: ("plugins", folder / "plugins")
import pytest
options = ["-q", "-n0", "-p", "no:cacheprovider", "--no-cov", "--show-capture=no", "--basetemp", str(folder / "t")]
options += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]  # portal, just above
sys.exit(pytest.main([*options, *sys.argv[2:]]))
"""


@pytest.mark.databases
@pytest.mark.slow
@pytest.mark.parametrize("subset", subsets(), ids=name)
def test_the_portal_works_with_these_modules_only(subset, tmp_path):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").touch()
    for module in subset:
        (tmp_path / "plugins" / module).symlink_to(ROOT / "plugins" / module)
    program = [sys.executable, "-c", START, str(tmp_path), str(ROOT / "tests" / "matrix" / "inside.py")]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "1 passed" in done.stdout
