"""Modules are found, loaded, switched; one that is broken costs only itself."""

from __future__ import annotations

import html
import subprocess
import sys
import textwrap
import time

import pluggy
import pytest
from sqlalchemy import event, text, update

from portal import clock, jobs
from portal.cli import main
from portal.db import db, emit, transaction
from portal.host import load, service, watch
from portal.host.host import CORE, current_host
from portal.host.load import Plugin
from portal.host.manifest import BadManifest, Manifest, check, fits
from portal.host.models import PluginState
from portal.host.types import Event, MenuItem, Panel
from portal.jobs.mail import outbox
from portal.people.models import Grant

GOOD = {
    "plugin.py": """
        from portal.api import Manifest
        manifest = Manifest("{name}", "0.1.0", "A", "B", ">=0.1,<1", "C")
    """,
    "hooks.py": """
        from portal.api import hookimpl

        @hookimpl
        def portal_menu(user):
            return []
    """,
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module to disk and find it as a Plugin."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name, **files):
        folder = tmp_path / f"mods_{name}" / name
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        (folder / "__init__.py").touch()
        for file, lines in (GOOD | {key.replace("__", "."): value for key, value in files.items()}).items():
            (folder / file).write_text(textwrap.dedent(lines).replace("{name}", name), "utf-8")
        return Plugin(name, f"mods_{name}.{name}", folder)

    yield make
    for loaded in [m for m in sys.modules if m.startswith("mods_")]:
        del sys.modules[loaded]


def loaded(plugin):
    manager = load.manager()
    load.load(plugin, manager)
    return manager


def test_a_module_loads_and_its_hooks_are_registered(module):
    plugin = module("fine")
    manager = loaded(plugin)
    assert (plugin.state, plugin.error) == ("installed", "")
    assert manager.has_plugin("fine")


@pytest.mark.parametrize(
    ("files", "stage", "cause"),
    [
        ({"plugin__py": "manifest = 3"}, "check", "has no"),
        ({"plugin__py": "import nothing_of_this_name"}, "manifest", "nothing_of_this_name"),
        ({"plugin__py": "this is no python"}, "manifest", "SyntaxError"),
        ({"plugin__py": "raise SystemExit(3)"}, "manifest", "SystemExit"),
        (
            {"plugin__py": 'from portal.api import Manifest\nmanifest = Manifest("{name}", "1", "", "", ">=9", "")'},
            "check",
            "needs portal",
        ),
        (
            {"hooks__py": "from portal.api import hookimpl\n@hookimpl\ndef portal_menus(user):\n    return []"},
            "hooks",
            "unknown hook",
        ),
        (
            {"hooks__py": "from portal.api import hookimpl\n@hookimpl\ndef portal_menu(person):\n    return []"},
            "hooks",
            "person",
        ),
        (
            {"hooks__py": "from portal.api import hookimpl\n@hookimpl\ndef portal_permissions():\n    return 'x'"},
            "portal_permissions",
            "not a list",
        ),
        (
            {
                "hooks__py": """
                    from portal.api import Blueprint, hookimpl
                    bp = Blueprint("{name}", __name__)
                    bp.get("/")(lambda: "")
                """
            },
            "import",
            "declares no permission",
        ),
    ],
)
def test_a_broken_module_leaves_only_its_failure(module, files, stage, cause):
    plugin = module("broken", **files)
    manager = loaded(plugin)
    assert (plugin.state, plugin.stage) == ("failed", stage)
    assert cause in plugin.error
    assert not manager.has_plugin("broken")
    assert isinstance(manager, pluggy.PluginManager)


def test_a_manifest_must_fit_its_folder():
    with pytest.raises(BadManifest, match="folder"):
        check(Manifest("other", "1", "", "", ">=0", ""), "folder", "0.1.0")


@pytest.mark.parametrize(
    ("version", "wanted", "fine"),
    [("0.1.0", ">=0.1,<1", True), ("1.0.0", ">=0.1,<1", False), ("0.10", ">0.9", True), ("2.1", "==2.1", True)],
)
def test_a_range_of_versions_is_compared_by_number(version, wanted, fine):
    assert fits(version, wanted) is fine


def test_a_switch_holds_at_the_next_request_and_is_in_the_history(app, client, as_role):
    admin = as_role("administrator")
    assert client.get("/recommendations/").status_code == 200
    admin.post("/modules/recommendations", data={"enabled": "0", "reason": "Not yet"})
    answer = client.get("/recommendations/")
    assert answer.status_code == 404
    assert "switched off" in answer.text or "is off" in answer.text
    assert "/recommendations/" not in client.get("/").text
    admin.post("/modules/recommendations", data={"enabled": "1"})
    assert client.get("/recommendations/").status_code == 200
    assert "Not yet" in admin.get("/modules/").text or "History" in admin.get("/modules/").text


def test_only_the_administrator_switches(as_role, org):
    coordinator = as_role("coordinator", org=org("mojha"))
    assert coordinator.post("/modules/recommendations", data={"enabled": "0"}).status_code == 403


def test_a_module_that_is_not_there_cannot_be_switched(as_role):
    assert as_role("administrator").post("/modules/nothing", data={"enabled": "0"}).status_code == 404


def test_a_failed_module_is_not_switched_on(app, monkeypatch):
    host = app.extensions["portal_host"]
    plugin = Plugin("bad", "x", load.ROOT, state="failed", error="ImportError: x")
    monkeypatch.setitem(host.plugins, "bad", plugin)
    with pytest.raises(service.CannotSwitch), transaction():
        service.switch(host, "bad", True, user_id=None)


def test_the_core_is_always_on(app):
    assert CORE in app.extensions["portal_host"].on()


@pytest.fixture
def hook(app, monkeypatch):
    """Let the subcommittees answer a hook with a function of the test, as on a site in use."""
    host = app.extensions["portal_host"]
    monkeypatch.setattr(host, "raising", False)

    def put(function, name="portal_menu"):
        known = [each for each in host._implementations(name) if each[0] != "subcommittees"]
        arguments = {
            "portal_menu": ("user",),
            "portal_panels": ("place", "subject", "user"),
            "portal_event": ("event",),
        }
        monkeypatch.setitem(host._hooks, name, [*known, ("subcommittees", function, arguments[name])])

    return put


def busy(**_):
    while True:
        pass


def stubborn(**_):
    while True:
        try:
            time.sleep(0.01)
        except Exception:
            continue


def writes(**_):
    with transaction():
        db.session.add(PluginState(name="x", enabled=True, settings={}, changed_at=clock.now()))
    return []


def adds(**_):
    db.session.add(PluginState(name="x", enabled=True, settings={}, changed_at=clock.now()))
    return []


def changes(**_):
    db.session.execute(update(PluginState).values(enabled=False))
    return []


WRONG = {
    "raises": (lambda **_: 1 / 0, "ZeroDivisionError"),
    "no list": (lambda **_: "<b>HTML</b>", "returned str, not a list"),
    "html": (lambda **_: ["<b>HTML</b>"], "list with str, not MenuItem"),
    "no page": (lambda **_: [MenuItem("A", "no.page", permission="home.read")], "BuildError"),
    "a loop": (busy, "longer than"),
    "a stubborn loop": (stubborn, "longer than"),
    "writes": (writes, "may not write"),
    "adds": (adds, "may not write"),
    "changes": (changes, "may not write"),
    "bad sql": (lambda **_: db.session.execute(text("SELECT nothing FROM nowhere")), "Error"),
}


@pytest.mark.parametrize(("function", "cause"), WRONG.values(), ids=list(WRONG))
def test_a_hook_that_misbehaves_costs_its_own_part_and_is_named(client, hook, as_role, monkeypatch, function, cause):
    monkeypatch.setattr(watch, "LIMIT", 0.2)
    hook(function)
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'href="/recommendations/"' in answer.text
    assert 'href="/subcommittees/"' not in answer.text
    row = db.session.get(PluginState, "subcommittees")
    assert (row.enabled, row.failures) == (True, 1)
    assert cause in row.failure
    assert html.escape(row.failure, quote=False)[:40] in html.unescape(as_role("administrator").get("/modules/").text)


def test_after_three_failures_a_module_is_off_and_administrators_have_mail(client, hook, identity, sign_in):
    administrator, earlier = identity("administrator"), len(outbox())
    hook(lambda **_: 1 / 0)
    for _ in range(3):
        assert client.get("/").status_code == 200
    assert not db.session.get(PluginState, "subcommittees").enabled
    assert client.get("/subcommittees/").status_code == 404
    assert [(mail.to, "ZeroDivisionError" in mail.body) for mail in outbox()[earlier:]] == [
        ([administrator.email], True)
    ]
    browser = sign_in(administrator)
    assert "switched it off after 3 failures" in browser.get("/modules/").text
    browser.post("/modules/subcommittees", data={"enabled": "1"})
    db.session.expire_all()
    assert db.session.get(PluginState, "subcommittees").failures == 0


def test_failures_that_are_long_ago_do_not_count(client, hook):
    hook(lambda **_: 1 / 0)
    for _ in range(2):
        client.get("/")
    with transaction():
        db.session.get(PluginState, "subcommittees").failed_at -= service.WINDOW * 2
    client.get("/")
    row = db.session.get(PluginState, "subcommittees")
    assert (row.enabled, row.failures) == (True, 1)


def test_a_panel_that_cannot_be_drawn_costs_itself(client, hook):
    hook(lambda **_: [Panel("subcommittees/nothing.html")], "portal_panels")
    assert client.get("/").status_code == 200
    assert "TemplateNotFound" in db.session.get(PluginState, "subcommittees").failure


def test_a_panel_brings_templates_of_its_own_module_only(client, hook):
    hook(lambda **_: [Panel("home/index.html")], "portal_panels")
    assert client.get("/").status_code == 200
    assert "is not one of subcommittees" in db.session.get(PluginState, "subcommittees").failure


def test_an_event_that_fails_is_blamed_and_the_act_stands(app, hook):
    hook(lambda **_: 1 / 0, "portal_event")
    with transaction():
        emit(Event("test.happened"))
    assert "portal_event: ZeroDivisionError" in db.session.get(PluginState, "subcommittees").failure


HANGS = """
import threading
from portal.host import watch
watch.LIMIT = 0.2
told, answered = [], threading.Event()
def hangs(name):
    told.append(name)
    answered.set()
with watch.watch(hangs, answers=True) as watched:
    ((_name, _value, error),) = watched.run([("sleeper", lambda: answered.wait(60), ())], {})
print(type(error).__name__, told)
"""


def test_a_hook_that_hangs_where_python_cannot_interrupt_it_is_blamed_meanwhile():
    # In a process of its own: while coverage traces, the second thread gets no turn after it has interrupted the first.
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=600)
    assert done.stdout == "HookTooSlow ['sleeper']\n", done.stderr


