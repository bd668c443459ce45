"""Reading the other modules: only through their datasets, as the reader sees them; what is off is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.api import (
    LOCALES,
    Content,
    DataColumn,
    Identity,
    LazyString,
    Organisation,
    and_,
    datasets,
    db,
    or_,
    reference,
    select,
)

from .facts import Body, Facts, Held, Place, Rated, Recommended
from .models import Report
from .words import in_all

RECOMMENDATIONS = "recommendations.recommendations"
ASSESSMENTS = "recommendations.assessments"
CONSULTATIONS = "consultations.consultations"
TASKS = "subcommittees.tasks"
AGREEMENTS = "agreements.agreements"
_PEOPLE = "attended_"


def gather(user: Identity, report: Report, org_id: int | None, today: date) -> Facts:
    """The figures of *report* as *user* sees them today; a fixed number of queries."""
    rated, raters = _ratings(user, report)
    recommendations = _recommendations(user, report, rated)
    held, categories, provincial = _consultations(user, report)
    needed = ("recommendations", RECOMMENDATIONS), ("recommendations", ASSESSMENTS), ("consultations", CONSULTATIONS)
    return Facts(
        taken_on=today,
        recommendations=tuple(recommendations),
        ratings=_labels(_column(ASSESSMENTS, "rating")),
        consultations=tuple(held),
        categories=categories,
        places=_places(provincial) if _readable(user, CONSULTATIONS) else (),
        bodies=_bodies(org_id, raters),
        tasks=_tasks(user) if report.voice == "government" else {},
        agreements=_agreements(user, report) if report.voice == "government" else {},
        absent=tuple(dict.fromkeys(module for module, name in needed if not _readable(user, name))),
    )


def _readable(user: Identity, name: str) -> bool:
    return datasets.available(name) and user.can(datasets.dataset(name).permission)


def _rows(user: Identity, name: str, **filters: Any) -> Iterable[Mapping[str, Any]]:
    return datasets.rows(user, name, **filters) if _readable(user, name) else ()


def _column(name: str, key: str) -> DataColumn | None:
    if not datasets.available(name):
        return None
    return next((column for column in datasets.dataset(name).columns if column.key == key), None)


def _labels(column: DataColumn | None) -> dict[str, Content]:
    """The words of the codes of a column, in all languages."""
    return {str(code): in_all(label) for code, label in (column.labels or {}).items()} if column else {}


def _content(value: Any) -> Content:
    """A cell of a dataset as a text; a plain one is shown as it is in every language."""
    if isinstance(value, Content):
        return value
    if isinstance(value, LazyString):
        return in_all(value)
    return Content(dict.fromkeys(LOCALES, str(value))) if value else Content()


def _split(value: Any) -> tuple[Content, ...]:
    """The names that a cell joins with semicolons, in the same order in each language."""
    content = _content(value)
    parts = {lang: text.split("; ") for lang, text in content.texts.items()}
    longest = max(map(len, parts.values()), default=0)
    return tuple(
        Content({lang: names[place] for lang, names in parts.items() if place < len(names)}) for place in range(longest)
    )


def _ratings(user: Identity, report: Report) -> tuple[dict[int, Rated], dict[str, Body]]:
    """The latest ratings of the report's voice by recommendation, and how many each organisation gave."""
    labels = _labels(_column(ASSESSMENTS, "rating"))
    found: dict[int, Rated] = {}
    raters: dict[str, Body] = {}
    rows = _rows(user, ASSESSMENTS, country=report.country, cycle=report.cycle, voice=report.voice, latest=1)
    for row in rows:
        organisation = _content(row["organisation"])
        key = organisation.text("en")
        raters[key] = Body(organisation, raters[key].ratings + 1 if key in raters else 1)
        found[row["recommendation_id"]] = Rated(
            rating=row["rating"],
            label=labels.get(row["rating"], Content()),
            rated_on=row["rated_on"],
            organisation=organisation,
            rationale=_content(row["rationale"]),
            evidence=_content(row["evidence"]),
            next_step=_content(row["next_step"]),
        )
    return found, raters


