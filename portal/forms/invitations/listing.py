"""What the list of invitations shows: of an anonymous form nothing that tells who has answered, then or later.

An invitation that was used while its form was anonymous has no passes left and no submission. Where the form keeps
names again it looks as if nobody had used it: nothing here asks for passes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from portal.db import db
from portal.forms.models import FormVersion, Invitation, Saved, Submission
from portal.i18n import LazyString, _l

STATES: dict[str, LazyString] = {
    "made": _l("Not sent yet"),
    "sent": _l("Invited"),
    "begun": _l("Begun"),
    "submitted": _l("Answered"),
    "approved": _l("Approved"),
    "returned": _l("Sent back"),
    "revoked": _l("Taken back"),
}
TONES = {
    "made": "neutral",
    "sent": "info",
    "begun": "info",
    "submitted": "success",
    "approved": "success",
    "returned": "warning",
    "revoked": "neutral",
}


def states(hidden: bool) -> dict[str, LazyString]:
    """The states an invitation may be seen in."""
    return {key: STATES[key] for key in ("made", "sent", "revoked")} if hidden else STATES


def state_of(hidden: bool) -> ColumnElement[str]:
    """The state of an invitation, as SQL; *hidden*: only what its editor did."""
    revoked = (Invitation.revoked_on.is_not(None), "revoked")
    sent = (Invitation.sent_on.is_not(None), "sent")
    if hidden:
        return case(revoked, sent, else_="made")
    begun = exists().where(Saved.invitation_id == Invitation.id)
    return case(
        revoked,
        (Submission.state.is_not(None), Submission.state),
        (begun, "begun"),
        sent,
        else_="made",
    )


def listed(form_id: int, hidden: bool) -> Select[*tuple[Any, ...]]:
    """The invitations of a form: ``id number name email locale sent_on state submission_id form_id``."""
    stmt: Any = (
        select(
            Invitation.id,
            Invitation.form_id,
            Invitation.number,
            Invitation.name,
            Invitation.email,
            Invitation.locale,
            Invitation.sent_on,
            Invitation.submission_id,
            state_of(hidden).label("state"),
        )
        .outerjoin(Submission, Submission.id == Invitation.submission_id)
        .where(Invitation.form_id == form_id)
    )
    return cast("Select[*tuple[Any, ...]]", stmt)


def with_words(text: str) -> ColumnElement[bool]:
    """Invitations whose name or address holds *text*: databases do not fold Cyrillic alike."""
    ways = {text, text.lower(), text.upper(), text.capitalize()}
    names = [Invitation.name.icontains(way, autoescape=True) for way in sorted(ways)]
    return or_(Invitation.email.icontains(text, autoescape=True), *names)


def count(form_id: int) -> int:
    """How many are invited and not taken back."""
    stmt = select(func.count()).where(Invitation.form_id == form_id, Invitation.revoked_on.is_(None))
    return db.session.scalar(stmt) or 0


def answered(form_id: int, hidden: bool) -> int:
    """How many of them have answered; of an anonymous form how many answers there are.

    What was sent anonymously is not counted among named ones: taking one back would tell by the number whether it was
    used.
    """
    if hidden:
        return db.session.scalar(select(func.count()).where(Submission.form_id == form_id)) or 0
    stmt = select(func.count()).where(Invitation.form_id == form_id, Invitation.revoked_on.is_(None))
    return db.session.scalar(stmt.where(Invitation.submission_id.is_not(None))) or 0


def printable(form_id: int, hidden: bool) -> list[int]:
    """The open invitations without an address, whose codes can be printed.

    One that was anonymous, or there while the form was, is printed once: which of them can be printed again would tell
    which are unused.
    """
    stmt = select(Invitation.id).where(
        Invitation.form_id == form_id,
        Invitation.email == "",
        Invitation.revoked_on.is_(None),
        Invitation.submission_id.is_(None),
    )
    once = Invitation.sent_on.is_(None)
    if hidden:
        stmt = stmt.where(once)
    else:
        known = Invitation.anonymous.is_(False)
        since = _named_since(form_id)
        stmt = stmt.where(or_(once, known if since is None else and_(known, Invitation.made_at >= since)))
    return list(db.session.scalars(stmt.order_by(Invitation.number).limit(500)))


def _named_since(form_id: int) -> datetime | None:
    """Since when the form has not been anonymous; None where it never was."""
    anonymous = FormVersion.definition[("settings", "access", "anonymous")].as_boolean()
    number = FormVersion.number
    last = select(func.max(number)).where(FormVersion.form_id == form_id, anonymous).scalar_subquery()
    stmt = select(func.min(FormVersion.published_at)).where(FormVersion.form_id == form_id, number > last)
    return db.session.scalar(stmt)


def mailable(form_id: int, *, sent: bool) -> list[int]:
    """The invitations by mail not taken back and, where that is known, not answered; *sent*: those that went out."""
    stmt = select(Invitation.id).where(
        Invitation.form_id == form_id,
        Invitation.email != "",
        Invitation.revoked_on.is_(None),
        Invitation.submission_id.is_(None),
        Invitation.sent_on.is_not(None) if sent else Invitation.sent_on.is_(None),
    )
    return list(db.session.scalars(stmt.order_by(Invitation.number)))
