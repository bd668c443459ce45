"""Texts to be translated as a table, and what comes back of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from portal.api import Identity, Record, Select, _, db, nfc, records, run_limited, select, transaction

from .. import importers, writers
from ..models import Recommendation
from ..register_scales import TRANSLATION
from ..settings import own_country
from . import translating

SECONDS, MEGABYTES = 60, 800
_NAME = re.compile(r"\[(\w+)\]\s*\Z")
NEEDED: Final = ("cycle", "number", "text_mn")


class NoColumns(Exception):
    """A table without the columns that are needed."""


@dataclass(frozen=True)
class Change:
    """A text that would be another one; ``parts`` are its differences."""

    record_id: int
    cycle: int
    number: str
    text: str
    parts: list[tuple[str, str]]


@dataclass
class Found:
    """What a table holds: changes, rows that cannot be taken (row, number, reason), and how many are as they were."""

    changes: list[Change] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    same: int = 0


def written(stmt: Select[Any]) -> bytes:
    """The recommendations of a statement of ``translating.rows`` as a workbook."""
    stmt = stmt.order_by(None).order_by(
        Recommendation.cycle.desc(), Recommendation.number_sort, Recommendation.record_id
    )
    columns = [
        _column(_("State under review"), "country", 10),
        _column(_("Cycle"), "cycle", 8, "number"),
        _column(_("Number"), "number", 12),
        _column(_("Text in English"), "", 70, "long"),
        _column(_("Text in Mongolian"), "text_mn", 70, "long"),
        _column(_("Translation"), "", 24),
    ]
    rows = [
        [
            row.country,
            row.cycle,
            row.number,
            row.text.texts.get("en", ""),
            row.text.texts.get("mn", ""),
            str(TRANSLATION[row.translation]),
        ]
        for row in db.session.execute(stmt)
    ]
    sheet = {"name": _("Translations"), "columns": columns, "rows": rows}
    payload = {"main": sheet, "lists_name": "", "lists": [], "more": []}
    made: bytes = run_limited(writers.WRITE_OWN_TABLE, payload, seconds=SECONDS, megabytes=MEGABYTES)
    return made


def _column(title: str, name: str, width: int, kind: str = "text") -> dict[str, Any]:
    return {"title": title, "name": name, "width": width, "kind": kind}


def read(user: Identity, data: bytes) -> Found:
    """What would become of a table's texts, nothing written; raises InputRefused, NoColumns."""
    for _title, lines in run_limited(importers.READ_SHEETS, data, seconds=SECONDS, megabytes=MEGABYTES):
        places = _places(lines[0]) if lines else {}
        if all(name in places for name in NEEDED):
            return _compare(user, places, lines[1:])
    raise NoColumns


def _places(head: list[Any]) -> dict[str, int]:
    found = ((_NAME.search(str(cell or "").strip()), place) for place, cell in enumerate(head))
    return {match[1]: place for match, place in found if match}


def _compare(user: Identity, places: Mapping[str, int], lines: list[list[Any]]) -> Found:
    stmt = translating.rows(user)
    known = {(row.country, row.cycle, row.number): row for row in db.session.execute(stmt)}
    found = Found()
    seen: set[int] = set()
    for place, line in enumerate(lines, 2):
        values = {name: _cell(line, at) for name, at in places.items()}
        number, text = values["number"], values["text_mn"].replace("\r\n", "\n")
        if not any(values.values()):
            continue
        country = values.get("country") or own_country()
        row = known.get((country, int(values["cycle"]) if values["cycle"].isdecimal() else 0, number))
        if row is None:
            found.refused.append((place, number, _("The register has no such recommendation.")))
        elif row.id in seen:
            found.refused.append((place, number, _("It stands in the table twice.")))
        elif text == row.text.texts.get("mn", "") or not text:
            found.same += 1
        elif len(text) > importers.TEXT_LIMIT:
            found.refused.append((place, number, _("The text is too long.")))
        elif "written" not in translating.allowed(user, row.translation):
            found.refused.append((place, number, _("The text is agreed or official and is not changed.")))
        else:
            parts = translating.differences(row.text.texts.get("mn", ""), text)
            found.changes.append(Change(row.id, row.cycle, number, text, parts))
        if row is not None:
            seen.add(row.id)
    return found


def _cell(line: list[Any], place: int) -> str:
    value = line[place] if place < len(line) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return nfc(str(value)).strip() if value is not None else ""


def save(user: Identity, found: Found) -> int:
    """Save the changed texts as drafts, all in one; how many there were. Raises translating.NotNow."""
    ids = [change.record_id for change in found.changes]
    kept = select(Record).where(Record.id.in_(ids), records.visible(user))
    known = {record.id: record for record in db.session.scalars(kept)} if len(ids) <= 500 else {}
    number = 0
    with transaction():
        for change in found.changes:
            record = known.get(change.record_id) or records.get(user, change.record_id, "recommendation")
            number += translating.write(user, record, change.text, version=None)
    return number
