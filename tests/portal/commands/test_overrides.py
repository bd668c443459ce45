"""The operator's templates and texts: which go before which, what the commands say, and what cannot break the site."""

from __future__ import annotations

import json

import pytest
from flask import Blueprint, Flask, render_template
from jinja2 import TemplateNotFound

from portal import create_app, health
from portal.cli import main
from portal.host import overrides
from portal.host.host import CORE
from portal.host.overrides import Loader
from portal.i18n import force_locale, gettext
from portal.jobs import mail
from portal.ui.forms import Form, fields

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def operator(app, tmp_path, monkeypatch):
    """Write a file of the operator's; the application forgets what it compiled."""

    def forget():
        app.jinja_env.cache.clear()
        app.jinja_env.globals["ui_macros"]._found.clear()
        app.extensions["portal_chrome"].clear()

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        forget()
        return path

    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    monkeypatch.setattr(app.jinja_env.loader, "folder", tmp_path / "templates")
    forget()
    yield write
    forget()


@pytest.fixture
def told(runner):
    """Run ``portal overrides …``: exit code and what it printed."""

    def run(*arguments):
        done = runner.invoke(main, ["overrides", *arguments])
        return done.exit_code, done.output

    return run


@pytest.fixture
def problems(told):
    """What ``portal overrides check`` says, as name and kind."""

    def run():
        code, out = told("check", "--json")
        found = [(each["name"], each["kind"]) for each in json.loads(out)]
        assert code == (1 if found else 0)
        return found

    return run


# Order


def test_the_operator_goes_before_the_core_and_the_core_before_modules(tmp_path):
    app = Flask("order", instance_path=str(tmp_path / "instance"))
    app.extensions["portal_owners"] = {"core": CORE, "one": "one", "two": "two"}
    for unit, names in {
        "core": ("layout.html", "mail/hello.txt"),
        "one": ("one/page.html", "two/page.html", "layout.html", "mail/hello.html", "one/own.html"),
        "two": ("two/page.html",),
    }.items():
        for name in names:
            path = tmp_path / unit / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{unit} {name}", "utf-8")
        app.register_blueprint(Blueprint(unit, __name__, template_folder=str(tmp_path / unit)))
    own = tmp_path / "instance" / "templates" / "one"
    own.mkdir(parents=True)
    (own / "page.html").write_text("operator", "utf-8")
    loader = app.jinja_env.loader = Loader(app)

    def shown(name):
        return app.jinja_env.get_template(name).render()

    assert shown("layout.html") == "core layout.html"
    assert shown("one/own.html") == "one one/own.html"
    assert shown("two/page.html") == "two two/page.html"
    assert shown("one/page.html") == "operator"
    assert shown("original/one/page.html") == "one one/page.html"
    for absent in ("mail/hello.html", "../secret_key", "one/../../secret_key"):
        with pytest.raises(TemplateNotFound):
            shown(absent)
    assert loader.originals()["two/page.html"] == "two"
    assert "one/page.html" in loader.list_templates()


@pytest.mark.parametrize(("lang", "word"), [("mn", "Нүүр"), ("en", "Home")])
def test_a_page_of_the_core_and_one_of_a_module_are_overridden(client, operator, lang, word):
    before = client.get(f"/recommendations/?lang={lang}").text
    operator(
        "templates/home/index.html", '{% extends "layout.html" %}{% block content %}<p id="mine">1</p>{% endblock %}'
    )
    operator(
        "templates/recommendations/index.html",
        '{% extends "original/recommendations/index.html" %}{% block title %}{{ super() }} – ABC{% endblock %}',
    )
    first = client.get(f"/?lang={lang}")
    assert first.status_code == 200
    assert '<p id="mine">1</p>' in first.text
    assert word in first.text
    second = client.get(f"/recommendations/?lang={lang}").text
    assert "– ABC</h1>" in second
    assert second.replace(" – ABC", "") == before


def test_a_mail_is_overridden_with_its_subject(app, operator, told):
    code, out = told("copy", "mail/module_off.txt")
    assert code == 0
    path = operator("templates/mail/module_off.txt", "")
    assert out.strip() == str(path)
    path.unlink()
    told("copy", "mail/module_off.txt")
    head = path.read_text("utf-8").partition("\n")[0]
    operator("templates/mail/module_off.txt", f"{head}\nSubject: Off: {{{{ module }}}}\nGood day {{{{ name }}}}\n")
    values = {"name": "A", "module": "B", "failure": "C", "page": "D"}
    assert mail._written("module_off", values)[:2] == ("Off: B", "Good day A\n")
    operator("templates/mail/module_off.txt", "Good day\n")
    assert mail._written("module_off", values)[0] != "Good day"
    assert overrides.broken() == ["mail/module_off.txt: its first line does not begin with Subject:"]