def test_nothing_is_interrupted_while_it_is_stored(app, monkeypatch):
    monkeypatch.setattr(watch, "LIMIT", 0.2)

    def waits(_session):
        for _ in range(100):
            time.sleep(0.01)

    def stores(then):
        def hook():
            with transaction():
                db.session.add(PluginState(name="stored", enabled=True, changed_at=clock.now()))
            then()

        return hook

    event.listen(db.session, "after_commit", waits)
    try:
        with watch.watch(print, answers=False) as watched:
            told = [error for _name, _value, error in watched.run([("slow", stores(lambda: None), ())], {}) if error]
        assert told == []
        assert db.session.get(PluginState, "stored") is not None
        with transaction():
            db.session.delete(db.session.get(PluginState, "stored"))
        with watch.watch(print, answers=False) as watched:
            hooks = [("slow", stores(lambda: waits(None)), ())]
            told = [type(error) for _name, _value, error in watched.run(hooks, {})]
        assert told == [watch.HookTooSlow]
    finally:
        event.remove(db.session, "after_commit", waits)


def test_a_hook_that_eats_memory_is_blamed(app, monkeypatch):
    held = [0]
    monkeypatch.setattr(watch, "_size", lambda: held[0])
    monkeypatch.setattr(watch, "_doubt", [0])

    def eat():
        held[0] += 2 * watch.MEMORY

    told = []
    for _ in range(2):  # the first time only the round is measured
        with watch.watch(print, answers=True) as watched:
            told += [str(error) for _name, _value, error in watched.run([("eater", eat, ())], {})]
    assert told == ["the process grew by 128 MB during one call"]


