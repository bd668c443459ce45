"""The host of one application: which modules are there, which are on, and calling them safely."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, has_app_context, has_request_context
from sqlalchemy import Integer, bindparam, null, select, union_all

from portal.db import db
from portal.host import load, watch
from portal.host.load import Plugin
from portal.host.models import PluginChoice, PluginState
from portal.host.types import DemoLoader, MenuItem, Panel
from portal.people import identity
from portal.people.identity import Identity

log = structlog.get_logger("portal.host")

CORE = "core"
"""Name under which the core's own kinds, datasets and commands stand; it is always on."""


ANSWERING = frozenset({"portal_menu", "portal_panels"})
"""Hooks that answer a page: they read and change nothing."""
_VALUES: dict[str, type] = {"portal_menu": MenuItem, "portal_panels": Panel, "portal_demo": DemoLoader}

_state = PluginState.metadata.tables[PluginState.__tablename__].c
_choice = PluginChoice.metadata.tables[PluginChoice.__tablename__].c
_SWITCHES = select(_state.name, _state.enabled, null().cast(Integer).label("org_id"), _state.settings)
_CHOICES = union_all(
    _SWITCHES,
    select(_choice.plugin, _choice.enabled, _choice.org_id, null().cast(_state.settings.type)).where(
        _choice.org_id.in_(bindparam("orgs", expanding=True))
    ),
)


def _choosing(user: Identity) -> tuple[int, ...]:
    """The organisations whose choice counts for *user*; none for strangers and roles of the whole site."""
    return () if any(grant.org_id is None for grant in user.grants) else user.orgs


def _spend(seconds: float) -> None:
    g.portal_hook_seconds = g.get("portal_hook_seconds", 0.0) + seconds


def _values(plugin: str, hook: str, result: Any, kind: type) -> list[Any]:
    """The list a hook returned; raises TypeError where it is none, or holds something else than *kind*."""
    if not isinstance(result, list):
        raise TypeError(f"{hook} returned {type(result).__name__}, not a list")
    for value in result:
        if not isinstance(value, kind):
            raise TypeError(f"{hook} returned a list with {type(value).__name__}, not {kind.__name__}")
        if isinstance(value, Panel) and value.template.partition("/")[0] != plugin:
            raise TypeError(f"{hook} returned a panel whose template {value.template!r} is not one of {plugin}")
    return result


class PluginFailed(RuntimeError):
    """Raised at start where PLUGIN_ERRORS is ``raise``: a module did not load."""


