"""The pages of modules: the administrator's of the site, and that of an organisation for its own people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.host import removal, service, settings, watch
from portal.host.host import CORE, current_host
from portal.host.models import PluginChoice, PluginState
from portal.i18n import _
from portal.people import queries as people
from portal.people.identity import current
from portal.people.models import User
from portal.routing import Blueprint

bp = Blueprint("modules", __name__, template_folder="templates")
ACTS = 20
"""How many of the newest switches a page shows."""


def _acts(entity: str, ids: Sequence[str] | None = None) -> Sequence[Any]:
    """The newest switches: history entry and the actor's name."""
    asked = (
        select(HistoryEntry, User.name.label("actor"))
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(HistoryEntry.entity == entity)
        .order_by(HistoryEntry.id.desc())
        .limit(ACTS)
    )
    return db.session.execute(asked if ids is None else asked.where(HistoryEntry.entity_id.in_(ids))).all()


@bp.get("/", permission="plugins.manage")
def index() -> ResponseReturnValue:
    """All modules: on, off, failed (with stage and cause), gone, what their hooks cost, and the newest switches."""
    host, records = current_host(), removal.waiting()
    return render_template(
        "modules/index.html",
        plugins=list(host.plugins.values()),
        orphans=[(name, records.get(name, 0)) for name in removal.orphans(host)],
        on=host.offered(),
        states={row.name: row for row in db.session.scalars(select(PluginState))},
        acts=_acts(PluginState.__tablename__),
        costs=watch.costs,
        requests=watch.requests,
        over_budget=watch.over_budget[0],
        budget=watch.BUDGET,
        tries=service.TRIES,
    )


@bp.post("/<name>", permission="plugins.manage")
def switch(name: str) -> ResponseReturnValue:
    """Switch a module on or off for the site."""
    host = current_host()
    if name not in host.plugins:
        raise NotFound
    enabled = request.form.get("enabled") == "1"
    try:
        with transaction():
            service.switch(host, name, enabled, user_id=current().id, reason=_reason())
    except service.CannotSwitch as refused:
        flash(str(refused), "danger")
    else:
        _say(host.plugins[name].title, enabled)
    return redirect(url_for("modules.index"), 303)


@bp.get("/<name>/settings", permission="plugins.manage")
@bp.post("/<name>/settings", permission="plugins.manage")
def settings_page(name: str) -> ResponseReturnValue:
    """The settings of a module, as its form draws them; what was changed lately."""
    host = current_host()
    declared = settings.declared(host, name)
    if declared is None:
        raise NotFound
    version = settings.version(name)
    values = settings.effective(name, declared, host.stored_settings(name))
    form = settings.form_of(declared, data={**values, "version": version})
    if form.validate_on_submit():
        sent = {key: form[key].data for key in declared.defaults}
        with transaction():
            settings.save(host, name, sent, user_id=current().id, seen=form.version.data)
        flash(_("Saved."), "success")
        return redirect(url_for("modules.settings_page", name=name), 303)
    page = render_template(
        "modules/settings.html",
        plugin=host.plugins[name],
        form=form,
        version=version,
        differing=settings.differing(form, declared, values),
        changes=settings.changes(name, form),
    )
    return page, 422 if form.errors else 200


@bp.post("/<name>/settings/defaults", permission="plugins.manage")
def settings_to_defaults(name: str) -> ResponseReturnValue:
    """Take one setting of a module back to its default, or all of them."""
    host = current_host()
    declared = settings.declared(host, name)
    key = request.form.get("setting", "")
    if declared is None or (key and key not in declared.defaults):
        raise NotFound
    seen = request.form.get("version", -1, int)
    with transaction():
        settings.to_defaults(host, name, [key] if key else declared.defaults, user_id=current().id, seen=seen)
    flash(_("Back to the default."), "success")
    return redirect(url_for("modules.settings_page", name=name), 303)


@bp.get("/own", permission="plugins.choose_own")
def own() -> ResponseReturnValue:
    """The page of the reader's own organisation."""
    mine = [g.org_id for g in current().grants if g.role == "organisation_administrator" and g.org_id is not None]
    if not mine:
        raise NotFound
    return redirect(url_for("modules.organisation", org_id=mine[0]), 303)


@bp.get("/organisations/<int:org_id>", permission="plugins.choose")
def organisation(org_id: int) -> ResponseReturnValue:
    """What the site offers, and which of it the people of an organisation see."""
    org = _organisation(org_id)
    host = current_host()
    choices = {row.plugin: row for row in db.session.scalars(select(PluginChoice).where(PluginChoice.org_id == org_id))}
    return render_template(
        "modules/organisation.html",
        org=org,
        plugins=[host.plugins[name] for name in sorted(host.offered() - {CORE})],
        choices=choices,
        acts=_acts(PluginChoice.__tablename__, [str(row.id) for row in choices.values()]),
        names={str(row.id): row.plugin for row in choices.values()},
        titles={name: plugin.title for name, plugin in host.plugins.items()},
    )


@bp.post("/organisations/<int:org_id>/<name>", permission="plugins.choose")
def choose(org_id: int, name: str) -> ResponseReturnValue:
    """Choose a module for the people of an organisation, or choose it away."""
    _organisation(org_id)
    host, user_id = current_host(), current().id
    if name not in host.plugins or user_id is None:
        raise NotFound
    enabled = request.form.get("enabled") == "1"
    try:
        with transaction():
            service.choose(host, org_id, name, enabled, user_id=user_id, reason=_reason())
    except service.CannotSwitch as refused:
        flash(str(refused), "danger")
    else:
        _say(host.plugins[name].title, enabled)
    return redirect(url_for("modules.organisation", org_id=org_id), 303)


def _organisation(org_id: int) -> Any:
    """The organisation whose modules the reader may choose; NotFound for others."""
    found = people.organisation(org_id)
    if found is None or not current().can("plugins.choose", org_id=org_id):
        raise NotFound
    return found[0]


def _reason() -> str:
    return request.form.get("reason", "").strip()[:500]


def _say(title: Any, enabled: bool) -> None:
    text = _("%(module)s is on.", module=title) if enabled else _("%(module)s is off.", module=title)
    flash(text, "success")