# What cannot be used


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{% block content %}", "line 1: Unexpected end of template"),
        ("{{ 1|nothing }}", "No filter named"),
        ('{% extends "gone.html" %}', "it needs gone.html, which is not there"),
        ('{% extends "layout.html" %}', "it needs itself; write original/layout.html"),
        (b"\xff", "it cannot be read"),
    ],
)
def test_what_cannot_be_used_is_left_aside(client, operator, problems, capsys, text, why):
    path = operator("templates/layout.html", "" if isinstance(text, bytes) else text)
    if isinstance(text, bytes):
        path.write_bytes(text)
    answer = client.get("/")
    assert answer.status_code == 200
    assert "<main" in answer.text
    log = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "override not used" in line]
    assert log[0]["template"] == "layout.html"
    assert log[0]["level"] == "error"
    assert why in log[0]["cause"]
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert (ready.json["status"], ready.json["checks"]["overrides"]) == ("degraded", "degraded")
    assert ("layout.html", "cannot be used") in problems()
    operator("templates/layout.html", '{% extends "original/layout.html" %}')
    assert health.states()["overrides"] == "ok"
    assert client.get("/").status_code == 200


def test_a_start_with_broken_overrides_names_them(tmp_path, capsys):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "layout.html").write_text("{% if %}", "utf-8")
    app = create_app({"INSTANCE": tmp_path, "PLUGINS": "subcommittees", "SECRET_KEY": "x" * 40})
    out = capsys.readouterr()
    assert "override not used" in out.out + out.err
    with app.test_request_context("/"):
        assert "{% if %}" not in render_template("errors/plain.html", code=500)


# Texts


def write_po(folder, lang, body, domain="messages"):
    path = folder / "translations" / lang / "LC_MESSAGES" / f"{domain}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PO + body, "utf-8")
    return path


class Filled(Form):
    """A form with a message of WTForms."""

    name = fields.StringField("Name", [fields.InputRequired()])


def test_any_text_is_overridden_in_both_languages(tmp_path):
    write_po(
        tmp_path,
        "mn",
        'msgid "Modules"\nmsgstr "Хэсгүүд"\n\nmsgid "Sub-committees"\nmsgstr "Хороод"\n\n'
        'msgid "%(module)s is on."\nmsgstr "%(modul)s!"\n\nmsgid "Save"\nmsgstr "100% Хадгал"\n',
    )
    write_po(tmp_path, "en", 'msgid "Modules"\nmsgstr "Parts"\n')
    write_po(tmp_path, "mn", 'msgid "This field is required."\nmsgstr "Заавал!"\n', "wtforms")
    app = create_app(
        {"INSTANCE": tmp_path, "PLUGINS": "subcommittees", "SECRET_KEY": "x" * 40, "WTF_CSRF_ENABLED": False}
    )
    with app.test_request_context("/", method="POST", data={"name": ""}):
        with force_locale("mn"):
            assert gettext("Modules") == "Хэсгүүд"
            assert gettext("Sub-committees") == "Хороод"
            assert gettext("%(module)s is on.", module="А") == "А ассан."
            assert gettext("Save") == "Хадгалах"
            form = Filled()
            assert not form.validate()
            assert form.errors == {"name": ["Заавал!"]}
        with force_locale("en"):
            assert gettext("Modules") == "Parts"
            assert gettext("Save") == "Save"
    with app.app_context():
        assert overrides.broken() == [
            "mn/messages.po '%(module)s is on.': placeholders differ",
            "mn/messages.po 'Save': placeholders differ",
        ]


def test_a_catalogue_that_cannot_be_read_is_left_aside(operator, problems):
    path = operator("translations/mn/LC_MESSAGES/messages.po", "this is no catalogue\n")
    assert problems()[0] == ("mn/messages.po", "cannot be read")
    assert health.states()["overrides"] == "degraded"
    path.unlink()
    assert health.states()["overrides"] == "ok"


