"""Numbers of consultations as pictures: who came, and how far the campaign is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.api import _, documents, meetings

from .models import Consultation
from .queries import Board
from .words import ORDER, STATUSES, TONES


@dataclass(frozen=True)
class Shares:
    """Parts of all participants, 0 to 1; None where nobody was counted."""

    officials: float | None
    public_side: float | None
    women: float | None


def shares(row: Consultation) -> Shares:
    """How much of a meeting were officials, how much civil society and citizens, how much women."""
    total = row.attended_total
    if not total:
        return Shares(None, None, None)
    sexes = (row.women or 0) + (row.men or 0)
    return Shares(
        sum(row.attended.get(key, 0) for key in meetings.OFFICIALS) / total,
        sum(row.attended.get(key, 0) for key in meetings.PUBLIC_SIDE) / total,
        (row.women or 0) / sexes if sexes else None,
    )


def attendance_chart(row: Consultation) -> documents.Chart:
    """Who came, by category, as parts of one whole."""
    present = [(label, row.attended[key]) for key, label in meetings.CATEGORIES.items() if row.attended.get(key)]
    return documents.Chart(
        "bar",
        _("Participants by category"),
        [str(label) for label, _number in present],
        [documents.Series(_("Participants"), [number for _label, number in present], "info")],
        category_title=_("Taking part as"),
    )


def board_map(board: Board) -> documents.Map:
    """The campaign as a map of squares: the state by tone, the day in the square."""
    return documents.Map(
        _("Provincial consultations by aimag"),
        {place.unit.code: documents.Tile(_day(place.held_on), TONES.get(place.state, "")) for place in board.places},
        {place.unit.code: place.unit.name for place in board.places},
        {TONES[state]: str(STATUSES[state]) for state in ORDER if state != "cancelled"},
        _("Date"),
    )


def _day(held_on: date | None) -> str:
    """Month and day as the square has room for; the year stands above the map."""
    return f"{held_on.month:02}.{held_on.day:02}" if held_on else ""