def _recommendations(user: Identity, report: Report, rated: Mapping[int, Rated]) -> Iterable[Recommended]:
    labels = _labels(_column(RECOMMENDATIONS, "position"))
    for row in _rows(user, RECOMMENDATIONS, country=report.country, cycle=report.cycle):
        yield Recommended(
            id=row["id"],
            number=row["number"],
            text=_content(row["text"]),
            states=_content(row["states"]),
            state_count=row["state_count"],
            position=row["position"],
            position_label=labels.get(row["position"], Content()),
            themes=_split(row["themes"]),
            rated=rated.get(row["id"]),
        )


def _consultations(user: Identity, report: Report) -> tuple[list[Held], dict[str, Content], Counter[str]]:
    """What was held in the report's time (without one: in its cycle), and how often by place.

    Between them the words of the categories of participants.
    """
    if not _readable(user, CONSULTATIONS):
        return [], {}, Counter()
    columns = datasets.dataset(CONSULTATIONS).columns
    categories = {c.key.removeprefix(_PEOPLE): in_all(c.title) for c in columns if c.key.startswith(_PEOPLE)}
    levels, kinds = _labels(_column(CONSULTATIONS, "level")), _labels(_column(CONSULTATIONS, "kind"))
    found, provincial = [], Counter[str]()
    timed = report.begins_on is not None and report.ends_on is not None
    for row in _rows(user, CONSULTATIONS, cycle="" if timed else report.cycle, status="held"):
        if not _within(report, row["date"]):
            continue
        place = _content(row["unit"])
        if row["level"] == "provincial" and row["kind"] == "consultation":
            provincial[place.text("mn")] += 1
        found.append(
            Held(
                day=row["date"],
                title=_content(row["title"]),
                level=row["level"],
                level_label=levels.get(row["level"], Content()),
                kind_label=kinds.get(row["kind"], Content()),
                place=place,
                attended=row["attended"] or 0,
                people={key: row[_PEOPLE + key] or 0 for key in categories},
                women=row["women"] or 0,
                men=row["men"] or 0,
            )
        )
    return found, categories, provincial


def _within(report: Report, day: date | None) -> bool:
    if day is None:
        return True
    return (report.begins_on is None or report.begins_on <= day) and (report.ends_on is None or day <= report.ends_on)


def _places(provincial: Mapping[str, int]) -> tuple[Place, ...]:
    return tuple(
        Place(unit.code, unit.name, unit.kind == "aimag", provincial.get(unit.name.text("mn"), 0))
        for unit in reference.first_level()
    )


def _bodies(org_id: int | None, raters: Mapping[str, Body]) -> tuple[Body, ...]:
    """The organisation that speaks, its members, and those that rated with its voice."""
    stmt = (
        select(Organisation.id, Organisation.name)
        .where(
            or_(
                Organisation.id == org_id,
                and_(Organisation.parent_id == org_id, Organisation.kind.not_in(("sub_committee", "working_group"))),
            )
        )
        .order_by(Organisation.sort_mn, Organisation.id)
    )
    own = sorted(db.session.execute(stmt), key=lambda row: row.id != org_id)
    found = {row.name.text("en"): Body(row.name, 0) for row in own}
    return tuple({**found, **raters}.values())


def _tasks(user: Identity) -> dict[str, int]:
    states = Counter(row["status"] for row in _rows(user, TASKS))
    every = sum(number for state, number in states.items() if state != "cancelled")
    return {"all": every, "done": states["done"]} if every else {}


def _agreements(user: Identity, report: Report) -> dict[str, int]:
    first = report.begins_on.year if report.begins_on else 0
    last = report.ends_on.year if report.ends_on else 9999
    rows = [row for row in _rows(user, AGREEMENTS) if first <= row["year"] <= last]
    return {"all": len(rows), "signed": sum(row["signed_on"] is not None for row in rows)} if rows else {}
