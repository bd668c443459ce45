"""Reading reference data. Each function makes one query, or none where the request has asked before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import g, has_app_context
from sqlalchemy import ColumnElement, or_, select

from portal import clock
from portal.db import db
from portal.i18n import current_locale
from portal.reference.matching import NameIndex
from portal.reference.models import (
    UNIT_KINDS,
    Cycle,
    Region,
    RegionSet,
    RegionUnit,
    State,
    Term,
    Unit,
    Vocabulary,
)
from portal.reference.values import CycleView, RegionSetView, RegionView, StateView, TermView, UnitView
from portal.text import Content

_CACHE = "_portal_reference"
_KIND_WORDS = {
    "aimag": ("аймаг", "aimag", "province"),
    "district": ("дүүрэг", "duureg", "district"),
    "capital": ("хот", "нийслэл", "city"),
}
_UNIT = re.compile(rf"\s+({'|'.join(word for words in _KIND_WORDS.values() for word in words)})$", re.IGNORECASE)

V = TypeVar("V")


def _once(key: str, make: Callable[[], V]) -> V:
    """A value made once per request (or command)."""
    kept: dict[str, Any] = g.setdefault(_CACHE, {})
    if key not in kept:
        kept[key] = make()
    found: V = kept[key]
    return found


def forget() -> None:
    """Drop what this request has read; called after reference data were written."""
    if has_app_context():
        g.pop(_CACHE, None)


def valid(model: type[Unit] | type[RegionSet], on: date | None = None) -> ColumnElement[bool]:
    """Condition: the row is in force on the day *on* (today)."""
    day = on or clock.today()
    return or_(model.valid_from.is_(None), model.valid_from <= day) & or_(
        model.valid_to.is_(None), model.valid_to >= day
    )


def units(kind: str | None = None, on: date | None = None) -> list[UnitView]:
    """Units of one of UNIT_KINDS in force on a day (all kinds, today), in the reader's alphabetical order."""

    def read() -> list[UnitView]:
        sort = Unit.sort_mn if current_locale() == "mn" else Unit.sort_en
        rows = db.session.scalars(select(Unit).where(valid(Unit, on)).order_by(sort, Unit.code))
        return sorted(map(_unit, rows), key=lambda unit: UNIT_KINDS.index(unit.kind))

    found = _once(f"units:{on or clock.today()}:{current_locale()}", read)
    return [unit for unit in found if kind is None or unit.kind == kind]


def first_level() -> list[UnitView]:
    """The 22 first-level units: aimags, then the capital."""
    return [*units("aimag"), *units("capital")]


def unit(unit_id: int) -> UnitView | None:
    """The unit of an id, also one no longer in force."""
    row = db.session.get(Unit, unit_id)
    return _unit(row) if row is not None else None


def unit_by_code(code: str) -> UnitView | None:
    """The unit of a code such as ``MN-043``."""
    row = db.session.scalar(select(Unit).where(Unit.code == code))
    return _unit(row) if row is not None else None


def find_unit(text: str, kind: str | None = None) -> UnitView | None:
    """The unit that *text* names in any spelling known, or by one of its codes; None where unknown or ambiguous.

    "Сүхбаатар" is an aimag and a district: give *kind*, or the word ("Сүхбаатар дүүрэг").
    """
    if kind is None and (word := _UNIT.search(text.strip())):
        kinds = [name for name, words in _KIND_WORDS.items() if word[1].casefold() in words]
        if found := find_unit(text.strip()[: word.start()], kinds[0]):
            return found
    known = units(kind)
    by_code = {code: each for each in known for code in (each.code, each.nso_code) if code}
    if found := by_code.get(text.strip().upper()):
        return found
    return NameIndex((each, (*each.name.texts.values(), *each.aliases)) for each in known).find(text)


def region_sets(on: date | None = None) -> list[RegionSetView]:
    """Sets of regions in force on a day (None: all of them, whenever they were), each with its regions."""
    condition = [valid(RegionSet, on)] if on is not None else []
    sets = list(db.session.scalars(select(RegionSet).where(*condition).order_by(RegionSet.code)))
    regions: dict[int, list[RegionView]] = defaultdict(list)
    members: dict[int, list[int]] = defaultdict(list)
    for member in db.session.execute(select(RegionUnit.region_id, RegionUnit.unit_id).order_by(RegionUnit.unit_id)):
        members[member.region_id].append(member.unit_id)
    for row in db.session.scalars(select(Region).order_by(Region.position, Region.id)):
        view = RegionView(row.id, row.code, row.name, row.seat_id, tuple(members[row.id]))
        regions[row.set_id].append(view)
    return [
        RegionSetView(row.id, row.code, row.name, row.valid_from, row.valid_to, row.source, tuple(regions[row.id]))
        for row in sets
    ]