def test_texts_that_no_longer_fit_are_named(operator, problems, told):
    operator(
        "translations/mn/LC_MESSAGES/messages.po",
        PO
        + 'msgid "Modules"\nmsgstr "Хэсгүүд"\n\nmsgid "Nobody asks this"\nmsgstr "А"\n\n'
        + 'msgctxt "answer"\nmsgid "Yes"\nmsgstr "Тийм шүү"\n\nmsgctxt "elsewhere"\nmsgid "Yes"\nmsgstr "А"\n\n'
        + 'msgid "Agreements"\nmsgstr "А"\n\n#, fuzzy\nmsgid "Save"\nmsgstr "А"\n\n'
        + 'msgid "%(module)s is on."\nmsgstr "%(name)s"\n\nmsgid "%(num)s further entry"\nmsgstr "А"\n',
    )
    operator("translations/mn/LC_MESSAGES/wtforms.po", PO + 'msgid "Not a valid choice."\nmsgstr "А"\n')
    assert problems() == [
        ("mn/messages.po '%(module)s is on.'", "placeholders differ"),
        ("mn/messages.po 'Nobody asks this'", "there is no such text in the portal"),
        ("mn/messages.po 'elsewhere: Yes'", "there is no such text in the portal"),
        ("mn/messages.po 'Save'", "not used"),
        ("mn/messages.po '%(num)s further entry'", "not used"),
    ]
    code, out = told("list")
    assert code == 0
    assert "texts: 9 overridden\n" in out
    assert "  * mn 'Modules': 'Хэсгүүд'\n" in out


# Commands


def test_the_list_names_templates_by_unit_and_what_is_overridden(operator, told):
    told("copy", "agreements/mail/sent.txt")
    operator("templates/layout.html", '{% extends "original/layout.html" %}')
    code, out = told("list", "--json")
    found = {each["name"]: each for each in json.loads(out)["templates"]}
    assert code == 0
    assert found["layout.html"] == {
        "name": "layout.html",
        "unit": "core",
        "overridden": True,
        "copied_from": "",
        "mail": False,
    }
    sent = found["agreements/mail/sent.txt"]
    assert (sent["unit"], sent["overridden"], sent["copied_from"], sent["mail"]) == ("agreements", True, "0.1.0", True)
    assert not found["agreements/mail/report.txt"]["overridden"]
    lines = told("list")[1].splitlines()
    assert lines[0] == "core"
    assert "  * layout.html" in lines
    assert "  * agreements/mail/sent.txt  (mail, copied from portal 0.1.0)" in lines
    assert "    agreements/mail/report.txt  (mail)" in lines


def test_a_copy_looks_as_the_original_and_is_not_overwritten(client, operator, told, problems, tmp_path):
    before = client.get("/").text
    code, out = told("copy", "layout.html")
    assert (code, out.strip()) == (0, str(tmp_path / "templates" / "layout.html"))
    operator("templates/home/part.html", "")
    assert client.get("/").text == before
    assert problems() == [("home/part.html", "there is no such template in the portal")]
    code, out = told("copy", "layout.html")
    assert code == 1
    assert "is overridden already" in out
    code, out = told("copy", "nothing.html")
    assert code == 1
    assert "there is no template nothing.html" in out
    assert told("copy", "../secret_key")[0] == 1


def test_an_upgrade_that_changes_or_drops_the_original_is_noticed(operator, told, problems, tmp_path):
    told("copy", "layout.html")
    assert problems() == []
    assert told("check") == (0, "")
    path = tmp_path / "templates" / "layout.html"
    text = path.read_text("utf-8")
    head, rest = text.split("\n", 1)
    operator("templates/layout.html", f"{head}\n{rest}<!-- mine -->")
    assert problems() == []
    operator("templates/layout.html", text.replace("sha256 ", "sha256 0", 1).replace(" #}", "", 1)[:20] + text[20:])
    old = head[: head.index("sha256 ")] + "sha256 " + 64 * "0" + " #}"
    operator("templates/layout.html", f"{old}\n{rest}")
    operator("templates/old/page.html", f"{old}\n{rest}")
    assert problems() == [
        ("layout.html", "the original has changed"),
        ("old/page.html", "there is no such template in the portal"),
    ]
    code, out = told("check")
    assert code == 1
    assert out.startswith("layout.html: the original has changed: this is a copy from portal 0.1.0\n")


def test_blocks_that_nothing_shows_are_named(operator, told, problems):
    operator(
        "templates/home/index.html",
        '{% extends "own/base.html" %}{% block content %}{% block inner %}{% endblock %}{% endblock %}'
        "{% block side %}{% endblock %}{% block title %}A{% endblock %}"
        "{% if x %}{% block foot %}{% endblock %}{% endif %}",
    )
    operator("templates/own/base.html", '{% extends "layout.html" %}{% block content %}{% endblock %}')
    assert problems() == [("home/index.html", "blocks that nothing shows")]
    assert told("check")[1] == "home/index.html: blocks that nothing shows: side, foot\n"
