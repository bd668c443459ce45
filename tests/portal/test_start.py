"""The start of a worker: what it loads before anybody asks for it, and what it keeps from one start to the next."""

import errno
import gc
import subprocess
import sys

import pytest
from jinja2 import Environment, FileSystemLoader
from werkzeug.routing import Map, Rule

from portal import cli, config, routing
from portal.people.limits import limiter
from portal.ui.compiled import CompiledTemplates

LATE = {
    "PIL", "alembic", "defusedxml", "docx", "email_validator", "filetype", "flask_mailman", "huey", "limits", "lxml",
    "markdown_it", "nh3", "openpyxl", "psycopg", "pyotp", "pyxform", "python_calamine", "re2", "redis", "segno",
    "typst", "vl_convert", "waitress", "xlsxwriter", "zxcvbn",
}  # fmt: skip
"""Libraries that are imported where they are used."""


def test_a_worker_starts_without_the_libraries_of_single_pages(tmp_path):
    program = f"""
import sys
from portal import create_app
app = create_app({{"INSTANCE": {str(tmp_path)!r}, "PLUGIN_ERRORS": "raise"}})
print(len(app.extensions["portal_host"].installed()), *sorted({LATE!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=config.ROOT)
    assert done.stdout.splitlines()[-1] == "5"


def test_the_names_of_late_libraries_are_right():
    """A misspelt name would never be found among the loaded ones."""
    from importlib.util import find_spec

    assert [name for name in sorted(LATE) if find_spec(name) is None] == []


@pytest.fixture
def fresh(monkeypatch):
    monkeypatch.setattr(cli, "_application", [])
    yield
    gc.unfreeze()


def test_a_worker_is_made_without_looking_for_waste_and_then_looks_again(fresh, monkeypatch):
    seen = []
    monkeypatch.setattr("portal.app.create_app", lambda given: seen.append(gc.isenabled()))
    frozen = gc.get_freeze_count()
    cli.application(serving=True)
    assert (seen, gc.isenabled(), gc.get_freeze_count() > frozen) == ([False], True, True)


def test_a_command_is_made_as_usual(fresh, monkeypatch):
    seen = []
    monkeypatch.setattr("portal.app.create_app", lambda given: seen.append(gc.isenabled()))
    frozen = gc.get_freeze_count()
    cli.application()
    assert (seen, gc.get_freeze_count()) == ([True], frozen)


def test_a_wrong_setting_leaves_the_process_as_it_was(fresh, monkeypatch):
    def refuse(given):
        raise config.BadSetting("no such zone")

    monkeypatch.setattr("portal.app.create_app", refuse)
    with pytest.raises(cli.Refused, match="no such zone"):
        cli.application(serving=True)
    assert gc.isenabled()


def environment(folder, templates):
    templates.mkdir(exist_ok=True)
    return Environment(loader=FileSystemLoader(templates), autoescape=True, bytecode_cache=CompiledTemplates(folder))


def test_templates_are_compiled_once(tmp_path, monkeypatch):
    folder, templates = tmp_path / "compiled", tmp_path / "templates"
    environment(folder, templates)
    (templates / "a.html").write_text("Hello {{ name }}")
    assert environment(folder, templates).get_template("a.html").render(name="<Bat>") == "Hello &lt;Bat&gt;"
    assert folder.stat().st_mode & 0o077 == 0

    second = environment(folder, templates)
    with monkeypatch.context() as patch:
        patch.setattr(second, "compile", lambda *a: pytest.fail("compiled again"))
        assert second.get_template("a.html").render(name="x") == "Hello x"

    (templates / "a.html").write_text("Bye {{ name }}")
    assert environment(folder, templates).get_template("a.html").render(name="x") == "Bye x"


def test_another_version_of_the_portal_compiles_anew(tmp_path, monkeypatch):
    cache = CompiledTemplates(tmp_path / "compiled")
    before = cache.get_source_checksum("x")
    monkeypatch.setattr("portal.__version__", "99")
    assert cache.get_source_checksum("x") != before


def test_pages_are_shown_on_a_full_disk(tmp_path, monkeypatch):
    def full(*a, **kw):
        raise OSError(errno.ENOSPC, "No space left on device")

    folder, templates = tmp_path / "compiled", tmp_path / "templates"
    made = environment(folder, templates)
    (templates / "a.html").write_text("Hello")
    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert made.get_template("a.html").render() == "Hello"
    assert list(folder.iterdir()) == []


def test_a_damaged_file_is_made_anew(tmp_path):
    folder, templates = tmp_path / "compiled", tmp_path / "templates"
    first = environment(folder, templates)
    (templates / "a.html").write_text("Hello")
    first.get_template("a.html")
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:-9])
    assert environment(folder, templates).get_template("a.html").render() == "Hello"


@pytest.mark.parametrize("append_unknown", [True, False])
def test_addresses_are_those_of_werkzeug(append_unknown):
    rules = [("/a/<int:number>/<rule>", "a"), ("/b/<path:self>", "b"), ("/c", "c")]
    values = [("a", {"number": 7, "rule": "x y", "more": "1"}), ("b", {"self": "u/v"}), ("c", {"q": "ө"}), ("c", {})]

    def made(kind):
        found = Map([kind(rule, endpoint=name) for rule, name in rules]).bind("localhost")
        return [found.build(name, given, append_unknown=append_unknown) for name, given in values * 2]

    assert made(routing.Rule) == made(Rule)


def test_an_address_is_compiled_by_the_first_link_that_needs_it(monkeypatch):
    compiled = []
    monkeypatch.setattr(Rule, "_compile_builder", lambda self, unknown: compiled.append(self) or (lambda *a: ("", "/")))
    found = Map([routing.Rule("/c", endpoint="c")]).bind("localhost")
    assert compiled == []
    assert [found.build("c"), found.build("c")] == ["/", "/"]
    assert len(compiled) == 1


def test_a_wrong_address_of_the_counter_is_told_at_the_start(app):
    from limits.errors import ConfigurationError

    app.config["LIMITER_STORAGE_URL"] = "nosuch://x"
    with pytest.raises(ConfigurationError):
        limiter.init_app(app)
