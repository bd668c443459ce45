"""``portal users``: accounts from the command line."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from portal.cli import Refused as Failed
from portal.cli import in_app
from portal.people.roles import FUNCTIONS, ROLES
from portal.text import LOCALES


@click.group("users")
def users() -> None:
    """Create accounts."""


@users.command()
@click.argument("email")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--role", type=click.Choice(sorted(ROLES)), help="Role to give from today on.")
@click.option("--org", metavar="CODE", help="Code of the organisation in which the role is held.")
@click.option("--unit", metavar="CODE", help="Code of the administrative unit, such as MN-043.")
@click.option("--function", type=click.Choice(sorted(FUNCTIONS)), help="Of a focal point.")
@click.option("--locale", type=click.Choice(LOCALES), default=LOCALES[0], show_default=True, help="Language.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@in_app
def create(
    email: str,
    name: str,
    role: str | None,
    org: str | None,
    unit: str | None,
    function: str | None,
    locale: str,
    password_stdin: bool,
) -> None:
    """Create the account EMAIL.

    With --password-stdin it can sign in at once; without, it is sent an invitation, whose link is also printed
    nowhere: it goes to the person only.
    """
    from portal.db import transaction
    from portal.i18n import force_locale
    from portal.people import accounts, admin
    from portal.people.errors import Refused
    from portal.people.passwords import weaknesses

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    if (org or unit or function) and role is None:
        raise Failed("--org, --unit and --function need --role")
    with force_locale("en"):  # commands speak English; the mail is in the person's language
        if password is not None and (weak := weaknesses(password, email, name)):
            raise Failed(" ".join(weak))
        try:
            with transaction():
                user = admin.create_account(email, name, locale, password)
                if role is not None:
                    admin.add_grant(user.id, admin.NewGrant(role, _org(org), _unit(unit), function))
                if password is None:
                    accounts.invite(user.id)
        except Refused as error:
            raise Failed(f"{email}: {error}") from None
    how = "can sign in now" if password is not None else "is sent an invitation"
    click.echo(f"account {user.id} {user.email} {how}")


def _org(code: str | None) -> int | None:
    from portal.db import db
    from portal.people.models import Organisation

    if code is None:
        return None
    found = db.session.scalar(select(Organisation.id).where(Organisation.code == code))
    if found is None:
        raise Failed(f"there is no organisation with the code {code}")
    return found


def _unit(code: str | None) -> int | None:
    from portal.db import db
    from portal.reference.models import Unit

    if code is None:
        return None
    found = db.session.scalar(select(Unit.id).where(Unit.code == code))
    if found is None:
        raise Failed(f"there is no administrative unit with the code {code}")
    return found
