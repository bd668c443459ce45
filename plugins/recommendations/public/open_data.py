"""The open data: what everyone may read, as tables with a description that programs understand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from portal.api import LOCALES, Content, Dataset, Identity, _l, absolute, datasets, documents, force_locale

LICENCE: Final = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "Creative Commons Attribution 4.0")


@dataclass(frozen=True)
class Resource:
    """A table: the dataset that has its rows, and what it says under ``rule`` of how things are counted."""

    name: str
    title: Any
    rule: Any


RESOURCES: Final = (
    Resource(
        "recommendations",
        _l("Recommendations with the latest published rating of each voice"),
        _l("A row is a paragraph of the UN report; state_count adds up to the count by recommending State."),
    ),
    Resource(
        "assessments",
        _l("All published ratings"),
        _l("A row is a published rating; is_latest marks the last one of each voice on each recommendation."),
    ),
    Resource(
        "summary",
        _l("Counts by cycle, position, voice and rating"),
        _l("The column rule says what is counted: paragraphs of the UN report, or recommending States."),
    ),
)


def find(name: str) -> Resource | None:
    """The table of a name."""
    return next((each for each in RESOURCES if each.name == name), None)


def _dataset(resource: Resource) -> Dataset:
    return datasets.dataset(f"recommendations.{resource.name}")


def file(resource: Resource, kind: str, language: str) -> bytes:
    """The table as everyone sees it, whoever asks."""
    dataset = _dataset(resource)
    rows: Callable[..., Iterable[Mapping[str, Any]]] = dataset.rows
    with force_locale(language):
        found = rows(Identity.anonymous())
        if kind == "csv":
            return b"".join(documents.export_rows(dataset.columns, found, "csv", language))
        return json.dumps(
            {"rule": str(resource.rule), "licence": LICENCE[0], "rows": [_plain(dataset, row) for row in found]},
            ensure_ascii=False,
        ).encode()


def _plain(dataset: Dataset, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with codes, and contents in both languages."""
    return {column.key: _value(row.get(column.key)) for column in dataset.columns}


def _value(value: Any) -> Any:
    if isinstance(value, Content):
        return dict(value.texts)
    return value.isoformat() if isinstance(value, date) else value


_TYPES: Final = {"integer": "integer", "number": "number", "percent": "number", "date": "date"}


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
        "title": "Recommendations of the Universal Periodic Review and their published ratings",
        "homepage": absolute("recommendations.data"),
        "licenses": [{"name": LICENCE[0], "path": LICENCE[1], "title": LICENCE[2]}],
        "counting": absolute("recommendations.counting"),
        "resources": resources,
    }
    return json.dumps(described, ensure_ascii=False, indent=1).encode()
