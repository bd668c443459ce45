"""Settings of modules: what may be declared, what is kept, the page, the command, and when it holds."""

from __future__ import annotations

import json
import re
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm.exc import StaleDataError

from portal.audit import HistoryEntry
from portal.cli import main
from portal.db import db, transaction
from portal.host import settings
from portal.host.host import current_host
from portal.host.load import BOOT_HOOKS, Plugin
from portal.host.models import PluginState
from portal.host.settings import BadSettings, settings_of
from portal.host.types import Settings
from portal.text import Content
from portal.ui.forms import ContentField, Form, VersionField, fields

PAGE = "/modules/agreements/settings"


class Wide(Form):
    """A setting of each kind."""

    title = ContentField("Title", max_length=50)
    days = fields.IntegerField("Days", [fields.InputRequired()], low=1, high=30)
    share = fields.DecimalField("Share", places=2)
    since = fields.DateField("Since")
    parts = fields.CheckboxesField("Parts", choices={"a": "Alpha", "b": "Beta"})
    look = fields.SelectField("Look", choices={"wide": "Broad", "slim": "Narrow"})
    open = fields.BooleanField("Open")
    note = fields.TextAreaField("Note")


DEFAULTS = {
    "title": Content.of(mn="Гарчиг", en="Title"),
    "days": 5,
    "share": Decimal("0.5"),
    "since": date(2026, 1, 1),
    "parts": ["a"],
    "look": "wide",
    "open": True,
    "note": "",
}
OTHER = {
    "title": Content.of(mn="Өөр", en="Other"),
    "days": 7,
    "share": Decimal("0.25"),
    "since": date(2026, 2, 3),
    "parts": ["a", "b"],
    "look": "slim",
    "open": False,
    "note": "x",
}


@pytest.fixture
def declare(app, monkeypatch):
    """Let the subcommittees, which have no settings, declare some."""

    def put(*declared):
        host = current_host()
        monkeypatch.setitem(host.plugins["subcommittees"].boot, "portal_settings", list(declared))
        for each in declared:
            settings.declare(host, "subcommittees", each)

    return put


@pytest.fixture
def wide(declare):
    declare(Settings(Wide, DEFAULTS))
    return "/modules/subcommittees/settings"


class OneFile(Form):
    scan = fields.FileField("Scan")


class Own(Form):
    version = VersionField()


class Days(Form):
    days = fields.IntegerField("Days", [fields.InputRequired()], low=1, high=30)


class Look(Form):
    look = fields.SelectField("Look", choices={"wide": "Broad"})


@pytest.mark.parametrize(
    ("declared", "cause"),
    [
        ({"days": 5}, "a list with dict"),
        (Settings(Days, {}), "without a default: days"),
        (Settings(Days, {"days": 5, "hours": 3}), "defaults without a field: hours"),
        (Settings(Days, {"days": "5"}), "days: the default '5'"),
        (Settings(Days, {"days": True}), "days: the default True"),
        (Settings(Days, {"days": None}), "days: the default None"),
        (Settings(Days, {"days": 31}), "days: the default 31 is refused"),
        (Settings(Look, {"look": "tall"}), "look: the default 'tall' is refused"),
        (Settings(OneFile, {"scan": None}), "scan: a setting is no FileField"),
        (Settings(Own, {"version": 1}), "version: this name"),
        (Settings(dict, {}), "derived from"),
    ],
)
def test_settings_that_may_not_be_declared_are_refused_in_words(declare, declared, cause):
    with pytest.raises(BadSettings, match=cause):
        declare(declared)


def test_settings_are_declared_once(declare):
    with pytest.raises(BadSettings, match="twice"):
        declare(Settings(Days, {"days": 5}), Settings(Days, {"days": 6}))


def test_a_module_with_wrong_settings_fails_at_that_stage(app, monkeypatch):
    host = current_host()
    plugin = Plugin("odd", "", Path(), boot={"portal_settings": [Settings(Days, {"day": 5})]})
    monkeypatch.setitem(host.plugins, "odd", plugin)
    monkeypatch.setattr(host, "raising", False)
    host.manager.register(ModuleType("odd"), "odd")
    host.adopt("portal_settings", lambda name, each: settings.declare(host, name, each))
    assert (plugin.state, plugin.stage) == ("failed", "portal_settings")
    assert plugin.error.startswith("BadSettings: without a default: days")
    assert not host.manager.has_plugin("odd")
    assert "portal_settings" in BOOT_HOOKS


def test_only_what_differs_is_kept_in_each_kind_of_field(wide):
    host = current_host()
    assert settings_of("subcommittees") == DEFAULTS
    with transaction():
        changed = settings.save(host, "subcommittees", OTHER, user_id=None)
    assert changed == list(DEFAULTS)
    assert settings_of("subcommittees") == OTHER
    with transaction():
        settings.save(host, "subcommittees", {**DEFAULTS, "days": 9}, user_id=None)
    assert db.session.get(PluginState, "subcommittees").settings == {"days": 9}
    assert settings_of("subcommittees") == {**DEFAULTS, "days": 9}
    with transaction():
        assert settings.save(host, "subcommittees", {"days": 9}, user_id=None) == []


