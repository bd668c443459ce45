"""Registering webhooks, and queueing what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from flask import g
from sqlalchemy import func, select, update
from werkzeug.exceptions import Forbidden

from portal import audit, clock, jobs, outgoing
from portal.db import db, transaction
from portal.forms import changes
from portal.i18n import _l
from portal.people.identity import Identity
from portal.webhooks import queries, signing
from portal.webhooks.models import DONE, EVENTS, FAILED, TEST, WAITING, Delivery, Webhook

JOB: Final = "core.webhook"
MOST: Final = 20
"""Webhooks of one form, and of one organisation."""
KEPT: Final = timedelta(days=30)
"""How long the deliveries stay in the list."""
STUCK: Final = timedelta(days=3)
"""A delivery that still waits after so long has lost its job and is given up."""
FORGOTTEN: Final = timedelta(minutes=10)
"""A delivery that no job looks after for so long is started by the clock."""
_AT_ONCE: Final = 500


class TooMany(Exception):
    """More webhooks than a form or an organisation may have."""


def register(
    user: Identity,
    *,
    url: str,
    events: Sequence[str],
    form_id: int | None = None,
    org_id: int | None = None,
    with_answers: bool = False,
) -> tuple[Webhook, str]:
    """Register an address; the secret is returned this once.

    Raises outgoing.Refused for an address that cannot be sent to, TooMany, Forbidden and NotFound.
    """
    outgoing.check(url)
    if form_id is not None:
        org_id = queries.of_form(user, form_id).org_id
    elif org_id is None or not user.can(queries.MANAGE, org_id=org_id):
        raise Forbidden
    if user.id is None or (with_answers and not queries.may_read_answers(user, form_id, org_id)):
        raise Forbidden
    with transaction():
        count = select(func.count()).select_from(Webhook)
        if form_id is not None:
            count = count.where(Webhook.form_id == form_id)
        else:
            count = count.where(Webhook.form_id.is_(None), Webhook.org_id == org_id)
        if (db.session.scalar(count) or 0) >= MOST:
            raise TooMany
        hook = Webhook(
            form_id=form_id,
            org_id=org_id,
            url=url,
            events=_known(events),
            with_answers=with_answers,
            seed=signing.new_seed(),
            created_by_id=user.id,
            created_at=clock.now(),
        )
        db.session.add(hook)
        db.session.flush()
    return hook, signing.secret(hook)


def _known(events: Sequence[str]) -> list[str]:
    return [event for event in EVENTS if event in events]


def change(user: Identity, hook: Webhook, *, url: str, events: Sequence[str], with_answers: bool) -> None:
    """Change where and what is sent. Who turns the sending of answers on answers for it from then on."""
    outgoing.check(url)
    if with_answers and not queries.may_read_answers(user, hook.form_id, hook.org_id):
        raise Forbidden
    with transaction():
        if with_answers and not hook.with_answers and user.id is not None:
            hook.created_by_id = user.id
        hook.url, hook.events, hook.with_answers = url, _known(events), with_answers


def renew(hook: Webhook) -> str:
    """A new secret, returned this once; the former one signs too for signing.OVERLAP."""
    with transaction():
        hook.former_seed, hook.seed, hook.renewed_at = hook.seed, signing.new_seed(), clock.now()
        audit.note("secret renewed", entity=Webhook.__tablename__, entity_id=hook.id)
    return signing.secret(hook)


def switch_off(hook: Webhook) -> None:
    """Send nothing more; what waits is given up."""
    with transaction():
        turn_off(hook, "person")


def turn_off(hook: Webhook, why: str) -> None:
    """The same for any reason. Inside transaction()."""
    hook.off_at, hook.off_why = clock.now(), why
    db.session.execute(
        update(Delivery).where(Delivery.webhook_id == hook.id, Delivery.state == WAITING).values(state=FAILED)
    )


def switch_on(hook: Webhook) -> None:
    """Send again from now on."""
    with transaction():
        hook.off_at, hook.off_why, hook.failing_since = None, "", None


def remove(hook: Webhook) -> None:
    """Forget a webhook and its deliveries; the history keeps that it was there."""
    with transaction():
        db.session.delete(hook)


def test(hook: Webhook) -> Delivery:
    """Send an event that says nothing, to see whether it arrives."""
    with transaction():
        row = Delivery(webhook_id=hook.id, event=TEST, happened_at=clock.now(), started=True)
        db.session.add(row)
        db.session.flush()
        _start(row.id)
    return row


def again(row: Delivery) -> None:
    """Try a delivery once more that arrived or was given up."""
    with transaction():
        fresh = db.session.get_one(Delivery, row.id, with_for_update=True, populate_existing=True)
        if fresh.state not in (DONE, FAILED):
            return
        fresh.state, fresh.attempts, fresh.started, fresh.tried_at = WAITING, 0, True, clock.now()
        _start(fresh.id)


def hear(told: Sequence[changes.Told]) -> None:
    """Store what the webhooks are told of changes, in the transaction of these changes; jobs send it afterwards."""
    hooks = queries.wanting(told[0].form_id)
    rows = [
        Delivery(
            webhook_id=hook.id,
            event=each.act,
            form_id=each.form_id,
            submission_id=None if each.anonymous else each.submission_id,
            happened_at=clock.now(),
        )
        for each in told
        for hook in hooks
        if each.act in hook.events
    ]
    if not rows:
        return
    db.session.add_all(rows)
    db.session.flush()
    if getattr(g, "portal_transaction", False):
        for row in rows:
            row.started = True
            _start(row.id)


def _start(delivery_id: int) -> None:
    jobs.start(None, JOB, title=_l("Webhook"), delivery_id=delivery_id)


def tidy(progress: Any = None) -> int:
    """Start what no job looks after, forget what is old; how many were started."""
    now = clock.now()
    lost = select(Delivery).where(
        Delivery.state == WAITING, Delivery.started.is_(False), Delivery.happened_at < now - FORGOTTEN
    )
    with transaction():
        rows = db.session.scalars(lost.limit(_AT_ONCE)).all()
        for row in rows:
            row.started = True
            _start(row.id)
        quiet = func.coalesce(Delivery.tried_at, Delivery.happened_at) < now - STUCK
        stuck = update(Delivery).where(Delivery.state == WAITING, Delivery.started.is_(True), quiet)
        db.session.execute(stuck.values(state=FAILED))
        old = select(Delivery.id).where(Delivery.happened_at < now - KEPT).limit(_AT_ONCE)
        for row_id in db.session.scalars(old).all():
            db.session.delete(db.session.get_one(Delivery, row_id))
    return len(rows)


changes.listeners.append(hear)
