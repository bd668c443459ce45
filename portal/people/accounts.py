"""What a person does with the own account, and how an account gets its password: invitation and reset."""

from __future__ import annotations

from sqlalchemy import func, select

from portal import audit, clock
from portal.db import db, transaction
from portal.i18n import _
from portal.jobs import mail
from portal.people import api_tokens, links, sessions, totp
from portal.people.errors import Refused
from portal.people.identity import Identity
from portal.people.models import Credential, RecoveryCode, User
from portal.people.passwords import hash_password, verify_password, weaknesses
from portal.people.roles import SECOND_FACTOR_ROLES
from portal.people.signin import use_code
from portal.people.tokens import digest, new_recovery_code
from portal.text import UnreadableText, fold, nfc

RECOVERY_CODES = 10


def invite(user_id: int) -> None:
    """Send the invitation of an account that has no password yet: a link for one use in seven days.

    Inside transaction(); an earlier link stops working.
    """
    user = db.session.get_one(User, user_id)
    token = links.issue("invite", user.id)
    address = links.absolute("account.link", purpose="invite", key=token)
    mail.send(user.email, "people_invitation", user.locale, name=user.name, address=address)


def send_reset(progress: object, email: str) -> None:
    """Send a link for a new password where *email* has an account that was accepted and is not disabled.

    Runs as a job, so that the page answers alike, and as fast, whether there is one or not. Who never accepted an
    invitation gets no link: an expired invitation does not come back to life as a reset.
    """
    try:
        key = fold(email)
    except UnreadableText:
        return
    with transaction():
        row = db.session.execute(
            select(User)
            .join(Credential, Credential.user_id == User.id)
            .where(User.email_key == key, User.disabled_at.is_(None), Credential.password_hash.is_not(None))
        ).scalar_one_or_none()
        if row is None:
            return
        token = links.issue("reset", row.id)
        audit.note("reset asked for", entity="portal_user", entity_id=row.id)
    address = links.absolute("account.link", purpose="reset", key=token)
    mail.send(row.email, "people_reset", row.locale, name=row.name, address=address)


def set_password_by_link(purpose: links.Purpose, token: str, password: str) -> User | None:
    """Use a link up: set the password, end every session and token; None where the link is not good any more.

    The second factor stays: the person still signs in. Raises Refused with the weaknesses of the password.
    """
    found = links.find(purpose, token)
    if found is None:
        return None
    _strong(password, found[1])
    with transaction():
        user = links.redeem(purpose, token)
        if user is None:
            return None
        set_password(user.id, password)
        links.withdraw("reset", user.id)
        links.withdraw("invite", user.id)
        sessions.end_all(user.id)
        api_tokens.revoke_all(user.id)
        audit.note("password set by link", entity="portal_user", entity_id=user.id)
    return user


def set_password(user_id: int, password: str) -> None:
    """Store the hash of a password that was checked. Inside transaction()."""
    credential = db.session.get(Credential, user_id)
    if credential is None:
        credential = Credential(user_id=user_id)
        db.session.add(credential)
    credential.password_hash = hash_password(password)
    credential.password_changed_at = clock.now()


def change_password(who: Identity, old: str, new: str) -> None:
    """Change the own password; the other sessions end. Raises Refused for a wrong old or a weak new one."""
    user, credential = _own(who)
    if not verify_password(credential.password_hash, old):
        raise Refused("old", [_("This is not your present password.")])
    _strong(new, user, field="new")
    with transaction():
        set_password(user.id, new)
        links.withdraw("reset", user.id)
        sessions.end_all(user.id, keep=who.session_id)
        audit.note("password changed", entity="portal_user", entity_id=user.id)
    mail.send(user.email, "people_changed", user.locale, name=user.name, what="password")


def change_profile(who: Identity, name: str, locale: str) -> None:
    """Change the own name and language."""
    user, _credential = _own(who)
    with transaction():
        user.name, user.locale = nfc(name).strip(), locale