def test_unknown_keys_and_values_of_another_kind_are_ignored_with_a_line_in_the_log(wide, capsys):
    with transaction():
        settings.save(current_host(), "subcommittees", {"note": "kept"}, user_id=None)
        db.session.execute(
            update(PluginState)
            .where(PluginState.name == "subcommittees")
            .values(settings={"gone": 1, "days": "seven", "share": "a lot", "since": 3, "note": "kept"})
        )
    settings._told.clear()
    for _ in range(2):
        assert settings_of("subcommittees") == {**DEFAULTS, "note": "kept"}
    lines = [line for line in capsys.readouterr().out.splitlines() if "stored setting ignored" in line]
    assert sorted(json.loads(line)["setting"] for line in lines) == ["days", "gone", "share", "since"]


def test_unknown_keys_are_not_saved_and_a_module_without_settings_has_none(app):
    with pytest.raises(BadSettings, match="hours"), transaction():
        settings.save(current_host(), "agreements", {"hours": 3}, user_id=None)
    with pytest.raises(KeyError):
        settings_of("subcommittees")
    with pytest.raises(KeyError):
        settings_of("nothing")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Settings: Agreements", "Other than the default", "Now: 9", "Default: 5", "Back to the default")),
        ("mn", ("Тохиргоо: ", "Анхны утгаас өөр", "Одоо: 9", "Анхны утга: 5", "Анхны утгад буцаах")),
    ],
)
def test_the_page_saves_and_says_what_changed(as_role, lang, words):
    admin = as_role("administrator")
    page = admin.get(PAGE)
    assert page.status_code == 200
    assert 'value="5"' in page.text
    assert "Other than the default" not in page.text
    assert PAGE in admin.get("/modules/").text
    answer = admin.post(PAGE, data={"remind_days": "9", "version": "0"})
    assert answer.status_code == 303
    assert settings_of("agreements")["remind_days"] == 9
    text = admin.get(f"{PAGE}?lang={lang}").text
    for word in words:
        assert word in text
    assert '<del lang="">5</del> <ins lang="">9</ins>' in text
    assert "Test administrator" in text


def test_a_value_that_is_refused_is_named_and_not_kept(as_role):
    answer = as_role("administrator").post(PAGE, data={"remind_days": "21", "version": "0"})
    assert answer.status_code == 422
    assert "not above 20" in answer.text
    assert settings_of("agreements") == {"remind_days": 5}
    assert db.session.get(PluginState, "agreements") is None


def test_every_kind_of_field_goes_through_the_page(as_role, wide):
    sent = {
        "title-mn": "Өөр",
        "title-en": "Other",
        "days": "7",
        "share": "0,25",
        "since": "2026-02-03",
        "parts": ["a", "b"],
        "look": "slim",
        "note": "x",
        "version": "0",
    }
    admin = as_role("administrator")
    assert admin.post(wide, data=sent).status_code == 303
    assert settings_of("subcommittees") == OTHER
    text = admin.get(wide).text
    for pair in ("Now: Narrow · Default: Broad", "Now: No · Default: Yes", "Now: Alpha, Beta · Default: Alpha"):
        assert pair in text
    assert "Now: 3 Feb 2026 · Default: 1 Jan 2026" in text
    labels = re.findall("<div><dt>([^<]+)</dt>", text)
    assert labels == ["Title", "Days", "Share", "Since", "Parts", "Look", "Open", "Note"]


def test_a_page_that_is_out_of_date_changes_nothing_and_shows_both_values(as_role):
    admin, other = as_role("administrator"), as_role("administrator")
    admin.post(PAGE, data={"remind_days": "9", "version": "0"})
    answer = other.post(PAGE, data={"remind_days": "3", "version": "0"})
    assert answer.status_code == 409
    assert "Saved meanwhile" in answer.text
    assert settings_of("agreements")["remind_days"] == 9
    newest = db.session.scalar(select(HistoryEntry.id).where(HistoryEntry.action == "settings"))
    assert f'name="version" value="{newest}"' in answer.text
    assert other.post(PAGE, data={"remind_days": "3", "version": newest}).status_code == 303
    assert settings_of("agreements")["remind_days"] == 3


