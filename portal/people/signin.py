"""Signing in: password, then the second factor where there is one. Unknown and known names look alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import session
from sqlalchemy import select

from portal import audit, clock
from portal.db import db, transaction
from portal.people import links, sessions, totp
from portal.people.limits import address, limiter, too_many
from portal.people.models import Credential, RecoveryCode, User
from portal.people.passwords import hash_password, outdated, verify_password
from portal.people.tokens import digest, read_recovery_code
from portal.text import UnreadableText, fold

PENDING: Final = "second"
"""Key in the cookie of the secret that says "the password was right"."""

PER_ACCOUNT_AND_ADDRESS: Final = "5 per 5 minutes"
PER_ADDRESS: Final = "60 per 5 minutes"
PER_ACCOUNT: Final = "100 per hour"
"""Tries to sign in. Who guesses from one address is slowed soon; the owner, elsewhere, is not locked out by that."""
PER_SECOND: Final = "5 per 5 minutes"


@dataclass(frozen=True)
class Outcome:
    """What a try led to: ``refused``, ``second`` (a code is needed now) or ``in``."""

    state: str
    user_id: int | None = None


REFUSED: Final = Outcome("refused")


def with_password(email: str, password: str) -> Outcome:
    """Try a name and a password. Raises TooManyRequests beyond the limits, alike for unknown names."""
    try:
        key = fold(email)
    except UnreadableText:
        return REFUSED
    for rule, scope, keys in (
        (PER_ACCOUNT_AND_ADDRESS, "sign-in", (key, address())),
        (PER_ADDRESS, "sign-in-address", (address(),)),
        (PER_ACCOUNT, "sign-in-account", (key,)),
    ):
        limiter.check(rule, scope, *keys)
    row = db.session.execute(
        select(User, Credential).outerjoin(Credential, Credential.user_id == User.id).where(User.email_key == key)
    ).one_or_none()
    user, credential = (row[0], row[1]) if row else (None, None)
    stored = credential.password_hash if credential else None
    right = verify_password(stored, password)
    if not right or user is None or credential is None or user.disabled_at is not None:
        _note("sign-in refused", user)
        return REFUSED
    limiter.clear(PER_ACCOUNT_AND_ADDRESS, "sign-in", key, address())
    with transaction():
        if outdated(stored or ""):
            credential.password_hash = hash_password(password)
        if credential.totp_confirmed_at is not None:
            token = links.issue("second", user.id)
            session.clear()
            session[PENDING] = token
            return Outcome("second", user.id)
        _enter(user.id)
    return Outcome("in", user.id)


def pending() -> User | None:
    """The account whose password was just right in this browser and whose code is awaited."""
    token = session.get(PENDING)
    found = links.find("second", token) if isinstance(token, str) else None
    return found[1] if found else None


def with_code(code: str) -> Outcome:
    """Try the code of an authenticator app, or a recovery code, after the password.

    Raises TooManyRequests after a few wrong codes; the first step then has to be taken again.
    """
    token = session.get(PENDING)
    found = links.find("second", token) if isinstance(token, str) else None
    if not isinstance(token, str) or found is None:
        return REFUSED
    user_id = found[1].id
    if wait := limiter.hit(PER_SECOND, "second", str(user_id)):
        raise too_many(wait)
    with transaction():
        if links.find("second", token, lock=True) is None or not use_code(user_id, code):
            entered = False
        else:
            links.redeem("second", token)
            _enter(user_id)
            entered = True
    if not entered:
        _note("code refused", found[1])
        return Outcome("second", user_id)
    limiter.clear(PER_SECOND, "second", str(user_id))
    return Outcome("in", user_id)


def use_code(user_id: int, code: str) -> bool:
    """Use up a code of the app or a recovery code of the account; False where it is wrong or was used before.

    Inside transaction(): the row is locked, so that of two tries with one code only one succeeds.
    """
    credential = db.session.get(Credential, user_id, with_for_update=True, populate_existing=True)
    if credential is None or credential.totp_seed is None:
        return False
    step = totp.accepted_step(credential.totp_seed, user_id, code, clock.now(), credential.totp_last)
    if step is not None:
        credential.totp_last = step
        return True
    wanted = digest(read_recovery_code(code))
    row = db.session.scalars(
        select(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == wanted, RecoveryCode.used_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return False
    row.used_at = clock.now()
    audit.note("recovery code used", entity="portal_user", entity_id=user_id)
    return True


def confirm_again(user_id: int, session_id: int, password: str, code: str) -> bool:
    """Prove again who one is, before something dangerous; raises TooManyRequests beyond the limit."""
    limiter.check(PER_SECOND, "confirm", str(user_id))
    credential = db.session.get(Credential, user_id)
    if not verify_password(credential.password_hash if credential else None, password):
        return False
    with transaction():
        if credential and credential.totp_confirmed_at is not None and not use_code(user_id, code):
            return False
        sessions.confirm(session_id)
    limiter.clear(PER_SECOND, "confirm", str(user_id))
    return True


def _enter(user_id: int) -> None:
    sessions.start(user_id)
    with audit.acting(user_id):
        audit.note("signed in", entity="portal_user", entity_id=user_id)


def _note(action: str, user: User | None) -> None:
    """History of refusals; unknown names are not kept, but cost the same write, so that both take as long."""
    with transaction():
        audit.note(action, entity="portal_user", entity_id=user.id if user else "unknown")
