"""``portal plugins new``: a module as a distribution of its own, complete and with its tests."""

from __future__ import annotations

import keyword
from pathlib import Path
from typing import Final

import click

import portal
from portal.cli import Refused, application
from portal.host.manifest import NAME
from portal.i18n import catalogues

TEMPLATE: Final = Path(__file__).parent / "template"
ENDING: Final = ".tmpl"
"""Of every file of the template, so that no tool takes it for code of the portal."""
LONGEST: Final = 24
"""Characters of a name; longer ones would not fit into the names of keys in PostgreSQL."""
LONGEST_TITLE: Final = 60
_NOT_IN_TITLES: Final = frozenset('"\\{}<>%@\n\r\t')


@click.command("new")
@click.argument("name")
@click.option("--title", default="", help="Its title in English; the name where nothing is said.")
@click.option("--title-mn", default="", help="Its title in Mongolian; the English one where nothing is said.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="The folder in which the module gets its own.",
)
def new(name: str, title: str, title_mn: str, into: Path) -> None:
    """Write a new module NAME as a distribution of its own, with list, form, page, tests and two languages."""
    _check_name(name)
    title = _checked_title(title) or name.replace("_", " ").capitalize()
    target = into / f"portal-{name.replace('_', '-')}"
    if target.exists():
        raise Refused(f"{target} is already there")
    write(target, name, title, _checked_title(title_mn) or title)
    click.echo(f"{target}: written; its README.md says how to install it")


def write(target: Path, name: str, title: str, title_mn: str) -> None:
    """Write the distribution of a module to the folder *target*."""
    major, minor = portal.__version__.split(".")[:2]
    words = {
        "@name@": name,
        "@title@": title,
        "@title_mn@": title_mn,
        "@distribution@": f"portal-{name.replace('_', '-')}",
        "@range@": f">={major}.{minor},<{int(major) + 1}",
    }
    for source in sorted(TEMPLATE.rglob(f"*{ENDING}")):
        text = source.read_text("utf-8")
        for mark, word in words.items():
            text = text.replace(mark, word)
        place = target / str(source.relative_to(TEMPLATE)).replace("NAME", name).removesuffix(ENDING)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    catalogues.update(target)


def _check_name(name: str) -> None:
    """Refuse a name that no module can have, or that would get in the way of another."""
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name):
        raise Refused(f"{name!r} is no name of a module: 2 to {LONGEST} small letters, digits and _, a letter first")
    app = application()
    rules = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    taken = {"portal", *rules, *app.blueprints, *app.extensions["portal_host"].plugins}
    for other in sorted(taken - {""}):
        if name == other or name.startswith(f"{other}_") or other.startswith(f"{name}_"):
            raise Refused(f"{name} cannot be told from {other}, which is there already")


def _checked_title(title: str) -> str:
    """A title that can stand in code, pages and catalogues; raises Refused."""
    if len(title) > LONGEST_TITLE:
        raise Refused(f"a title has at most {LONGEST_TITLE} letters")
    if found := sorted(_NOT_IN_TITLES & set(title)):
        raise Refused(f"a title has none of these signs: {' '.join(map(repr, found))}")
    return " ".join(title.replace("'", "’").split())
