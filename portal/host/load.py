"""Finding and loading modules, stage by stage; a module that fails leaves no trace but its failure."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from sqlalchemy.orm import configure_mappers

import portal
from portal import hookspecs
from portal.config import ROOT
from portal.host.manifest import Manifest, check

BOOT_HOOKS = (
    "portal_blueprints",
    "portal_permissions",
    "portal_record_kinds",
    "portal_form_slots",
    "portal_datasets",
    "portal_documents",
    "portal_jobs",
    "portal_commands",
)


@dataclass
class Plugin:
    """A module as it was found: *state* is ``installed`` or ``failed``; then *stage* and *error* say why."""

    name: str
    package: str
    folder: Path
    manifest: Manifest | None = None
    state: str = "installed"
    stage: str = ""
    error: str = ""
    trace: str = ""
    boot: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def title(self) -> Any:
        """Its title, the name where the manifest could not be read."""
        return self.manifest.title if self.manifest else self.name


def source_package() -> tuple[str, Path]:
    """The package of the portal's own modules: ``plugins`` in a checkout, ``portal_plugins`` in a wheel."""
    for name in ("plugins", "portal_plugins"):
        folder = ROOT / name
        if (folder / "__init__.py").exists():
            return name, folder
    return "plugins", ROOT / "plugins"


def discover(wanted: str = "") -> list[Plugin]:
    """All modules by name, from the folder beside the core and from the entry points ``portal.plugins``.

    *wanted* is a comma separated choice of names; empty: all. A name that is wanted and absent is a failure.
    """
    package, folder = source_package()
    found: dict[str, Plugin] = {}
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if (path / "plugin.py").exists() and not path.name.startswith("_"):
                found[path.name] = Plugin(path.name, f"{package}.{path.name}", path)
    for point in entry_points(group="portal.plugins"):
        if point.name in found:
            found[point.name].state, found[point.name].stage = "failed", "discover"
            found[point.name].error = f"two modules are named {point.name}"
            continue
        spec = importlib.util.find_spec(point.value)
        if spec and spec.origin:
            found[point.name] = Plugin(point.name, point.value, Path(spec.origin).parent)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in names:
        if name not in found:
            found[name] = Plugin(name, "", Path(), state="failed", stage="discover", error=f"no module {name}")
    return [found[name] for name in sorted(found) if not names or name in names]


def load(plugin: Plugin, manager: pluggy.PluginManager) -> None:
    """Import *plugin* and register its hooks; on failure it is unregistered and knows stage and cause."""
    if plugin.state == "failed":
        return
    hooks: ModuleType | None = None

    def stage(name: str, act: Callable[[], Any]) -> Any:
        plugin.stage = name
        return act()

    try:
        module = stage("manifest", lambda: importlib.import_module(f"{plugin.package}.plugin"))
        plugin.manifest = stage(
            "check", lambda: check(getattr(module, "manifest", None), plugin.name, portal.__version__)
        )
        if (plugin.folder / "models.py").exists():
            stage("models", lambda: importlib.import_module(f"{plugin.package}.models"))
            stage("mappers", configure_mappers)
        hooks = stage("import", lambda: importlib.import_module(f"{plugin.package}.hooks"))
        stage("hooks", lambda: manager.register(hooks, plugin.name))
        stage("hooks", manager.check_pending)
        for name in BOOT_HOOKS:
            plugin.stage = name
            plugin.boot[name] = _boot(hooks, name)
        plugin.stage = ""
    except (Exception, SystemExit) as error:
        if hooks is not None and manager.is_registered(hooks):
            manager.unregister(hooks)
        fail(plugin, error)


def _boot(hooks: ModuleType, name: str) -> list[Any]:
    function = getattr(hooks, name, None)
    result = function() if function is not None else []
    if not isinstance(result, list):
        raise TypeError(f"{name} returned {type(result).__name__}, not a list")
    return result


def fail(plugin: Plugin, error: BaseException) -> None:
    """Mark *plugin* failed at its present stage."""
    plugin.state = "failed"
    plugin.error = f"{type(error).__name__}: {error}"
    plugin.trace = "".join(traceback.format_exception(error))
    plugin.boot = {}


def manager() -> pluggy.PluginManager:
    """A plugin manager that knows the hooks of portal.hookspecs."""
    made = pluggy.PluginManager(hookspecs.PROJECT)
    made.add_hookspecs(hookspecs)
    return made
