"""What the queries of this room return: small frozen values, independent of the database session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.text import Content


@dataclass(frozen=True)
class UnitView:
    """An administrative unit; ``tile`` is (row, column) on the map of 22 squares, None for others."""

    id: int
    code: str
    kind: str
    parent_id: int | None
    name: Content
    centre: Content
    nso_code: str | None
    label: tuple[float, float] | None
    """Longitude and latitude of the place for a label, degrees."""
    timezone: str
    tile: tuple[int, int] | None
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class RegionView:
    """A region with the ids of its units (empty where only the seat is known)."""

    id: int
    code: str
    name: Content
    seat_id: int | None
    unit_ids: tuple[int, ...]


@dataclass(frozen=True)
class RegionSetView:
    """A set of regions and its time."""

    id: int
    code: str
    name: Content
    valid_from: date | None
    valid_to: date | None
    source: str
    regions: tuple[RegionView, ...]


@dataclass(frozen=True)
class StateView:
    """A State with its ISO codes and its regional group at the United Nations (None: observer)."""

    id: int
    iso2: str
    iso3: str
    name: Content
    un_group: str | None
    status: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class CycleView:
    """One review; unknown facts are None (see models.Cycle)."""

    id: int
    country: str
    number: int
    session: int | None
    reviewed_on: date | None
    adopted_on: date | None
    council_session: int | None
    council_adopted_on: date | None
    report_symbol: str | None
    valid_from: date | None
    valid_to: date | None
    target_percent: int | None
    target_source: str | None


@dataclass(frozen=True)
class TermView:
    """A term; ``label`` as the source writes it, ``mapped_to_id`` its term in the national list."""

    id: int
    vocabulary: str
    scheme: str
    cycle: int | None
    code: str
    label: str
    name: Content
    mapped_to_id: int | None
