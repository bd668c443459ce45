"""``portal recommendations import``: a file of the field into the register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from portal.api import (
    Grant,
    GrantView,
    Identity,
    Organisation,
    Refused,
    acting_as,
    audit,
    db,
    force_locale,
    in_app,
    select,
)

PARTLY = 3
"""Exit code where rows were refused and the others were imported."""


class System(Identity):
    """The portal itself, coordinating one organisation: what it does has no account beside it."""

    @property
    def signed_in(self) -> bool:
        """It needs no session."""
        return True


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cycle", type=click.IntRange(1, 20), help="Number of the review; without it what the file says.")
@click.option("--session", type=click.IntRange(1, 100), help="Session, for a CSV file with several.")
@click.option("--country", default="", help="State under review as the file writes it, for a CSV file with several.")
@click.option("--as", "email", default="", help="Account that imports; without it the portal itself.")
@click.option("--org", "org_code", default="", help="Code of the organisation that keeps the register.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_app
def import_command(
    file: Path,
    cycle: int | None,
    session: int | None,
    country: str,
    email: str,
    org_code: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import recommendations from FILE: OHCHR's thematic list (DOCX) or UPR Info's export (CSV).

    Importing a file again changes nothing. Exit codes: 0 all rows were read, 1 the file was refused, 2 wrong use,
    3 some rows were refused; they are named, and the others are imported.
    """
    from . import importing

    with force_locale("en"):
        user, org_id = _actor(email, org_code)
        choice = importing.Choice(cycle, session, country)
        try:
            data = file.read_bytes()
        except OSError as error:
            raise Refused(f"{file}: {error.strerror}") from None
        try:
            parsed, code, number = importing.read(data, file.name, choice)
        except importing.FileRefused as refused:
            if as_json:
                click.echo(json.dumps({"ok": False, "code": refused.code, "message": refused.message}))
                raise SystemExit(1) from None
            raise Refused(f"{file.name}: {refused.message}") from None
        with audit.acting(user.id):
            result = _carry_out(user, org_id, data, file.name, parsed, code, number, dry_run)
        _report(result, as_json)
    if result["refused"]:
        raise SystemExit(PARTLY)


def _actor(email: str, org_code: str) -> tuple[Identity, int]:
    """Who imports, and for which organisation; raises Refused where that is not clear."""
    from . import importing

    if email:
        user = acting_as(email)
        org_id = importing.organisation(user)
        if not user.can("recommendations.import") or org_id is None:
            raise Refused(f"{email} may not import recommendations")
        return user, org_id
    if org_code:
        found = list(db.session.scalars(select(Organisation.id).where(Organisation.code == org_code)))
        if not found:
            raise Refused(f"there is no organisation {org_code}")
    else:
        found = list(
            db.session.scalars(
                select(Grant.org_id).where(Grant.role == "coordinator", Grant.org_id.is_not(None)).distinct()
            )
        )
        if len(found) != 1:
            which = "several organisations coordinate" if found else "no organisation coordinates"
            raise Refused(f"{which}; name the one that keeps the register with --org CODE or --as EMAIL")
    return System(grants=(GrantView("coordinator", found[0]),)), found[0]


def _carry_out(
    user: Identity, org_id: int, data: bytes, name: str, parsed: Any, country: str, cycle: int, dry_run: bool
) -> dict[str, Any]:
    """Compare and, unless it is a dry run, import; the result as plain data."""
    from . import importing, planning

    if dry_run:
        plan = planning.compare(parsed, country, cycle, {})
        counts, shown = plan.counts, plan.dump()
    else:
        run = importing.start(user, org_id, data, name, parsed, country, cycle)
        outcome = importing.confirm(user, run.id, in_background=False)
        if outcome != "done":
            raise Refused(f"{name}: the register changed while the file was read; run the command again")
        counts, shown = run.counts, run.plan["shown"]
    changed = [row for row in shown["rows"] if row["state"] == "changed"]
    return {
        "ok": not shown["refused"],
        "dry_run": dry_run,
        "file": name,
        "country": country,
        "cycle": cycle,
        **{key: counts[key] for key in ("new", "changed", "same", "absent", "supported", "noted")},
        "by_paragraph": counts["by_paragraph"],
        "by_state": counts["by_state"],
        "refused": [_refusal(each) for each in shown["refused"]],
        "changes": [{"row": row["row"], "number": row["number"], "fields": row["changes"]} for row in changed],
    }


def _refusal(problem: Mapping[str, Any]) -> dict[str, Any]:
    from .shown import problem_text

    place = {key: problem[key] for key in ("row", "column", "code")}
    return {**place, "message": problem_text(problem)}


def _report(result: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    would = "would be " if result["dry_run"] else ""
    click.echo(f"{result['file']}: {result['country']}, cycle {result['cycle']}")
    click.echo(
        f"{would}new {result['new']}, {would}changed {result['changed']}, same {result['same']}, "
        f"refused {len({each['row'] for each in result['refused']})}"
    )
    click.echo(
        f"by UN paragraph {result['by_paragraph']} (supported {result['supported']}, noted {result['noted']}), "
        f"by recommending State {result['by_state']}"
    )
    if result["absent"]:
        click.echo(f"in the register and not in the file: {result['absent']} (they stay)")
    for change in result["changes"]:
        for name, old, new in change["fields"]:
            click.echo(f"  row {change['row']}, {change['number']}, {name}: {old!r} -> {new!r}")
    for each in result["refused"]:
        click.echo(f"  row {each['row']}, {each['column']}: {each['message']}", err=True)
