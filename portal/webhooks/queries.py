"""Reading webhooks: who sees which, which of them an event is for, what was delivered."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import or_, select
from werkzeug.exceptions import Forbidden, NotFound

from portal import records
from portal.audit import HistoryEntry
from portal.db import db
from portal.forms.answers import reading as answers
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import Record
from portal.webhooks.models import Delivery, Webhook

MANAGE, BUILD, READ = "webhooks.manage", "forms.build", "forms.read"


def of_form(user: Identity, form_id: int) -> Record:
    """The form whose webhooks *user* looks after; raises NotFound and Forbidden."""
    record = records.get(user, form_id, "form", "edit")
    if not (user.can(BUILD) or user.can(MANAGE, org_id=record.org_id)):
        raise Forbidden
    return record


def get(user: Identity, hook_id: int) -> Webhook:
    """A webhook that *user* looks after: of their organisation or of a form they build; raises NotFound."""
    hook = db.session.get(Webhook, hook_id)
    if hook is None:
        raise NotFound
    if user.can(MANAGE, org_id=hook.org_id):
        return hook
    if hook.form_id is None:
        raise NotFound
    try:
        of_form(user, hook.form_id)
    except Forbidden:
        raise NotFound from None
    return hook


def listed(user: Identity, form_id: int | None = None) -> list[Any]:
    """The webhooks that *user* manages, or those of a form: ``Webhook title organisation``, the newest first.

    The title of a form that *user* does not see stays out.
    """
    seen = select(Record.id, Record.title).where(records.visible(user)).subquery()
    stmt = (
        select(Webhook, seen.c.title.label("title"), Organisation.name.label("organisation"))
        .outerjoin(seen, seen.c.id == Webhook.form_id)
        .outerjoin(Organisation, Organisation.id == Webhook.org_id)
        .order_by(Webhook.id.desc())
    )
    if form_id is not None:
        return list(db.session.execute(stmt.where(Webhook.form_id == form_id)))
    orgs = [grant.org_id for grant in user.grants if grant.role in _managers()]
    if None not in orgs:
        stmt = stmt.where(Webhook.org_id.in_([org for org in orgs if org is not None]))
    return list(db.session.execute(stmt))


def _managers() -> frozenset[str]:
    from portal.people.rights import registry

    return registry.roles(MANAGE)


def wanting(form_id: int) -> list[Webhook]:
    """The webhooks that are on and hear of a form."""
    owner = select(Record.org_id).where(Record.id == form_id).scalar_subquery()
    own = (Webhook.form_id.is_(None)) & (Webhook.org_id == owner)
    stmt = select(Webhook).where(Webhook.off_at.is_(None), or_(Webhook.form_id == form_id, own))
    return list(db.session.scalars(stmt.order_by(Webhook.id)))


def registered_by(user_ids: Collection[int]) -> list[int]:
    """The webhooks that these accounts registered: they send in their name, and go with them."""
    return list(db.session.scalars(select(Webhook.id).where(Webhook.created_by_id.in_(user_ids))))


def may_read_answers(user: Identity, form_id: int | None, org_id: int | None) -> bool:
    """Whether *user* reads the answers of the form, or of all forms of the organisation."""
    if form_id is None:
        return org_id is not None and user.can(READ, org_id=org_id)
    try:
        answers.open_form(user, form_id)
    except (NotFound, Forbidden):
        return False
    return user.can(READ)


def deliveries(hook_id: int, limit: int = 50) -> list[Delivery]:
    """The last deliveries of a webhook, the newest first."""
    stmt = select(Delivery).where(Delivery.webhook_id == hook_id).order_by(Delivery.id.desc()).limit(limit)
    return list(db.session.scalars(stmt))


def history(hook_id: int) -> list[Any]:
    """What was done with a webhook, the newest first: HistoryEntry and the name of who did it."""
    stmt = (
        select(HistoryEntry, User.name.label("actor"))
        .outerjoin(User, User.id == HistoryEntry.actor_id)
        .where(HistoryEntry.entity == Webhook.__tablename__, HistoryEntry.entity_id == str(hook_id))
        .order_by(HistoryEntry.id.desc())
        .limit(50)
    )
    return list(db.session.execute(stmt))
