"""Tables of the reference data. Every row is known by a code; names are bilingual; what is unknown stays empty."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import CoreBase
from portal.text import Content

UNIT_KINDS = ("country", "aimag", "capital", "district")
"""Kinds of administrative units, the widest first."""

SCHEMES = ("theme", "group", "sdg")
"""What a vocabulary classifies: the subject of a recommendation, the persons it concerns, the goal it serves."""

UN_GROUPS = ("african", "asia_pacific", "eastern_european", "latin_american", "western_other")
"""Regional groups of the United Nations; observers have none."""


class Unit(CoreBase):
    """An administrative unit: the country, an aimag, the capital or one of its districts.

    ``code`` is ISO 3166-2 (``MN-043``); ISO has none for districts, theirs are ``MN-1-`` and the usual letters.
    Join on the code, never on a name: Сүхбаатар is an aimag, a district and the centre of a third unit.
    """

    __tablename__ = "portal_unit"
    __table_args__ = (CheckConstraint(f"kind IN {UNIT_KINDS!r}", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("portal_unit.id"), index=True)
    name: Mapped[Content]
    centre: Mapped[Content | None]
    nso_code: Mapped[str | None] = mapped_column(String(8))
    ocha_code: Mapped[str | None] = mapped_column(String(8))
    hasc: Mapped[str | None] = mapped_column(String(8))
    label_lon: Mapped[float | None]
    label_lat: Mapped[float | None]
    timezone: Mapped[str] = mapped_column(String(40))
    tile_row: Mapped[int | None]
    tile_col: Mapped[int | None]
    aliases: Mapped[list[Any]]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    sort_mn: Mapped[str] = mapped_column(Text)
    sort_en: Mapped[str] = mapped_column(Text)


class RegionSet(CoreBase):
    """One way of dividing the country into regions, with the time it was in use and where it is known from."""

    __tablename__ = "portal_region_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Content]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)


class Region(CoreBase):
    """A region of a set; ``seat_id`` is the unit where it meets, where that is all that is known."""

    __tablename__ = "portal_region"
    __table_args__ = (UniqueConstraint("set_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("portal_region_set.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[Content]
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("portal_unit.id"))
    position: Mapped[int]


class RegionUnit(CoreBase):
    """A unit that belongs to a region."""

    __tablename__ = "portal_region_unit"

    region_id: Mapped[int] = mapped_column(ForeignKey("portal_region.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("portal_unit.id"), primary_key=True, index=True)


class State(CoreBase):
    """A member of the United Nations or an observer State; the English name is the one the UN writes."""

    __tablename__ = "portal_state"
    __table_args__ = (CheckConstraint("status IN ('member', 'observer')", name="status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    iso2: Mapped[str] = mapped_column(String(2), unique=True)
    iso3: Mapped[str] = mapped_column(String(3), unique=True)
    name: Mapped[Content]
    un_group: Mapped[str | None] = mapped_column(String(20), index=True)
    status: Mapped[str] = mapped_column(String(10))
    aliases: Mapped[list[Any]]
    sort_mn: Mapped[str] = mapped_column(Text)
    sort_en: Mapped[str] = mapped_column(Text)


class Cycle(CoreBase):
    """One review of one State (``country``: ISO two letters).

    ``adopted_on`` is the Working Group's adoption, ``council_adopted_on`` the Council's. ``valid_from`` and
    ``valid_to`` bound the time in which this cycle's recommendations are the ones followed up;
    ``target_percent`` (0-100) is the share to be implemented by its end, ``target_source`` who set it.
    """

    __tablename__ = "portal_cycle"
    __table_args__ = (
        UniqueConstraint("country", "number"),
        CheckConstraint("target_percent BETWEEN 0 AND 100", name="target_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    session: Mapped[int | None]
    reviewed_on: Mapped[date | None]
    adopted_on: Mapped[date | None]
    council_session: Mapped[int | None]
    council_adopted_on: Mapped[date | None]
    report_symbol: Mapped[str | None] = mapped_column(String(60))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    target_percent: Mapped[int | None]
    target_source: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)


class Vocabulary(CoreBase):
    """A list of terms: of one scheme, as used in one cycle (``cycle`` empty: the national or a timeless list)."""

    __tablename__ = "portal_vocabulary"
    __table_args__ = (CheckConstraint(f"scheme IN {SCHEMES!r}", name="scheme"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    scheme: Mapped[str] = mapped_column(String(10))
    cycle: Mapped[int | None]
    name: Mapped[Content]
    source: Mapped[str] = mapped_column(Text)


class Term(CoreBase):
    """One entry of a vocabulary.

    ``label`` is exactly what the source writes and ``key`` its comparison form; ``name`` is what readers see;
    ``mapped_to_id`` the term of the national list it stands for, where there is one.
    """

    __tablename__ = "portal_term"
    __table_args__ = (UniqueConstraint("vocabulary_id", "code"), UniqueConstraint("vocabulary_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary_id: Mapped[int] = mapped_column(ForeignKey("portal_vocabulary.id"))
    code: Mapped[str] = mapped_column(String(100))
    label: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(String(400))
    name: Mapped[Content]
    mapped_to_id: Mapped[int | None] = mapped_column(ForeignKey("portal_term.id"), index=True)
    position: Mapped[int]
    sort_mn: Mapped[str] = mapped_column(Text)
    sort_en: Mapped[str] = mapped_column(Text)
