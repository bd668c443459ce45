"""What is left of answers that were removed: a mark by which a device that sends them again is told so.

The mark is made of the id that the device gave them and a secret that is not in the database, so it tells nothing of
them, of their sender or their time, and cannot be laid beside anything that a copy of the database holds.
"""

from __future__ import annotations

import hmac

from flask import current_app
from sqlalchemy import exists, insert, select

from portal.db import db
from portal.forms.access import Closed
from portal.forms.models import Removed, Submission


def _marks(uid: str) -> list[str]:
    """The mark of an id by the secret in use, and by former ones."""
    config = current_app.config
    secrets = [config["SECRET_KEY"], *(config.get("SECRET_KEY_FALLBACKS") or ())]
    return [hmac.new(str(each).encode(), f"removed:{uid}".encode(), "sha256").hexdigest() for each in secrets]


def note(row: Submission) -> None:
    """The submission is being removed, in the same transaction; its id is not to come back."""
    db.session.execute(insert(Removed).values(mark=_marks(row.uid)[0], form_id=row.form_id))


def is_removed(uid: str) -> bool:
    """Whether answers with that id were removed."""
    return bool(db.session.scalar(select(exists().where(Removed.mark.in_(_marks(uid))))))


def check(uid: str) -> None:
    """Raise Closed for the id of answers that were removed."""
    if is_removed(uid):
        raise Closed("removed")
