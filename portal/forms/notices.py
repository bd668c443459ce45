"""Mails about forms: they say that there is something to see, and where; nothing of the answers."""

from __future__ import annotations

from portal import jobs
from portal.db import db, transaction
from portal.forms.invitations import service as invitations
from portal.forms.models import Submission
from portal.jobs import mail
from portal.people.links import absolute
from portal.people.models import User
from portal.records import Record


def returned(row: Submission) -> None:
    """Tell who sent it that something is to be corrected. Inside transaction()."""
    title = db.session.get_one(Record, row.form_id).title
    user = db.session.get(User, row.submitted_by_id) if row.submitted_by_id else None
    if user is not None and user.disabled_at is None:
        address = absolute("forms.correct", record_id=str(row.form_id), submission_id=str(row.id))
        mail.send(user.email, "forms_returned", user.locale, name=user.name, title=title, address=address)
        return
    guest = invitations.of_submission(row.id)
    if guest is not None and guest.email:
        for again, code in invitations.renew(row.form_id, [guest.id]):
            address = absolute("forms.invited", code=code, lang=again.locale)
            mail.send(again.email, "forms_returned", again.locale, name=again.name, title=title, address=address)


def invite(progress: jobs.Progress, form_id: int, ids: list[int], again: bool) -> None:
    """The job: a mail with a link of their own to each of those invitations that are still open."""
    title = db.session.get_one(Record, form_id).title
    for number, key in enumerate(ids, 1):
        _invite(form_id, key, title, again)
        progress.step(number, len(ids))


def _invite(form_id: int, key: int, title: object, again: bool) -> None:
    with transaction():
        for guest, code in invitations.renew(form_id, [key]):
            if guest.email and guest.submission_id is None:
                address = absolute("forms.invited", code=code, lang=guest.locale)
                words = {"name": guest.name, "title": title, "address": address, "again": again}
                mail.send(guest.email, "forms_invitation", guest.locale, **words)
