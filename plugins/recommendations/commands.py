"""``portal recommendations import`` and ``fill``: a file of the field into the register, and the register into one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from portal.api import (
    LOCALES,
    VOICES,
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

from .permissions import organisation

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
@click.option("--country", default="", help="State under review, for a file with several.")
@click.option("--as", "email", default="", help="Account that imports; without it the portal itself.")
@click.option("--org", "org_code", default="", help="Code of the organisation that keeps the register.")
@click.option("--whole", is_flag=True, help="Import nothing where a row has an error.")
@click.option(
    "--errors",
    "errors_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows have errors write the file with them to this path.",
)
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
    whole: bool,
    errors_path: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import recommendations from FILE.

    FILE is OHCHR's thematic list (DOCX), an export of UHRI (XLSX) or UPR Info (CSV), or the portal's own table
    (XLSX). Importing a file again changes nothing. Exit codes: 0 all rows were read, 1 the file was refused, 2 wrong
    use, 3 some rows were refused; they are named, and the others are imported (with --whole none is).
    """
    from .files import importing

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
            plan, run = _carry_out(user, org_id, data, file.name, parsed, code, number, dry_run, whole)
        result = _result(file.name, parsed, code, number, dry_run, plan, run)
        if errors_path is not None and result["refused"]:
            result["errors_file"] = _write_errors(errors_path, data, file.name, parsed, plan)
        _report(result, as_json)
    if result["refused"]:
        raise SystemExit(PARTLY)


def _actor(email: str, org_code: str) -> tuple[Identity, int]:
    """Who imports, and for which organisation; raises Refused where that is not clear."""

    if email:
        user = acting_as(email)
        org_id = organisation(user)
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
    user: Identity,
    org_id: int,
    data: bytes,
    name: str,
    parsed: Any,
    country: str,
    cycle: int | None,
    dry_run: bool,
    whole: bool,
) -> tuple[Mapping[str, Any], bool]:
    """Compare and, unless it is a dry run, import; the comparison as plain data, and whether it was carried out."""
    from .files import importing, planning

    if dry_run:
        plan = planning.compare(parsed, country, cycle, {})
        return {**plan.dump(), "counts": plan.counts}, False
    run = importing.start(user, org_id, data, name, parsed, country, cycle, whole=whole)
    outcome = importing.confirm(user, run.id, in_background=False)
    if outcome == "stale":
        raise Refused(f"{name}: the register changed while the file was read; run the command again")
    return {**run.plan["shown"], "counts": run.counts}, outcome == "done"


def _result(
    name: str, parsed: Any, country: str, cycle: int | None, dry_run: bool, shown: Mapping[str, Any], written: bool
) -> dict[str, Any]:
    counts = shown["counts"]
    changed = [row for row in shown["rows"] if row["state"] == "changed"]
    return {
        "ok": not shown["refused"],
        "dry_run": dry_run,
        "written": written,
        "file": name,
        "country": country,
        "cycle": cycle,
        "cycles": sorted({row["cycle"] for row in shown["rows"]}),
        **{key: counts[key] for key in ("new", "changed", "same", "absent", "supported", "noted")},
        "by_paragraph": counts["by_paragraph"],
        "by_state": counts["by_state"],
        "passed_over": [{"kind": kind, "name": what, "rows": rows} for kind, what, rows in parsed.passed_over],
        "refused": [_refusal(each) for each in shown["refused"]],
        "changes": [{"row": row["row"], "number": row["number"], "fields": row["changes"]} for row in changed],
    }


def _write_errors(path: Path, data: bytes, name: str, parsed: Any, shown: Mapping[str, Any]) -> str:
    """Write the file with its errors; raises Refused where that cannot be done."""
    from .files import fixing

    try:
        marked = fixing.with_errors(data, name, parsed, shown["refused"])
    except fixing.CannotMark as cannot:
        raise Refused(f"{name}: {cannot.message}") from None
    if path.suffix.casefold() != f".{marked.ending}":
        raise Refused(f"{path}: the errors of this file are written as .{marked.ending}")
    _write(path, marked.data)
    return str(path)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None


