"""A file of unsent answers for ``portal forms import-answers``: record by record, what fits, once."""

from __future__ import annotations

import json
from pathlib import Path

import click

from portal.cli import Refused
from portal.people.identity import Identity
from portal.records import Record


def is_carried(file: Path) -> bool:
    """Whether a file is one of unsent answers, and no spreadsheet."""
    from portal.forms.offline import rescue

    return rescue.is_carried(file.read_bytes())


def import_carried(user: Identity, record: Record, file: Path, as_json: bool, dry_run: bool) -> None:
    """Take over the file and print what became of each record; exits with 1 where one is not taken."""
    from portal.forms.offline import rescue

    try:
        made = rescue.plan(user, record, file.read_bytes(), file.name)
    except rescue.BadFile as bad:
        raise Refused(f"{file.name}: {bad.message}") from None
    if not dry_run:
        rescue.carry_out(user, record, made)
    report = made.as_dict()
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        for line in made.lines:
            for reason in line.reasons:
                where = " ".join(filter(None, (str(line.number), reason.label)))
                click.echo(f"{where}: {reason.message}", err=True)
        done = "would be imported" if dry_run else "imported"
        count = f"{report['new']} {done}, {report['same']} there already"
        click.echo(f"{file.name}: {report['rows']} records, {count}")
    if not made.ok:
        raise SystemExit(1)
