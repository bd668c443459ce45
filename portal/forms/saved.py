"""What people without an account have typed and not sent: kept for some days, opened by a code or an invitation.

Nothing of the person is kept beside it: no account, no address, no language, no time of day.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.db import db, transaction
from portal.forms.codes import mark_of, new_code
from portal.forms.engine import Answers
from portal.forms.models import Saved


def days() -> int:
    """For how many days it is kept: the setting SAVED_DAYS."""
    return max(1, int(current_app.config["SAVED_DAYS"]))


def by_code(form_id: int, code: str) -> Saved | None:
    """What a code opens in a form; None where it was sent, has run out, or there is no such code."""
    return db.session.scalar(_alive().where(Saved.form_id == form_id, Saved.token_hash == mark_of(code)))


def form_of(code: str) -> int | None:
    """The form that a typed code goes on with."""
    found = db.session.scalar(_alive().where(Saved.token_hash == mark_of(code)))
    return found.form_id if found else None


def of_invitation(invitation_id: int) -> Saved | None:
    """What somebody invited by name has typed."""
    return db.session.scalar(_alive().where(Saved.invitation_id == invitation_id))


def _alive() -> Select[Saved]:
    return select(Saved).where(Saved.expires_on > clock.today())


def keep(
    form_id: int, *, uid: str, answers: Answers, before: Saved | None = None, invitation_id: int | None = None
) -> str:
    """Keep what was typed, right or not, in place of *before*; returns the code of what is new, else "".

    With *invitation_id* the link of the invitation opens it, and there is no code.
    """
    try:
        return _keep(form_id, uid, answers, before, invitation_id)
    except IntegrityError:  # the same button twice at once
        again = of_invitation(invitation_id) if invitation_id else None
        return _keep(form_id, uid, answers, again or before, invitation_id)


def _keep(form_id: int, uid: str, answers: Answers, before: Saved | None, invitation_id: int | None) -> str:
    code, row = "", before
    uid = str(uuid.UUID(uid))
    with transaction():
        if row is None:
            code = "" if invitation_id else new_code()
            db.session.execute(delete(Saved).where(Saved.uid == uid, Saved.form_id == form_id))
            row = Saved(form_id=form_id, invitation_id=invitation_id, token_hash=mark_of(code) if code else None)
            db.session.add(row)
        row.uid, row.answers, row.expires_on = uid, answers, clock.today() + timedelta(days=days())
        db.session.flush()
    return code


def until(row: Saved) -> date:
    """The last day on which it is kept."""
    return row.expires_on - timedelta(days=1)


def tidy(progress: Any = None) -> None:
    """Forget what has run out; every night."""
    with transaction():
        db.session.execute(delete(Saved).where(Saved.expires_on <= clock.today()))
