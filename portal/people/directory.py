"""Organisations, their names over time, their offices and the people who hold them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import available_timezones

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from portal.db import db, transaction
from portal.i18n import _
from portal.people.admin import need
from portal.people.errors import Conflict, Refused
from portal.people.identity import Identity
from portal.people.models import Office, OfficeHolding, Organisation, OrganisationName, Person
from portal.people.roles import KINDS, VOICES
from portal.text import Content, nfc

FIELDS: Final = ("code", "kind", "voice", "parent_id", "unit_id", "name", "short", "timezone", "valid_from", "valid_to")
"""The columns of an organisation that are set from outside; no other name is taken."""
_DAY: Final = timedelta(days=1)


def create(who: Identity, **values: Any) -> Organisation:
    """Add an organisation; *values* are FIELDS. Raises Refused, naming the field."""
    need(who)
    with transaction():
        return add(**values)


def add(**values: Any) -> Organisation:
    """Add an organisation without asking who; for commands and demo data, inside transaction()."""
    org = Organisation()
    _assign(org, {"timezone": "Asia/Ulaanbaatar", "short": Content(), **values})
    db.session.add(org)
    _flush_unique()
    return org


def update(who: Identity, org_id: int, version: int, *, renamed_on: date | None = None, **values: Any) -> Organisation:
    """Change an organisation. With *renamed_on* the present name is kept as a former one until the day before.

    Raises Conflict where somebody saved in between, Refused for what makes no sense.
    """
    need(who)
    with transaction():
        org = db.session.get(Organisation, org_id, with_for_update=True, populate_existing=True)
        if org is None:
            raise NotFound
        if org.version != version:
            raise Conflict
        before = org.name
        _assign(org, values)
        if renamed_on is not None and before.texts != org.name.texts:
            _keep_name(org, before, renamed_on)
        _flush_unique()
    return org


def _assign(org: Organisation, values: Mapping[str, Any]) -> None:
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"an organisation has no {sorted(unknown)}")
    for key, value in values.items():
        setattr(org, key, value)
    if not org.code or not org.code.isascii() or not all(c.isalnum() or c in "-_" for c in org.code):
        raise Refused("code", [_("Use letters a to z, digits and hyphens.")])
    if org.kind not in KINDS:
        raise Refused("kind", [_("There is no such kind.")])
    if org.voice is not None and org.voice not in VOICES:
        raise Refused("voice", [_("There is no such voice.")])
    if not org.name:
        raise Refused("name", [_("Give the name in at least one language.")])
    if org.timezone not in available_timezones():
        raise Refused("timezone", [_("There is no such time zone.")])
    if org.valid_from and org.valid_to and org.valid_to < org.valid_from:
        raise Refused("valid_to", [_("The last day is before the first.")])
    _no_circle(org)


def _no_circle(org: Organisation) -> None:
    """Raise Refused where the organisation would stand above itself."""
    with db.session.no_autoflush:
        rows = db.session.execute(select(Organisation.id, Organisation.parent_id)).all()
    parents: dict[int, int | None] = {row.id: row.parent_id for row in rows}
    seen = {org.id}
    above = org.parent_id
    while above is not None:
        if above in seen or above not in parents:
            raise Refused("parent_id", [_("This organisation cannot stand above.")])
        seen.add(above)
        above = parents[above]


def _flush_unique() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused("code", [_("Another organisation has this code.")]) from None


def _keep_name(org: Organisation, name: Content, renamed_on: date) -> None:
    last = db.session.scalars(
        select(OrganisationName).where(OrganisationName.org_id == org.id).order_by(OrganisationName.valid_to.desc())
    ).first()
    begin = last.valid_to + _DAY if last else org.valid_from
    if begin is not None and renamed_on <= begin:
        raise Refused("renamed_on", [_("The name was in use from a later day on.")])
    db.session.add(OrganisationName(org_id=org.id, name=name, valid_from=begin, valid_to=renamed_on - _DAY))


def add_former_name(who: Identity, org_id: int, name: Content, valid_from: date | None, valid_to: date) -> None:
    """Add a name the organisation had before; the days of two names never overlap."""
    need(who)
    _organisation(org_id)
    if not name:
        raise Refused("name", [_("Give the name in at least one language.")])
    if valid_from is not None and valid_to < valid_from:
        raise Refused("valid_to", [_("The last day is before the first.")])
    with transaction():
        for other in db.session.scalars(select(OrganisationName).where(OrganisationName.org_id == org_id)):
            if _overlap(valid_from, valid_to, other.valid_from, other.valid_to):
                raise Refused("valid_from", [_("Another former name was in use on these days.")])
        db.session.add(OrganisationName(org_id=org_id, name=name, valid_from=valid_from, valid_to=valid_to))


def remove_former_name(who: Identity, org_id: int, name_id: int) -> None:
    """Take a former name away that was entered by mistake."""
    need(who)
    with transaction():
        row = db.session.get(OrganisationName, name_id)
        if row is None or row.org_id != org_id:
            raise NotFound
        db.session.delete(row)


def _overlap(a: date | None, b: date | None, c: date | None, d: date | None) -> bool:
    return (d is None or a is None or a <= d) and (b is None or c is None or c <= b)


def add_office(who: Identity, org_id: int, title: Content) -> Office:
    """Add an office to an organisation."""
    need(who)
    _organisation(org_id)
    if not title:
        raise Refused("title", [_("Give the title in at least one language.")])
    with transaction():
        office = Office(org_id=org_id, title=title)
        db.session.add(office)
        db.session.flush()
    return office


def close_office(who: Identity, office_id: int, closed_on: date | None) -> Office:
    """Note the last day of an office that was abolished (None: it exists); nobody holds it afterwards."""
    need(who)
    with transaction():
        office = _office(office_id)
        rows = db.session.scalars(select(OfficeHolding).where(OfficeHolding.office_id == office_id)).all()
        if closed_on is not None and any(row.valid_from > closed_on for row in rows):
            raise Refused("closed_on", [_("Somebody took this office later.")])
        office.closed_on = closed_on
        for row in rows:
            if closed_on is not None and (row.valid_to is None or row.valid_to > closed_on):
                row.valid_to = closed_on
    return office


def find_or_add_person(family_name: str, given_name: str) -> Person:
    """The person of that name, added where there is none. Inside transaction()."""
    family, given = " ".join(nfc(family_name).split()), " ".join(nfc(given_name).split())
    if not given:
        raise Refused("given_name", [_("Give the name of the person.")])
    query = select(Person).where(Person.family_name == family, Person.given_name == given).order_by(Person.id)
    person = db.session.scalars(query).first()
    if person is None:
        person = Person(family_name=family, given_name=given)
        db.session.add(person)
        db.session.flush()
    return person


def hold(
    who: Identity, office_id: int, family_name: str, given_name: str, valid_from: date, valid_to: date | None
) -> OfficeHolding:
    """Note who held an office from when to when; two people never hold it on one day."""
    need(who)
    if valid_to is not None and valid_to < valid_from:
        raise Refused("valid_to", [_("The last day is before the first.")])
    with transaction():
        office = _office(office_id)
        if office.closed_on is not None and (valid_to is None or valid_to > office.closed_on):
            raise Refused("valid_to", [_("The office did not exist that long.")])
        for other in db.session.scalars(select(OfficeHolding).where(OfficeHolding.office_id == office_id)):
            if _overlap(valid_from, valid_to, other.valid_from, other.valid_to):
                raise Refused("valid_from", [_("Somebody held this office on these days.")])
        person = find_or_add_person(family_name, given_name)
        holding = OfficeHolding(office_id=office_id, person_id=person.id, valid_from=valid_from, valid_to=valid_to)
        db.session.add(holding)
        db.session.flush()
    return holding


def hand_over(who: Identity, office_id: int, family_name: str, given_name: str, on: date) -> OfficeHolding:
    """A new holder from the day *on*; the present one's term ends the day before (D12)."""
    need(who)
    with transaction():
        _office(office_id)
        present = db.session.scalars(
            select(OfficeHolding).where(
                OfficeHolding.office_id == office_id,
                or_(OfficeHolding.valid_to.is_(None), OfficeHolding.valid_to >= on),
            )
        ).all()
        if any(row.valid_from >= on for row in present):
            raise Refused("valid_from", [_("Somebody held this office on these days.")])
        for row in present:
            row.valid_to = on - _DAY
        db.session.flush()
        return hold(who, office_id, family_name, given_name, on, None)


def end_holding(who: Identity, holding_id: int, valid_to: date) -> OfficeHolding:
    """Note the last day of a holder without a successor."""
    need(who)
    with transaction():
        row = db.session.get(OfficeHolding, holding_id)
        if row is None:
            raise NotFound
        if valid_to < row.valid_from:
            raise Refused("valid_to", [_("The last day is before the first.")])
        row.valid_to = valid_to
    return row


def _organisation(org_id: int) -> Organisation:
    org = db.session.get(Organisation, org_id)
    if org is None:
        raise NotFound
    return org


def _office(office_id: int) -> Office:
    office = db.session.get(Office, office_id)
    if office is None:
        raise NotFound
    return office
