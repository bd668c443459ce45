"""What administrators do with accounts: make them, give and take roles, disable, end sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import Forbidden, NotFound

from portal import audit, clock
from portal.db import db, transaction
from portal.i18n import _
from portal.jobs import mail
from portal.people import accounts, api_tokens, links, sessions
from portal.people.errors import Conflict, Refused
from portal.people.identity import Identity
from portal.people.models import Credential, Grant, Organisation, User
from portal.people.roles import FUNCTIONS, ROLES
from portal.text import LOCALES, fold, nfc

ROLES_OF_ORGANISATIONS: Final = frozenset(
    {"focal_point", "desk_officer", "commission_officer", "local_officer", "cs_editor"}
)
"""Roles that are held in an organisation, never for the whole site."""


@dataclass(frozen=True)
class NewGrant:
    """A role to give; ``valid_from`` None means today."""

    role: str
    org_id: int | None = None
    unit_id: int | None = None
    function: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def need(who: Identity, permission: str = "people.manage") -> None:
    """Raise Forbidden where *who* lacks the permission."""
    if not who.can(permission):
        raise Forbidden


def create_account(email: str, name: str, locale: str = "mn", password: str | None = None) -> User:
    """Make an account; with a password it can sign in at once. For commands and demo data; no mail is sent.

    Inside transaction(). Raises Refused for an address that is none or has an account, and for an empty name.
    """
    user = User(email=checked_email(email), name=checked_name(name), created_at=clock.now())
    user.locale = locale if locale in LOCALES else LOCALES[0]
    db.session.add(user)
    _flush_unique()
    db.session.add(Credential(user_id=user.id))
    db.session.flush()
    if password is not None:
        accounts.set_password(user.id, password)
    return user


def checked_email(email: str) -> str:
    """The address in its normal form; raises Refused."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(nfc(email).strip(), check_deliverability=False).normalized
    except (EmailNotValidError, ValueError):
        raise Refused("email", [_("This is not an e-mail address.")]) from None
    return found


def checked_name(name: str) -> str:
    """The name in its normal form on one line; raises Refused where it is empty or too long."""
    found = " ".join(nfc(name).split())
    if not found or len(found) > 200:
        raise Refused("name", [_("Give a name of at most 200 characters.")])
    return found


def _flush_unique() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise Refused("email", [_("There is an account with this e-mail address.")]) from None


def add_grant(user_id: int, new: NewGrant) -> Grant:
    """Give a role. Inside transaction(); raises Refused where it makes no sense."""
    if new.role not in ROLES:
        raise Refused("role", [_("There is no such role.")])
    if new.role in ROLES_OF_ORGANISATIONS and new.org_id is None:
        raise Refused("org_id", [_("This role is held in an organisation: choose it.")])
    if new.org_id is not None and db.session.get(Organisation, new.org_id) is None:
        raise Refused("org_id", [_("There is no such organisation.")])
    if new.function and (new.function not in FUNCTIONS or new.role != "focal_point"):
        raise Refused("function", [_("Only a focal point is main, deputy or validator.")])
    valid_from = new.valid_from or clock.today()
    _term(valid_from, new.valid_to)
    grant = Grant(user_id=user_id, role=new.role, org_id=new.org_id, unit_id=new.unit_id, valid_from=valid_from)
    grant.function, grant.valid_to = new.function or None, new.valid_to
    db.session.add(grant)
    db.session.flush()
    return grant


