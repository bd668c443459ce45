"""The core's demo data: a dozen organisations, their people and one account for every role."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from portal import clock
from portal.db import db
from portal.demo.demo import DOMAIN, Demo
from portal.people import passwords
from portal.people.models import Credential, Grant, Office, OfficeHolding, Organisation, Person, User
from portal.text import Content, fold


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a demo table beside this file."""
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_core(demo: Demo) -> None:
    """Organisations with a former name, offices with holders, accounts with grants."""
    ids: dict[str, int] = {}
    for row in rows("organisations.csv"):
        org = Organisation(
            code=row["code"],
            kind=row["kind"],
            voice=row["voice"] or None,
            parent_id=ids.get(row["parent"]),
            unit_id=demo.unit(row["unit"]) if row["unit"] else None,
            name=demo.text(row["name_mn"], row["name_en"]),
            short=demo.text(row["short_mn"], row["short_en"]),
        )
        db.session.add(org)
        db.session.flush()
        ids[org.code] = org.id
    _governor(demo, ids["khovd-gov"])
    begin = clock.today() - timedelta(days=730)
    for row in rows("accounts.csv"):
        _account(demo, row, ids.get(row["org"]), begin)


def _account(demo: Demo, row: dict[str, str], org_id: int | None, begin: date) -> None:
    """A person, the account with a password made now, and its role."""
    person = Person(family_name=row["family_name"], given_name=row["given_name"])
    db.session.add(person)
    db.session.flush()
    address, foreign = f"{row['key']}@{DOMAIN}", row["family_name"].isascii()
    name = f"{person.given_name} {person.family_name}" if foreign else person.display
    user = User(
        email=address,
        email_key=fold(address),
        name=name,
        name_key=fold(name),
        locale="en" if foreign else "mn",
        person_id=person.id,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    secret = passwords.hash_password(demo.password(row["key"]))
    db.session.add(Credential(user_id=user.id, password_hash=secret, password_changed_at=clock.now()))
    db.session.add(
        Grant(
            user_id=user.id,
            role=row["role"],
            org_id=org_id,
            unit_id=demo.unit(row["unit"]) if row["unit"] else None,
            function=row["function"] or None,
            valid_from=begin,
        )
    )
    db.session.flush()


def _governor(demo: Demo, org_id: int) -> None:
    """The governor of Khovd: the office stays, its holders change."""
    office = Office(org_id=org_id, title=Content.of(mn="Засаг дарга", en="Governor"))
    db.session.add(office)
    db.session.flush()
    year = clock.today().year
    terms = [
        ("Дамба", "Ганзориг", date(year - 6, 11, 5), date(year - 2, 10, 30)),
        ("Бат", "Мөнхцэцэг", date(year - 2, 10, 31), None),
    ]
    for family, given, start, end in terms:
        person = Person(family_name=family, given_name=given)
        db.session.add(person)
        db.session.flush()
        db.session.add(OfficeHolding(office_id=office.id, person_id=person.id, valid_from=start, valid_to=end))
    db.session.flush()
