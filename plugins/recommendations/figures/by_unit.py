"""Where data is by aimag: an indicator's values, statements of consultations, clauses of agreements, on the map.

What other modules have is read through their datasets, as the reader may see it; a module that is off is absent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.api import Content, Identity, _, datasets, db, documents, format_date, reference, select

from ..indicator_models import IndicatorValue
from .figures import Figures

INDICATORS: Final = "recommendations.indicators"
VALUES: Final = "recommendations.indicator_values"
STATEMENTS: Final = "consultations.statements"
AGREEMENTS: Final = "agreements.agreements"
CLAUSES: Final = "agreements.clauses"
NOT_COMPARED: Final = ("persons", "number", "tugrik")
"""Measures whose target is of the whole country: no aimag reaches it alone."""

Draw = Callable[[Identity, Figures], documents.Map | None]


@dataclass(frozen=True)
class Measure:
    """Something that is known by aimag: its ``code`` in addresses, its title, and ``record_id`` where it is a page."""

    code: str
    title: Any
    draw: Draw
    record_id: int | None = None


def measures(user: Identity, one: Figures) -> list[Measure]:
    """What *user* may see by aimag in a cycle: its indicators, then what other modules have."""
    with_some = set(
        db.session.scalars(
            select(IndicatorValue.indicator_id)
            .where(
                IndicatorValue.dimension == "unit",
                IndicatorValue.is_public.is_(True),
                IndicatorValue.value.is_not(None),
            )
            .distinct()
        )
    )
    found = []
    for row in datasets.rows(user, INDICATORS, cycle=one.cycle) if with_some else ():
        if row["id"] in with_some:
            found.append(Measure(f"indicator-{row['id']}", row["name"], _of_indicator(row), row["id"]))
    if _may(user, STATEMENTS):
        found.append(Measure("statements", _("Statements of consultations"), _statements))
    if _may(user, CLAUSES) and next(iter(datasets.rows(user, AGREEMENTS)), None) is not None:
        found.append(Measure("clauses", _("Clauses of agreements"), _clauses))
        if user.grants:
            found.append(Measure("progress", _("Progress of clauses"), _progress))
    return found


def among(found: Sequence[Measure], code: str) -> Measure | None:
    """The measure of an address, else the first; None where nothing is known by aimag."""
    return next((each for each in found if each.code == code), next(iter(found), None))


def _may(user: Identity, name: str) -> bool:
    return datasets.available(name) and user.can(datasets.dataset(name).permission)


def _of_indicator(row: Mapping[str, Any]) -> Draw:
    """The last published values by aimag; where a target is for each of them, whether it is reached."""

    def draw(user: Identity, one: Figures) -> documents.Map | None:
        values = list(datasets.rows(user, VALUES, cycle=one.cycle, indicator=row["id"], dimension="unit"))
        if not values:
            return None
        last = max(each["ends_on"] for each in values)
        compared = row["target"] is not None and row["measure"] not in NOT_COMPARED
        tiles: dict[str, documents.Tile] = {}
        for each in values:
            if each["ends_on"] != last:
                continue
            value = each["value"]
            tone: documents.Tone = "neutral" if value is None else "info"
            if compared and value is not None:
                tone = "success" if _reaches(row, value) else "warning"
            tiles[each["category"]] = documents.Tile("…" if value is None else value, tone)
        legend: dict[documents.Tone, Any] = {"info": _("Value")}
        if compared:
            legend = {"success": _("Target reached"), "warning": _("Target not reached")}
        if any(tile.tone == "neutral" for tile in tiles.values()):
            legend["neutral"] = _("Not shown: too few persons")
        # TRANSLATORS: title of a map: an indicator and the last day its values are for
        title = _("%(name)s, by aimag, up to %(day)s", name=row["name"], day=format_date(last))
        return _map(title, tiles, legend, row["unit"])

    return draw


def _reaches(row: Mapping[str, Any], value: float) -> bool:
    return bool(value >= row["target"] if row["direction"] == "more" else value <= row["target"])


def _statements(user: Identity, one: Figures) -> documents.Map | None:
    """How many statements of approved minutes each aimag has, where there are any at all."""
    units = _units()
    counts = Counter(
        units[name] for row in datasets.rows(user, STATEMENTS, cycle=one.cycle) if (name := _name(row["unit"])) in units
    )
    if not counts:
        return None
    return _map(
        _("Statements of consultations, by aimag"),
        _counted(counts),
        {"info": _("There are some"), "neutral": _("None yet")},
        _("Statements"),
    )


def _clauses(user: Identity, _one: Figures) -> documents.Map | None:
    """How many clauses of the last year's agreements carry out recommendations."""
    year, found = _of_last_year(user)
    counts = {code: sum(bool(row["recommendations"]) for row in rows) for code, rows in found.items()}
    if not counts:
        return None
    return _map(
        _("Clauses that implement recommendations, agreements of %(year)s", year=year),
        _counted(counts),
        {"info": _("There are some"), "neutral": _("None yet")},
        _("Clauses"),
    )


def _progress(user: Identity, _one: Figures) -> documents.Map | None:
    """The mean of what was last reported on the clauses of the last year's agreements."""
    year, found = _of_last_year(user)
    tiles: dict[str, documents.Tile] = {}
    for code, rows in found.items():
        said = [row["progress"] for row in rows if row["progress"] is not None]
        mean = round(sum(said) / len(said)) if said else None
        tone: documents.Tone = "neutral" if mean is None else "success" if mean >= 100 else "info"
        tiles[code] = documents.Tile("–" if mean is None else mean, tone)
    if not tiles:
        return None
    legend: dict[documents.Tone, Any] = {
        "success": _("All done"),
        "info": _("Under way"),
        "neutral": _("Nothing reported"),
    }
    return _map(_("Progress of clauses, agreements of %(year)s", year=year), tiles, legend, _("Progress, %"))


def _of_last_year(user: Identity) -> tuple[int, dict[str, list[Mapping[str, Any]]]]:
    """The clauses of the last year there are agreements of, by aimag."""
    year = max((row["year"] for row in datasets.rows(user, AGREEMENTS)), default=0)
    units = _units()
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in datasets.rows(user, CLAUSES, year=year) if year else ():
        if (name := _name(row["unit"])) in units:
            found[units[name]].append(row)
    return year, found


def _units() -> dict[str, str]:
    """The codes of the 22 first-level units by their Mongolian names, as the tables of the modules name them."""
    return {_name(unit.name): unit.code for unit in reference.first_level()}


def _name(name: Content | None) -> str:
    return name.texts.get("mn", "") if name is not None else ""


def _counted(counts: Mapping[str, int]) -> dict[str, documents.Tile]:
    codes: Iterable[str] = _units().values()
    return {code: documents.Tile(counts.get(code, 0), "info" if counts.get(code) else "neutral") for code in codes}


def _map(title: str, tiles: dict[str, documents.Tile], legend: dict[documents.Tone, Any], value: Any) -> documents.Map:
    used = {tile.tone for tile in tiles.values()}
    return documents.Map(
        title,
        tiles,
        {unit.code: unit.name for unit in reference.first_level()},
        {tone: words for tone, words in legend.items() if tone in used},
        value_title=value,
        name=_("Map"),
    )
