"""The one clock of the portal: everything that asks for the time asks here, so tests can set it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "Asia/Ulaanbaatar"
_zone = ZoneInfo(DEFAULT_ZONE)


def set_zone(name: str) -> None:
    """Make *name* (an IANA key such as ``Asia/Ulaanbaatar``) the zone of the portal; called once by the app."""
    global _zone
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    """The zone in which the portal shows times and decides what "today" is."""
    return _zone


def now() -> datetime:
    """The present moment, aware, in UTC: the only form in which moments are stored."""
    return datetime.now(UTC)


def today() -> date:
    """The present calendar day in the portal's zone, never in the machine's."""
    return now().astimezone(_zone).date()
