"""``portal plugins``: modules from the command line."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import IntegrityError

from portal import clock, migrations
from portal.cli import Refused, in_app
from portal.commands.plugin_new import new
from portal.commands.plugin_settings import settings_command
from portal.db import transaction
from portal.host import removal, service
from portal.host.host import current_host


@click.group("plugins")
def plugins() -> None:
    """List and check modules, switch them on and off, remove their data."""


PLACE = re.compile(r"\(([^()]+), line (\d+)\)$")
"""Where a module failed, as the end of its error says it."""


def listing() -> list[dict[str, Any]]:
    """Every module: name, version, state (on, off, failed, orphan), stage and error of a failure, its records."""
    host = current_host()
    on, records = host.on(), removal.waiting()
    rows = [
        {
            "name": p.name,
            "version": p.manifest.version if p.manifest else "",
            "state": "failed" if p.state == "failed" else "on" if p.name in on else "off",
            "stage": p.stage,
            "error": p.error,
            "records": records.get(p.name, 0),
        }
        for p in host.plugins.values()
    ]
    for name in removal.orphans(host):
        waiting = records.get(name, 0)
        error = f"its code is not there; {waiting} records wait"
        rows.append(
            {"name": name, "version": "", "state": "orphan", "stage": "", "error": error, "records": waiting},
        )
    return rows


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def list_(as_json: bool) -> None:
    """List the modules with their state, and those whose code is gone and whose data waits."""
    rows = listing()
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        why = f"  {': '.join(filter(None, (row['stage'], row['error'])))}" if row["error"] else ""
        click.echo(f"{row['name']:<20} {row['version']:<8} {row['state']}{why}")


@plugins.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def check(as_json: bool) -> None:
    """Exit 1 where a module failed, its tables are behind, or its code is gone and its data waits."""
    behind = {s.unit: s for s in map(migrations.status, migrations.units(current_host().units()))}
    due = removal.due(current_host())
    rows = []
    for row in listing():
        place = PLACE.search(row["error"])
        wrong = row["state"] in ("failed", "orphan") or row["name"] in due
        rows.append(
            row
            | {"file": place[1] if place else None, "line": int(place[2]) if place else None}
            | {"tables": "behind" if row["name"] in due else "ok" if row["name"] in behind else None, "wrong": wrong}
        )
    core = "portal" in due
    if as_json:
        click.echo(
            json.dumps({"ok": not core and not any(r["wrong"] for r in rows), "core_behind": core, "modules": rows})
        )
    else:
        if core:
            click.echo("the tables of the core are behind: run `portal db upgrade`")
        for row in rows:
            click.echo(f"{row['name']:<20} {_found(row)}")
    if core or any(row["wrong"] for row in rows):
        sys.exit(1)


def _found(row: dict[str, Any]) -> str:
    if row["state"] == "failed":
        return f"failed at {row['stage']}: {row['error']}"
    if row["state"] == "orphan":
        return f"orphan: {row['error']}; bring the code back or run `portal plugins remove {row['name']}`"
    return "its tables are behind: run `portal db upgrade`" if row["tables"] == "behind" else "ok"


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


plugins.add_command(settings_command)
plugins.add_command(new)


@plugins.command()
@click.argument("name")
@click.option("--export", "path", type=click.Path(path_type=Path), help="Write all its data to this file (zip) first.")
@click.option("--no-export", is_flag=True, help="Remove without writing its data anywhere.")
@click.option("--yes", metavar="NAME", help="The name once more, instead of typing it when asked.")
@in_app
def remove(name: str, path: Path | None, no_export: bool, yes: str | None) -> None:
    """Remove a module's tables, records, files and settings for good; also of one whose code is gone."""
    if path is not None and no_export:
        raise Refused("--export and --no-export exclude each other")
    host = current_host()
    try:
        removal.refuse(host, name)
    except removal.CannotRemove as refused:
        raise Refused(str(refused)) from None
    records = removal.waiting().get(name, 0)
    click.echo(f"{name}: {records} records and all that hangs on them will be gone for good")
    if path is None and not no_export and click.confirm("Write all its data to a file first?", default=True):
        default = Path(f"{name}-{clock.now():%Y%m%dT%H%M%SZ}.zip")
        path = click.prompt("File", default=default, type=click.Path(path_type=Path))
    if yes is not None and yes != name:
        raise Refused(f"--yes {yes} is not {name}; nothing was removed")
    if path is not None:
        _export(name, path)
    if yes is None and click.prompt(f"Type {name} to remove it") != name:
        raise Refused("that is another name; nothing was removed")
    try:
        removed = removal.remove(host, name)
    except removal.CannotRemove as refused:
        raise Refused(str(refused)) from None
    except IntegrityError as error:
        raise Refused(f"something of another module hangs on {name}, so nothing was removed: {error.orig}") from None
    click.echo(f"{name}: {removed.records} records, {removed.tables} tables, {removed.files} files are gone")
    if removed.code:
        click.echo(f"its code is still there and stays off; uninstall it or delete {host.plugins[name].folder}")


def _export(name: str, path: Path) -> None:
    try:
        counts = removal.export(current_host(), name, path)
    except FileExistsError:
        raise Refused(f"{path} exists; nothing was removed") from None
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}; nothing was removed") from None
    click.echo(f"{path}: {sum(counts.values())} rows of {sum(1 for count in counts.values() if count)} tables")
