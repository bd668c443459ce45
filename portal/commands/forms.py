"""``portal forms``: forms as spreadsheets (XLSForm), answers to and from files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from portal.cli import Refused, acting_as, in_app
from portal.commands.forms_carried import import_carried, is_carried
from portal.db import db
from portal.forms import service
from portal.forms.models import Form
from portal.forms.xlsform import write_xlsform
from portal.forms.xlsform.document import write_document
from portal.forms.xlsform.limited import read_in_child
from portal.i18n import force_locale
from portal.people.identity import Identity
from portal.records import Record


@click.group("forms")
def forms() -> None:
    """Import and export forms (XLSForm) and answers."""


@forms.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--dry-run", is_flag=True, help="Check only; keep nothing.")
@click.option("--as", "email", help="Account that owns the form; without it the file is only checked.")
@click.option(
    "--lang", type=click.Choice(["mn", "en"]), default="en", show_default=True, help="Language of the report."
)
@click.option("--repair", is_flag=True, help="Put right what can be put right by itself.")
@click.option(
    "--language", "languages", multiple=True, metavar="NAME=CODE", help="Code of a language the file names without one."
)
@in_app
def import_(
    file: Path,
    as_json: bool,
    dry_run: bool,
    email: str | None,
    lang: str,
    repair: bool,
    languages: tuple[str, ...],
) -> None:
    """Read an XLSForm (.xlsx, .xls, .ods, .csv) or a definition (.json).

    Exit 0 only where every problem is repaired or none was found. The form is kept for the account of --as.
    """
    given = {name: code for name, _equals, code in (each.rpartition("=") for each in languages)}
    user: Identity | None = acting_as(email) if email else None
    result = read_in_child(file.read_bytes(), file.name, repair=repair, languages=given)
    with force_locale(lang):
        report = result.as_dict()
    made = "checked, not kept (--as EMAIL keeps it)"
    if result.definition is not None and not dry_run and user is not None:
        made = f"form {service.create(user, definition=result.definition).id}"
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        for problem in report["problems"]:
            where = f"{problem['sheet']} {problem['row'] or ''} {problem['column']}".strip()
            advice = f" ({problem['repair']})" if problem["repair"] else ""
            click.echo(f"{where}: {problem['message']}{advice}", err=True)
        if report["ok"]:
            click.echo(f"{made}: {report['questions']} questions, {', '.join(report['languages'])}")
    if not report["ok"]:
        raise SystemExit(1)


@forms.command("export")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_app
def export(name: str, file: Path) -> None:
    """Write the form NAME (its number, or its form_id) to an XLSForm FILE.xlsx, or its definition to FILE.json."""
    definition = _form(name).definition
    data = write_document(definition) if file.suffix.lower() == ".json" else write_xlsform(definition)
    file.write_bytes(data)
    click.echo(f"{file}: {len(data)} bytes")


def _form(name: str) -> Form:
    """The form with that number or form_id; raises Refused."""
    stmt = select(Form).join(Record, Record.id == Form.record_id).order_by(Form.record_id)
    found = [
        form
        for form in db.session.scalars(stmt)
        if name in (str(form.record_id), str(form.definition["settings"].get("form_id")))
    ]
    if not found:
        raise Refused(f"there is no form {name}")
    if len(found) > 1:
        raise Refused(f"several forms are named {name}: give one of {', '.join(str(f.record_id) for f in found)}")
    return found[0]


@forms.command("export-answers")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="Account that reads the answers.")
@click.option("--format", "format_", type=click.Choice(["xlsx", "csv", "json", "sav"]), help="By the ending of FILE.")
@click.option(
    "--labels", type=click.Choice(["codes", "mn", "en"]), default="codes", show_default=True, help="Codes or texts."
)
@click.option(
    "--multiple",
    type=click.Choice(["both", "text", "split"]),
    default="both",
    show_default=True,
    help="Several choices as one text, as columns of 0 and 1, or both.",
)
@click.option(
    "--layout",
    type=click.Choice(["kobo", "odk"]),
    default="kobo",
    show_default=True,
    help="How rows of inner tables name the row around them.",
)
@in_app
def export_answers(
    name: str, file: Path, email: str, format_: str | None, labels: str, multiple: Any, layout: Any
) -> None:
    """Write the answers to the form NAME to FILE (.xlsx, .csv, .json, .sav; several tables as a .zip of files)."""
    from portal import audit
    from portal.forms.answers import exporting
    from portal.forms.answers import files as answers_files
    from portal.forms.answers import reading as answers

    wanted = format_ or file.suffix.lower().lstrip(".")
    if wanted not in exporting.formats():
        raise Refused(f"{file}: give --format, one of {', '.join(exporting.formats())}")
    form = _form(name)
    user: Identity = acting_as(email)
    record = answers.open_form(user, form.record_id)
    with force_locale("en" if labels == "codes" else labels), audit.acting(user.id):
        out, proper = answers_files.written(user, record, wanted, labels, multiple, layout)
    ending = Path(proper).suffix
    target = file if file.suffix.lower() == ending else file.with_name(file.name + ending)
    with out, target.open("wb") as stream:
        shutil.copyfileobj(out, stream)
    click.echo(f"{target}: {target.stat().st_size} bytes")


@forms.command("index-answers")
@click.argument("name")
@in_app
def index_answers(name: str) -> None:
    """Write the index of the answers to the form NAME anew, by which lists are filtered and charts are drawn."""
    from portal.forms import mapping

    click.echo(f"{mapping.rebuild(_form(name).record_id)} answers indexed")


@forms.command("import-answers")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--dry-run", is_flag=True, help="Check only; keep nothing.")
@click.option("--as", "email", required=True, help="Account that sends the answers in.")
@click.option("--reason", default="", help="Why answers that are there are corrected; needed where some are.")
@click.option(
    "--lang", type=click.Choice(["mn", "en"]), default="en", show_default=True, help="Language of the report."
)
@in_app
def import_answers(name: str, file: Path, as_json: bool, dry_run: bool, email: str, reason: str, lang: str) -> None:
    """Take over answers to the form NAME from FILE (.xlsx, .xls, .ods, .csv, .zip), all of them or none.

    The file is laid out as the form's own export. Exit 0 only where every row fits; doing it again changes nothing.
    """
    from portal import audit
    from portal.forms.answers import importing, upload

    form = _form(name)
    user: Identity = acting_as(email)
    record = upload.open_form(user, form.record_id)
    if is_carried(file):
        with force_locale(lang), audit.acting(user.id):
            import_carried(user, record, file, as_json, dry_run)
        return
    with force_locale(lang), audit.acting(user.id):
        made = importing.plan(user, record, file.read_bytes(), file.name)
        if made.ok and made.changed and not dry_run and not reason.strip():
            raise Refused(f"{file.name}: {len(made.changed)} answers are corrected: give --reason")
        if made.ok and not dry_run:
            importing.carry_out(user, record, made, reason=reason)
        report = made.as_dict()
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        for problem in made.problems:
            where = " ".join(filter(None, (problem.sheet, problem.cell, problem.column)))
            with force_locale(lang):
                click.echo(f"{where}: {problem.message}".removeprefix(": "), err=True)
        if made.ok:
            done = "would be imported" if dry_run else "imported"
            also = f", {report['changed']} {'would be ' * dry_run}corrected" if report["changed"] else ""
            there = f"{report['same']} there already"
            click.echo(f"{file.name}: {report['rows']} rows, {report['new']} {done}{also}, {there}")
    if not made.ok:
        raise SystemExit(1)