def test_a_hook_that_eats_little_by_little_is_blamed_too(app, monkeypatch):
    held = [1]
    monkeypatch.setattr(watch, "_size", lambda: held[0])
    monkeypatch.setattr(watch, "_doubt", [watch.ROUNDS])

    def eat():
        held[0] += watch.MEMORY // 2

    told = []
    for _ in range(10):
        with watch.watch(print, answers=True) as watched:
            told += [str(error) for _name, _value, error in watched.run([("nibbler", eat, ())], {}) if error]
    assert told == ["the process grew by 288 MB during its calls"]


def test_an_organisation_chooses_for_its_own_people(client, as_role, org):
    ministry, other = org("moe"), org("moh")
    officer, elsewhere = as_role("focal_point", org=ministry), as_role("focal_point", org=other)
    administrator = as_role("organisation_administrator", org=ministry)
    page = administrator.get("/modules/own", follow_redirects=True)
    assert "Modules of an organisation" in page.text
    address = f'href="/modules/organisations/{ministry.id}"'
    assert address in administrator.get(f"/people/organisations/{ministry.id}").text
    assert address not in officer.get(f"/people/organisations/{ministry.id}").text
    administrator.post(f"/modules/organisations/{ministry.id}/subcommittees", data={"enabled": "0", "reason": "Later"})
    assert "Later" in administrator.get(f"/modules/organisations/{ministry.id}").text
    answer = officer.get("/subcommittees/")
    assert answer.status_code == 404
    assert "administrator of your organisation" in answer.text
    assert 'href="/subcommittees/"' not in officer.get("/").text
    assert elsewhere.get("/subcommittees/").status_code == 200
    assert client.get("/").status_code == 200
    administrator.post(f"/modules/organisations/{ministry.id}/subcommittees", data={"enabled": "1"})
    assert officer.get("/subcommittees/").status_code == 200


