"""Switching modules: by the site, by an organisation for its own people, and by the portal itself after failures."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from portal import audit, clock, migrations
from portal.db import db, transaction
from portal.host.host import CORE, Host
from portal.host.models import PluginChoice, PluginState
from portal.i18n import _
from portal.jobs import mail
from portal.migrations import Unit
from portal.people import queries as people
from portal.people.links import absolute

TRIES: Final = 3
"""Failures of a module's hooks within WINDOW after which the portal switches it off."""
WINDOW: Final = timedelta(hours=1)

log = structlog.get_logger("portal.host")


class CannotSwitch(Exception):
    """A module that must not be switched on; the message says why, in the reader's language."""


def switch(host: Host, name: str, enabled: bool, *, user_id: int | None, reason: str = "") -> None:
    """Decide whether the site offers a module, from the next request of every worker. Inside ``transaction()``.

    Raises KeyError for a module that is not there, CannotSwitch for one that failed or whose tables are behind.
    """
    plugin = host.plugins[name]
    if enabled and plugin.state == "failed":
        raise CannotSwitch(_("This module did not load: %(error)s", error=plugin.error))
    folder = dict(host.units()).get(name)
    if enabled and folder is not None and migrations.status(Unit(name, folder)).behind:
        raise CannotSwitch(_("The tables of this module are not up to date. Run “portal db upgrade” first."))
    row = state(host, name)
    row.failures, row.failed_at, row.failure = 0, None, ""
    _decide(row, enabled, user_id, reason)


def _decide(row: PluginState | PluginChoice, enabled: bool, user_id: int | None, reason: str) -> None:
    """Write a decision, and its line of the history."""
    row.enabled, row.reason = enabled, reason
    row.changed_by_id, row.changed_at = user_id, clock.now()
    with audit.acting(user_id, reason):
        db.session.flush()


def state(host: Host, name: str) -> PluginState:
    """What is kept of a module, locked for this transaction; made from its defaults where there is nothing yet.

    Making the row is no act of anybody and not in the history.
    """
    row = db.session.get(PluginState, name, with_for_update=True)
    if row is None:
        manifest = host.plugins[name].manifest
        default = manifest is not None and manifest.default_enabled
        made = insert(PluginState).values(name=name, enabled=default, settings={}, changed_at=clock.now())
        with suppress(IntegrityError), db.session.begin_nested():  # another process made it at the same moment
            db.session.execute(made)
        row = db.session.get_one(PluginState, name, with_for_update=True)
    return row


def choose(host: Host, org_id: int, name: str, enabled: bool, *, user_id: int, reason: str = "") -> None:
    """Decide whether the people of an organisation see a module that the site offers. Inside ``transaction()``.

    Raises KeyError for a module that is not there and CannotSwitch for one that the site does not offer.
    """
    if name not in host.plugins:
        raise KeyError(name)
    if enabled and name not in host.offered():
        raise CannotSwitch(_("The portal does not offer this module at the moment."))
    asked = select(PluginChoice).where(PluginChoice.org_id == org_id, PluginChoice.plugin == name)
    row = db.session.scalar(asked.with_for_update())
    if row is None:
        row = PluginChoice(org_id=org_id, plugin=name)
        db.session.add(row)
    _decide(row, enabled, user_id, reason)


def blamed(host: Host, name: str, told: str) -> None:
    """Count a failure of a module's hook; after TRIES within WINDOW it is off, and administrators have mail."""
    if name == CORE or name not in host.plugins:
        return
    db.session.rollback()
    now = clock.now()
    with transaction():
        row = state(host, name)
        recent = row.failed_at is not None and now - row.failed_at <= WINDOW
        row.failures = (row.failures if recent else 0) + 1
        row.failed_at, row.failure = now, told
        if not row.enabled or row.failures < TRIES:
            return
        log.error("module switched off", plugin=name, failure=told)
        row.enabled, row.reason, row.changed_by_id, row.changed_at = False, "", None, now
        with audit.acting(None, told):
            db.session.flush()
        title, page = host.plugins[name].title, absolute("modules.index")
        for user in people.administrators():
            mail.send(user.email, "module_off", user.locale, name=user.name, module=title, failure=told, page=page)


def given_up() -> list[str]:
    """Names of the modules that the portal switched off itself and nobody has decided about since."""
    asked = select(PluginState.name).where(PluginState.failures >= TRIES, PluginState.enabled.is_(False))
    return list(db.session.scalars(asked.order_by(PluginState.name)))
