"""What the pages of this room read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import db
from portal.i18n import current_locale
from portal.people.models import (
    Credential,
    Grant,
    Office,
    OfficeHolding,
    Organisation,
    OrganisationName,
    Person,
    User,
)
from portal.reference.models import Unit
from portal.text import Content, fold

OneRow: TypeAlias = Row[*tuple[Any, ...]]
Rows: TypeAlias = Sequence[Row[*tuple[Any, ...]]]


def users() -> Select[*tuple[Any, ...]]:
    """Rows of the list of accounts: id, name, email, state, roles held today, when last seen."""
    today = clock.today()
    roles = (
        select(func.count())
        .where(Grant.user_id == User.id, Grant.valid_from <= today, ended_after(Grant.valid_to, today))
        .scalar_subquery()
    )
    state = case(
        (User.disabled_at.is_not(None), "disabled"),
        (Credential.password_hash.is_(None), "invited"),
        else_="active",
    )
    return (
        select(
            User.id,
            User.name,
            User.name_key,
            User.email,
            state.label("state"),
            roles.label("roles"),
            Credential.totp_confirmed_at.is_not(None).label("second_factor"),
            User.created_at,
        )
        .select_from(User)
        .outerjoin(Credential, Credential.user_id == User.id)
    )


def holds_role(role: str) -> Any:
    """The condition "holds *role* today" on users()."""
    today = clock.today()
    return exists().where(
        Grant.user_id == User.id, Grant.role == role, Grant.valid_from <= today, ended_after(Grant.valid_to, today)
    )


def holds_in(org_id: int) -> Any:
    """The condition "holds a role in that organisation today" on users()."""
    today = clock.today()
    return exists().where(
        Grant.user_id == User.id, Grant.org_id == org_id, Grant.valid_from <= today, ended_after(Grant.valid_to, today)
    )


def named(text: str) -> Any:
    """The condition "has these words in name or address" on users()."""
    words = [
        or_(User.name_key.contains(w, autoescape=True), User.email_key.contains(w, autoescape=True))
        for w in fold(text).split()[:8]
    ]
    return and_(true(), *words)


def exists_today(wanted: bool) -> Any:
    """The condition "exists today" on organisations()."""
    today = clock.today()
    begun = or_(Organisation.valid_from.is_(None), Organisation.valid_from <= today)
    return and_(begun, ended_after(Organisation.valid_to, today))


def ended_after(column: Any, day: date) -> Any:
    """The condition that a term with the last day *column* is not over on *day*."""
    return or_(column.is_(None), column >= day)


def user(user_id: int) -> OneRow | None:
    """User, Credential and Person of an account."""
    return db.session.execute(
        select(User, Credential, Person)
        .outerjoin(Credential, Credential.user_id == User.id)
        .outerjoin(Person, Person.id == User.person_id)
        .where(User.id == user_id)
    ).one_or_none()


def person_options() -> list[tuple[int, str]]:
    """People who hold or held an office, by name."""
    rows = db.session.scalars(select(Person).order_by(Person.name_key, Person.id))
    return [(row.id, row.full) for row in rows]


def grants(user_id: int) -> Rows:
    """Every role an account has, had or will have: Grant, name of the organisation, name of the unit."""
    return db.session.execute(
        select(Grant, Organisation.name.label("organisation"), Unit.name.label("unit"))
        .outerjoin(Organisation, Organisation.id == Grant.org_id)
        .outerjoin(Unit, Unit.id == Grant.unit_id)
        .where(Grant.user_id == user_id)
        .order_by(Grant.valid_from.desc(), Grant.id.desc())
    ).all()


def grant(grant_id: int) -> OneRow | None:
    """Grant, its User and the name of the organisation."""
    return db.session.execute(
        select(Grant, User, Organisation.name.label("organisation"))
        .join(User, User.id == Grant.user_id)
        .outerjoin(Organisation, Organisation.id == Grant.org_id)
        .where(Grant.id == grant_id)
    ).one_or_none()


def administrators() -> Rows:
    """Name, address and language of everybody who administers the whole site today."""
    return db.session.execute(
        select(User.name, User.email, User.locale)
        .where(User.disabled_at.is_(None), holds_role("administrator"))
        .order_by(User.id)
    ).all()


def user_options(but: int | None = None) -> list[tuple[int, str]]:
    """Accounts that are not disabled, by name."""
    rows = db.session.execute(
        select(User.id, User.name, User.email)
        .where(User.disabled_at.is_(None), User.id != (but or 0))
        .order_by(User.name_key, User.id)
    )
    return [(row.id, f"{row.name} ({row.email})") for row in rows]


def organisations() -> Select[*tuple[Any, ...]]:
    """Rows of the list of organisations: id, code, kind, voice, name, short, sort keys, unit, validity."""
    return (
        select(
            Organisation.id,
            Organisation.code,
            Organisation.kind,
            Organisation.voice,
            Organisation.name,
            Organisation.short,
            Organisation.sort_mn,
            Organisation.sort_en,
            Organisation.valid_to,
            Unit.name.label("unit"),
        )
        .select_from(Organisation)
        .outerjoin(Unit, Unit.id == Organisation.unit_id)
    )


def organisation(org_id: int) -> OneRow | None:
    """Organisation with the names of the one above it and of its unit."""
    above = aliased(Organisation)
    return db.session.execute(
        select(Organisation, above.name.label("parent"), Unit.name.label("unit"))
        .outerjoin(above, above.id == Organisation.parent_id)
        .outerjoin(Unit, Unit.id == Organisation.unit_id)
        .where(Organisation.id == org_id)
    ).one_or_none()


def below(org_id: int) -> Rows:
    """Organisations directly below: id, name, kind."""
    return db.session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind)
        .where(Organisation.parent_id == org_id)
        .order_by(_sort_key(), Organisation.id)
    ).all()


def former_names(org_id: int) -> Sequence[OrganisationName]:
    """The former names, the latest first."""
    query = select(OrganisationName).where(OrganisationName.org_id == org_id)
    return db.session.scalars(query.order_by(OrganisationName.valid_to.desc())).all()


def name_on(org_id: int, day: date) -> Content:
    """The name an organisation had on *day*: documents of a year carry the names of that year."""
    found = db.session.scalars(
        select(OrganisationName.name)
        .where(
            OrganisationName.org_id == org_id,
            or_(OrganisationName.valid_from.is_(None), OrganisationName.valid_from <= day),
            OrganisationName.valid_to >= day,
        )
        .order_by(OrganisationName.valid_to)
    ).first()
    if found is not None:
        return found
    return db.session.scalar(select(Organisation.name).where(Organisation.id == org_id)) or Content()


def offices(org_id: int) -> list[tuple[Office, list[OneRow]]]:
    """The offices of an organisation, each with its holders (OfficeHolding, Person), the latest first."""
    rows = db.session.execute(
        select(Office, OfficeHolding, Person)
        .outerjoin(OfficeHolding, OfficeHolding.office_id == Office.id)
        .outerjoin(Person, Person.id == OfficeHolding.person_id)
        .where(Office.org_id == org_id)
        .order_by(Office.id, OfficeHolding.valid_from.desc())
    ).all()
    found: dict[int, tuple[Office, list[OneRow]]] = {}
    for row in rows:
        holders = found.setdefault(row[0].id, (row[0], []))[1]
        if row[1] is not None:
            holders.append(row)
    return list(found.values())


def holder_on(office_id: int, day: date) -> Person | None:
    """Who held an office on *day*: the addressee of a letter, the signer of an agreement."""
    return db.session.scalars(
        select(Person)
        .join(OfficeHolding, OfficeHolding.person_id == Person.id)
        .where(
            OfficeHolding.office_id == office_id,
            OfficeHolding.valid_from <= day,
            ended_after(OfficeHolding.valid_to, day),
        )
        .order_by(OfficeHolding.valid_from.desc())
    ).first()


def all_offices() -> Rows:
    """Every office with each of its terms, the latest first, in the order of its organisation.

    ``Office Organisation OfficeHolding Person``; the last two None where nobody ever held it.
    """
    return db.session.execute(
        select(Office, Organisation, OfficeHolding, Person)
        .join(Organisation, Organisation.id == Office.org_id)
        .outerjoin(OfficeHolding, OfficeHolding.office_id == Office.id)
        .outerjoin(Person, Person.id == OfficeHolding.person_id)
        .order_by(_sort_key(), Organisation.id, Office.id, OfficeHolding.valid_from.desc())
    ).all()


def organisation_options(kinds: Sequence[str] = (), day: date | None = None) -> list[tuple[int, str]]:
    """Organisations that exist on *day* (None: today), by name in the reader's language, for selects."""
    on = day or clock.today()
    query = select(Organisation.id, Organisation.name).where(
        or_(Organisation.valid_from.is_(None), Organisation.valid_from <= on), ended_after(Organisation.valid_to, on)
    )
    if kinds:
        query = query.where(Organisation.kind.in_(kinds))
    locale = current_locale()
    rows = db.session.execute(query.order_by(_sort_key(), Organisation.id))
    return [(row.id, row.name.text(locale)) for row in rows]


def unit_options() -> list[tuple[int, str]]:
    """Administrative units for selects."""
    locale = current_locale()
    rows = db.session.execute(select(Unit.id, Unit.name, Unit.code).order_by(Unit.code))
    return [(row.id, row.name.text(locale)) for row in rows]


def members(org_id: int) -> Rows:
    """Who holds a role in the organisation today: user id, name, role, function, last day."""
    today = clock.today()
    return db.session.execute(
        select(User.id, User.name, Grant.role, Grant.function, Grant.valid_to)
        .join(Grant, Grant.user_id == User.id)
        .where(
            Grant.org_id == org_id,
            Grant.valid_from <= today,
            ended_after(Grant.valid_to, today),
            User.disabled_at.is_(None),
        )
        .order_by(User.name_key, Grant.id)
    ).all()


def _sort_key() -> Any:
    return Organisation.sort_en if current_locale() == "en" else Organisation.sort_mn
