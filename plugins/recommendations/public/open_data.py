"""The open data: what everyone may read, as tables with a description that programs understand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.api import (
    LOCALES,
    Dataset,
    Identity,
    Organisation,
    Record,
    State,
    Term,
    _l,
    absolute,
    datasets,
    db,
    documents,
    force_locale,
    func,
    records,
    select,
)

LICENCE: Final = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0")


@dataclass(frozen=True)
class Resource:
    """A table: the dataset that has its rows, what it says under ``rule`` of how things are counted.

    ``kinds`` are the records that its rows are made of.
    """

    name: str
    title: Any
    rule: Any
    kinds: tuple[str, ...]


RESOURCES: Final = (
    Resource(
        "recommendations",
        _l("Recommendations with the latest published rating of each voice"),
        _l("A row is a paragraph of the UN report; state_count adds up to the count by recommending State."),
        ("recommendation", "assessment"),
    ),
    Resource(
        "assessments",
        _l("All published ratings"),
        _l("A row is a published rating; is_latest marks the last one of each voice on each recommendation."),
        ("recommendation", "assessment", "challenge"),
    ),
    Resource(
        "summary",
        _l("Counts by cycle, position, voice and rating"),
        _l("The column rule says what is counted: paragraphs of the UN report, or recommending States."),
        ("recommendation", "assessment"),
    ),
    Resource(
        "pledges",
        _l("Voluntary pledges"),
        _l("A row is what the State promised of itself; it is counted nowhere among recommendations."),
        ("pledge",),
    ),
    Resource(
        "concerns",
        _l("Concerns"),
        _l("A row is a concern; recommendations are named as in their addresses: country, cycle and number."),
        ("concern", "recommendation"),
    ),
)

TITLE: Final = _l("Recommendations of the Universal Periodic Review and their published ratings")


def find(name: str) -> Resource | None:
    """The table of a name."""
    return next((each for each in RESOURCES if each.name == name), None)


def _dataset(resource: Resource) -> Dataset:
    return datasets.dataset(f"recommendations.{resource.name}")


def mark(resource: Resource, kind: str, language: str) -> str:
    """What a file depends on, as a short text that is another one as soon as the file may be: without its rows.

    That is how many records there are that everyone may read, and how often they were saved; the names of bodies,
    States and terms; and the words of the columns. What others may not read is no part of it, so it tells nothing
    of when that changes.
    """
    nobody = Identity.anonymous()
    stmt = (
        select(Record.kind, func.count(), func.sum(Record.version), func.max(Record.changed_at))
        .where(Record.kind.in_(resource.kinds), records.visible(nobody))
        .group_by(Record.kind)
        .order_by(Record.kind)
    )
    parts: list[Any] = [kind, language, *map(tuple, db.session.execute(stmt))]
    for model in (Organisation, State, Term):
        names = db.session.execute(select(model.id, model.name).order_by(model.id))
        parts += [(key, name.texts) for key, name in names]
    with force_locale(language):
        parts.append(str(resource.rule))
        for column in _dataset(resource).columns:
            labels = {code: str(label) for code, label in (column.labels or {}).items()}
            parts.append((column.key, str(column.title), labels))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def pieces(resource: Resource, kind: str, language: str) -> Iterator[bytes]:
    """The table as everyone sees it, whoever asks, piece by piece; CSV in a language, JSON with codes and both."""
    dataset = _dataset(resource)
    with force_locale(language):
        rows: Iterable[Mapping[str, Any]] = dataset.rows(Identity.anonymous())
        if kind == "json":
            about = {"rule": str(resource.rule), "licence": LICENCE[0]}
            yield f'{json.dumps(about, ensure_ascii=False)[:-1]}, "rows": '.encode()
        yield from documents.export_rows(dataset.columns, rows, kind, language)
        if kind == "json":
            yield b"}\n"


_TYPES: Final = {"integer": "integer", "number": "number", "percent": "number", "date": "date"}


def _in_all(text: Any) -> str:
    """A text in every language, one after the other: the standard knows titles as one text only."""
    found = []
    for language in LOCALES:
        with force_locale(language):
            found.append(str(text))
    return " / ".join(found)


def package() -> bytes:
    """The description of all tables in all languages, by the Data Package standard."""
    resources = []
    for language in LOCALES:
        with force_locale(language):
            for resource in RESOURCES:
                columns = _dataset(resource).columns
                resources.append(
                    {
                        "name": f"{resource.name}-{language}",
                        "path": absolute(
                            "recommendations.data_file", language=language, name=resource.name, kind="csv"
                        ),
                        "title": str(resource.title),
                        "description": str(resource.rule),
                        "languages": [language],
                        "format": "csv",
                        "mediatype": "text/csv",
                        "encoding": "utf-8",
                        "schema": {
                            "fields": [
                                {
                                    "name": str(column.title),
                                    "title": column.key,
                                    "type": _TYPES.get(column.type, "string"),
                                }
                                for column in columns
                            ]
                        },
                    }
                )
    described = {
        "profile": "tabular-data-package",
        "name": "upr-recommendations",
        "languages": list(LOCALES),
        "title": _in_all(TITLE),
        "homepage": absolute("recommendations.data"),
        "licenses": [{"name": LICENCE[0], "path": LICENCE[1], "title": LICENCE[2]}],
        "counting": absolute("recommendations.counting"),
        "resources": resources,
    }
    return json.dumps(described, ensure_ascii=False, indent=1).encode()
