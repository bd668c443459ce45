"""Writing reference data: the seed that `portal db upgrade` runs, and what an import adds to it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import CoreBase, db, transaction
from portal.i18n import sort_key
from portal.reference import queries
from portal.reference.matching import name_key
from portal.reference.models import Cycle, Region, RegionSet, RegionUnit, State, Term, Unit, Vocabulary
from portal.reference.values import CycleView, TermView
from portal.text import LOCALES, STATES, Content, nfc

LABEL_LIMIT = 300
"""Characters of a term's label."""

M = TypeVar("M", bound=CoreBase)


@dataclass
class Seeded:
    """How many rows a seed has added and changed."""

    added: int = 0
    changed: int = 0


def seed(session: Session) -> Seeded:
    """Write the data files into the database: by code, adding what is missing and changing what differs.

    Runs again without effect. It never deletes a row, never empties a field, and leaves a name alone whose state
    (draft, checked, official) somebody has changed. The caller commits.
    """
    done = Seeded()
    _seed_units(session, done)
    _seed_regions(session, done)
    _upsert(session, done, State, ("iso2",), map(_state_row, _table("states")))
    _upsert(session, done, Cycle, ("country", "number"), _cycle_rows(), fill_only=True)
    _seed_terms(session, done)
    queries.forget()
    return done


def ensure_cycle(number: int, country: str = "MN", session: int | None = None) -> CycleView:
    """The review *number* of a State, made where it is not known yet; a known session number is kept.

    Raises ValueError where the number is not positive or no State has the code *country*.
    """
    if number < 1 or db.session.scalar(select(State.id).where(State.iso2 == country)) is None:
        raise ValueError(f"no review {number} of {country!r}")
    with transaction():
        query = select(Cycle).where(Cycle.country == country, Cycle.number == number)
        row = db.session.scalar(query)
        if row is None:
            row = Cycle(country=country, number=number)
            db.session.add(row)
        row.session = row.session or session
        db.session.flush()
    found = queries.find_cycle(number, country)
    assert found is not None
    return found


def ensure_term(scheme: str, label: str, cycle: int | None = None, *, vocabulary: str | None = None) -> TermView:
    """The term for a source's label, added to its list where the list lacks it (a list read from files grows).

    The label becomes the English name; there is no Mongolian one and no national term until somebody gives them.
    Raises ValueError for an empty label, one over LABEL_LIMIT, or a list that does not exist.
    """
    if found := queries.find_term(scheme, label, cycle, vocabulary=vocabulary):
        return found
    label = nfc(label).strip()
    key = name_key(label)
    if not key or len(label) > LABEL_LIMIT:
        raise ValueError("a label has between 1 and 300 characters")
    code = vocabulary or queries.vocabulary_code(scheme, cycle)
    with transaction():
        parent = db.session.scalar(select(Vocabulary).where(Vocabulary.code == code))
        if parent is None:
            raise ValueError(f"no vocabulary {code!r}")
        row = db.session.scalar(select(Term).where(Term.vocabulary_id == parent.id, Term.key == key))
        if row is None:
            last = select(func.coalesce(func.max(Term.position), 0)).where(Term.vocabulary_id == parent.id)
            name = Content.of(en=label)
            row = Term(
                vocabulary_id=parent.id,
                code=key.replace(" ", "-")[:100],
                label=label,
                key=key,
                name=name,
                position=(db.session.scalar(last) or 0) + 1,
                **_sorting(name),
            )
            db.session.add(row)
            db.session.flush()
        queries.forget()
        return TermView(
            row.id, parent.code, parent.scheme, parent.cycle, row.code, row.label, row.name, row.mapped_to_id
        )


def _table(name: str) -> list[dict[str, str]]:
    text = files("portal.reference").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _name(row: dict[str, str], mn: str, en: str, prefix: str = "") -> Content:
    return Content.of(mn=row[f"{prefix}mn"], en=row[f"{prefix}en"], state={"mn": mn, "en": en})


def _sorting(name: Content) -> dict[str, str]:
    return {"sort_mn": sort_key(name.text("mn")), "sort_en": sort_key(name.text("en"))}


def _optional(row: dict[str, str], *names: str, as_type: Callable[[str], Any] = str) -> dict[str, Any]:
    return {name: as_type(row[name]) if row[name] else None for name in names}


def _upsert(
    session: Session,
    done: Seeded,
    model: type[M],
    keys: Sequence[str],
    rows: Iterable[dict[str, Any]],
    *,
    fill_only: bool = False,
) -> dict[tuple[Any, ...], M]:
    """Add and change rows of *model*, found by the columns *keys*; all rows of the table by those columns.

    *fill_only* changes only empty fields: for facts that people of the office know better than the file.
    """
    known = {tuple(getattr(row, key) for key in keys): row for row in session.scalars(select(model))}
    for values in rows:
        place = tuple(values[key] for key in keys)
        row = known.get(place)
        if row is None:
            known[place] = row = model(**values)
            session.add(row)
            done.added += 1
            continue
        held = {name: getattr(row, name) for name in values}
        changes = {name: value for name, value in values.items() if _differs(held[name], value)}
        for name, value in changes.items():
            if not fill_only or held[name] is None:
                setattr(row, name, value)
        done.changed += session.is_modified(row)
    session.flush()
    return known


