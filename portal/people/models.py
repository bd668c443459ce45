"""Tables of accounts: who may enter, with which roles, in which sessions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase
from portal.people.organisations import (
    Office,
    OfficeHolding,
    Organisation,
    OrganisationName,
    Person,
)
from portal.text import fold

__all__ = [
    "ApiToken",
    "Credential",
    "Grant",
    "Office",
    "OfficeHolding",
    "Organisation",
    "OrganisationName",
    "Person",
    "RecoveryCode",
    "Session",
    "Token",
    "User",
]


class User(CoreBase):
    """An account. What proves it is kept apart in Credential, so that lists and history never meet a secret."""

    __tablename__ = "portal_user"
    __audit__: ClassVar[str] = ""

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    locale: Mapped[str] = mapped_column(String(8), default="mn")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("portal_person.id"), index=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy types it so


class Credential(CoreBase):
    """What proves an account: the password's hash and the seed of the second factor; never shown, never logged.

    The key of the authenticator app is derived from ``totp_seed`` and the portal's secret, so a copy of the
    database alone makes no codes. ``totp_last`` is the last accepted time step: a code works once.
    """

    __tablename__ = "portal_credential"

    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last: Mapped[int | None]


class RecoveryCode(CoreBase):
    """A code that replaces the second factor once; only its hash is kept."""

    __tablename__ = "portal_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class Session(CoreBase):
    """A signed-in browser. The cookie holds a random token, this row its hash; no address is kept."""

    __tablename__ = "portal_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"), index=True)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(60), default="")


class Token(CoreBase):
    """A single-use secret sent to a person: ``invite``, ``reset`` or ``second`` (between the two steps of sign-in)."""

    __tablename__ = "portal_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(CoreBase):
    """What a program proves itself with in the name of an account; only the hash of the secret is kept.

    ``permissions`` are those the program may use, of those its owner has at the moment; ``forms`` the ids of the
    forms it may reach, none: all its owner reaches. Of its use the day is kept, and no address.
    """

    __tablename__ = "portal_api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    permissions: Mapped[list[Any]]
    forms: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]


class Grant(CoreBase):
    """A role that a user has from one day to another, both included.

    Without an organisation it holds for the whole site; with one, for that organisation; with a unit, for that
    unit only. ``function`` tells a focal point's main, deputy and validator apart.
    """

    __tablename__ = "portal_grant"
    __audit__: ClassVar[str] = ""
    __table_args__ = (
        Index("ix_portal_grant_user_id_role", "user_id", "role"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="term"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_user.id"))
    role: Mapped[str] = mapped_column(String(30))
    org_id: Mapped[int | None] = mapped_column(ForeignKey("portal_organisation.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("portal_unit.id"), index=True)
    function: Mapped[str | None] = mapped_column(String(10))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


@event.listens_for(User, "before_insert")
@event.listens_for(User, "before_update")
def _keys(mapper: Any, connection: Any, user: User) -> None:
    """Keep the comparison keys: two spellings of one address are one account."""
    user.email_key = fold(user.email)
    user.name_key = fold(user.name)
