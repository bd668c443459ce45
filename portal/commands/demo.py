"""``portal demo``: demo data."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import current_app
from sqlalchemy.exc import IntegrityError

from portal.cli import Refused, in_app


@click.group("demo")
def demo() -> None:
    """Load and clear demo data."""


def _sign_ins() -> Path:
    return Path(current_app.instance_path) / "demo-sign-ins.txt"


@demo.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where there is any account already.")
@in_app
def load(if_empty: bool) -> None:
    """Add demo data and print the sign-ins made for it."""
    from portal import demo as data
    from portal.demo.demo import DOMAIN, empty

    if if_empty and not empty():
        click.echo("there are accounts already; no demo data was loaded")
        return
    if data.loaded():
        raise Refused("demo data is loaded already; `portal demo clear` takes it away")
    made = data.load()
    lines = "".join(f"  {key}@{DOMAIN:<16} {password}\n" for key, password in made.passwords.items())
    path = _sign_ins()
    with open(path, "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(lines)
    click.echo(f"demo data is loaded; the sign-ins, kept in {path}:\n{lines}", nl=False)


@demo.command()
@in_app
def clear() -> None:
    """Take all demo data away."""
    from portal import demo as data

    if not data.loaded():
        raise Refused("there is no demo data")
    try:
        count = data.clear()
    except IntegrityError as error:
        raise Refused(f"something real hangs on the demo data, so nothing was taken away: {error.orig}") from None
    _sign_ins().unlink(missing_ok=True)
    click.echo(f"{count} rows of demo data are gone")
