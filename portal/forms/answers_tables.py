"""All answers of a form as tables: its submissions and the rows of its repeats, over all versions.

Columns of different versions are matched by the id of the question. What the newest version no longer asks stands
at the end and says in which versions it was asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal import clock
from portal.db import db
from portal.forms import service, sources
from portal.forms.definition import Compiled
from portal.forms.engine import Flattener
from portal.forms.engine.tables import Column
from portal.forms.messages import pick
from portal.forms.models import FormVersion, Submission
from portal.i18n import _
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import Record
from portal.text import Content

CHUNK = 500
MAIN = ""
"""The key of the table of submissions; the others have the id of their repeat."""


@dataclass
class OutColumn:
    """A column of an exported table, with the numbers of the versions that ask its question."""

    column: Column
    versions: list[int] = field(default_factory=list)
    retired: bool = False

    def head(self, locale: str) -> str:
        """The heading for people; for a question asked no more with its versions."""
        text = pick(self.column.label, locale, self.column.key)
        if not self.retired:
            return text
        return _("%(title)s (versions %(numbers)s)", title=text, numbers=", ".join(map(str, self.versions)))


@dataclass
class OutTable:
    """An exported table; ``parent`` is the key of the table that contains it."""

    key: str
    name: str
    label: Mapping[str, str]
    parent: str
    columns: dict[tuple[str, str, str], OutColumn] = field(default_factory=dict)


@dataclass(frozen=True)
class OutRow:
    """A row: the key of its table, its number from 1, that of the row around it, its key, its submission, its cells."""

    table: str
    index: int
    parent_index: int | None
    key: str
    meta: Mapping[str, Any]
    cells: list[Any]


class Answers:
    """The answers of *record* (a form), ready to be written. *locale* None: codes instead of labels."""

    def __init__(self, user: Identity, record: Record, locale: str | None) -> None:
        stmt = select(FormVersion).where(FormVersion.form_id == record.id).order_by(FormVersion.number.desc())
        self.versions = list(db.session.scalars(stmt))
        self.user, self.record, self.locale = user, record, locale
        self.compiled = {version.id: service.compiled(version) for version in self.versions}
        self.anonymous = any(service.settings_of(version).get("anonymous") for version in self.versions)
        self.known: dict[str, Any] = {}
        self.tables: dict[str, OutTable] = {}
        self._makers: dict[int, tuple[Flattener, dict[str, tuple[str, list[int]]]]] = {}
        for version in self.versions:
            self._join(version)

    def _join(self, version: FormVersion) -> None:
        """Add the tables and columns of a version, and how its rows are turned into theirs."""
        compiled = self.compiled[version.id]
        if self.locale:
            wanted = sources.choices(self.user, compiled)
            self.known.update(wanted)
        flattener = Flattener(compiled, "both", self.locale, self.known)
        keys = {"": MAIN} | {n.name: n.id for n in compiled.nodes if n.kind == "repeat"}
        plan: dict[str, tuple[str, list[int]]] = {}
        newest = version is self.versions[0]
        for table in flattener.tables:
            key = keys[table.name]
            found = self.tables.setdefault(
                key, OutTable(key, table.name, table.label, keys[table.parent] if table.parent is not None else "")
            )
            places = []
            for column in table.columns:
                mark = (column.row, column.key.removeprefix(column.name), column.choice)
                out = found.columns.setdefault(mark, OutColumn(column, retired=not newest))
                out.versions.insert(0, version.number)
                places.append(list(found.columns).index(mark))
            plan[table.name] = (key, places)
        self._makers[version.id] = (flattener, plan)

    def rows(self) -> Iterator[OutRow]:
        """Every row of every table, submission by submission; of an anonymous form in an order left to chance."""
        counts = dict.fromkeys(self.tables, 0)
        for row in self._submissions():
            flattener, plan = self._makers[row["version_id"]]
            for name, (key, _places) in plan.items():
                flattener.counts[name] = counts[key]
            for flat in flattener.rows(row["answers"]):
                key, places = plan[flat.table]
                cells: list[Any] = [None] * len(self.tables[key].columns)
                for place, cell in zip(places, flat.cells, strict=True):
                    cells[place] = cell
                counts[key] = flat.index
                yield OutRow(key, flat.index, flat.parent_index, flat.key, row, cells)

    def documents(self) -> Iterator[tuple[Mapping[str, Any], Compiled]]:
        """Every submission as it is stored, with the form it was sent in."""
        for row in self._submissions():
            yield row, self.compiled[row["version_id"]]

    def _submissions(self) -> Iterator[dict[str, Any]]:
        stmt = select(Submission.id).where(Submission.form_id == self.record.id)
        ids = list(db.session.scalars(stmt.order_by(Submission.received_at, Submission.id)))
        if self.anonymous:
            secrets.SystemRandom().shuffle(ids)
        numbers = {version.id: version.number for version in self.versions}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            found = {row["id"]: dict(row) for row in db.session.execute(_whole(part)).mappings()}
            for each in part:
                if (row := found.get(each)) is not None:
                    row["version"] = numbers[row["version_id"]]
                    yield row

    def row_titles(self) -> dict[str, str]:
        """Key of a matrix row → title of its record in the language of the export."""
        titles: dict[str, str] = {}
        for version_id, compiled in self.compiled.items():
            if any(node.kind == "repeat" and node.source.startswith("records:") for node in compiled.nodes):
                stmt = select(Submission.answers).where(Submission.version_id == version_id)
                titles.update(sources.titles(self.user, compiled, list(db.session.scalars(stmt))))
        return titles


def _whole(ids: Sequence[int]) -> Any:
    about = aliased(Record)
    return (
        select(
            Submission.id,
            Submission.uid,
            Submission.receipt,
            Submission.version_id,
            Submission.state,
            Submission.period,
            Submission.received_at,
            Submission.language,
            Submission.anonymous,
            Submission.answers,
            about.title.label("subject"),
            Organisation.name.label("organisation"),
            User.name.label("person"),
        )
        .select_from(Submission)
        .outerjoin(about, about.id == Submission.subject_id)
        .outerjoin(Organisation, Organisation.id == Submission.org_id)
        .outerjoin(User, User.id == Submission.submitted_by_id)
        .where(Submission.id.in_(ids))
    )


def meta_cells(row: Mapping[str, Any], names: Sequence[str], locale: str) -> list[Any]:
    """What is told of a submission beside its answers; of an anonymous one no moment, only the day."""
    out: list[Any] = []
    for name in names:
        value = row[name]
        if name == "received_at":
            local = value.astimezone(clock.zone())
            value = local.date() if row["anonymous"] else local.replace(tzinfo=None, microsecond=0)
        elif name == "uid" and row["anonymous"]:
            value = None
        elif isinstance(value, Content):
            value = value.text(locale)
        out.append(value)
    return out
