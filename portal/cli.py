"""``portal``: the command line. Groups are imported when they are used, so that help is quick."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("portal.commands.serve:serve", "Start the web server, with the jobs in the same process."),
    "worker": ("portal.commands.serve:worker", "Run background jobs in a process of their own."),
    "db": ("portal.commands.database:database", "Upgrade, check and change the tables."),
    "plugins": ("portal.commands.plugins:plugins", "List, check, switch and remove modules."),
    "overrides": ("portal.commands.overrides:overrides", "Templates and texts of the operator."),
    "users": ("portal.commands.users:users", "Create accounts."),
    "demo": ("portal.commands.demo:demo", "Load and clear demo data."),
    "forms": ("portal.commands.forms:forms", "Import and export forms (XLSForm)."),
    "datasets": ("portal.commands.data:datasets", "List and export tables."),
    "documents": ("portal.commands.data:documents", "List and make documents."),
    "i18n": ("portal.i18n_cli:i18n", "Collect and check texts."),
}


class Refused(click.ClickException):
    """An expected failure: one line on standard error, exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the message without a trace."""
        click.echo(f"portal: {self.format_message()}", err=True)


def _module_names() -> list[str]:
    """Names of modules that bring commands; found by their files, without importing any of theirs."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    from portal.config import ROOT

    names = []
    for folder in ("plugins", "portal_plugins"):
        base: Path = ROOT / folder
        if base.is_dir():
            names += [path.parent.name for path in sorted(base.glob("[a-z]*/commands.py"))]
    for point in entry_points(group="portal.plugins"):
        with suppress(Exception):  # a broken package is told of by the host, not by the help
            spec = find_spec(point.value)
            if spec and spec.origin and Path(spec.origin).with_name("commands.py").exists():
                names.append(point.name)
    return names


class Lazy(click.Group):
    """A group whose members are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The core's commands, then the modules that have some."""
        return [*COMMANDS, *(name for name in _module_names() if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the command; a module's commands are those its hook returns."""
        if name in COMMANDS:
            target, _, attribute = COMMANDS[name][0].partition(":")
            command: click.Command = getattr(importlib.import_module(target), attribute)
            return command
        if name in _module_names():
            return _module_group(name)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table, without importing them."""
        rows = [(name, text) for name, (_, text) in COMMANDS.items()]
        rows += [(name, f"Commands of the module {name}.") for name in _module_names() if name not in COMMANDS]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _module_group(name: str) -> click.Group:
    group = click.Group(name, help=f"Commands of the module {name}.")
    app = application()
    plugin = app.extensions["portal_host"].plugins.get(name)
    if plugin is None or plugin.state == "failed":
        raise Refused(f"the module {name} did not load: {plugin.error if plugin else 'absent'}")
    for entry in plugin.boot["portal_commands"]:
        group.add_command(entry.command, entry.name)
    return group


_application: list[Any] = []


def application(serving: bool = False) -> Any:
    """The portal of this command, made once; bad settings are told in one line.

    Standard output belongs to a command's result, so its logs go to standard error, unless it is *serving*.
    """
    if not _application:
        if serving:
            gc.disable()  # what is made at the start is kept: looking for waste in it costs a tenth of the time
        try:
            from portal.app import create_app
            from portal.config import BadSetting

            try:
                _application.append(create_app({} if serving else {"LOG_STREAM": "stderr"}))
            except BadSetting as error:
                raise Refused(str(error)) from None
            if serving:
                gc.freeze()
        finally:
            gc.enable()
    return _application[0]


F = TypeVar("F", bound=Callable[..., Any])


def in_app(function: F) -> F:
    """Run a command inside the application; expected errors become one line on standard error."""
    from functools import wraps

    @wraps(function)
    def inner(*args: Any, **kw: Any) -> Any:
        from sqlalchemy.exc import OperationalError, ProgrammingError
        from werkzeug.exceptions import HTTPException

        with application().app_context():
            try:
                return function(*args, **kw)
            except (OperationalError, ProgrammingError) as error:
                raise Refused(
                    f"the database does not answer as expected (run `portal db upgrade`?): {error.orig}"
                ) from None
            except HTTPException as error:
                raise Refused(f"{error.code} {error.name}") from None

    return inner  # type: ignore[return-value]


def acting_as(email: str) -> Any:
    """The identity of the account with that address, which from now on sees the modules of its organisations.

    Raises Refused where there is none or it is disabled.
    """
    from portal.host.host import current_host
    from portal.people.identity import of_email

    user = of_email(email)
    if user is None:
        raise Refused(f"there is no active account {email}")
    current_host().look_as(user)
    return user


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="upr-portal", message="portal %(version)s")
def main() -> None:
    """The portal with which a country follows up its human rights recommendations."""


if __name__ == "__main__":
    sys.exit(main())
