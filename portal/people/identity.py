"""Who is asking: one query per request for a signed-in reader, none for an anonymous one."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import Response, current_app, g, has_request_context, request, session
from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.exc import OperationalError

from portal import clock
from portal.db import CoreBase, db, transaction
from portal.people.models import ApiToken, Credential, Grant, Session, User
from portal.people.rights import registry
from portal.people.roles import PUBLIC, SECOND_FACTOR_ROLES, STAFF_ROLES
from portal.people.tokens import digest
from portal.routing import SIGNED_IN
from portal.text import fold

COOKIE_KEY: Final = "_user_id"
"""Key of the session token in the signed cookie; the name is Flask-Login's."""
TOUCH_EVERY: Final = timedelta(minutes=5)
"""A session notes at most this often that it was used."""


class _Scope(enum.Enum):
    ANY = "any"


ANY: Final = _Scope.ANY
"""Default of the scopes of Identity.can(): not asked. ``None`` means "belongs to no organisation (or unit)"."""


@dataclass(frozen=True)
class GrantView:
    """A role that holds today. ``org_id`` None: the whole site; ``unit_id``: only that administrative unit."""

    role: str
    org_id: int | None = None
    unit_id: int | None = None
    function: str | None = None

    def covers(self, org_id: int | _Scope | None = ANY, unit_id: int | _Scope | None = ANY) -> bool:
        """Whether the grant reaches an object of that organisation and unit."""
        in_org = org_id is ANY or self.org_id is None or self.org_id == org_id
        in_unit = unit_id is ANY or self.unit_id is None or self.unit_id == unit_id
        return in_org and in_unit


@dataclass(frozen=True)
class TokenView:
    """What a program may do with the token it came with: ``permissions`` to use, ``forms`` to reach (none: all)."""

    id: int
    name: str
    permissions: frozenset[str]
    forms: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Identity:
    """The person of this request as the rest of the portal sees it; also Flask-Login's ``current_user``.

    ``id`` is None and ``signed_in`` False for an anonymous reader. ``session_id`` and ``confirmed_at`` (when the
    password was last typed) belong to the session; ``needs_second_factor`` holds until a staff member has set it up.
    ``token`` is there where a program asks with the token of the account: the guard asks it for the permission of
    the route, and routes about forms ask ``reaches_form``.
    """

    id: int | None = None
    name: str = ""
    email: str = ""
    locale: str | None = None
    grants: tuple[GrantView, ...] = ()
    session_id: int | None = None
    confirmed_at: datetime | None = None
    needs_second_factor: bool = False
    token: TokenView | None = None
    roles: frozenset[str] = field(init=False, default=frozenset())
    orgs: tuple[int, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(grant.role for grant in self.grants))
        orgs = dict.fromkeys(grant.org_id for grant in self.grants if grant.org_id is not None)
        object.__setattr__(self, "orgs", tuple(orgs))

    @classmethod
    def anonymous(cls) -> Identity:
        """The reader who has not signed in."""
        return _ANONYMOUS

    @property
    def signed_in(self) -> bool:
        """Whether there is an account behind this request."""
        return self.id is not None

    def can(self, permission: str, org_id: int | _Scope | None = ANY, unit_id: int | _Scope | None = ANY) -> bool:
        """Whether a role held today carries *permission*, and reaches that organisation and unit where asked.

        A grant without organisation reaches the whole site; one with a unit reaches only objects of that unit.
        A permission that nobody declared is refused.
        """
        if permission == SIGNED_IN:
            return self.signed_in
        roles = registry.roles(permission)
        if PUBLIC in roles:
            return True
        return any(grant.role in roles and grant.covers(org_id, unit_id) for grant in self.grants)

    def has_role(self, role: str, org_id: int | _Scope | None = ANY) -> bool:
        """Whether the role is held today, in that organisation where asked."""
        return any(grant.role == role and grant.covers(org_id) for grant in self.grants)

    def may(self, permission: str) -> bool:
        """Whether this request may use the permission: held today, and within what a token was made for."""
        return self.can(permission) and (self.token is None or permission in self.token.permissions)

    def reaches_form(self, form_id: int) -> bool:
        """Whether the token of a program leaves the form to it; without a token always."""
        return self.token is None or not self.token.forms or form_id in self.token.forms

    def get_id(self) -> str:
        """For Flask-Login; the cookie holds the session's token, not this."""
        return str(self.id)

    @property
    def is_authenticated(self) -> bool:
        """For Flask-Login."""
        return self.signed_in

    @property
    def is_active(self) -> bool:
        """For Flask-Login; a disabled account is never loaded."""
        return self.signed_in

    @property
    def is_anonymous(self) -> bool:
        """For Flask-Login."""
        return not self.signed_in


_ANONYMOUS: Final = Identity()


def current() -> Identity:
    """The identity of this request, read once; anonymous outside a request."""
    if not has_request_context():
        return _ANONYMOUS
    asking = request._get_current_object()  # type: ignore[attr-defined]
    kept: tuple[Any, Identity] | None = g.get("portal_identity")
    if kept is None or kept[0] is not asking:  # an application context may outlive a request: in tests, in commands
        token = None if with_token() else session.get(COOKIE_KEY)
        forget()
        kept = g.portal_identity = (asking, _ANONYMOUS)  # stands where the database fails: the error page asks too
        if isinstance(token, str):
            kept = g.portal_identity = (asking, load(token))
    return kept[1]


def with_token() -> bool:
    """Whether this request goes to a route for programs and says who asks by itself: no session counts then."""
    return "Authorization" in request.headers and request.endpoint in current_app.extensions["portal_api"]