def states() -> list[StateView]:
    """All States in the reader's alphabetical order."""

    def read() -> list[StateView]:
        sort = State.sort_mn if current_locale() == "mn" else State.sort_en
        return [_state(row) for row in db.session.scalars(select(State).order_by(sort, State.iso2))]

    return list(_once(f"states:{current_locale()}", read))


def state_index() -> NameIndex[StateView]:
    """All States by their names, aliases and three-letter codes; one query per request."""

    def read() -> NameIndex[StateView]:
        return NameIndex((each, (*each.name.texts.values(), *each.aliases, each.iso3)) for each in states())

    return _once("state_index", read)


def find_state(text: str) -> StateView | None:
    """The State that *text* names in any form known ("Iran", "Islamic Republic of Iran", "БНСУ"), or None."""
    return state_index().find(text)


def nearest_states(text: str, count: int = 3) -> list[StateView]:
    """States with the most similar names, best first, to offer for a name that was not found."""
    return state_index().nearest(text, count)


def cycles(country: str = "MN") -> list[CycleView]:
    """The reviews of a State (ISO two letters), the first one first."""
    rows = db.session.scalars(select(Cycle).where(Cycle.country == country).order_by(Cycle.number))
    return [_cycle(row) for row in rows]


def find_cycle(number: int, country: str = "MN") -> CycleView | None:
    """One review of a State."""
    return next((each for each in cycles(country) if each.number == number), None)


def current_cycle(country: str = "MN", on: date | None = None) -> CycleView | None:
    """The last review that had taken place on a day (today)."""
    day = on or clock.today()
    past = [each for each in cycles(country) if each.reviewed_on is not None and each.reviewed_on <= day]
    return past[-1] if past else None


def vocabulary_code(scheme: str, cycle: int | None = None) -> str:
    """The code of the list of a scheme in a cycle; without a cycle the national list. Goals have one list."""
    if scheme == "sdg":
        return "sdg"
    return f"{scheme}s-{'national' if cycle is None else f'c{cycle}'}"


def terms(scheme: str, cycle: int | None = None, *, vocabulary: str | None = None) -> list[TermView]:
    """The terms of a scheme (``theme``, ``group``, ``sdg``) as listed in a cycle, or the national list.

    *vocabulary* names any other list by its code (``upr-info-issues``). Order: the list's own for goals and the
    national lists, the reader's alphabet for the others.
    """
    code = vocabulary or vocabulary_code(scheme, cycle)
    own_order = vocabulary is None and (cycle is None or scheme == "sdg")

    def read() -> list[TermView]:
        order: Any = Term.sort_mn if current_locale() == "mn" else Term.sort_en
        if own_order:
            order = Term.position
        query = select(Term, Vocabulary).join(Vocabulary, Vocabulary.id == Term.vocabulary_id)
        rows = db.session.execute(query.where(Vocabulary.code == code).order_by(order, Term.id))
        return [_term(term, parent) for term, parent in rows]

    return list(_once(f"terms:{code}:{own_order}:{current_locale()}", read))


def term_index(scheme: str, cycle: int | None = None, *, vocabulary: str | None = None) -> NameIndex[TermView]:
    """A list of terms by source label, English and Mongolian name; make it once for an import."""
    listed = terms(scheme, cycle, vocabulary=vocabulary)
    return NameIndex((each, (each.label, each.code, *each.name.texts.values())) for each in listed)


def find_term(scheme: str, text: str, cycle: int | None = None, *, vocabulary: str | None = None) -> TermView | None:
    """The term that *text* (a source's label, a code, a name) stands for in a list, or None."""
    return term_index(scheme, cycle, vocabulary=vocabulary).find(text)


def _unit(row: Unit) -> UnitView:
    label = None if row.label_lon is None or row.label_lat is None else (row.label_lon, row.label_lat)
    tile = None if row.tile_row is None or row.tile_col is None else (row.tile_row, row.tile_col)
    return UnitView(
        row.id,
        row.code,
        row.kind,
        row.parent_id,
        row.name,
        row.centre or Content(),
        row.nso_code,
        label,
        row.timezone,
        tile,
        tuple(row.aliases),
    )


def _state(row: State) -> StateView:
    return StateView(row.id, row.iso2, row.iso3, row.name, row.un_group, row.status, tuple(row.aliases))


def _cycle(row: Cycle) -> CycleView:
    return CycleView(**{name: getattr(row, name) for name in CycleView.__dataclass_fields__})


def _term(row: Term, parent: Vocabulary) -> TermView:
    return TermView(row.id, parent.code, parent.scheme, parent.cycle, row.code, row.label, row.name, row.mapped_to_id)
