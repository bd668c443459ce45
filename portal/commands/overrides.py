"""``portal overrides``: templates and texts of the operator in the instance folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby

import click

from portal.cli import Refused, in_app
from portal.host import overrides as rooms


@click.group("overrides")
def overrides() -> None:
    """List, copy and check the operator's templates and texts."""


@overrides.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def list_(as_json: bool) -> None:
    """List the templates that can be overridden, those that are (*), and the texts that are."""
    found, texts = rooms.templates(), rooms.texts()
    if as_json:
        rows = [asdict(each) | {"mail": each.mail} for each in found]
        click.echo(json.dumps({"templates": rows, "texts": texts}, ensure_ascii=False))
        return
    for unit, each_unit in groupby(found, lambda each: each.unit):
        click.echo(unit)
        for each in each_unit:
            marks = ["mail"] if each.mail else []
            marks += [f"copied from portal {each.copied_from}"] if each.copied_from else []
            told = f"  ({', '.join(marks)})" if marks else ""
            click.echo(f"  {'*' if each.overridden else ' '} {each.name}{told}")
    click.echo(f"texts: {len(texts)} overridden")
    for row in texts:
        click.echo(f"  * {row['language']} {row['text']!r}: {row['shown']!r}")


@overrides.command()
@click.argument("template")
@in_app
def copy(template: str) -> None:
    """Copy TEMPLATE into instance/templates/, where it goes before the original."""
    try:
        click.echo(str(rooms.copy(template)))
    except rooms.NoTemplate:
        raise Refused(f"there is no template {template}; portal overrides list names them") from None
    except rooms.AlreadyThere:
        raise Refused(f"{template} is overridden already; move your file away first") from None


@overrides.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def check(as_json: bool) -> None:
    """Name every override that no longer fits; exit code 1 where there is one."""
    problems = rooms.check()
    if as_json:
        click.echo(json.dumps([asdict(each) for each in problems], ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(str(problem))
    if problems:
        raise SystemExit(1)