def test_who_belongs_to_two_organisations_sees_what_either_uses(identity, sign_in, org):
    first, second = org("moe"), org("moh")
    person = identity("focal_point", org=first)
    with transaction():
        db.session.add(Grant(user_id=person.id, role="observer", org_id=second.id, valid_from=clock.today()))
        host = current_host()
        service.choose(host, first.id, "subcommittees", False, user_id=person.id)
    assert sign_in(person).get("/subcommittees/").status_code == 200
    with transaction():
        service.choose(host, second.id, "subcommittees", False, user_id=person.id)
    assert sign_in(person).get("/subcommittees/").status_code == 404


def test_an_organisation_administrator_chooses_for_no_other(as_role, org):
    administrator, other = as_role("organisation_administrator", org=org("moe")), org("moh")
    assert administrator.get(f"/modules/organisations/{other.id}").status_code == 404
    answer = administrator.post(f"/modules/organisations/{other.id}/subcommittees", data={"enabled": "0"})
    assert answer.status_code == 404
    assert administrator.get("/modules/").status_code == 403


def test_what_the_site_does_not_offer_cannot_be_chosen(app, org, identity):
    host, ministry, person = current_host(), org("moe"), identity("administrator")
    with transaction():
        service.switch(host, "subcommittees", False, user_id=person.id)
    with pytest.raises(service.CannotSwitch), transaction():
        service.choose(host, ministry.id, "subcommittees", True, user_id=person.id)


def test_what_an_organisation_does_not_use_is_no_part_of_its_commands_and_jobs(app, org, identity, runner, tmp_path):
    ministry = org("moe")
    person = identity("focal_point", org=ministry)
    listing = ["datasets", "export", "subcommittees.tasks", "--format", "csv", "--lang", "en", "--as", person.email]
    listing += ["--out", str(tmp_path / "tasks.csv")]
    assert runner.invoke(main, listing).exit_code == 0
    with transaction():
        service.choose(current_host(), ministry.id, "subcommittees", False, user_id=person.id)
        service.choose(current_host(), ministry.id, "reports", False, user_id=person.id)
    refused = runner.invoke(main, listing)
    assert refused.exit_code != 0
    assert "Traceback" not in refused.output
    job = jobs.start(person.id, "reports.make", title="Make", record_id=1)
    db.session.expire_all()
    assert db.session.get(jobs.Job, job.id).state == "failed"


def test_what_the_hooks_of_a_request_take_is_told_and_a_slow_request_is_counted(client, hook, as_role, monkeypatch):
    monkeypatch.setattr(watch, "BUDGET", 0.01)
    hook(lambda **_: time.sleep(0.02))
    before = watch.over_budget[0]
    assert float(client.get("/").headers["Server-Timing"].partition("dur=")[2]) >= 20
    assert watch.over_budget[0] == before + 1
    assert "the budget is 10 ms" in as_role("administrator").get("/modules/").text