def use(found: Identity) -> None:
    """Make *found* the identity of this request: a program has proved itself."""
    forget()
    g.portal_identity = (request._get_current_object(), found)  # type: ignore[attr-defined]


def forget() -> None:
    """Read the identity again when it is next asked for: somebody signed in or out in this request."""
    g.pop("portal_identity", None)
    g.pop("_login_user", None)


def load(token: str) -> Identity:
    """The identity behind a session token: anonymous where the session, the account or the time has ended."""
    rows = db.session.execute(_BY_SESSION, {"today": clock.today(), "asked": digest(token)}).all()
    if not rows:
        return _ANONYMOUS
    first, now = rows[0], clock.now()
    found = _identity(rows, session_id=first.session_id, confirmed_at=first.confirmed_at)
    if expired(first.created_at, first.last_seen_at, now, staff=bool(found.roles & STAFF_ROLES)):
        return _ANONYMOUS
    if abs(now - first.last_seen_at) >= TOUCH_EVERY:
        g.portal_touch = first.session_id
    return found


def of_token(secret: str) -> tuple[Identity, date | None] | None:
    """The identity behind the token of a program, and the day it was last used; None where it is not good now."""
    rows = db.session.execute(_BY_TOKEN, {"today": clock.today(), "asked": digest(secret), "now": clock.now()}).all()
    if not rows:
        return None
    first = rows[0]
    view = TokenView(first.token_id, first.token_name, frozenset(first.permissions), frozenset(first.forms))
    return replace(_identity(rows), token=view), first.last_used_on


def of_user(user_id: int) -> Identity | None:
    """The identity of an account without a session, for commands, jobs and tests; None where it cannot sign in."""
    rows = db.session.execute(_BY_ID, {"today": clock.today(), "asked": user_id}).all()
    return _identity(rows) if rows else None


def of_email(email: str) -> Identity | None:
    """The identity of the account with that address, for ``--as EMAIL``; None where there is none."""
    rows = db.session.execute(_BY_EMAIL, {"today": clock.today(), "asked": fold(email)}).all()
    return _identity(rows) if rows else None


def _columns(model: type[CoreBase]) -> Any:
    return model.metadata.tables[model.__tablename__].c


_user, _grant, _credential, _session, _token = map(_columns, (User, Grant, Credential, Session, ApiToken))
_today: Any = bindparam("today")
_asked: Any = bindparam("asked")


def _who(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Accounts that are not disabled, each with a row per role that holds ``:today``.

    Made once, over the tables and not the classes: every request of a signed-in reader runs it.
    """
    active = and_(
        _grant.user_id == _user.id,
        _grant.valid_from <= _today,
        or_(_grant.valid_to.is_(None), _grant.valid_to >= _today),
    )
    return (
        select(
            *columns,
            _user.id,
            _user.name,
            _user.email,
            _user.locale,
            _credential.totp_confirmed_at,
            _grant.role,
            _grant.org_id,
            _grant.unit_id,
            _grant.function,
        )
        .select_from(User.metadata.tables[User.__tablename__])
        .outerjoin(Credential.metadata.tables[Credential.__tablename__], _credential.user_id == _user.id)
        .outerjoin(Grant.metadata.tables[Grant.__tablename__], active)
        .where(_user.disabled_at.is_(None))
        .order_by(_grant.id)
    )


_BY_ID = _who().where(_user.id == _asked)
_BY_EMAIL = _who().where(_user.email_key == _asked)
_BY_SESSION = (
    _who(_session.id.label("session_id"), _session.created_at, _session.confirmed_at, _session.last_seen_at)
    .join(Session.metadata.tables[Session.__tablename__], _session.user_id == _user.id)
    .where(_session.token_hash == _asked, _session.ended_at.is_(None))
)
_BY_TOKEN = (
    _who(_token.id.label("token_id"), _token.name.label("token_name"))
    .add_columns(_token.permissions, _token.forms, _token.last_used_on)
    .join(ApiToken.metadata.tables[ApiToken.__tablename__], _token.user_id == _user.id)
    .where(_token.token_hash == _asked, _token.revoked_at.is_(None), _token.expires_at > bindparam("now"))
)


def _identity(rows: Sequence[Any], session_id: int | None = None, confirmed_at: datetime | None = None) -> Identity:
    first = rows[0]
    grants = tuple(GrantView(r.role, r.org_id, r.unit_id, r.function) for r in rows if r.role is not None)
    required = bool(current_app.config.get("REQUIRE_TOTP")) and any(g.role in SECOND_FACTOR_ROLES for g in grants)
    return Identity(
        id=first.id,
        name=first.name,
        email=first.email,
        locale=first.locale,
        grants=grants,
        session_id=session_id,
        confirmed_at=confirmed_at,
        needs_second_factor=required and first.totp_confirmed_at is None,
    )


def expired(created_at: datetime, last_seen_at: datetime, now: datetime, *, staff: bool) -> bool:
    """Whether a session is over: idle too long (staff: SESSION_IDLE_MINUTES, others four times that) or too old.

    A clock that steps back does not end a session (R9).
    """
    config: dict[str, Any] = current_app.config
    idle = timedelta(minutes=config.get("SESSION_IDLE_MINUTES", 30)) * (1 if staff else 4)
    return now - last_seen_at > idle or now - created_at > timedelta(hours=config.get("SESSION_HOURS", 12))


def touch(response: Response) -> Response:
    """After a request: note that its session was used. A full disk keeps nobody from reading."""
    session_id = g.pop("portal_touch", None)
    if session_id is not None:
        db.session.rollback()
        try:
            with transaction():
                if row := db.session.get(Session, session_id):
                    row.last_seen_at = clock.now()
        except OperationalError:
            db.session.rollback()
    return response
