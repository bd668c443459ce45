"""The host of one application: which modules are there, which are on, and calling them safely."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from flask import Flask, current_app, g, has_request_context
from sqlalchemy import select

from portal.db import db
from portal.host import load
from portal.host.load import Plugin
from portal.host.models import PluginState

log = structlog.get_logger("portal.host")

CORE = "core"
"""Name under which the core's own kinds, datasets and commands stand; it is always on."""


_table = PluginState.metadata.tables[PluginState.__tablename__]
_SWITCHES = select(_table.c.name, _table.c.enabled)


class PluginFailed(RuntimeError):
    """Raised at start where PLUGIN_ERRORS is ``raise``: a module did not load."""


class Host:
    """Modules of one application, by name."""

    def __init__(self, wanted: str = "", raising: bool = False) -> None:
        self.manager = load.manager()
        self.plugins: dict[str, Plugin] = {}
        for plugin in load.discover(wanted):
            load.load(plugin, self.manager)
            self.plugins[plugin.name] = plugin
            self._report(plugin, raising)
        self.raising = raising

    def _report(self, plugin: Plugin, raising: bool) -> None:
        if plugin.state == "failed":
            log.error("plugin failed", plugin=plugin.name, stage=plugin.stage, error=plugin.error)
            if raising:
                raise PluginFailed(f"{plugin.name} at {plugin.stage}: {plugin.error}\n{plugin.trace}")

    def adopt(self, hook: str, accept: Callable[[str, Any], None]) -> None:
        """Give each value a boot hook returned to *accept(plugin name, value)*; refusal fails that module."""
        for plugin in self.plugins.values():
            for value in plugin.boot.get(hook, []):
                plugin.stage = hook
                try:
                    accept(plugin.name, value)
                except Exception as error:
                    load.fail(plugin, error)
                    self.manager.unregister(name=plugin.name)
                    self._report(plugin, self.raising)
                    break
                plugin.stage = ""

    def installed(self) -> list[Plugin]:
        """The modules that loaded, by name."""
        return [p for p in self.plugins.values() if p.state == "installed"]

    def failed(self) -> list[Plugin]:
        """The modules that did not load, by name."""
        return [p for p in self.plugins.values() if p.state == "failed"]

    def on(self) -> frozenset[str]:
        """Names of the modules that are on, and CORE; read once per request, in one query."""
        if has_request_context() and (known := g.get("portal_on")) is not None:
            return frozenset(known)
        decided = {row.name: row.enabled for row in db.session.execute(_SWITCHES)}
        names = {CORE} | {
            p.name
            for p in self.installed()
            if decided.get(p.name, p.manifest is not None and p.manifest.default_enabled)
        }
        if has_request_context():
            g.portal_on = frozenset(names)
        return frozenset(names)

    def call(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Call a serving hook of every module that is on, by name; yields ``(plugin, value)`` for each value.

        A module that raises or returns something else than a list loses its part only.
        """
        on = self.on()
        impls = sorted(getattr(self.manager.hook, hook).get_hookimpls(), key=lambda impl: impl.plugin_name)
        for impl in impls:
            if impl.plugin_name not in on:
                continue
            begun = time.perf_counter()
            try:
                result = impl.function(**{name: arguments[name] for name in impl.argnames})
                if result is not None and not isinstance(result, list):
                    raise TypeError(f"{hook} returned {type(result).__name__}, not a list")
            except Exception:
                log.exception("hook failed", plugin=impl.plugin_name, hook=hook)
                if self.raising:
                    raise
                continue
            took = time.perf_counter() - begun
            if took > 0.2:
                log.warning("slow hook", plugin=impl.plugin_name, hook=hook, seconds=round(took, 3))
            for value in result or ():
                yield impl.plugin_name, value

    def send(self, event: Any) -> None:
        """Tell an event to every module that is on."""
        for _ in self.call("portal_event", event=event):
            pass

    def units(self) -> list[tuple[str, Any]]:
        """Name and folder of every migration unit of modules that loaded, by name."""
        return [(p.name, p.folder / "migrations") for p in self.installed() if (p.folder / "migrations").is_dir()]


def current_host() -> Host:
    """The host of the application at hand."""
    host: Host = current_app.extensions["portal_host"]
    return host


def init_host(app: Flask) -> Host:
    """Load the modules for *app*."""
    host = Host(app.config["PLUGINS"], app.config["PLUGIN_ERRORS"] == "raise")
    app.extensions["portal_host"] = host
    return host
