"""The portal with twenty more modules that answer every hook with nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks import ours

MODULES = 20
MANIFEST = """from portal.api import Manifest
manifest = Manifest("{name}", "1.0", "{name}", "Nothing.", ">=0.1", "Nobody")
"""
HOOKS = """from portal.api import hookimpl

@hookimpl
def portal_menu(user):
    return []

@hookimpl
def portal_panels(place, subject, user):
    return []
"""


def make_app(folder: str) -> Any:
    """The portal of benchmarks.ours on the same instance, with the twenty installed beside it."""
    site = Path(folder) / "site"
    if not site.exists():
        info = site / "empties-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: empties\nVersion: 1.0\n", "utf-8")
        names = [f"empty{number}x" for number in range(MODULES)]
        points = "".join(f"{name} = empties.{name}\n" for name in names)
        (info / "entry_points.txt").write_text(f"[portal.plugins]\n{points}", "utf-8")
        for name in names:
            package = site / "empties" / name
            package.mkdir(parents=True)
            (package / "__init__.py").touch()
            (package / "plugin.py").write_text(MANIFEST.format(name=name), "utf-8")
            (package / "hooks.py").write_text(HOOKS, "utf-8")
        (site / "empties" / "__init__.py").touch()
    sys.path.insert(0, str(site))
    return ours.make_app(folder)
