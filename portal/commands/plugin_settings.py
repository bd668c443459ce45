"""``portal plugins settings``: what administrators may set for a module."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from portal.cli import Refused, in_app
from portal.db import transaction
from portal.host import settings
from portal.host.host import current_host
from portal.i18n import force_locale


@click.command("settings")
@click.argument("name")
@click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Change a setting; may be given repeatedly.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def settings_command(name: str, pairs: Sequence[str], as_json: bool) -> None:
    """Show the settings of the module NAME, or change them from the next request of every process."""
    host = current_host()
    declared = settings.declared(host, name)
    if declared is None:
        raise Refused(f"the module {name} has no settings" if name in host.plugins else f"there is no module {name}")
    if bad := [pair for pair in pairs if "=" not in pair]:
        raise click.BadParameter(f"{bad[0]!r} is not KEY=VALUE")
    split = [(key, value) for key, _, value in (pair.partition("=") for pair in pairs)]
    with force_locale("en"):
        if split:
            try:
                with transaction():
                    values = settings.read(declared, settings.settings_of(name), split)
                    settings.save(host, name, values, user_id=None)
            except settings.BadSettings as bad_value:
                raise Refused(str(bad_value)) from None
        rows = settings.listed(declared, settings.settings_of(name))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        default = "" if row["value"] == row["default"] else f"  (default: {row['default']})"
        click.echo(f"{row['key']} = {row['value']}{default}  # {row['label']}")
