"""Modules are found, loaded, switched; one that is broken costs only itself."""

from __future__ import annotations

import sys
import textwrap

import pluggy
import pytest

from portal.db import transaction
from portal.host import load, service
from portal.host.host import CORE, Host
from portal.host.load import Plugin
from portal.host.manifest import BadManifest, Manifest, check, fits

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
        for file, text in (GOOD | {key.replace("__", "."): value for key, value in files.items()}).items():
            (folder / file).write_text(textwrap.dedent(text).replace("{name}", name), "utf-8")
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


def test_a_failed_module_is_not_switched_on(app):
    host = Host()
    plugin = Plugin("bad", "x", load.ROOT, state="failed", error="ImportError: x")
    host.plugins["bad"] = plugin
    with pytest.raises(service.CannotSwitch), transaction():
        service.switch(host, "bad", True, user_id=None)


def test_a_hook_that_raises_costs_its_own_part_only(app):
    host = app.extensions["portal_host"]
    raising, host.raising = host.raising, False
    spoiled = host.manager.hook.portal_menu.get_hookimpls()[0]
    function, spoiled.function = spoiled.function, lambda **_: 1 / 0
    try:
        from portal.people.identity import Identity

        names = {name for name, _ in host.call("portal_menu", user=Identity.anonymous())}
    finally:
        spoiled.function, host.raising = function, raising
    assert spoiled.plugin_name not in names
    assert names


def test_the_core_is_always_on(app):
    assert CORE in app.extensions["portal_host"].on()
