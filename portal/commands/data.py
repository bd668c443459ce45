"""``portal datasets`` and ``portal documents``: tables and documents from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import click

from portal import documents as writers
from portal.cli import Refused, acting_as, in_app
from portal.documents.registry import NotMade, registry
from portal.i18n import force_locale

LOCALE = click.option("--lang", type=click.Choice(["mn", "en"]), default="mn", show_default=True, help="Language.")
ACTOR = click.option("--as", "email", required=True, help="Account whose rights hold.")
OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")


def _save(path: Path, data: bytes) -> None:
    """Write a file as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refused(f"{path}: {error.strerror}") from None


@click.group("datasets")
def datasets() -> None:
    """List and export tables."""


@datasets.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def list_datasets(as_json: bool) -> None:
    """List the tables of the modules that are on."""
    found = registry.datasets()
    if as_json:
        rows = [
            {"name": d.name, "title": str(d.title), "columns": [c.key for c in d.columns], "filters": list(d.filters)}
            for d in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for dataset in found:
        click.echo(f"{dataset.name:<36} {dataset.title}")


@datasets.command("export")
@click.argument("name")
@click.option("--format", "format_", type=click.Choice(["csv", "xlsx", "json"]), required=True)
@LOCALE
@ACTOR
@OUT
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="Repeat for several.")
@in_app
def export(name: str, format_: str, lang: str, email: str, out: Path, filters: tuple[str, ...]) -> None:
    """Write a table to a file, as the account sees it."""
    user = acting_as(email)
    wanted = dict(part.split("=", 1) for part in filters if "=" in part)
    with force_locale(lang):
        dataset = registry.dataset(name)
        try:
            rows = registry.rows(user, name, **wanted)
        except TypeError as error:
            raise Refused(str(error)) from None
        data = b"".join(writers.export_rows(dataset.columns, rows, format_, lang))
    _save(out, data)
    click.echo(f"{out}: {len(data)} bytes")


@click.group("documents")
def documents() -> None:
    """List and make documents."""


@documents.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_app
def list_documents(as_json: bool) -> None:
    """List the kinds of documents of the modules that are on."""
    found = registry.documents()
    if as_json:
        rows = [
            {"name": d.name, "title": str(d.title), "record": d.record_kind, "formats": list(d.formats)} for d in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for document in found:
        click.echo(f"{document.name:<30} {document.title} ({', '.join(document.formats)})")


@documents.command("make")
@click.argument("kind")
@click.argument("record", type=int)
@click.option("--format", "format_", type=click.Choice(["docx", "pdf", "xlsx", "html"]), required=True)
@LOCALE
@ACTOR
@OUT
@in_app
def make(kind: str, record: int, format_: str, lang: str, email: str, out: Path) -> None:
    """Make a document of a record, as the account sees it."""
    user = acting_as(email)
    try:
        with force_locale(lang):
            content = registry.build(user, kind, record, lang)
    except NotMade as error:
        with force_locale(user.locale or lang):
            raise Refused(str(error.message)) from None
    if format_ not in (formats := registry.document(kind).formats):
        raise Refused(f"{kind} is made as {', '.join(formats)}")
    with force_locale(lang):
        data = writers.write(content, format_)
    _save(out, data)
    click.echo(f"{out}: {len(data)} bytes")