def begin_second_factor(who: Identity) -> None:
    """Start, or start again, setting up an authenticator app; it counts once a code of it was typed."""
    _user, credential = _own(who)
    if credential.totp_confirmed_at is None:
        with transaction():
            db.session.add(credential)
            credential.totp_seed, credential.totp_last = totp.new_seed(), None


def confirm_second_factor(who: Identity, code: str) -> list[str]:
    """Finish setting up with a code of the app; returns the recovery codes, which are shown this once.

    Raises Refused for a wrong code. The other sessions end.
    """
    user, _credential = _own(who)
    with transaction():
        credential = db.session.get_one(Credential, user.id, with_for_update=True, populate_existing=True)
        seed = credential.totp_seed
        step = totp.accepted_step(seed, user.id, code, clock.now(), credential.totp_last) if seed else None
        if step is None or credential.totp_confirmed_at is not None:
            raise Refused("code", [_("This code is not right. Check the time of your phone and type the next code.")])
        credential.totp_last, credential.totp_confirmed_at = step, clock.now()
        codes = _new_recovery_codes(user.id)
        sessions.end_all(user.id, keep=who.session_id)
        audit.note("second factor set up", entity="portal_user", entity_id=user.id)
    mail.send(user.email, "people_changed", user.locale, name=user.name, what="second_factor_on")
    return codes


def renew_recovery_codes(who: Identity) -> list[str]:
    """New recovery codes in place of the old ones; shown this once."""
    user, credential = _own(who)
    if credential.totp_confirmed_at is None:
        raise Refused("", [_("Set up the second factor first.")])
    with transaction():
        codes = _new_recovery_codes(user.id)
        audit.note("recovery codes renewed", entity="portal_user", entity_id=user.id)
    return codes


def remove_second_factor(who: Identity, code: str, *, required: bool) -> None:
    """Give the second factor up, with a code of it. Raises Refused where the role needs one."""
    user, _credential = _own(who)
    if required and who.roles & SECOND_FACTOR_ROLES:
        raise Refused("", [_("Your role needs a second factor.")])
    with transaction():
        if not use_code(user.id, code):
            raise Refused("code", [_("This code is not right. Check the time of your phone and type the next code.")])
        clear_second_factor(user.id)
        sessions.end_all(user.id, keep=who.session_id)
    mail.send(user.email, "people_changed", user.locale, name=user.name, what="second_factor_off")


def clear_second_factor(user_id: int) -> None:
    """Forget the second factor and its recovery codes. Inside transaction()."""
    if credential := db.session.get(Credential, user_id):
        credential.totp_seed = credential.totp_last = credential.totp_confirmed_at = None
    _drop_recovery_codes(user_id)
    audit.note("second factor removed", entity="portal_user", entity_id=user_id)


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes of the account are unused."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return int(db.session.scalar(query) or 0)


def credential_of(user_id: int) -> Credential:
    """What proves the account; an empty one, not stored, where there is nothing yet."""
    return db.session.get(Credential, user_id) or Credential(user_id=user_id)


def _own(who: Identity) -> tuple[User, Credential]:
    user = db.session.get_one(User, who.id)
    return user, credential_of(user.id)


def _strong(password: str, user: User, field: str = "password") -> None:
    try:
        found = weaknesses(password, user.name, user.email)
    except UnreadableText:
        found = [_("The password contains a character that cannot be stored.")]
    if found:
        raise Refused(field, found)


def _drop_recovery_codes(user_id: int) -> None:
    for row in db.session.scalars(select(RecoveryCode).where(RecoveryCode.user_id == user_id)):
        db.session.delete(row)


def _new_recovery_codes(user_id: int) -> list[str]:
    _drop_recovery_codes(user_id)
    codes = [new_recovery_code() for _number in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=digest(code)) for code in codes)
    return codes