def test_of_the_first_two_who_save_at_once_one_is_told(app):
    """Neither finds a row to lock: one of them makes it, the other waits and is out of date."""
    host, start, ends = current_host(), threading.Barrier(2), []

    def work(days):
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    settings.save(host, "agreements", {"remind_days": days}, user_id=None, seen=0)
            except StaleDataError:
                ends.append("stale")
            else:
                ends.append("saved")
            db.session.remove()

    threads = [threading.Thread(target=work, args=(days,)) for days in (3, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["saved", "stale"]
    assert len(settings.changes("agreements", ())) == 1


def test_one_setting_or_all_go_back_to_the_default(as_role, wide):
    admin, back = as_role("administrator"), f"{wide}/defaults"
    with transaction():
        settings.save(current_host(), "subcommittees", OTHER, user_id=None)
    number = settings.version("subcommittees")
    assert admin.post(back, data={"setting": "hours", "version": number}).status_code == 404
    assert admin.post(back, data={"setting": "days", "version": 0}).status_code == 409
    assert admin.post(back, data={"setting": "days", "version": number}).status_code == 303
    assert settings_of("subcommittees") == {**OTHER, "days": 5}
    admin.post(back, data={"version": settings.version("subcommittees")})
    assert settings_of("subcommittees") == DEFAULTS
    assert db.session.get(PluginState, "subcommittees").settings == {}
    with pytest.raises(StaleDataError), transaction():
        settings.to_defaults(current_host(), "subcommittees", ["days"], user_id=None, seen=number)


def test_only_administrators_and_only_modules_with_settings(as_role, org, client):
    coordinator = as_role("coordinator", org=org("mojha"))
    assert coordinator.get(PAGE).status_code == 403
    assert coordinator.post(PAGE, data={"remind_days": "9", "version": "0"}).status_code == 403
    assert coordinator.post(f"{PAGE}/defaults", data={"version": "0"}).status_code == 403
    assert client.get(PAGE).status_code == 303
    admin = as_role("administrator")
    assert admin.get("/modules/subcommittees/settings").status_code == 404
    assert admin.get("/modules/nothing/settings").status_code == 404
    assert admin.post("/modules/subcommittees/settings/defaults", data={"version": "0"}).status_code == 404


def test_saving_settings_switches_nothing_in_the_history(as_role):
    admin = as_role("administrator")
    admin.post(PAGE, data={"remind_days": "9", "version": "0"})
    text = admin.get("/modules/").text
    assert "settings changed" in text
    assert "switched on" not in text
    assert "switched " not in text.replace("Switch", "")
    admin.post("/modules/agreements", data={"enabled": "0", "reason": "Later"})
    assert "switched off" in admin.get("/modules/").text
    assert settings_of("agreements")["remind_days"] == 9


def test_they_are_read_with_the_switches(app, as_role, query_counter):
    host = current_host()
    with transaction():
        settings.save(host, "agreements", {"remind_days": 9}, user_id=None)
    with app.test_request_context("/"):
        host.on()
        with query_counter() as count:
            assert settings_of("agreements")["remind_days"] == 9
            assert settings_of("reports")["annual_words"] is None
        assert len(count) == 0


def test_people_of_an_organisation_read_them_too(app, org, identity):
    from portal.people import identity as identities

    person = identity("focal_point", org=org("moe"))
    with transaction():
        settings.save(current_host(), "agreements", {"remind_days": 9}, user_id=None)
    with app.test_request_context("/"):
        from flask import g

        g.portal_identity = person
        current_host()._switches((org("moe").id,))
        assert settings_of("agreements")["remind_days"] == 9
    assert identities.current().id is None


def test_an_aged_module_keeps_its_page_when_a_setting_is_gone(as_role, wide, declare):
    with transaction():
        settings.save(current_host(), "subcommittees", OTHER, user_id=None)
    declare(Settings(Days, {"days": 5}))
    text = as_role("administrator").get(wide).text
    assert "Now: 7 · Default: 5" in text
    assert "slim" in text


def test_the_command_shows_and_changes_them(runner, wide):
    shown = runner.invoke(main, ["plugins", "settings", "agreements"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith("remind_days = 5  # Days before")
    done = runner.invoke(main, ["plugins", "settings", "agreements", "--set", "remind_days=9", "--json"])
    assert done.exit_code == 0, done.output
    [row] = json.loads(done.output)
    assert (row["key"], row["value"], row["default"]) == ("remind_days", 9, 5)
    assert settings_of("agreements") == {"remind_days": 9}
    assert "(default: 5)" in runner.invoke(main, ["plugins", "settings", "agreements"]).output
    pairs = ["title-en=Other", "parts=a", "parts=b", "open=no", "look=slim", "since=2026-02-03", "share=0.25"]
    options = [part for pair in pairs for part in ("--set", pair)]
    done = runner.invoke(main, ["plugins", "settings", "subcommittees", *options])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    expected = OTHER | {"title": Content.of(mn="Гарчиг", en="Other"), "days": 5, "note": ""}
    assert settings_of("subcommittees") == expected
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "settings")).first()
    assert (entry.actor_id, entry.changes) == (None, {"settings": {"remind_days": [5, 9]}})


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["nothing"], "there is no module nothing"),
        (["consultations"], "has no settings"),
        (["agreements", "--set", "hours=3"], "there is no setting hours; settings: remind_days"),
        (["agreements", "--set", "remind_days=many"], "remind_days: Enter a number"),
        (["agreements", "--set", "remind_days=99"], "not above 20"),
        (["agreements", "--set", "remind_days="], "remind_days: "),
        (["agreements", "--set", "remind_days"], "is not KEY=VALUE"),
        (["subcommittees", "--set", "open=perhaps"], "neither true nor false"),
    ],
)
def test_the_command_refuses_in_one_line(runner, wide, arguments, cause):
    done = runner.invoke(main, ["plugins", "settings", *arguments])
    assert done.exit_code != 0
    assert cause in done.output
    assert settings_of("agreements") == {"remind_days": 5}