def _refusal(problem: Mapping[str, Any]) -> dict[str, Any]:
    from .files.shown import problem_text

    place = {key: problem[key] for key in ("row", "column", "code")}
    return {**place, "message": problem_text(problem)}


def _report(result: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    would = "would be " if result["dry_run"] else ""
    cycles = ", ".join(str(number) for number in result["cycles"] or [result["cycle"]])
    click.echo(f"{result['file']}: {result['country']}, cycle {cycles}")
    click.echo(
        f"{would}new {result['new']}, {would}changed {result['changed']}, same {result['same']}, "
        f"refused {len({each['row'] for each in result['refused']})}"
    )
    click.echo(
        f"by UN paragraph {result['by_paragraph']} (supported {result['supported']}, noted {result['noted']}), "
        f"by recommending State {result['by_state']}"
    )
    for each in result["passed_over"]:
        click.echo(f"passed over, {each['kind']} {each['name']}: {each['rows']}")
    if not result["written"] and not result["dry_run"]:
        click.echo("nothing was written: rows have errors, and the file was to be imported whole")
    if "errors_file" in result:
        click.echo(f"the file with its errors: {result['errors_file']}")
    if result["absent"]:
        click.echo(f"in the register and not in the file: {result['absent']} (they stay)")
    for change in result["changes"]:
        for name, old, new in change["fields"]:
            click.echo(f"  row {change['row']}, {change['number']}, {name}: {old!r} -> {new!r}")
    for each in result["refused"]:
        click.echo(f"  row {each['row']}, {each['column']}: {each['message']}", err=True)


@click.command("fill")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--voice", type=click.Choice(list(VOICES)), required=True, help="Whose assessments are written.")
@click.option("--language", type=click.Choice(LOCALES), default="en", show_default=True, help="Their language.")
@click.option("--as", "email", default="", help="Account that asks; without it everyone.")
@click.option("--overwrite", is_flag=True, help="Replace what stands in the column already.")
@in_app
def fill_command(file: Path, out: Path, voice: str, language: str, email: str, overwrite: bool) -> None:
    """Write assessments into FILE, OHCHR's thematic list (DOCX) of the second or third cycle, and save it as OUT.

    The latest published assessments of the voice go into the empty fourth column; nothing else of the file changes.
    """
    from .files import filling
    from .files.importing import FileRefused

    with force_locale("en"):
        user = acting_as(email) if email else Identity()
        try:
            data = file.read_bytes()
        except OSError as error:
            raise Refused(f"{file}: {error.strerror}") from None
        try:
            done = filling.fill(user, data, file.name, voice=voice, language=language, overwrite=overwrite)
        except FileRefused as refused:
            raise Refused(f"{file.name}: {refused.message}") from None
        _write(out, done.data)
    click.echo(f"{out}: {done.country}, cycle {done.cycle}, voice {voice}")
    click.echo(f"filled {len(done.filled)}")
    for numbers, said in (
        (done.kept, "filled already, left as they are"),
        (done.unrated, "no published rating"),
        (done.unknown, "not in the register"),
        (done.untranslated, "filled with a text in the other language"),
    ):
        if numbers:
            click.echo(f"{said} ({len(numbers)}): {', '.join(numbers)}")


@click.command("recount")
@click.option("--fix", is_flag=True, help="Write the counts anew where they are not right.")
@in_app
def recount_command(fix: bool) -> None:
    """Count everything anew and compare with what the dashboards read; exit code 1 where something is not right."""
    from .register import counts

    wrong = counts.recount(fix=fix)
    for cell, held, right in wrong:
        click.echo(
            f"{' '.join(str(part) or '-' for part in cell)}: {held[0]} ({held[1]}), right {right[0]} ({right[1]})"
        )
    click.echo(f"{len(wrong)} counts are not right{', now they are' if wrong and fix else ''}")
    if wrong and not fix:
        raise SystemExit(1)
