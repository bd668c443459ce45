"""Twenty-six modules that do something wrong: at start, or while serving."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

MANIFEST = """
from portal.api import Manifest
manifest = Manifest("{name}", "1.0", "{name}", "It does wrong.", "{range}", "Nobody")
"""
HEAD = """
import time
from portal.api import *
from portal.api import Blueprint, Event, Kind, MenuItem, Panel, Permission, hookimpl

def page():
    return "page"
"""

AT_START = {
    "bad_import": ({"hooks.py": "import nothing_of_this_name"}, "import", "nothing_of_this_name"),
    "bad_syntax": ({"hooks.py": "def portal_menu(:"}, "import", "SyntaxError"),
    "bad_exit": ({"hooks.py": "raise SystemExit(1)"}, "import", "SystemExit"),
    "bad_manifest": ({"plugin.py": "manifest = 'me'"}, "check", "has no `manifest"),
    "bad_range": ({"range": ">=99"}, "check", "needs portal"),
    "bad_mapper": (
        {
            "models.py": """
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
            from portal.api import PluginModels
            class Base(PluginModels, DeclarativeBase): pass
            class Thing(Base):
                __tablename__ = "bad_mapper_thing"
                id: Mapped[int] = mapped_column(primary_key=True)
                other = relationship("NobodyKnowsThis")
            """
        },
        "mappers",
        "NobodyKnowsThis",
    ),
    "bad_table": (
        {
            "models.py": """
            from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
            from portal.api import PluginModels
            class Base(PluginModels, DeclarativeBase): pass
            class Thing(Base):
                __tablename__ = "portal_record_too"
                id: Mapped[int] = mapped_column(primary_key=True)
            """
        },
        "models",
        "must start with bad_table_",
    ),
    "bad_hook": ({"hooks.py": "@hookimpl\ndef portal_menus(user): return []"}, "hooks", "unknown hook"),
    "bad_argument": ({"hooks.py": "@hookimpl\ndef portal_menu(person): return []"}, "hooks", "person"),
    "bad_type": ({"hooks.py": "@hookimpl\ndef portal_permissions(): return 'all'"}, "portal_permissions", "not a list"),
    "bad_boot": ({"hooks.py": "@hookimpl\ndef portal_jobs(): return 1 / 0"}, "portal_jobs", "ZeroDivisionError"),
    "bad_permission": (
        {"hooks.py": "@hookimpl\ndef portal_permissions(): return [Permission('people.manage', 'x', ('public',))]"},
        "portal_permissions",
        "bad_permission declares something of people",
    ),
    "bad_twice": (
        {
            "hooks.py": """
            @hookimpl
            def portal_permissions():
                return [Permission('bad_twice.a', 'x', ('public',)), Permission('bad_twice.a', 'x', ('observer',))]
            """
        },
        "portal_permissions",
        "declared twice",
    ),
    "bad_kind": (
        {"hooks.py": "@hookimpl\ndef portal_record_kinds(): return [Kind('form', 'x', 'forms', 'forms.show')]"},
        "portal_record_kinds",
        "declares something of forms",
    ),
    "bad_route": (
        {
            "hooks.py": """
            bp = Blueprint("bad_route", __name__)
            bp.get("/", permission="public", endpoint="a")(page)
            bp.get("/", permission="public", endpoint="b")(page)
            @hookimpl
            def portal_blueprints(): return [bp]
            """
        },
        "portal_blueprints",
        "two views answer /bad_route/",
    ),
    "bad_right": (
        {
            "hooks.py": """
            bp = Blueprint("bad_right", __name__)
            bp.get("/", permission="bad_right.unheard_of")(page)
            @hookimpl
            def portal_blueprints(): return [bp]
            """
        },
        "portal_blueprints",
        "nobody declares",
    ),
    "forms": ({"hooks.py": "@hookimpl\ndef portal_blueprints(): return [Blueprint('forms', __name__)]"},
        "portal_blueprints", "belongs to the portal itself"),
    "bad_slow": ({"hooks.py": "time.sleep(60)"}, "import", "did not load within"),
}  # fmt: skip
"""Name → files, the stage at which it fails, and what its cause says."""

WHILE_SERVING = {
    "bad_raise": ("portal_menu(user)", "return 1 / 0", "ZeroDivisionError"),
    "bad_hang": ("portal_menu(user)", "while True: pass", "HookTooSlow"),
    "bad_value": ("portal_menu(user)", "return {'a': 1}", "returned dict, not a list"),
    "bad_html": ("portal_panels(place, subject, user)", "return ['<b>me</b>']", "list with str, not Panel"),
    "bad_panel": ("portal_panels(place, subject, user)", "return [Panel('bad_panel/none.html')]", "TemplateNotFound"),
    "bad_write": (
        "portal_menu(user)",
        "from portal.api import transaction\n    with transaction(): pass",
        "may not write",
    ),
    "bad_page": ("portal_menu(user)", "return [MenuItem('x', 'no.such', permission='home.read')]", "BuildError"),
    "bad_leak": (
        "portal_menu(user)",
        "kept.append(bytes([len(kept)]) * 100_000_000)\n    return []",
        "the process grew by",
    ),
}
"""Name → the hook, its body, and what its failure says."""


def write(folder: Path) -> list[str]:
    """Write all of them as one installed distribution into *folder*; returns their names."""
    sources = {name: files for name, (files, _stage, _cause) in AT_START.items()}
    for name, (hook, body, _cause) in WHILE_SERVING.items():
        sources[name] = {"hooks.py": f"kept = []\n@hookimpl\ndef {hook}:\n    {body}\n"}
    for name, files in sources.items():
        package = folder / "offenders" / name
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        given = {"hooks.py": "", "plugin.py": MANIFEST} | files
        given["plugin.py"] = given["plugin.py"].replace("{name}", name).replace("{range}", given.pop("range", ">=0.1"))
        given["hooks.py"] = HEAD + dedent(given["hooks.py"])
        for file, text in given.items():
            (package / file).write_text(dedent(text), "utf-8")
    (folder / "offenders" / "__init__.py").touch()
    info = folder / "offenders-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: offenders\nVersion: 1.0\n", "utf-8")
    points = "".join(f"{name} = offenders.{name}\n" for name in sources)
    (info / "entry_points.txt").write_text(f"[portal.plugins]\n{points}", "utf-8")
    return list(sources)
