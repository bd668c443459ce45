"""A form at the place where devices fill it: by its public link, or by an account about a record."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal import clock
from portal.db import db
from portal.forms import queries, service, sources
from portal.forms.access import filled_at
from portal.forms.definition import Compiled
from portal.forms.engine import Context
from portal.forms.filling.filling import Filling
from portal.forms.filling.opening import untraced
from portal.forms.filling.views import open_form
from portal.forms.models import Form, FormVersion
from portal.forms.offline.rules import offered
from portal.people.identity import Identity
from portal.records import Record


@dataclass(frozen=True)
class Place:
    """A form, who fills it and about what; ``live`` is the published version, ``version`` the one at hand."""

    user: Identity
    record: Record
    form: Form
    live: FormVersion
    version: FormVersion
    subject_id: int | None
    period: str
    public: bool

    @property
    def anonymous(self) -> bool:
        """Whether nothing of the sender is kept."""
        return bool(service.settings_of(self.version).get("anonymous"))

    @property
    def compiled(self) -> Compiled:
        """The version at hand, compiled."""
        return service.compiled(self.version)

    @property
    def values(self) -> dict[str, Any]:
        """What the addresses of this place are made of."""
        if self.public:
            return {"token": self.form.token}
        asked = request.args.get("subject", type=int)
        return {"record_id": self.record.id, "subject": asked, "period": self.period or None}

    def address(self, endpoint: str, **more: Any) -> str:
        """The address of a page of this place; *endpoint* without ``_public``."""
        return url_for(f"forms.{endpoint}{'_public' if self.public else ''}", **self.values, **more)

    @property
    def account(self) -> str:
        """What tells on a device whose answers wait there; empty where nobody is to know."""
        if self.user.id is None or self.anonymous or self.public:
            return ""
        secret = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.new(secret, f"offline:{self.user.id}".encode(), "sha256").hexdigest()[:24]

    def context(self, filled: str = "") -> Context:
        """What the engine may know, on the day that a device says the form was *filled* on."""
        made = sources.context(self.user, self.form, self.compiled, self.subject_id)
        moment = self._moment(filled)
        if moment is not None:
            made = replace(made, today=moment.date(), now=moment)
        if self.anonymous or self.public:
            return made
        return replace(made, previous=queries.last_about(self.record.id, self.subject_id, self.period))

    def _moment(self, filled: str) -> datetime | None:
        """A moment that a device told; never before the version was published, never in the future."""
        if not filled:
            return None
        found = datetime.fromisoformat(filled)
        if found.tzinfo is None:
            found = datetime.combine(found.date(), time() if len(filled) <= 10 else found.time(), clock.zone())
        return filled_at(found, self.version).astimezone(clock.zone())

    def filling(self, context: Context, uid: str = "") -> Filling:
        """The form in these hands."""
        return Filling(
            self.user,
            self.record,
            self.form,
            self.version,
            subject_id=self.subject_id,
            period=self.period,
            public=self.public,
            uid=uid,
            context=context,
            browser=True,
        )


def key_of(form: Form) -> str:
    """What a device and a rescue file call the form: it opens nothing, and nobody guesses it."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, form.token))


def of_link(token: str, number: int | None) -> Place:
    """The form of a public link, in its version *number* (None: the live one); raises NotFound.

    Nobody's name goes with it, signed in or not: who sends later need not be who filled it.
    """
    untraced()
    record, form, live = queries.by_token(token)
    if live is None or service.settings_of(live).get("mode") != "public":
        raise NotFound
    version = _version(form, live, number)
    return Place(Identity.anonymous(), record, form, live, version, record.parent_id, "", True)


def of_account(record_id: int, number: int | None) -> Place:
    """The form *record_id* about ``?subject=``, filled with an account; raises NotFound and Forbidden."""
    opened = open_form(record_id)
    if service.settings_of(opened.version).get("mode") == "personal":
        raise NotFound
    version = _version(opened.form, opened.version, number)
    return Place(
        opened.user,
        opened.record,
        opened.form,
        opened.version,
        version,
        opened.subject_id,
        opened.period,
        False,
    )


def _version(form: Form, live: FormVersion, number: int | None) -> FormVersion:
    """A version that may be filled without a network; raises NotFound."""
    found: FormVersion | None = live
    if number is not None and not 0 < number < 2**31:
        raise NotFound
    if number is not None and number != live.number:
        stmt = select(FormVersion).where(FormVersion.form_id == form.record_id, FormVersion.number == number)
        found = db.session.scalar(stmt)
    if found is None or not offered(found.definition):
        raise NotFound
    return found


def digest(text: str) -> str:
    """A short mark of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
