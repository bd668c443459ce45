"""The administrator's page of modules."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal.audit import HistoryEntry
from portal.db import db, transaction
from portal.host import service
from portal.host.host import current_host
from portal.host.models import PluginState
from portal.i18n import _
from portal.people.identity import current
from portal.people.models import User
from portal.routing import Blueprint

bp = Blueprint("modules", __name__, template_folder="templates")


@bp.get("/", permission="plugins.manage")
def index() -> ResponseReturnValue:
    """All modules: on, off, failed (with stage and cause), and the newest switches."""
    host = current_host()
    states = {row.name: row for row in db.session.scalars(select(PluginState))}
    acts = db.session.execute(
        select(HistoryEntry, User.name.label("actor"))
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(HistoryEntry.entity == PluginState.__tablename__)
        .order_by(HistoryEntry.id.desc())
        .limit(20)
    ).all()
    return render_template(
        "modules/index.html", plugins=list(host.plugins.values()), on=host.on(), states=states, acts=acts
    )


@bp.post("/<name>", permission="plugins.manage")
def switch(name: str) -> ResponseReturnValue:
    """Switch a module on or off."""
    host = current_host()
    if name not in host.plugins:
        raise NotFound
    enabled = request.form.get("enabled") == "1"
    try:
        with transaction():
            service.switch(host, name, enabled, user_id=current().id, reason=request.form.get("reason", "")[:500])
    except service.CannotSwitch as refused:
        flash(str(refused), "danger")
    else:
        title = host.plugins[name].title
        text = _("%(module)s is on.", module=title) if enabled else _("%(module)s is off.", module=title)
        flash(text, "success")
    return redirect(url_for("modules.index"), 303)
