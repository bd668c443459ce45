"""Which forms somebody fills with these programs: with an account, or by the public link of one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import or_, select
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.db import db
from portal.forms import queries
from portal.forms.access import Closed, check_open
from portal.forms.messages import Text, _l
from portal.forms.models import Form, FormVersion
from portal.forms.slots import slots
from portal.people.identity import Identity
from portal.records import Record

MOST = 500
"""Forms in one list."""


@dataclass(frozen=True)
class Reached:
    """A published form that somebody may fill; ``version`` is the one in use."""

    record: Record
    form: Form
    version: FormVersion

    @property
    def subject_id(self) -> int | None:
        """The record it is about."""
        return self.record.parent_id

    def is_open(self) -> bool:
        """Whether it takes answers now."""
        try:
            check_open(self.record, self.version)
        except Closed:
            return False
        return True

    def version_of(self, number: str) -> FormVersion:
        """A published version by its number; raises NotFound."""
        digits = number.isascii() and number.isdigit() and len(number) < 9
        stmt = select(FormVersion).where(FormVersion.form_id == self.record.id)
        found = db.session.scalar(stmt.where(FormVersion.number == int(number))) if digits else None
        if found is None:
            raise NotFound
        return found


class Door:
    """A way to forms: that of an account, or with *token* the public link of one."""

    def __init__(self, user: Identity, token: str = "") -> None:
        self.user, self.token = user, token

    @property
    def public(self) -> bool:
        """Whether it is a public link."""
        return bool(self.token)

    def url(self, page: str, **values: Any) -> str:
        """The address of a page of the protocol."""
        if self.token:
            return url_for(f"openrosa.public_{page}", token=self.token, _external=True, **values)
        return url_for(f"openrosa.{page}", _external=True, **values)

    def forms(self) -> list[Reached]:
        """The forms that take answers now."""
        found = [self.of_token()] if self.token else self.of_account()
        return [each for each in found if each.is_open()]

    def form(self, form_id: int) -> Reached:
        """One form, open or not; raises NotFound and Forbidden."""
        if self.token:
            found = self.of_token()
            if found.record.id != form_id:
                raise NotFound
            return found
        record, form, version = queries.by_id(form_id)
        if version is None or not self.user.reaches_form(form_id) or obstacle(record, form, version):
            raise NotFound
        slot = slots.get(form.slot)
        if record.parent_id is not None:
            records.get(self.user, record.parent_id, slot.record_kind if slot else None)
        else:
            records.get(self.user, form_id, "form")
        if slot is not None and not self.user.can(slot.fill_permission):
            raise Forbidden
        return Reached(record, form, version)

    def of_token(self) -> Reached:
        """The form of the public link; raises NotFound where it is not filled by one."""
        record, form, version = queries.by_token(self.token)
        if version is None or mode_of(version) != "public":
            raise NotFound
        return Reached(record, form, version)

    def of_account(self) -> list[Reached]:
        """The published forms that the account may fill: visible ones, and those of visible records."""
        seen = records.visible(self.user)
        parents = select(Record.id).where(seen).correlate(None)
        stmt = (
            select(Record, Form, FormVersion)
            .join(Form, Form.record_id == Record.id)
            .join(FormVersion, FormVersion.id == Form.published_id)
            .where(Record.status == "published", or_(Record.parent_id.in_(parents), Record.parent_id.is_(None) & seen))
            .order_by(Record.id.desc())
            .limit(MOST)
        )
        found = [Reached(*row) for row in db.session.execute(stmt)]
        about = [each.subject_id for each in found if each.subject_id is not None]
        rows = db.session.execute(select(Record.id, Record.kind).where(Record.id.in_(about)))
        kinds = {row.id: row.kind for row in rows}
        return [each for each in found if self._fills(each, kinds)]

    def _fills(self, reached: Reached, kinds: dict[int, str]) -> bool:
        record, form = reached.record, reached.form
        if not self.user.reaches_form(record.id) or obstacle(record, form, reached.version):
            return False
        slot = slots.get(form.slot)
        if slot is None:
            return True
        return kinds.get(record.parent_id or 0) == slot.record_kind and self.user.can(slot.fill_permission)


def obstacle(record: Record, form: Form, version: FormVersion) -> Text | None:
    """Why no account fills the form with these programs; None where nothing of its settings is in the way."""
    slot = slots.get(form.slot)
    if mode_of(version) == "personal":
        return _l(
            "Only those who got a link or a code of their own fill this form; that is possible only on its pages."
        )
    if form.slot and slot is None:
        return _l("The module that this form belongs to is off.")
    if slot is not None and record.parent_id is None:
        return _l("Whoever fills this form chooses first what it is about; that is possible only on its pages.")
    return None


def mode_of(version: FormVersion) -> str:
    """Who fills a version: ``public``, ``invited`` or ``personal``."""
    return str((version.definition["settings"].get("access") or {}).get("mode") or "invited")
