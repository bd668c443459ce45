"""The catalogues in the tree are whole, and the tool that says so finds what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from click.testing import CliRunner

from portal import i18n_cli
from portal.i18n import catalogues

ROOT = Path(__file__).resolve().parent.parent


def test_every_text_is_translated() -> None:
    problems = [str(problem) for problem in catalogues.check(ROOT)]
    assert not problems, "\n".join(problems)


def test_the_glossary_names_each_term_once() -> None:
    with (ROOT / "translations" / "glossary.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source, strict=True))
    terms = [row["english"] for row in rows]
    assert len(terms) == len(set(terms)) > 50
    assert all(row["mongolian"] and None not in row for row in rows)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with a core and one plugin."""
    (tmp_path / "babel.cfg").write_text((ROOT / "babel.cfg").read_text("utf-8"), "utf-8")
    (tmp_path / "portal" / "templates").mkdir(parents=True)
    (tmp_path / "portal" / "static" / "vendor").mkdir(parents=True)
    (tmp_path / "portal" / "a.py").write_text(
        "from portal.i18n import _, _l, ngettext, lazy_pgettext\n"
        "# TRANSLATORS: a place\n"
        '_("Meadow")\n'
        '_l("Hello, %(name)s")\n'
        'ngettext("%(num)s horse", "%(num)s horses", 2)\n'
        'lazy_pgettext("coin", "Head")\n',
        "utf-8",
    )
    (tmp_path / "portal" / "templates" / "a.html").write_text("{% trans %}From a page{% endtrans %}", "utf-8")
    (tmp_path / "portal" / "static" / "a.js").write_text('const a = gettext("From a script");', "utf-8")
    (tmp_path / "portal" / "static" / "vendor" / "b.js").write_text('gettext("Of others");', "utf-8")
    plugin = tmp_path / "plugins" / "barns"
    plugin.mkdir(parents=True)
    (plugin / "plugin.py").write_text('from portal.api import _\n_("Barn")\n_("Meadow")\n', "utf-8")
    wtforms = tmp_path / "translations" / "mn" / "LC_MESSAGES" / "wtforms.po"
    wtforms.parent.mkdir(parents=True)
    wtforms.write_bytes((ROOT / "translations" / "mn" / "LC_MESSAGES" / "wtforms.po").read_bytes())
    return tmp_path


def core(tree: Path) -> Path:
    return tree / "translations" / "mn" / "LC_MESSAGES" / "messages.po"


def translate(path: Path, texts: dict[str, str]) -> None:
    """Fill the empty translations of *path*: all from *texts*, the rest with "Орчуулга" and their placeholders."""
    catalogue = catalogues.load(path)
    for message in catalogues.messages(catalogue):
        name = catalogues.key(message)[1]
        if not all(catalogues.forms(message)):
            text = texts.get(name, "Орчуулга" + "".join(f" %({p})s" for p in ("name", "num") if f"%({p})s" in name))
            message.string = text if isinstance(message.id, str) else (text, text)
    path.write_bytes(catalogues.rendered(catalogue))


def kinds(tree: Path) -> set[str]:
    return {problem.kind for problem in catalogues.check(tree)}


def test_an_update_collects_python_templates_and_scripts(tree: Path) -> None:
    changed = {path.relative_to(tree).as_posix() for path in catalogues.update(tree)}
    assert changed == {
        "translations/messages.pot",
        "translations/mn/LC_MESSAGES/messages.po",
        "plugins/barns/translations/messages.pot",
        "plugins/barns/translations/mn/LC_MESSAGES/messages.po",
    }
    found = {catalogues.key(m) for m in catalogues.messages(catalogues.load(core(tree)))}
    assert found == {
        (None, "Meadow"),
        (None, "Hello, %(name)s"),
        (None, "%(num)s horse"),
        ("coin", "Head"),
        (None, "From a page"),
        (None, "From a script"),
    }
    text = core(tree).read_text("utf-8")
    assert "#. TRANSLATORS" not in text
    assert "#. a place\n#: portal/a.py\nmsgid" in text


def test_an_update_twice_changes_nothing_the_second_time(tree: Path) -> None:
    catalogues.update(tree)
    before = core(tree).read_bytes()
    assert catalogues.update(tree) == []
    assert core(tree).read_bytes() == before
    assert b"Date" not in before


def test_a_whole_catalogue_has_no_problems(tree: Path) -> None:
    catalogues.update(tree)
    assert kinds(tree) == {"missing"}
    translate(core(tree), {"Meadow": "Нуга"})
    catalogues.update(tree)
    translate(tree / "plugins" / "barns" / "translations" / "mn" / "LC_MESSAGES" / "messages.po", {})
    assert kinds(tree) == set()


def test_a_text_translated_in_one_unit_is_taken_over_in_another(tree: Path) -> None:
    catalogues.update(tree)
    translate(core(tree), {"Meadow": "Нуга"})
    catalogues.update(tree, ["barns"])
    barns = catalogues.load(tree / "plugins" / "barns" / "translations" / "mn" / "LC_MESSAGES" / "messages.po")
    assert barns["Meadow"].string == "Нуга"
    assert not barns["Barn"].string


