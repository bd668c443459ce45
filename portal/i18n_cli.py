"""``portal i18n``: the texts of the portal, collected and checked (for those who change the code)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from portal.config import ROOT


@click.group()
def i18n() -> None:
    """Collect the texts of core and modules, and check their translations."""


@i18n.command()
@click.argument("units", nargs=-1)
@click.option("--forget", is_flag=True, help="Drop the translations of texts that are gone.")
def update(units: Sequence[str], forget: bool) -> None:
    """Bring the catalogues of UNITS (core, or a module; all by default) up to date with the code."""
    from portal.i18n import catalogues

    _known(units)
    root = _root()
    for path in catalogues.update(root, units, forget=forget):
        click.echo(path.relative_to(root).as_posix())


@i18n.command()
@click.argument("units", nargs=-1)
def check(units: Sequence[str]) -> None:
    """Name every text that is missing, fuzzy, stale or wrong; exit code 1 where there is one."""
    from portal.i18n import catalogues

    _known(units)
    problems = catalogues.check(_root(), units)
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        raise SystemExit(1)


def _root() -> Path:
    """The source tree: that of a module's own distribution where the command is started in one, else the portal's."""
    from portal.i18n import catalogues

    return Path.cwd() if catalogues.is_apart(Path.cwd()) else ROOT


def _known(names: Sequence[str]) -> None:
    """Refuse names that are no unit, and a start outside a source tree, in words."""
    from portal.i18n import catalogues

    try:
        every = [unit.name for unit in catalogues.units(_root())]
    except catalogues.NoSourceTree as reason:
        raise click.ClickException(str(reason)) from None
    for name in names:
        if name not in every:
            raise click.BadParameter(f"{name!r} is none of {', '.join(every)}")
