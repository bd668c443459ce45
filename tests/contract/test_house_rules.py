"""Rules of the house that a linter does not know."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from portal import hookspecs
from portal.db import metadata

ROOT = Path(__file__).resolve().parents[2]
CODE = [p for top in ("portal", "plugins") for p in sorted((ROOT / top).rglob("*.py")) if "versions" not in p.parts]
TEMPLATES = [p for top in ("portal", "plugins") for p in sorted((ROOT / top).rglob("*.html"))]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def calls(path: Path) -> list[tuple[str, int]]:
    """Every call by its dotted name and line."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            found.append((ast.unparse(node.func), node.lineno))
    return found


def test_only_the_ui_marks_html_as_safe():
    marked = [name(p) for p in CODE if any(call == "Markup" for call, _ in calls(p))]
    assert [p for p in marked if not p.startswith(("portal/ui/", "portal/i18n/"))] == []


def test_templates_hold_no_inline_code_and_mark_nothing_safe():
    bad = re.compile(r"\|\s*safe\b|<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|javascript:", re.I)
    pages = [p for p in TEMPLATES if p.parts[-3:-1] != ("documents", "templates")]  # a file that stands alone
    found = [(name(p), match[0]) for p in pages for match in bad.finditer(p.read_text("utf-8"))]
    assert found == []


def test_nothing_asks_other_servers():
    """What goes out by HTTP goes through portal.outgoing, which looks where it goes."""
    barred = {"requests", "httpx", "urllib3", "urllib.request", "http.client", "aiohttp", "ftplib"}
    found = [(name(p), sorted(imports(p) & barred)) for p in CODE if imports(p) & barred]
    assert [p for p, _names in found] == ["portal/outgoing.py"]
    connects = {"socket.socket", "socket.create_connection"}
    assert [(name(p), line) for p in CODE for call, line in calls(p) if call in connects] == []


def test_nothing_unpickles_or_evaluates():
    barred = {"pickle", "marshal", "shelve", "yaml"}
    assert [(name(p), sorted(imports(p) & barred)) for p in CODE if imports(p) & barred] == []
    found = [(name(p), line) for p in CODE for call, line in calls(p) if call in ("eval", "exec", "os.system")]
    assert found == []


def test_the_clock_is_asked_in_one_place():
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    found = [(name(p), call, line) for p in CODE for call, line in calls(p) if call in clocks]
    assert [each for each in found if each[0] != "portal/clock.py"] == []


def test_sql_is_never_put_together_from_text():
    found = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_sql = isinstance(node, ast.Call) and ast.unparse(node.func) in ("text", "sa.text") and node.args
            if is_sql and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                found.append((name(path), node.lineno))
    assert found == []


def test_a_record_takes_everything_of_its_own_along(app):
    """Where a header goes (demo data, a module that is removed), no row of a module stays behind or bars the way."""
    loose = [
        f"{table.name}.{key.parent.name}"
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "portal_record" and key.ondelete not in ("CASCADE", "SET NULL")
    ]
    assert loose == []


def test_tables_carry_the_name_of_their_room(app):
    plugins = set(app.extensions["portal_host"].plugins)
    strangers = [t for t in metadata.tables if t.partition("_")[0] not in plugins | {"portal"}]
    assert strangers == []


@pytest.mark.parametrize("hook", [n for n in vars(hookspecs) if n.startswith("portal_")])
def test_each_hook_is_used_by_a_module_of_ours_or_by_a_test(hook):
    used = [p for p in sorted((ROOT / "plugins").glob("*/hooks.py")) if f"def {hook}(" in p.read_text("utf-8")]
    tested = [p for p in sorted((ROOT / "tests").rglob("*.py")) if hook in p.read_text("utf-8")]
    assert used or tested


def test_every_module_says_what_it_is():
    for folder in sorted((ROOT / "plugins").iterdir()):
        if (folder / "plugin.py").exists():
            assert (folder / "README.md").exists(), folder.name
