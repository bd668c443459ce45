"""Whether a form takes something now, and how often from one sender.

The grace rule: what somebody typed before a form closed is taken for GRACE after it. Nobody's beginning is noted
for that; the page that opens the form stays shut from the moment it closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal import clock
from portal.db import db
from portal.forms import service
from portal.forms.messages import Text, _l
from portal.forms.models import FormVersion, Submission
from portal.people.identity import Identity
from portal.records import Record

GRACE = timedelta(minutes=10)
"""For so long after closing a form is still taken from those who have it open."""


ZONES = ("Asia/Ulaanbaatar", "Asia/Hovd", "Europe/Zurich")
"""Zones in which a form may open and close: the two of Mongolia, and that of the Council in Geneva."""

CLOSED: Mapping[str, Text] = {
    "draft": _l("The form is not published."),
    "closed": _l("The form is closed."),
    "not_yet": _l("The form is not open yet."),
    "over": _l("The time of the form is over."),
    "full": _l("All places are taken. This form takes no more answers."),
    "removed": _l("These answers came before and were removed by the office. They are not taken again."),
}
"""What devices and programs are told, by the reason of Closed."""


class Closed(Exception):
    """A form that takes nothing now: ``reason`` is draft, closed, not_yet, over or full; or ``removed``.

    *when* is the moment of ``not_yet`` and ``over``. Answers that were removed are not taken again, by any form.
    """

    def __init__(self, reason: str, when: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason, self.when = reason, when


def check_open(record: Record, version: FormVersion | None, grace: timedelta = timedelta()) -> FormVersion:
    """The published version of a form that takes submissions now (or closed less than *grace* ago); raises Closed."""
    if version is None or record.status == "draft":
        raise Closed("draft")
    if record.status != "published":
        raise Closed("closed")
    access = service.settings_of(version)
    now = clock.now()
    if (opens := moment(access.get("opens"))) is not None and now < opens:
        raise Closed("not_yet", opens)
    if (closes := moment(access.get("closes"))) is not None and now > closes + grace:
        raise Closed("over", closes)
    limit = access.get("limit")
    if limit and count_of(record.id) >= int(limit):
        raise Closed("full")
    return version


def count_of(form_id: int) -> int:
    """How often a form was sent in."""
    return db.session.scalar(select(func.count()).where(Submission.form_id == form_id)) or 0


def moment(text: Any) -> datetime | None:
    """A moment of the settings, None where there is none; without a zone of its own it is in the portal's."""
    try:
        found = datetime.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=clock.zone())


def filled_at(told: datetime, version: FormVersion) -> datetime:
    """When a version was filled, as a device tells: never before it was published, never in the future."""
    return min(max(told, version.published_at), clock.now()).astimezone(told.tzinfo)


def zone_of(moment: datetime) -> ZoneInfo:
    """The zone a moment of the settings was written in, told by its distance; the portal's where that is none of ours.

    A moment is kept with the distance of its zone, ``2026-10-20T23:59+07:00``.
    """
    known = (clock.zone(), *map(ZoneInfo, ZONES))
    return next((zone for zone in known if moment.astimezone(zone).utcoffset() == moment.utcoffset()), known[0])


def once_key(user: Identity, form_id: int, version: FormVersion, subject_id: int | None, period: str) -> str | None:
    """What may be there only once: the organisation (without one: the person), the record, the period."""
    access = service.settings_of(version)
    if not access.get("once") or access.get("anonymous") or not user.signed_in:
        return None
    sender = f"o{user.orgs[0]}" if user.orgs else f"u{user.id}"
    return f"{form_id}:{subject_id or 0}:{period}:{sender}"


def first_of(key: str | None) -> Submission | None:
    """The submission that stands in the way of a second one."""
    return db.session.scalar(select(Submission).where(Submission.once_key == key)) if key else None
