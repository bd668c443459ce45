"""Tokens with which programs act in the name of an account: made, used, taken back.

A token is good for what its owner may do today, cut to the permissions and forms it was made for. It ends with its
last day, when it is revoked, when the account is disabled, signed out everywhere by an administrator, or gets a
password by a link.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Response, current_app, g, request
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, Unauthorized

from portal import audit, clock
from portal.db import db, transaction
from portal.i18n import _, _l
from portal.jobs import mail
from portal.people import identity
from portal.people.errors import Refused
from portal.people.identity import Identity
from portal.people.limits import address, limiter, too_many
from portal.people.models import ApiToken, User
from portal.people.rights import registry
from portal.people.tokens import digest, new_token
from portal.routing import BEARER, PUBLIC, SIGNED_IN
from portal.text import nfc

PREFIX: Final = "upr_"
"""What every token begins with, so that a search for secrets in files and logs finds it."""
LONGEST: Final = 120
MOST: Final = 20
"""Tokens that an account may have at a time."""
LIFETIMES: Final = {30: _l("30 days"), 90: _l("90 days"), 365: _l("One year")}
WRONG: Final = "60 per 5 minutes"
"""Wrong tokens from one address."""
REALM: Final = "UPR Portal"

codes_of: list[Callable[[Identity, ApiToken, str], str]] = []
"""Pictures (addresses of data) from which programs read a new token with all their settings; "" where it is for none.

The application puts that of ODK Collect here.
"""
forms_of: list[Callable[[Identity], Sequence[tuple[int, Any]]]] = []
"""The forms that an account may choose from (id and title); the application puts the records' list here."""


def identity_of_request() -> Identity | None:
    """The identity behind the token of this request, ``Authorization: Bearer …`` or Basic with it as the password.

    None where the request brings none. Raises Unauthorized for one that is not good (any more), alike whatever is
    wrong with it, and TooManyRequests for many such from one address.
    """
    if "Authorization" not in request.headers:
        return None
    secret = _sent()
    found = identity.of_token(secret) if secret.startswith(PREFIX) and len(secret) <= LONGEST else None
    if found is None:
        if wait := limiter.hit(WRONG, "api-token", address()):
            raise too_many(wait)
        raise unauthorized(_("This token is not good: it is wrong, it has expired, or it was taken back."))
    who, last_used = found
    if who.token is not None and last_used != clock.today():
        g.portal_token_used = who.token.id
    return who


def _sent() -> str:
    given = request.authorization
    if given is None:
        return ""
    if given.type == "basic":
        return str(given.password or "")
    return str(given.token or "") if given.type == "bearer" else ""


def unauthorized(text: str | None = None) -> Unauthorized:
    """The error for who has to prove who they are, with the way in which this route asks for it."""
    scheme = current_app.extensions["portal_api"].get(request.endpoint, BEARER)
    said = text or _("Send the token of an account with the request.")
    return Unauthorized(description=said, www_authenticate=WWWAuthenticate(scheme.lower(), {"realm": REALM}))


def touch(response: Response) -> Response:
    """After a request: note the day on which its token was used."""
    token_id = g.pop("portal_token_used", None)
    if token_id is not None:
        db.session.rollback()
        try:
            with transaction():
                if row := db.session.get(ApiToken, token_id):
                    row.last_used_on = clock.today()
        except OperationalError:
            db.session.rollback()
    return response


def offered(who: Identity) -> list[tuple[str, Any]]:
    """The permissions that programs can use and *who* has, with their titles."""
    endpoints, permissions = current_app.extensions["portal_api"], current_app.extensions["portal_permissions"]
    wanted = {permissions[endpoint] for endpoint in endpoints} - {PUBLIC, SIGNED_IN}
    return [(each.name, each.title) for each in registry if each.name in wanted and who.can(each.name)]


def forms_for(who: Identity) -> list[tuple[int, Any]]:
    """The forms a token of *who* can be cut to."""
    return [pair for options in forms_of for pair in options(who)]


def create(
    who: Identity, name: str, days: int, permissions: Sequence[str], forms: Sequence[int] = ()
) -> tuple[ApiToken, str]:
    """Make a token; the secret is returned this once. Raises Refused for too many, and for what *who* has not."""
    if who.id is None:
        raise NotFound
    if not permissions or set(permissions) - {key for key, _title in offered(who)}:
        raise Refused("permissions", [_("Choose what the program may do.")])
    if set(forms) - {key for key, _title in forms_for(who)}:
        raise Refused("forms", [_("Choose entries of the list.")])
    secret, now = PREFIX + new_token(), clock.now()
    with transaction():
        owner = db.session.get_one(User, who.id, with_for_update=True, populate_existing=True)
        count = select(func.count()).where(ApiToken.user_id == who.id, *_good())
        if (db.session.scalar(count) or 0) >= MOST:
            raise Refused("", [_("You have %(count)s tokens. Revoke one that is not needed any more.", count=MOST)])
        made = ApiToken(
            user_id=who.id,
            name=nfc(name).strip(),
            token_hash=digest(secret),
            permissions=sorted(set(permissions)),
            forms=sorted(set(forms)),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        db.session.add(made)
        db.session.flush()
        _note("token made", made)
    mail.send(owner.email, "people_changed", owner.locale, name=owner.name, what="token")
    return made, secret


def revoke(who: Identity, token_id: int) -> ApiToken:
    """Take a token back: one's own, or as an administrator anybody's. Raises NotFound for all others."""
    with transaction():
        row = db.session.get(ApiToken, token_id)
        if row is None or (row.user_id != who.id and not who.can("people.manage")):
            raise NotFound
        _end(row)
    return row


def revoke_all(user_id: int) -> None:
    """Take all tokens of an account back. Inside transaction()."""
    for row in db.session.scalars(select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))):
        _end(row)


def of_user(user_id: int) -> list[ApiToken]:
    """The tokens of an account that are good now, the newest first."""
    stmt = select(ApiToken).where(ApiToken.user_id == user_id, *_good())
    return list(db.session.scalars(stmt.order_by(ApiToken.created_at.desc(), ApiToken.id.desc())))


def _good() -> tuple[Any, ...]:
    return ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now()


def _end(row: ApiToken) -> None:
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        _note("token revoked", row)


def _note(action: str, row: ApiToken) -> None:
    names = [row.name, None] if action == "token revoked" else [None, row.name]
    audit.note(action, entity="portal_user", entity_id=row.user_id, name=names)
