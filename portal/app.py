"""The application, made in one ordered list of steps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from flask import Flask, Request, current_app, has_app_context, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.routing import BuildError, IntegerConverter, Map
from werkzeug.utils import cached_property

from portal import audit, clock, config, documents, health, jobs, logs, people, ui
from portal.db import db, listeners
from portal.demo import models as demo_models
from portal.documents.registry import registry as document_registry
from portal.errors import ModuleOff, answer_errors
from portal.forms import models as form_models
from portal.forms import pages as form_pages
from portal.forms import permissions as form_permissions
from portal.forms.fields import of_modules as question_types
from portal.forms.openrosa import page as openrosa_page
from portal.forms.openrosa import views as openrosa_views
from portal.forms.rest import views as form_rest
from portal.forms.slots import slots
from portal.home import document_views, place_views
from portal.home import permissions as home_permissions
from portal.home import views as home_views
from portal.host import permissions as host_permissions
from portal.host import removal
from portal.host import service as host_service
from portal.host import settings as host_settings
from portal.host import views as host_views
from portal.host.host import CORE, Host, current_host, init_host
from portal.host.overrides import init_overrides
from portal.i18n import LOCALES, _, init_babel
from portal.meetings import models as meeting_models
from portal.people import api_tokens, identity, rights
from portal.records import aside, kinds, options
from portal.records import permissions as record_permissions
from portal.records import views as record_views
from portal.routing import PUBLIC, SIGNED_IN, Blueprint, Rule
from portal.text import UnreadableText, nfc
from portal.webhooks import permissions as webhook_permissions
from portal.webhooks import views as webhook_views

TABLES = (demo_models, form_models, meeting_models)
"""Rooms that bring tables and nothing else to an application; named so that migrations see them."""


class NormalDict(ImmutableMultiDict[str, str]):
    """Parameters in normal form C; NUL and lone surrogates are refused with 400."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        try:
            for key, values in list(self.lists()):
                clean = [nfc(value) if isinstance(value, str) else value for value in values]
                if nfc(key) != key or clean != values:
                    dict.pop(self, key)
                    dict.__setitem__(self, nfc(key), clean)  # type: ignore[misc]
        except UnreadableText:
            raise BadRequest from None


class NormalRequest(Request):
    """A request whose parameters are NormalDict; once they were refused there are none, for the page that says so."""

    parameter_storage_class = NormalDict

    @cached_property
    def args(self) -> Any:
        """The parameters of the address; raises BadRequest the first time they are asked for."""
        try:
            return super().args
        except BadRequest:
            self.__dict__["args"] = NormalDict()
            raise


class RowNumber(IntegerConverter):
    """A number in an address that a row could have; a larger one is an address that does not exist."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": 2**31 - 1} | kwargs)


class Portal(Flask):
    """Flask with parameters that are normalised before any view reads them."""

    request_class = NormalRequest
    url_rule_class = Rule


class RouteWithoutPermission(RuntimeError):
    """A blueprint that is none of portal.routing, or a permission nobody declared."""


def instance_folder() -> Path:
    """PORTAL_INSTANCE, else ``instance/`` of the checkout, else ``instance/`` here."""
    if named := os.environ.get("PORTAL_INSTANCE"):
        return Path(named).resolve()
    checkout = config.ROOT / "instance"
    return checkout if checkout.is_dir() else Path.cwd() / "instance"


def _read_parameters() -> None:
    """Refuse an address whose parameters cannot be read before anything else asks for them."""
    request.args  # noqa: B018 - reading them is what refuses


def create_app(given: dict[str, Any] | None = None) -> Flask:
    """Make the portal. *given* settings win over the file and the environment; ``INSTANCE`` is the folder."""
    given = dict(given or {})
    instance = Path(given.pop("INSTANCE", None) or instance_folder())
    instance.mkdir(parents=True, exist_ok=True)
    app = Portal("portal", instance_path=str(instance), static_folder=None, template_folder=str(instance / "templates"))
    app.url_map.converters["int"] = RowNumber
    config.configure(app, os.environ, given)
    clock.set_zone(app.config["TIMEZONE"])
    logs.init_logs(app)
    app.before_request(_read_parameters)
    db.init_app(app)
    host = init_host(app)
    host.blamed = host_service.blamed
    init_babel(app, [p.folder / "translations" for p in host.installed()], _own_locale)
    CSRFProtect(app)
    people.init_people(app)
    jobs.init_jobs(app)
    ui.init_ui(app)
    ui.paint_with(svg=documents.picture_svg, table=documents.picture_numbers, article=documents.fragment)
    _adopt(app, host)
    _mount(app, host)
    init_overrides(app)
    _guard(app)
    answer_errors(app)
    _context(app)
    _check_health(app)
    return app


def _own_locale() -> str | None:
    """The language of the reader's account; a program that asks for a language by itself gets that."""
    if request.endpoint in current_app.extensions["portal_api"] and (
        best := request.accept_languages.best_match(LOCALES)
    ):
        return best
    return identity.current().locale


