"""The documentation names what exists: commands, settings, hooks, pages, names in the interface."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import click
import polib
import pytest

from portal.config import ROOT, SETTINGS

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md"), *ROOT.glob("plugins/*/README.md")])
ROLE_PAGES = sorted(path.name for path in (DOCS / "using" / "en").glob("*.md"))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^\s{4}(?:\.venv/bin/|uv run )?|`(?:\.venv/bin/|uv run )?)portal ([a-z][^`\n]*)", re.M)
BOLD = re.compile(r"\*\*(.+?)\*\*")


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "")).strip().lower().replace(" ", "-") for title in titles}


def commands(words: list[str]) -> tuple[click.Command, list[str]]:
    """Walk the tree of commands as far as *words* go; the command reached and the words left."""
    from portal.cli import main

    command: click.Command = main
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            raise LookupError(words[0])
        command, words = found, words[1:]
    return command, words


def named(text: str) -> Iterator[list[str]]:
    for line in COMMAND.findall(text):
        yield re.split(r"\s{3,}|\s[…|]", line)[0].rstrip("\\ ").split()


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_links_lead_somewhere(path):
    for target in LINK.findall(path.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        reached = (path.parent / file).resolve() if file else path
        assert reached.exists(), f"{shown(path)}: {target}"
        if anchor and reached.suffix == ".md":
            assert anchor in anchors(reached), f"{shown(path)}: {target}"


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_every_command_that_is_named_exists_with_its_options(path, app, monkeypatch):
    monkeypatch.setattr("portal.cli._application", [app])
    for words in named(path.read_text("utf-8")):
        try:
            command, rest = commands(words)
        except LookupError as missing:
            pytest.fail(f"{shown(path)}: portal {' '.join(words)}: no command {missing}")
        options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
        unknown = [word for word in rest if word.startswith("-") and word.partition("=")[0] not in options]
        assert not unknown, f"{shown(path)}: portal {' '.join(words)}: {unknown}"


def test_every_command_of_the_portal_is_told_somewhere(app, monkeypatch):
    monkeypatch.setattr("portal.cli._application", [app])
    told = {" ".join(words[:2]) for path in PAGES for words in named(path.read_text("utf-8"))}
    from portal.cli import COMMANDS

    for name in COMMANDS:
        command, _ = commands([name])
        for part in command.commands if isinstance(command, click.Group) else ("",):
            assert any(each.startswith(f"{name} {part}".strip()) for each in told), f"portal {name} {part}"


def test_the_table_of_settings_is_that_of_the_code():
    text = (DOCS / "operating.md").read_text("utf-8")
    for name, setting in SETTINGS.items():
        default = str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
        value = f"`{default}`" if default not in ("", []) else "empty"
        assert f"| `PORTAL_{name}` | {value} | {setting.help} |" in text, name


def test_no_setting_is_named_that_does_not_exist():
    known = {f"PORTAL_{name}" for name in SETTINGS} | {
        "PORTAL_INSTANCE",
        "PORTAL_BROWSER",
        "PORTAL_MATRIX",
        "PORTAL_TEST_DATABASE",
    }
    for path in PAGES:
        assert set(re.findall(r"PORTAL_[A-Z_]+[A-Z]", path.read_text("utf-8"))) <= known, shown(path)


def test_the_page_of_hooks_is_fresh_and_tells_every_hook():
    script = runpy.run_path(str(DOCS / "make_hooks.py"))
    source = (ROOT / "portal" / "hookspecs.py").read_text("utf-8")
    text = (DOCS / "hooks.md").read_text("utf-8")
    assert text == script["page"](source), "run: python docs/make_hooks.py"
    from portal import hookspecs

    for name in [name for name in vars(hookspecs) if name.startswith("portal_")]:
        assert f"\n## {name}\n" in text


def test_every_decision_stands_in_the_index():
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    for path in (DOCS / "decisions").glob("0*.md"):
        title = path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        assert f"| [{path.name[:4]}]({path.name}) | {title} |" in index


def test_each_role_has_its_page_in_both_languages():
    assert ROLE_PAGES
    assert sorted(path.name for path in (DOCS / "using" / "mn").glob("*.md")) == ROLE_PAGES


@pytest.fixture(scope="module")
def words():
    """Every text of the interface: English → Mongolian texts (several where the context decides)."""
    found: dict[str, set[str]] = {}
    for path in [ROOT / "translations/mn/LC_MESSAGES/messages.po", *ROOT.glob("plugins/*/translations/mn/*/*.po")]:
        for entry in polib.pofile(str(path)):
            if not entry.obsolete:
                translations = {entry.msgstr, *entry.msgstr_plural.values()} - {""}
                found.setdefault(entry.msgid, set()).update(translations)
                if entry.msgid_plural:
                    found.setdefault(entry.msgid_plural, set()).update(translations)
    return found


@pytest.mark.parametrize("name", ROLE_PAGES)
def test_names_in_bold_are_those_of_the_interface(name, words):
    english = BOLD.findall((DOCS / "using" / "en" / name).read_text("utf-8"))
    mongolian = BOLD.findall((DOCS / "using" / "mn" / name).read_text("utf-8"))
    said = {text for texts in words.values() for text in texts}
    assert [text for text in english if text not in words] == []
    assert [text for text in mongolian if text not in said] == []


def test_pictures_are_small():
    pictures = sorted((DOCS / "using" / "pictures").iterdir())
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 120_000] == []
    assert sum(path.stat().st_size for path in pictures) < 3_000_000


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_no_page_names_a_path_of_one_machine(path):
    assert not re.search(r"(?<![\w}])/(home|work|tmp)/|C:\\", path.read_text("utf-8"))
