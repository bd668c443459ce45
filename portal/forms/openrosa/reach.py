"""Which forms somebody fills with these programs: with an account, or by the public link of one form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from sqlalchemy import or_, select
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.db import db
from portal.forms import queries
from portal.forms.access import Closed, check_open
from portal.forms.messages import Text, _l, pick
from portal.forms.models import Form, FormVersion
from portal.forms.openrosa import xforms
from portal.forms.openrosa.xforms import XForm
from portal.forms.slots import Slot, slots
from portal.people.identity import Identity
from portal.records import Record

MOST = 500
"""Forms in one list."""
MOST_SUBJECTS = 50
"""Records that one form is listed for: the ones that changed last."""
_NAME = re.compile(r"form-([0-9]{1,9})(?:-([0-9]{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class Reached:
    """A published form that somebody may fill; ``version`` is the one in use.

    A form for every record of a kind is one of these for each of them, the ``chosen`` one: these programs ask for
    forms, never for a record.
    """

    record: Record
    form: Form
    version: FormVersion
    chosen: Record | None = None

    @property
    def subject_id(self) -> int | None:
        """The record it is about."""
        return self.chosen.id if self.chosen is not None else self.record.parent_id

    @property
    def form_id(self) -> str:
        """The name of the form in these programs."""
        own = xforms.form_id(self.version)
        return f"{own}-{self.chosen.id}" if self.chosen is not None else own

    @property
    def address(self) -> dict[str, Any]:
        """What the addresses of its pages are made of."""
        return {"form_id": self.record.id, "subject": self.chosen.id if self.chosen is not None else None}

    def title(self, locale: str) -> str:
        """What people see in the list."""
        own = pick(self.version.definition["settings"].get("form_title"), locale)
        return f"{own}: {self.chosen.title.text(locale)}" if self.chosen is not None else own

    def text_of(self, version: FormVersion, xform: XForm) -> str:
        """The XForm of a version under the name that the form has here."""
        own = f'<data id="{xforms.form_id(version)}"'
        return xform.text.replace(own, f'<data id="{self.form_id}"', 1)

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

    def named(self, name: str) -> Reached:
        """The form that a program calls *name*; raises NotFound and Forbidden."""
        found = _NAME.fullmatch(name)
        if found is None:
            raise NotFound
        return self.form(int(found[1]), int(found[2]) if found[2] else None)

    def form(self, form_id: int, subject_id: int | None = None) -> Reached:
        """One form, open or not, about a record that was chosen for it; raises NotFound and Forbidden."""
        if self.token:
            found = self.of_token()
            if found.record.id != form_id or subject_id is not None:
                raise NotFound
            return found
        record, form, version = queries.by_id(form_id)
        if version is None or not self.user.reaches_form(form_id) or obstacle(form, version):
            raise NotFound
        slot = slots.get(form.slot)
        if slot is not None:
            slot.check(self.user, record)
        if slot is not None and record.parent_id is None:
            if subject_id is None or not _has_rows(slot, self.user, subject_id):
                raise NotFound
            return Reached(record, form, version, records.get(self.user, subject_id, slot.record_kind))
        if subject_id is not None:
            raise NotFound
        if record.parent_id is not None:
            records.get(self.user, record.parent_id, slot.record_kind if slot else None)
        else:
            records.get(self.user, form_id, "form")
        return Reached(record, form, version)

    def of_token(self) -> Reached:
        """The form of the public link; raises NotFound where it is not filled by one."""
        record, form, version = queries.by_token(self.token)
        if version is None or mode_of(version) != "public":
            raise NotFound
        return Reached(record, form, version)

    def of_account(self) -> list[Reached]:
        """The published forms that the account may fill.

        Visible ones, those of visible records, and those for every record of a kind, once for each it may fill.
        """
        seen = records.visible(self.user)
        parents = select(Record.id).where(seen).correlate(None)
        own = Record.parent_id.is_(None) & or_(Form.slot.is_not(None), seen)
        stmt = (
            select(Record, Form, FormVersion)
            .join(Form, Form.record_id == Record.id)
            .join(FormVersion, FormVersion.id == Form.published_id)
            .where(Record.status == "published", or_(Record.parent_id.in_(parents), own))
            .order_by(Record.id.desc())
            .limit(MOST)
        )
        found = [Reached(*row) for row in db.session.execute(stmt)]
        about = [each.subject_id for each in found if each.subject_id is not None]
        rows = db.session.execute(select(Record.id, Record.kind).where(Record.id.in_(about)))
        kinds = {row.id: row.kind for row in rows}
        return [one for each in found for one in self._filled(each, kinds)]

    def _filled(self, reached: Reached, kinds: dict[int, str]) -> Iterator[Reached]:
        record, form = reached.record, reached.form
        if not self.user.reaches_form(record.id) or obstacle(form, reached.version):
            return
        slot = slots.get(form.slot)
        if slot is None:
            yield reached
        elif not slot.fills(self.user, record):
            return
        elif record.parent_id is not None:
            if kinds.get(record.parent_id) == slot.record_kind:
                yield reached
        else:
            stmt = select(Record).where(Record.kind == slot.record_kind, records.visible(self.user))
            if slot.about is not None:
                stmt = stmt.where(slot.about(self.user))
            newest = stmt.order_by(Record.changed_at.desc(), Record.id.desc()).limit(MOST_SUBJECTS)
            for subject in db.session.scalars(newest).all():
                yield replace(reached, chosen=subject)


def _has_rows(slot: Slot, user: Identity, subject_id: int) -> bool:
    """Whether the module of the slot gives *user* the rows of matrices about the record."""
    try:
        for rows in slot.rows.values():
            rows(user, subject_id)
    except (NotFound, Forbidden):
        return False
    return True


def obstacle(form: Form, version: FormVersion) -> Text | None:
    """Why no account fills the form with these programs; None where nothing of its settings is in the way."""
    if mode_of(version) == "personal":
        return _l(
            "Only those who got a link or a code of their own fill this form; that is possible only on its pages."
        )
    if form.slot and slots.get(form.slot) is None:
        return _l("The module that this form belongs to is off.")
    return None


def mode_of(version: FormVersion) -> str:
    """Who fills a version: ``public``, ``invited`` or ``personal``."""
    return str((version.definition["settings"].get("access") or {}).get("mode") or "invited")