def _adopt(app: Flask, host: Host) -> None:
    """Hand what the modules declare to the rooms that keep it."""
    for source in (
        people.PERMISSIONS,
        record_permissions.PERMISSIONS,
        form_permissions.PERMISSIONS,
        webhook_permissions.PERMISSIONS,
        host_permissions.PERMISSIONS,
        home_permissions.PERMISSIONS,
    ):
        for permission in source:
            rights.registry.declare(permission)
    host.adopt("portal_permissions", _declare_permission)
    kinds.declare([form_pages.KIND])
    host.adopt("portal_record_kinds", lambda name, kind: kinds.declare([_own(name, kind.plugin, kind)]))
    host.adopt("portal_form_slots", slots.declare)
    host.adopt("portal_field_types", question_types.declare)
    host.adopt("portal_datasets", document_registry.declare_dataset)
    host.adopt("portal_documents", document_registry.declare_document)
    host.adopt("portal_jobs", lambda name, job: jobs.register(job.name, job.function, name, job.crontab))
    host.adopt("portal_settings", lambda name, declared: host_settings.declare(host, name, declared))
    jobs.register("document", document_views.make_document)
    on = lambda: current_host().on()  # noqa: E731
    kinds.on_plugins = document_registry.on_plugins = slots.on_plugins = on
    question_types.on_plugins = lambda: current_host().on() if has_app_context() else frozenset()
    question_types.failed = lambda name, error: current_host().blame(name, "portal_field_types", error)
    question_types.draw = lambda name, draw: current_host().draw(name, draw, "portal_field_types")
    aside.extra_panels[:] = [lambda place, subject, user: current_host().panels(place, subject, user)]
    api_tokens.codes_of[:] = [openrosa_page.code_of]
    api_tokens.forms_of[:] = [lambda user: options(user, "form")]
    aside.documents_for[:] = [document_registry.documents]
    listeners[:] = [lambda event: current_host().send(event)]
    audit.actor_source[:] = [lambda: identity.current().id]


def _own(plugin: str, named: str, value: Any) -> Any:
    if named != plugin:
        raise ValueError(f"{plugin} declares something of {named}")
    return value


def _declare_permission(plugin: str, permission: rights.Permission) -> None:
    _own(plugin, permission.name.partition(".")[0], permission)
    rights.registry.declare(permission)


def _mount(app: Flask, host: Host) -> None:
    """Register the blueprints, each route with the permission it declared."""
    app.extensions["portal_permissions"] = {}
    app.extensions["portal_owners"] = {}
    app.extensions["portal_unlogged"] = set()
    app.extensions["portal_api"] = {}
    core: list[tuple[Blueprint, str]] = [
        (home_views.bp, ""),
        (document_views.bp, "/documents"),
        (place_views.bp, "/places"),
        (record_views.bp, "/records"),
        (form_pages.bp, "/forms"),
        (form_rest.bp, "/api/v1"),
        (webhook_views.bp, "/webhooks"),
        (openrosa_views.bp, ""),
        (host_views.bp, "/modules"),
        (health.bp, ""),
        (jobs.bp, "/jobs"),
        *people.BLUEPRINTS,
        *ui.BLUEPRINTS,
    ]
    for blueprint, prefix in core:
        mount(app, CORE, blueprint, prefix)
    taken = {prefix.strip("/") for _blueprint, prefix in core} | {blueprint.name for blueprint, _prefix in core}
    host.adopt("portal_blueprints", lambda name, blueprint: _try_out(app, name, blueprint, taken))
    for plugin in host.installed():
        for blueprint in plugin.boot["portal_blueprints"]:
            mount(app, plugin.name, blueprint, f"/{plugin.name}")


def _try_out(app: Flask, plugin: str, blueprint: Any, taken: set[str]) -> None:
    """Mount a module's blueprint where it does no harm; raises for all that the real portal would refuse."""
    scratch = Flask("portal", static_folder=None)
    scratch.url_map.converters |= app.url_map.converters
    scratch.extensions |= {"portal_permissions": {}, "portal_owners": {}, "portal_unlogged": set(), "portal_api": {}}
    if plugin in taken:
        raise RouteWithoutPermission(f"/{plugin} belongs to the portal itself")
    if isinstance(blueprint, Blueprint) and blueprint.name in taken | {*app.blueprints}:
        raise RouteWithoutPermission(f"two blueprints are named {blueprint.name}")
    mount(scratch, plugin, blueprint, f"/{plugin}")
    if blueprint.name != plugin and not blueprint.name.startswith(f"{plugin}_"):
        raise RouteWithoutPermission(f"blueprint {blueprint.name} of {plugin}")
    rules = [(rule.rule, method) for rule in scratch.url_map.iter_rules() for method in rule.methods or ()]
    twice = sorted({rule for rule, method in rules if rules.count((rule, method)) > 1})
    if twice:
        raise RouteWithoutPermission(f"two views answer {', '.join(twice)}")
    taken.add(blueprint.name)


