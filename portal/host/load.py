"""Finding and loading modules, stage by stage; a module that fails leaves no trace but its failure."""

from __future__ import annotations

import importlib.util
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
from sqlalchemy.orm import configure_mappers

import portal
from portal import hookspecs
from portal.config import ROOT
from portal.db import PluginModels, metadata
from portal.host.manifest import Manifest, check

BOOT_HOOKS = (
    "portal_blueprints",
    "portal_permissions",
    "portal_record_kinds",
    "portal_form_slots",
    "portal_field_types",
    "portal_datasets",
    "portal_documents",
    "portal_jobs",
    "portal_commands",
    "portal_settings",
)


SECONDS = 30.0
"""How long a module may take to load; one that takes longer is left out."""


class LoadsTooLong(BaseException):
    """A module did not load within SECONDS."""

    def __str__(self) -> str:
        return f"it did not load within {SECONDS:g} seconds"


@dataclass
class Plugin:
    """A module as it was found: *state* is ``installed`` or ``failed``; then *stage* and *error* say why.

    *seconds* is how long it took to load.
    """

    name: str
    package: str
    folder: Path
    manifest: Manifest | None = None
    state: str = "installed"
    stage: str = ""
    error: str = ""
    trace: str = ""
    seconds: float = 0.0
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
        found[point.name] = _distributed(point.name, point.value)
    for name in found:
        if shorter := [other for other in found if name.startswith(f"{other}_")]:
            refused = Plugin(name, "", found[name].folder, state="failed", stage="discover")
            refused.error = f"its tables could not be told from those of {shorter[0]}"
            found[name] = refused
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in names:
        if name not in found:
            found[name] = Plugin(name, "", Path(), state="failed", stage="discover", error=f"no module {name}")
    return [found[name] for name in sorted(found) if not names or name in names]


def _distributed(name: str, package: str) -> Plugin:
    """A module of another distribution; failed where its package cannot be found."""
    try:
        with _time_limit():
            spec = importlib.util.find_spec(package)  # imports the packages above it
    except (Exception, SystemExit, LoadsTooLong) as error:
        spec, why = None, f"{type(error).__name__}: {error}"
    else:
        why = f"no package {package}"
    if spec is None or not spec.origin:
        return Plugin(name, "", Path(), state="failed", stage="discover", error=why)
    return Plugin(name, package, Path(spec.origin).parent)


def load(plugin: Plugin, manager: pluggy.PluginManager) -> None:
    """Import *plugin* and register its hooks; on failure it is unregistered and knows stage and cause."""
    if plugin.state == "failed":
        return
    begun = time.perf_counter()
    try:
        with _time_limit():
            _load(plugin, manager)
    except (Exception, SystemExit, LoadsTooLong) as error:
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        fail(plugin, error)
    plugin.seconds = time.perf_counter() - begun


def _load(plugin: Plugin, manager: pluggy.PluginManager) -> None:
    """The stages of load(), each named in ``plugin.stage`` while it runs."""

    def stage(name: str, act: Callable[[], Any]) -> Any:
        plugin.stage = name
        return act()

    module = stage("manifest", lambda: import_module(f"{plugin.package}.plugin"))
    plugin.manifest = stage("check", lambda: check(getattr(module, "manifest", None), plugin.name, portal.__version__))
    if (plugin.folder / "models.py").exists():
        stage("models", lambda: import_module(f"{plugin.package}.models"))
        stage("mappers", configure_mappers)
    hooks: ModuleType = stage("import", lambda: import_module(f"{plugin.package}.hooks"))
    stage("hooks", lambda: manager.register(hooks, plugin.name))
    stage("hooks", manager.check_pending)
    for name in BOOT_HOOKS:
        plugin.boot[name] = stage(name, lambda name=name: _boot(hooks, name))  # type: ignore[misc]
    plugin.stage = ""


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raise LoadsTooLong after SECONDS, also out of a sleep. Needs the main thread and a system with signals."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: Any) -> None:
        raise LoadsTooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _boot(hooks: ModuleType, name: str) -> list[Any]:
    function = getattr(hooks, name, None)
    result = function() if function is not None else []
    if not isinstance(result, list):
        raise TypeError(f"{name} returned {type(result).__name__}, not a list")
    return result


def fail(plugin: Plugin, error: BaseException) -> None:
    """Mark *plugin* failed at its present stage and take its models away, so that they break no other module."""
    plugin.state = "failed"
    plugin.error = f"{type(error).__name__}: {error}{place(error, plugin.folder)}"
    plugin.trace = "".join(traceback.format_exception(error))
    plugin.boot = {}
    for base in PluginModels.__subclasses__():
        if plugin.package and base.__module__.startswith(f"{plugin.package}."):
            registry: Any = base.registry  # type: ignore[attr-defined]
            for table in {mapper.local_table for mapper in registry.mappers}:
                metadata.remove(table)
            registry.dispose()
    for name in [name for name in sys.modules if plugin.package and name.startswith(f"{plugin.package}.")]:
        del sys.modules[name]


def place(error: BaseException, folder: Path) -> str:
    """Where in *folder* an error arose: `` (hooks.py, line 12)``; empty where it arose elsewhere."""
    if isinstance(error, SyntaxError):
        return ""  # its own text says where
    inside = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(f"{folder}/")]
    return f" ({inside[-1].filename[len(str(folder)) + 1 :]}, line {inside[-1].lineno})" if inside else ""


def manager() -> pluggy.PluginManager:
    """A plugin manager that knows the hooks of portal.hookspecs."""
    made = pluggy.PluginManager(hookspecs.PROJECT)
    made.add_hookspecs(hookspecs)
    return made
