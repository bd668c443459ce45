"""Forms that an organisation begins others with."""

from __future__ import annotations

from flask import flash
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal import records
from portal.db import db, transaction
from portal.forms.blueprint import bp
from portal.forms.builder.base import BUILD, opened, to_editor
from portal.forms.models import Form
from portal.forms.slots import Slot
from portal.i18n import _
from portal.people.identity import Identity
from portal.records import Record
from portal.text import Content

MOST = 100
"""Templates that are offered."""


@bp.post("/<int:record_id>/edit/template", permission=BUILD)
def template(record_id: int) -> ResponseReturnValue:
    """Offer the form to the organisation to begin with, or no more."""
    _user, record, form = opened(record_id)
    with transaction():
        form.template = not form.template
        db.session.flush()
    if form.template:
        flash(_("“New form” offers it to your organisation as a template. Forms made from it are copies."), "success")
    else:
        flash(_("It is no longer a template. Forms made from it stay as they are."), "success")
    return to_editor(record)


def own_templates(user: Identity, place: Slot | None) -> list[tuple[int, Content]]:
    """Numbers and titles of the templates of the user's organisations; for a slot those that were made for it."""
    stmt = (
        select(Record.id, Record.title)
        .join(Form, Form.record_id == Record.id)
        .where(Form.template.is_(True), Record.org_id.in_(user.orgs), records.visible(user))
        .order_by(Record.id)
        .limit(MOST)
    )
    if place is not None:
        stmt = stmt.where(Form.slot == place.name)
    return [(row.id, row.title) for row in db.session.execute(stmt)]
