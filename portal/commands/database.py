"""``portal db``: migrations in units."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import click
from flask import current_app

from portal import clock, migrations
from portal.cli import Refused, in_app
from portal.db import db, transaction
from portal.host.host import current_host
from portal.migrations import Unit


def _units(name: str | None = None) -> list[Unit]:
    units = migrations.units(current_host().units())
    if name is None:
        return units
    chosen = [unit for unit in units if unit.name == name]
    if not chosen:
        raise Refused(f"there is no unit {name}; units: {', '.join(unit.name for unit in units)}")
    return chosen


@click.group("db")
def database() -> None:
    """Upgrade, check and change the tables."""


def upgrade_all() -> list[str]:
    """Bring every unit to its newest revision and the reference data up to date; names of units that changed."""
    from portal.reference import seed

    changed = []
    for unit in _units():
        if migrations.status(unit).behind:
            migrations.upgrade(unit)
            changed.append(unit.name)
    with transaction():
        seed(db.session())
    return changed


def _keep() -> None:
    """Copy the embedded database, or say how to copy the other, where an upgrade is due and there is data."""
    found = [migrations.status(unit) for unit in _units()]
    if not any(status.behind for status in found) or not any(status.current for status in found):
        return
    if db.engine.dialect.name != "sqlite":
        click.echo('a backup of the database: pg_dump --format=custom --file=portal.dump "$PORTAL_DATABASE_URL"')
        return
    path = Path(current_app.instance_path) / "backups" / f"portal-{clock.now():%Y%m%dT%H%M%SZ}.db"
    try:
        migrations.backup(path)
    except (OSError, sqlite3.Error) as error:
        raise Refused(f"no backup could be made in {path.parent}, so nothing was upgraded: {error}") from None
    click.echo(f"backup: {path}")


@database.command()
@click.option("--backup/--no-backup", default=True, help="Copy the embedded database first.  [default: backup]")
@in_app
def upgrade(backup: bool) -> None:
    """Bring every unit to its newest revision, the core first, modules on or off.

    Where that changes something and the embedded database holds data, a copy goes to instance/backups first.
    """
    if backup:
        _keep()
    changed = upgrade_all()
    click.echo(f"upgraded: {', '.join(changed)}" if changed else "up to date")


@database.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def current(as_json: bool) -> None:
    """Show the revision of every unit."""
    found = [migrations.status(unit) for unit in _units()]
    if as_json:
        click.echo(json.dumps([{"unit": s.unit, "current": s.current, "head": s.head} for s in found]))
        return
    for status in found:
        click.echo(
            f"{status.unit:<20} {status.current or '-':<14} {'behind ' + str(status.head) if status.behind else 'head'}"
        )
    for name in migrations.orphans(_units()):
        click.echo(f"{name:<20} tables without a module")


@database.command()
@in_app
def check() -> None:
    """Exit 1 where models and tables differ or an upgrade is due."""
    wrong = []
    for unit in _units():
        if migrations.status(unit).behind:
            wrong.append(f"{unit.name}: behind")
        elif found := migrations.differences(unit):
            wrong += [f"{unit.name}: {difference}" for difference in found]
    if wrong:
        raise Refused("models and tables differ\n" + "\n".join(wrong))
    click.echo("models and tables agree")


@database.command()
@click.option("-u", "--unit", required=True, help="portal, or the name of a module.")
@click.option("-m", "--message", required=True, help="What the change does, in a few words.")
@in_app
def revision(unit: str, message: str) -> None:
    """Write a revision from the difference between the models and an up-to-date database."""
    plugins = {p.name: p.folder / "migrations" for p in current_host().installed()}
    chosen = Unit("portal", migrations.CORE) if unit == "portal" else None
    if unit in plugins:
        chosen = Unit(unit, plugins[unit])
    if chosen is None:
        raise Refused(f"there is no unit {unit}")
    click.echo(Path(migrations.revision(chosen, message)).name)


@database.command()
@click.option("-u", "--unit", required=True, help="portal, or the name of a module.")
@click.option("-r", "--revision", "target", default="-1", show_default=True, help="Revision to go back to, or base.")
@click.confirmation_option(prompt="Going back drops columns or tables with their data. Go on?")
@in_app
def downgrade(unit: str, target: str) -> None:
    """Take a unit back by one revision, or to the one named."""
    for each in _units(unit):
        migrations.downgrade(each, target)
        click.echo(f"{each.name}: {migrations.status(each).current or 'base'}")
