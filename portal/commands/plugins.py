"""``portal plugins``: modules from the command line."""

from __future__ import annotations

import json
from typing import Any

import click

from portal import migrations
from portal.cli import Refused, in_app
from portal.db import transaction
from portal.host import service
from portal.host.host import current_host


@click.group("plugins")
def plugins() -> None:
    """List modules, switch them on and off."""


def listing() -> list[dict[str, Any]]:
    """Every module: name, version, state (on, off, failed, orphan), stage and error of a failure."""
    host = current_host()
    on = host.on()
    rows = [
        {
            "name": p.name,
            "version": p.manifest.version if p.manifest else "",
            "state": "failed" if p.state == "failed" else "on" if p.name in on else "off",
            "stage": p.stage,
            "error": p.error,
        }
        for p in host.plugins.values()
    ]
    known = migrations.units(host.units())
    for name in migrations.orphans(known):
        if name not in host.plugins:
            rows.append(
                {"name": name, "version": "", "state": "orphan", "stage": "", "error": "tables without a module"}
            )
    return rows


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def list_(as_json: bool) -> None:
    """List the modules with their state."""
    rows = listing()
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        why = f"  {row['stage']}: {row['error']}" if row["error"] else ""
        click.echo(f"{row['name']:<20} {row['version']:<8} {row['state']}{why}")


def _switch(name: str, enabled: bool, reason: str) -> None:
    host = current_host()
    if name not in host.plugins:
        raise Refused(f"there is no module {name}; modules: {', '.join(host.plugins)}")
    try:
        with transaction():
            service.switch(host, name, enabled, user_id=None, reason=reason)
    except service.CannotSwitch as refused:
        raise Refused(str(refused)) from None
    click.echo(f"{name}: {'on' if enabled else 'off'}")


@plugins.command()
@click.argument("name")
@click.option("--reason", default="", help="Kept in the history.")
@in_app
def on(name: str, reason: str) -> None:
    """Switch a module on, from the next request of every worker."""
    _switch(name, True, reason)


@plugins.command()
@click.argument("name")
@click.option("--reason", default="", help="Kept in the history.")
@in_app
def off(name: str, reason: str) -> None:
    """Switch a module off; its pages answer 404, its data stays."""
    _switch(name, False, reason)