class Host:
    """Modules of one application, by name."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.manager = load.manager()
        self.raising = app.config["PLUGIN_ERRORS"] == "raise"
        self.blamed: Callable[[Host, str, str], None] = lambda host, name, told: None
        self._hooks: dict[str, list[watch.Hook]] = {}
        self.plugins: dict[str, Plugin] = {}
        for plugin in load.discover(app.config["PLUGINS"]):
            load.load(plugin, self.manager)
            self.plugins[plugin.name] = plugin
            self._report(plugin)

    def _report(self, plugin: Plugin) -> None:
        if plugin.state == "failed":
            log.error("plugin failed", plugin=plugin.name, stage=plugin.stage, error=plugin.error)
            if self.raising:
                raise PluginFailed(f"{plugin.name} at {plugin.stage}: {plugin.error}\n{plugin.trace}")

    def adopt(self, hook: str, accept: Callable[[str, Any], None]) -> None:
        """Give each value a boot hook returned to *accept(plugin name, value)*; refusal fails that module."""
        for plugin in self.installed():
            plugin.stage = hook
            try:
                for value in plugin.boot.get(hook, []):
                    accept(plugin.name, value)
            except (Exception, SystemExit) as error:
                load.fail(plugin, error)
                self.manager.unregister(name=plugin.name)
                self._hooks.clear()
                self._report(plugin)
            else:
                plugin.stage = ""

    def installed(self) -> list[Plugin]:
        """The modules that loaded, by name."""
        return [p for p in self.plugins.values() if p.state == "installed"]

    def failed(self) -> list[Plugin]:
        """The modules that did not load, by name."""
        return [p for p in self.plugins.values() if p.state == "failed"]

    def offered(self) -> frozenset[str]:
        """Names of the modules that the site offers, and CORE."""
        return self._switches(())[0]

    def on(self) -> frozenset[str]:
        """Names of the modules that are on for whoever asks, and CORE; read once per request, in one query.

        Somebody of one organisation or several sees the modules that any of these has chosen; somebody whose role
        reaches the whole site sees all that the site offers, and so does a job.
        """
        known: frozenset[str] | None = g.get("portal_on") if has_app_context() else None
        if known is not None:
            return known
        if not has_request_context():
            return self.offered()
        g.portal_on = chosen = self._switches(_choosing(identity.current()))[1]
        return chosen

    def stored_settings(self, name: str) -> Mapping[str, Any]:
        """What is kept of a module's settings; in a request read together with the switches."""
        if has_request_context() and "portal_settings" not in g:
            self.on()
        if has_request_context() and "portal_settings" in g:
            kept: dict[str, dict[str, Any]] = g.portal_settings
            return kept.get(name, {})
        return db.session.scalar(select(_state.settings).where(_state.name == name)) or {}

    def look_as(self, user: Identity) -> None:
        """From here on to the end of the application context on() answers for *user*: a command, a job."""
        g.portal_on = self._switches(_choosing(user))[1]

    def look_as_account(self, user_id: int | None) -> None:
        """The same for an account by its number; nothing where it cannot sign in."""
        user = identity.of_user(user_id) if user_id is not None else None
        if user is not None:
            self.look_as(user)

    def _switches(self, orgs: tuple[int, ...]) -> tuple[frozenset[str], frozenset[str]]:
        """What the site offers, and what of it is on for people of *orgs* (none: all of it)."""
        rows = db.session.execute(_CHOICES, {"orgs": orgs}).all() if orgs else db.session.execute(_SWITCHES).all()
        decided = {row.name: row.enabled for row in rows if row.org_id is None}
        if has_request_context():
            g.portal_settings = {row.name: row.settings or {} for row in rows if row.org_id is None}
        offered = {CORE} | {
            p.name
            for p in self.installed()
            if decided.get(p.name, p.manifest is not None and p.manifest.default_enabled)
        }
        off: defaultdict[str, int] = defaultdict(int)
        for row in rows:
            if row.org_id is not None and not row.enabled:
                off[row.name] += 1
        return frozenset(offered), frozenset(name for name in offered if not orgs or off[name] < len(orgs))

    def call(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Call a serving hook of every module that is on, by name; ``(plugin, value)`` for each value.

        A module that raises, hangs, writes or returns something else than a list of what the hook promises loses
        its part only, and is blamed for it.
        """
        on, kind = self.on(), _VALUES.get(hook, object)
        found: list[tuple[str, Any]] = []
        wrong: list[tuple[str, BaseException]] = []
        begun = time.perf_counter()
        hooks = [each for each in self._implementations(hook) if each[0] in on]
        with watch.watch(lambda name: self.blame_now(name, hook, "hangs"), answers=hook in ANSWERING) as watched:
            for name, result, error in watched.run(hooks, arguments):
                if error is not None:
                    wrong.append((name, error))
                else:
                    try:
                        found += [(name, value) for value in _values(name, hook, result, kind)]
                    except TypeError as refused:
                        wrong.append((name, refused))
        _spend(time.perf_counter() - begun)
        for name, error in wrong:
            self.blame(name, hook, error)
        return found

    def _implementations(self, hook: str) -> list[watch.Hook]:
        """Module, function and argument names of every implementation of *hook*, by module."""
        if hook not in self._hooks:
            impls = sorted(getattr(self.manager.hook, hook).get_hookimpls(), key=lambda impl: impl.plugin_name)
            self._hooks[hook] = [(impl.plugin_name, impl.function, tuple(impl.argnames)) for impl in impls]
        return self._hooks[hook]

    def draw(self, name: str, draw: Callable[[], Any], hook: str = "portal_panels") -> Any:
        """What *draw* returns: a part of a page that module *name* brought; None where it cannot be drawn."""
        with watch.watch(lambda name: self.blame_now(name, hook, "hangs"), answers=True) as watched:
            begun = time.perf_counter()
            answered = list(watched.run([(name, draw, ())], {}))
            _spend(time.perf_counter() - begun)
        for _name, drawn, error in answered:
            if error is None:
                return drawn
            self.blame(name, hook, error)
        return None

    def blame(self, name: str, hook: str, error: BaseException) -> None:
        """Note that *hook* of a module failed; kept after the request, so that its transaction is not touched.

        Where PLUGIN_ERRORS is ``raise`` the error goes on.
        """
        if self.raising:
            raise error
        log.error("hook failed", plugin=name, hook=hook, exc_info=error)
        if not g.get("portal_transaction"):
            db.session.rollback()
        told = f"{hook}: {type(error).__name__}: {str(error)[:300]}{load.place(error, self.plugins[name].folder)}"
        if has_request_context():
            g.setdefault("portal_blamed", []).append((name, told))
        else:
            self.blamed(self, name, told)

    def blame_now(self, name: str, hook: str, what: str) -> None:
        """The same from another thread, while the hook still hangs."""
        with self.app.app_context():
            log.error("hook hangs", plugin=name, hook=hook)
            self.blamed(self, name, f"{hook}: {what}")

    def after_request(self, response: Response) -> Response:
        """Keep what was blamed during the request; count what its hooks took, and say where that was too much."""
        for name, told in g.pop("portal_blamed", ()):
            self.blamed(self, name, told)
        took = g.pop("portal_hook_seconds", None)
        if took is not None:
            watch.request_took(took)
            response.headers["Server-Timing"] = f"hooks;dur={1000 * took:.1f}"
            if took > watch.BUDGET:
                log.warning("hooks over budget", seconds=round(took, 3), budget=watch.BUDGET)
        return response

    def send(self, event: Any) -> None:
        """Tell an event to every module that is on."""
        self.call("portal_event", event=event)

    def panels(self, place: str, subject: Any, user: Identity) -> list[Panel]:
        """The panels of the modules for a place of the core, in their order."""
        found = [panel for _name, panel in self.call("portal_panels", place=place, subject=subject, user=user)]
        return sorted(found, key=lambda panel: panel.order)

    def units(self) -> list[tuple[str, Any]]:
        """Name and folder of every migration unit of modules that loaded, by name."""
        return [(p.name, p.folder / "migrations") for p in self.installed() if (p.folder / "migrations").is_dir()]


def current_host() -> Host:
    """The host of the application at hand."""
    host: Host = current_app.extensions["portal_host"]
    return host


def init_host(app: Flask) -> Host:
    """Load the modules for *app*."""
    host = Host(app)
    app.after_request(host.after_request)
    app.extensions["portal_host"] = host
    return host