def mount(app: Flask, owner: str, blueprint: Blueprint, prefix: str) -> None:
    """Register *blueprint*; raises RouteWithoutPermission where a route's permission is not declared anywhere."""
    if not isinstance(blueprint, Blueprint):
        raise RouteWithoutPermission(f"{blueprint!r} is no portal.routing.Blueprint")
    for endpoint, permission in blueprint.permissions.items():
        if not rights.registry.known(permission):
            raise RouteWithoutPermission(f"{blueprint.name}.{endpoint}: nobody declares {permission}")
        app.extensions["portal_permissions"][f"{blueprint.name}.{endpoint}"] = permission
    app.extensions["portal_unlogged"] |= {f"{blueprint.name}.{name}" for name in blueprint.unlogged}
    app.extensions["portal_owners"][blueprint.name] = owner
    app.register_blueprint(blueprint, url_prefix=prefix or None)
    for name, scheme in blueprint.api.items():
        app.extensions["portal_api"][f"{blueprint.name}.{name}"] = scheme
        if "csrf" in app.extensions:
            app.extensions["csrf"].exempt(app.view_functions[f"{blueprint.name}.{name}"])  # the guard asks for it


def _guard(app: Flask) -> None:
    """Before a view: its module is on, its permission is held. What declares none does not open."""
    permissions: dict[str, str] = app.extensions["portal_permissions"]
    owners: dict[str, str] = app.extensions["portal_owners"]
    programs: dict[str, str] = app.extensions["portal_api"]

    @app.before_request
    def authorise() -> ResponseReturnValue | None:
        endpoint = request.endpoint
        if endpoint is None:
            return None
        program = endpoint in programs
        if program and (found := api_tokens.identity_of_request()) is not None:
            identity.use(found)
        owner = owners.get(request.blueprint or "", CORE)
        if owner != CORE and owner not in current_host().on():
            raise ModuleOff(owner)
        permission = permissions.get(endpoint)
        if permission is None:
            raise Forbidden
        if program:
            _check_program(permission)
            return None
        if permission == PUBLIC:
            return None
        user = identity.current()
        if user.can(permission):
            if user.needs_second_factor and request.blueprint not in ("account", "ui"):
                return redirect(url_for("account.second_factor"), 303)
            return None
        if not user.signed_in:
            back = request.full_path if request.method in ("GET", "HEAD") else "/"
            return redirect(url_for("account.sign_in", next=back.rstrip("?")), 303)
        raise Forbidden


def _check_program(permission: str) -> None:
    """The guard of a route for programs: the token, else the session with its CSRF token, must hold *permission*."""
    user = identity.current()
    if user.token is None and user.signed_in and current_app.config["WTF_CSRF_ENABLED"]:
        current_app.extensions["csrf"].protect()
    if permission == PUBLIC:
        return
    if not user.can(permission):
        raise Forbidden if user.signed_in else api_tokens.unauthorized()
    if permission != SIGNED_IN and not user.may(permission):
        raise ui.Problem(403, "token_permission", _("This token was not made for that. Make another one."))
    if user.needs_second_factor:
        raise ui.Problem(
            403, "second_factor", _("Your role needs a second factor. Set it up on the page of your account.")
        )


def _context(app: Flask) -> None:
    """What the layout needs on every page."""
    urls: dict[str, str] = {}

    def menu() -> list[dict[str, Any]]:
        user, host = identity.current(), current_host()
        found = [(name, item) for name, item in host.call("portal_menu", user=user) if user.can(item.permission)]
        out = []
        for name, item in sorted(found, key=lambda each: each[1].order):
            if item.endpoint not in urls:
                try:
                    urls[item.endpoint] = url_for(item.endpoint)
                except BuildError as error:
                    host.blame(name, "portal_menu", error)
                    continue
            out.append({"title": item.title, "url": urls[item.endpoint], "icon": item.icon, "group": item.group})
        return out

    @app.context_processor
    def values() -> dict[str, Any]:
        return {
            "portal_menu": menu,
            "user": identity.current(),
            "today": clock.today,
            "draw_panel": _draw_panel,
        }


def _draw_panel(panel: Any) -> Any:
    """A module's panel as HTML; one that cannot be drawn costs only itself."""
    drawn = current_host().draw(
        panel.template.partition("/")[0], lambda: render_template(panel.template, **panel.context)
    )
    return ui.safe(drawn or "")


def _check_health(app: Flask) -> None:
    """What /readyz looks at besides the rooms' own checks."""

    @health.check("migrations", "failed")
    def migrated() -> str | None:
        behind = removal.due(current_host())
        return f"behind: {', '.join(behind)}" if behind else None

    @health.check("plugins")
    def loaded() -> str | None:
        host = current_host()
        failed = [p.name for p in host.failed()]
        off = host_service.given_up()
        causes = [f"failed: {', '.join(failed)}"] * bool(failed) + [f"switched off: {', '.join(off)}"] * bool(off)
        return "; ".join(causes) or None