def _differs(old: Any, new: Any) -> bool:
    """Whether the seed changes a field: never to nothing, and no name that somebody has judged."""
    if isinstance(new, Content):
        held = old if isinstance(old, Content) else Content()
        judged = any(STATES.index(held.state(lang)) > STATES.index(new.state(lang)) for lang in LOCALES)
        return not judged and held != new
    return new is not None and old != new


def _seed_units(session: Session, done: Seeded) -> None:
    table = _table("units")
    rows = []
    for row in table:
        name = _name(row, "official", "official")
        rows.append(
            {
                **_optional(row, "code", "kind", "timezone"),
                "name": name,
                "centre": _name(row, "official", "official", "centre_"),
                "nso_code": row["nso"] or None,
                "ocha_code": row["ocha"] or None,
                "hasc": row["hasc"] or None,
                "label_lon": float(row["lon"]) if row["lon"] else None,
                "label_lat": float(row["lat"]) if row["lat"] else None,
                **_optional(row, "tile_row", "tile_col", as_type=int),
                "aliases": _items(row["aliases"]),
                **_sorting(name),
            }
        )
    known = _upsert(session, done, Unit, ("code",), rows)
    for row in table:
        parent = known[(row["parent"],)].id if row["parent"] else None
        known[(row["code"],)].parent_id = parent
    session.flush()


def _seed_regions(session: Session, done: Seeded) -> None:
    def set_row(row: dict[str, str]) -> dict[str, Any]:
        dates = _optional(row, "valid_from", "valid_to", as_type=date.fromisoformat)
        return {"code": row["code"], "name": _name(row, "checked", "checked"), "source": row["source"], **dates}

    units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    sets = _upsert(session, done, RegionSet, ("code",), map(set_row, _table("region_sets")))
    table = _table("regions")
    rows = [
        {
            "set_id": sets[(row["set"],)].id,
            "code": row["code"],
            "name": _name(row, "checked", "checked"),
            "seat_id": units[row["seat"]] if row["seat"] else None,
            "position": place,
        }
        for place, row in enumerate(table, 1)
    ]
    regions = _upsert(session, done, Region, ("set_id", "code"), rows)
    members = [
        {"region_id": regions[(sets[(row["set"],)].id, row["code"])].id, "unit_id": units[code]}
        for row in table
        for code in _items(row["units"])
    ]
    _upsert(session, done, RegionUnit, ("region_id", "unit_id"), members)


def _state_row(row: dict[str, str]) -> dict[str, Any]:
    name = _name(row, "checked", "official")
    return {
        "iso2": row["iso2"],
        "iso3": row["iso3"],
        "name": name,
        "un_group": row["group"] or None,
        "status": row["status"],
        "aliases": _items(row["aliases"]),
        **_sorting(name),
    }


def _cycle_rows() -> list[dict[str, Any]]:
    """Reviews; each cycle's time runs from its adoption in the Council to the day before the next one's."""
    rows: list[dict[str, Any]] = []
    for row in _table("cycles"):
        days = ("reviewed_on", "adopted_on", "council_adopted_on")
        values = {
            **_optional(row, "country", "report_symbol", "source"),
            **_optional(row, "number", "session", "council_session", as_type=int),
            **_optional(row, *days, as_type=date.fromisoformat),
        }
        rows.append({**values, "valid_from": values["council_adopted_on"], "valid_to": None})
    for before, after in pairwise(rows):
        if before["country"] == after["country"] and after["valid_from"]:
            before["valid_to"] = after["valid_from"] - timedelta(days=1)
    return rows


def _seed_terms(session: Session, done: Seeded) -> None:
    def list_row(row: dict[str, str]) -> dict[str, Any]:
        name = _name(row, "checked", "checked")
        cycle = _optional(row, "cycle", as_type=int)
        return {"code": row["code"], "scheme": row["scheme"], "name": name, "source": row["source"], **cycle}

    lists = _upsert(session, done, Vocabulary, ("code",), map(list_row, _table("vocabularies")))
    table = _table("terms")
    rows = []
    for place, row in enumerate(table, 1):
        name = _name(row, "official" if row["vocabulary"] == "sdg" else "draft", "official")
        rows.append(
            {
                "vocabulary_id": lists[(row["vocabulary"],)].id,
                "code": row["code"],
                "label": row["label"],
                "key": name_key(row["label"]),
                "name": name,
                "position": place,
                **_sorting(name),
            }
        )
    terms = _upsert(session, done, Term, ("vocabulary_id", "code"), rows)
    for row in table:
        if row["maps_to"]:
            parent = lists[(row["vocabulary"],)]
            national = lists[(f"{parent.scheme}s-national",)]
            term = terms[(parent.id, row["code"])]
            if term.mapped_to_id is None:
                term.mapped_to_id = terms[(national.id, row["maps_to"])].id
    session.flush()


def _items(text: str) -> list[str]:
    return text.split("|") if text else []