def test_a_translation_outlives_its_text_until_it_is_forgotten(tree: Path) -> None:
    catalogues.update(tree)
    translate(core(tree), {"From a page": "Хуудаснаас"})
    page = tree / "portal" / "templates" / "a.html"
    written = page.read_text("utf-8")
    page.write_text("", "utf-8")
    catalogues.update(tree)
    assert "From a page" not in catalogues.load(core(tree))
    page.write_text(written, "utf-8")
    catalogues.update(tree)
    assert catalogues.load(core(tree))["From a page"].string == "Хуудаснаас"
    page.write_text("", "utf-8")
    catalogues.update(tree, forget=True)
    assert "Хуудаснаас" not in core(tree).read_text("utf-8")


def test_texts_that_left_or_joined_the_code_are_stale(tree: Path) -> None:
    catalogues.update(tree)
    translate(core(tree), {})
    (tree / "portal" / "static" / "a.js").write_text('gettext("Another");', "utf-8")
    assert {
        "stale: not in the catalogue",
        "stale: no longer in the code",
        "stale",
    } <= kinds(tree)


@pytest.mark.parametrize("call", ['_(f"Hello, {name}")', '_("Hello, %s" % name)', '_l("Hello, %(n)s" % {"n": name})'])
def test_a_text_put_together_before_it_is_looked_up_is_named(tree: Path, call: str) -> None:
    (tree / "portal" / "b.py").write_text(f"name = 1\n{call}\n", "utf-8")
    (found,) = catalogues.composed(catalogues.units(tree)[0], tree)
    assert str(found) == "core: text put together before it is looked up: 'portal/b.py:2'"


def test_two_units_may_not_translate_one_text_differently(tree: Path) -> None:
    catalogues.update(tree)
    translate(core(tree), {"Meadow": "Нуга"})
    translate(tree / "plugins" / "barns" / "translations" / "mn" / "LC_MESSAGES" / "messages.po", {"Meadow": "Тал"})
    assert kinds(tree) == {"translated otherwise in core (use pgettext)"}


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (Message("Meadow", ""), "missing"),
        (Message("Meadow", "  "), "missing"),
        (Message(("horse", "horses"), ("морь", "")), "missing"),
        (Message("Meadow", "Нуга", flags=["fuzzy"]), "fuzzy"),
        (Message(("horse", "horses"), ("морь", "морьд")), "plural forms differ: after a number Mongolian has one"),
        (Message("Нуга", "Нуга"), "the msgid is not English"),
        (Message("Hello, %s", "Сайн уу, %s"), "a placeholder needs a name, as in %(name)s"),
        (Message("Hello, %(name)s", "Сайн уу"), "placeholders differ"),
        (Message("Hello, %(name)s", "Сайн уу, %(нэр)s"), "placeholders differ"),
        (Message("Hello, %(name)s", "Сайн уу, %(name)"), "placeholders differ"),
        (Message("Hello", "%(name)s"), "placeholders differ"),
        (Message("Name: ", "Нэр:"), "begins or ends with other blanks"),
    ],
)
def test_a_fault_is_named(message: Message, kind: str) -> None:
    assert [problem.kind for problem in catalogues.faults("core", message)] == [kind]


@pytest.mark.parametrize(
    "message",
    [
        Message("Meadow", "Нуга"),
        Message(("%(num)s horse", "%(num)s horses"), ("%(num)s морь", "%(num)s морь")),
        Message(("One horse", "%(num)s horses"), ("%(num)s морь", "%(num)s морь")),
        Message("100%% of %(what)s", "%(what)s 100%%"),
        Message("5 % of all", "Бүгдийн 5 %"),
    ],
)
def test_a_good_message_has_no_fault(message: Message) -> None:
    assert catalogues.faults("core", message) == []


def test_the_command_names_the_problems_and_fails(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n_cli, "ROOT", tree)
    runner = CliRunner()
    updated = runner.invoke(i18n_cli.i18n, ["update", "barns"])
    assert updated.exit_code == 0
    assert updated.stdout.splitlines() == [
        "plugins/barns/translations/messages.pot",
        "plugins/barns/translations/mn/LC_MESSAGES/messages.po",
    ]
    checked = runner.invoke(i18n_cli.i18n, ["check", "barns"])
    assert checked.exit_code == 1
    assert checked.stdout == ""
    assert checked.stderr.splitlines() == ["barns: missing: 'Barn'", "barns: missing: 'Meadow'", "2 problems"]


def test_the_command_refuses_what_it_does_not_know(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n_cli, "ROOT", tree)
    refused = CliRunner().invoke(i18n_cli.i18n, ["check", "stables"])
    assert refused.exit_code == 2
    assert "'stables' is none of core, barns" in refused.stderr


def test_the_command_needs_a_source_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n_cli, "ROOT", tmp_path)
    refused = CliRunner().invoke(i18n_cli.i18n, ["update"])
    assert refused.exit_code == 1
    assert "is not a source tree" in refused.stderr