def _term(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise Refused("valid_to", [_("The last day is before the first.")])


def invite(who: Identity, email: str, name: str, locale: str, grant: NewGrant | None) -> User:
    """Make an account with a role and mail its invitation."""
    need(who)
    with transaction():
        user = create_account(email, name, locale)
        if grant is not None:
            add_grant(user.id, grant)
        accounts.invite(user.id)
    return user


def invite_again(who: Identity, user_id: int) -> User:
    """Mail a new invitation to an account that has no password yet; raises Refused where it has one."""
    need(who)
    user = _user(user_id)
    credential = db.session.get(Credential, user_id)
    if user.disabled_at is not None or (credential and credential.password_hash is not None):
        raise Refused("", [_("This account needs no invitation.")])
    with transaction():
        accounts.invite(user_id)
        audit.note("invited again", entity="portal_user", entity_id=user_id)
    return user


def update(
    who: Identity, user_id: int, version: int, *, name: str, email: str, locale: str, person_id: int | None = None
) -> User:
    """Change name, address, language and person of an account. Raises Conflict where it was changed in between."""
    need(who)
    name, email = checked_name(name), checked_email(email)
    before = _user(user_id).email
    with transaction():
        user = db.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
        if user.version != version:
            raise Conflict
        moved = fold(email) != user.email_key
        user.name, user.email, user.locale, user.person_id = name, email, locale, person_id
        _flush_unique()
        if moved:
            links.withdraw("reset", user_id)
            links.withdraw("invite", user_id)
            sessions.end_all(user_id)
    if moved:
        for address in (before, email):
            mail.send(address, "people_changed", locale, name=name, what="email")
    return user


def grant_role(who: Identity, user_id: int, new: NewGrant) -> Grant:
    """Give a role to an account."""
    need(who)
    _user(user_id)
    with transaction():
        return add_grant(user_id, new)


def set_term(who: Identity, grant_id: int, valid_from: date, valid_to: date | None) -> Grant:
    """Change from when to when a role holds; it counts from the next request on."""
    need(who)
    _term(valid_from, valid_to)
    with transaction():
        _lock_administrators()
        grant = _grant(grant_id)
        grant.valid_from, grant.valid_to = valid_from, valid_to
        _an_administrator_remains()
    return grant


def end_grant(who: Identity, grant_id: int) -> Grant:
    """Take a role away from now on: its last day is yesterday. It stays in the list of former roles."""
    need(who)
    with transaction():
        _lock_administrators()
        grant = _grant(grant_id)
        yesterday = clock.today() - timedelta(days=1)
        grant.valid_from, grant.valid_to = min(grant.valid_from, yesterday), yesterday
        _an_administrator_remains()
    return grant


def hand_over(who: Identity, grant_id: int, to_user_id: int, on: date) -> Grant:
    """Pass a role to somebody else: it ends the day before *on* and begins there for the successor (D12)."""
    need(who)
    _user(to_user_id)
    with transaction():
        _lock_administrators()
        old = _grant(grant_id)
        if to_user_id == old.user_id:
            raise Refused("to_user_id", [_("Choose somebody else.")])
        if on <= old.valid_from or (old.valid_to is not None and on > old.valid_to):
            raise Refused("on", [_("The day is outside the time in which the role is held.")])
        new = NewGrant(old.role, old.org_id, old.unit_id, old.function, on, old.valid_to)
        old.valid_to = on - timedelta(days=1)
        successor = add_grant(to_user_id, new)
        _an_administrator_remains()
    return successor


def disable(who: Identity, user_id: int) -> User:
    """Close an account: its sessions, links and tokens end at once.

    Raises Refused for one's own and the last administrator.
    """
    need(who)
    if who.id == user_id:
        raise Refused("", [_("You cannot disable your own account.")])
    with transaction():
        _lock_administrators()
        user = _user(user_id)
        user.disabled_at = user.disabled_at or clock.now()
        sessions.end_all(user_id)
        api_tokens.revoke_all(user_id)
        for purpose in ("invite", "reset", "second"):
            links.withdraw(purpose, user_id)
        _an_administrator_remains()
    return user


def enable(who: Identity, user_id: int) -> User:
    """Open a disabled account again."""
    need(who)
    with transaction():
        user = _user(user_id)
        user.disabled_at = None
    return user


def end_sessions(who: Identity, user_id: int) -> int:
    """Sign an account out everywhere, programs with its tokens too; returns how many sessions ended."""
    need(who)
    with transaction():
        count = sessions.end_all(user_id)
        api_tokens.revoke_all(user_id)
        audit.note("sessions ended", entity="portal_user", entity_id=user_id, count=count)
    return count


def clear_second_factor(who: Identity, user_id: int) -> User:
    """Remove a lost second factor, after the person was recognised by other means; the sessions end."""
    need(who)
    user = _user(user_id)
    with transaction():
        accounts.clear_second_factor(user_id)
        sessions.end_all(user_id)
    mail.send(user.email, "people_changed", user.locale, name=user.name, what="second_factor_off")
    return user


def _user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def _grant(grant_id: int) -> Grant:
    grant = db.session.get(Grant, grant_id, with_for_update=True, populate_existing=True)
    if grant is None:
        raise NotFound
    return grant


def _lock_administrators() -> None:
    db.session.execute(select(Grant.id).where(Grant.role == "administrator").order_by(Grant.id).with_for_update()).all()


def _an_administrator_remains() -> None:
    """Raise Refused where the running transaction would leave nobody who can manage accounts.

    _lock_administrators() stands at the begin of the transaction, so that two of them do not remove each other.
    """
    db.session.flush()
    today = clock.today()
    count = db.session.scalar(
        select(func.count())
        .select_from(Grant)
        .join(User, User.id == Grant.user_id)
        .where(
            Grant.role == "administrator",
            Grant.valid_from <= today,
            or_(Grant.valid_to.is_(None), Grant.valid_to >= today),
            User.disabled_at.is_(None),
        )
    )
    if not count:
        raise Refused("", [_("The portal needs an administrator: give the role to somebody else first.")])
