"""Switching modules on and off."""

from __future__ import annotations

from portal import clock, migrations
from portal.db import db
from portal.host.host import Host
from portal.host.models import PluginState
from portal.i18n import _
from portal.migrations import Unit


class CannotSwitch(Exception):
    """A module that must not be switched on; the message says why, in the reader's language."""


def switch(host: Host, name: str, enabled: bool, *, user_id: int | None, reason: str = "") -> None:
    """Decide whether a module is on, from the next request of every worker. Inside ``transaction()``.

    Raises KeyError for a module that is not there, CannotSwitch for one that failed or whose tables are behind.
    """
    plugin = host.plugins[name]
    if enabled and plugin.state == "failed":
        raise CannotSwitch(_("This module did not load: %(error)s", error=plugin.error))
    folder = plugin.folder / "migrations"
    if enabled and folder.is_dir() and migrations.status(Unit(name, folder)).behind:
        raise CannotSwitch(_("The tables of this module are not up to date. Run “portal db upgrade” first."))
    row = db.session.get(PluginState, name)
    if row is None:
        row = PluginState(name=name, enabled=enabled, settings={}, changed_at=clock.now())
        db.session.add(row)
    row.enabled = enabled
    row.reason = reason
    row.changed_by_id = user_id
    row.changed_at = clock.now()
    db.session.flush()
