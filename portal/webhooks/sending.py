"""The job that delivers: one attempt, then again later, until it is given up."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from portal import clock, jobs, outgoing
from portal.db import db, transaction
from portal.forms.models import Submission
from portal.forms.rest import documents
from portal.jobs import mail
from portal.people import identity
from portal.people.links import absolute
from portal.people.models import User
from portal.webhooks import queries, service, signing
from portal.webhooks.models import DONE, FAILED, TEST, WAITING, Delivery, Webhook

DELAYS: Final = (60, 300, 1_800, 7_200, 6 * 3_600, 12 * 3_600, 24 * 3_600)
"""Seconds before each further attempt; in all nearly two days."""
REST: Final = 60
"""Seconds in which a server that did not answer in time is not asked again by this process, so that no slow server
holds up mails and reports; what was to be sent counts as tried."""
GONE: Final = 410
"""The status by which a server says that it wants nothing more."""

_resting: dict[int, float] = {}
"""Webhook → until when its server is left in peace."""


def deliver(progress: Any, delivery_id: int) -> None:
    """Send one delivery; raises jobs.TryLater where it did not arrive and is to be tried again."""
    row = db.session.get(Delivery, delivery_id)
    hook = db.session.get(Webhook, row.webhook_id) if row is not None else None
    if row is None or hook is None or row.state != WAITING:
        return
    if hook.off_at is not None and row.event != TEST:
        with transaction():
            row.state = FAILED
        return
    body = json.dumps(document(hook, row), ensure_ascii=False, separators=(",", ":")).encode()
    headers = signing.headers(hook, row.uid, clock.now(), body)
    url = hook.url
    db.session.commit()  # nothing is held while the other server takes its time
    answer: outgoing.Answer | None = None
    error = ""
    hook_id = hook.id
    if time.monotonic() < _resting.get(hook_id, 0.0):
        error = "time"
    else:
        _resting.pop(hook_id, None)
        try:
            answer = outgoing.post(url, body, headers)
        except (outgoing.Refused, outgoing.Failed) as failed:
            error = failed.code
            if error == "time":
                _resting[hook_id] = time.monotonic() + REST
    with transaction():
        again = _note(delivery_id, hook_id, answer, error)
    if again:
        raise jobs.TryLater(error or f"status {answer.status if answer else ''}")


def _note(row_id: int, hook_id: int, answer: outgoing.Answer | None, error: str) -> bool:
    """Keep how an attempt ended; whether it is to be tried again. Inside transaction()."""
    row = db.session.get(Delivery, row_id, with_for_update=True, populate_existing=True)
    hook = db.session.get(Webhook, hook_id, with_for_update=True, populate_existing=True)
    if row is None or hook is None:
        return False
    now = clock.now()
    row.attempts, row.tried_at, row.error = row.attempts + 1, now, error
    row.status = answer.status if answer is not None else None
    row.milliseconds = answer.milliseconds if answer is not None else None
    if answer is not None and answer.ok:
        row.state = DONE
        if hook.failing_since is not None:
            hook.failing_since = None
        return False
    if row.event == TEST:
        row.state = FAILED
        return False
    first = hook.failing_since
    if first is None:
        hook.failing_since = first = now
    gone = answer is not None and answer.status == GONE
    if not gone and row.attempts <= len(DELAYS):
        return row.state == WAITING
    row.state = FAILED
    silent = first - row.happened_at < service.FORGOTTEN  # nothing got through since its first attempt
    if hook.off_at is None and (gone or silent):
        service.turn_off(hook, "gone" if gone else "failed")
        _tell(hook)
    return False


def _tell(hook: Webhook) -> None:
    """Mail that a webhook was switched off to who registered it."""
    user = db.session.get(User, hook.created_by_id)
    if user is not None and user.disabled_at is None:
        page = absolute("webhooks.show", hook_id=str(hook.id))
        mail.send(user.email, "webhook_off", user.locale, name=user.name, page=page)


def document(hook: Webhook, row: Delivery) -> dict[str, Any]:
    """What is sent: the event, when it happened, ids and links; the answer where that was chosen and is allowed."""
    local = row.happened_at.astimezone(clock.zone())
    if row.event == TEST or row.form_id is None:
        return {"type": TEST, "timestamp": local.isoformat(timespec="seconds"), "data": {}}
    number = str(row.form_id)
    data: dict[str, Any] = {
        "form": {"id": row.form_id, "href": absolute("api.form", form_id=number)},
        "answer": None,
    }
    if row.submission_id is None:
        moment = local.date().isoformat()
    else:
        moment = local.isoformat(timespec="seconds")
        at = {"form_id": number, "answer_id": str(row.submission_id)}
        page = absolute("forms.submission", record_id=number, submission_id=str(row.submission_id))
        data["answer"] = {"id": row.submission_id, "href": absolute("api.answer", **at), "page": page}
        if hook.with_answers and (content := _content(hook, row)) is not None:
            data["answer"]["document"] = content
    return {"type": f"forms.{row.event}", "timestamp": moment, "data": data}


def _content(hook: Webhook, row: Delivery) -> dict[str, Any] | None:
    """The answer as who registered the webhook may read it today; None where it is gone or anonymous."""
    user = identity.of_user(hook.created_by_id)
    stored = db.session.get(Submission, row.submission_id)
    if user is None or stored is None or stored.anonymous or row.form_id is None:
        return None
    if not queries.may_read_answers(user, row.form_id, None):
        return None
    return documents.answers(user, [stored.id]).get(stored.id)


jobs.register("webhook", deliver, delays=DELAYS)
jobs.schedule("webhooks_tidy", "*/10 * * * *", service.tidy)
