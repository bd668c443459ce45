"""All answers of a form as tables: its submissions and the rows of its repeats, over all versions.

Columns of different versions are matched by the id of the question. What the newest version no longer asks stands
at the end and says in which versions it was asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from portal import clock
from portal.db import db
from portal.forms import service, sources
from portal.forms.answers_columns import Dress, Maker
from portal.forms.definition import Compiled
from portal.forms.engine import KEY, tables
from portal.forms.engine.tables import Column, Multiple, labeller
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
    """A column of an exported table, with the numbers of the versions that ask its question.

    ``suffix`` is what the heading has after the name of the question, empty for its first or only column.
    """

    column: Column
    suffix: str
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


class OutRow(NamedTuple):
    """A row: the key of its table, its number from 1, that of the row around it, its key, its submission, its cells."""

    table: str
    number: int
    parent_index: int | None
    key: str
    meta: Sent
    cells: list[Any]


class Sent(NamedTuple):
    """What is told of a submission beside its answers."""

    receipt: str
    uid: str
    version: int
    state: str
    period: str
    received_at: datetime
    subject: Content | None
    organisation: Content | None
    person: str | None
    anonymous: bool

    def cells(self, dress: Dress, locale: str) -> list[Any]:
        """All but the last, as a file writes them; of an anonymous one no moment and no id, only the day."""
        local = self.received_at.astimezone(clock.zone())
        text = dress.text
        return [
            text(self.receipt),
            None if self.anonymous else text(self.uid),
            self.version,
            text(self.state),
            text(self.period) if self.period else None,
            dress.day(local.date()) if self.anonymous else dress.moment(local),
            text(self.subject.text(locale)) if self.subject is not None else None,
            text(self.organisation.text(locale)) if self.organisation is not None else None,
            text(self.person) if self.person else None,
        ]


class Answers:
    """The answers of *record* (a form), ready to be written. *locale* None: codes instead of labels.

    *multiple*: several choices as one text, as columns of 0 and 1 (``split``), or both. *step* is called with how many
    submissions were read and how many there are.
    """

    def __init__(
        self,
        user: Identity,
        record: Record,
        locale: str | None,
        multiple: Multiple = "both",
        step: Callable[[int, int], None] | None = None,
    ) -> None:
        stmt = select(FormVersion).where(FormVersion.form_id == record.id).order_by(FormVersion.number.desc())
        self.versions = list(db.session.scalars(stmt))
        self.user, self.record, self.locale, self.multiple, self.step = user, record, locale, multiple, step
        self.compiled = {version.id: service.compiled(version) for version in self.versions}
        self.anonymous = any(service.settings_of(version).get("anonymous") for version in self.versions)
        self.known: dict[str, Any] = {}
        self.tables: dict[str, OutTable] = {}
        self._places: dict[int, dict[str, list[int]]] = {}
        for version in self.versions:
            self._join(version)
        self._name_apart()

    def _join(self, version: FormVersion) -> None:
        """Add the tables and columns of a version, and where its columns stand in theirs."""
        compiled = self.compiled[version.id]
        if self.locale:
            self.known.update(sources.choices(self.user, compiled))
        keys = {"": MAIN} | {n.name: n.id for n in compiled.nodes if n.kind == "repeat"}
        newest = version is self.versions[0]
        plan = self._places[version.id] = {}
        for table in tables(compiled, self.multiple):
            key = keys[table.name]
            found = self.tables.setdefault(
                key, OutTable(key, table.name, table.label, keys[table.parent] if table.parent is not None else "")
            )
            marks = {mark: place for place, mark in enumerate(found.columns)}
            for column in table.columns:
                suffix = column.key.removeprefix(column.name)
                mark = (column.row, suffix, column.choice)
                out = found.columns.setdefault(mark, OutColumn(column, suffix, retired=not newest))
                out.versions.insert(0, version.number)
                plan.setdefault(column.row, []).append(marks.setdefault(mark, len(marks)))

    def _name_apart(self) -> None:
        """Give a retired column another heading where a later question took its name."""
        for table in self.tables.values():
            taken: set[str] = set()
            for out in table.columns.values():
                if out.column.key in taken:
                    out.column = replace(out.column, key=f"{out.column.key}_v{out.versions[-1]}")
                taken.add(out.column.key)

    def _makers(self, dress: Dress) -> dict[int, Maker]:
        """Version → how its answers become rows."""
        made: dict[int, Maker] = {}
        for version_id, compiled in self.compiled.items():
            label = labeller(compiled, self.locale, self.known) if self.locale else None
            by_name = {"": Maker(MAIN, width=len(self.tables[MAIN].columns))}
            for node in compiled.nodes:
                around = by_name[node.path[-1] if node.path else ""]
                if node.kind == "repeat":
                    by_name[node.name] = Maker(node.id, width=len(self.tables[node.id].columns))
                    around.inner.append((node.name, by_name[node.name]))
                elif node.kind == "question" and node.field.stores:
                    choices = list(compiled.choices.get(str(node.row.get("list") or ""), {}))
                    say = partial(label, node) if label is not None else None
                    places = self._places[version_id].get(node.id, [])
                    around.add(node, places, choices, say, dress.text, split=self.multiple == "split")
            made[version_id] = by_name[""]
        return made

    def rows(self, dress: Dress) -> Iterator[OutRow]:
        """Every row of every table, submission by submission; of an anonymous form in an order left to chance."""
        counts = dict.fromkeys(self.tables, 0)
        makers = self._makers(dress)

        def inner(maker: Maker, answers: Mapping[str, Any], parent: int, sent: Sent) -> Iterator[OutRow]:
            for name, each in maker.inner:
                found = answers.get(name)
                for row in found if isinstance(found, list) else ():
                    if isinstance(row, dict):
                        index = counts[each.key] = counts[each.key] + 1
                        yield OutRow(each.key, index, parent, str(row.get(KEY, "")), sent, each.cells(row))
                        yield from inner(each, row, index, sent)

        for number, (version_id, sent, answers) in enumerate(self._submissions(), 1):
            maker = makers[version_id]
            yield OutRow(MAIN, number, None, "", sent, maker.cells(answers))
            if maker.inner:
                yield from inner(maker, answers, number, sent)

    def documents(self) -> Iterator[tuple[Sent, Mapping[str, Any], Compiled]]:
        """Every submission as it is stored, with the form it was sent in."""
        for version_id, sent, answers in self._submissions():
            yield sent, answers, self.compiled[version_id]

    def _submissions(self) -> Iterator[tuple[int, Sent, dict[str, Any]]]:
        stmt = select(Submission.id).where(Submission.form_id == self.record.id)
        ids = list(db.session.scalars(stmt.order_by(Submission.received_at, Submission.id)))
        if self.anonymous:
            secrets.SystemRandom().shuffle(ids)
        numbers = {version.id: version.number for version in self.versions}
        subjects, organisations, people = (
            _Titles(Record.id, Record.title),
            _Titles(Organisation.id, Organisation.name),
            _Titles(User.id, User.name),
        )
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            found = db.session.execute(_WHOLE, {"ids": part}).all()
            subjects.read(row[8] for row in found)
            organisations.read(row[9] for row in found)
            people.read(row[10] for row in found)
            rows = {row[0]: row for row in found}
            for each in part:
                if (row := rows.get(each)) is not None:
                    _id, uid, receipt, version, state, period, at, anonymous, about, org, person, answers = row
                    sent = Sent(
                        receipt, uid, numbers[version], state, period, at,
                        subjects.of.get(about), organisations.of.get(org), people.of.get(person), anonymous,
                    )  # fmt: skip
                    yield version, sent, answers
            if self.step is not None:
                self.step(min(start + CHUNK, len(ids)), len(ids))

    def row_titles(self) -> dict[str, str]:
        """Key of a matrix row → title of its record in the language of the export."""
        titles: dict[str, str] = {}
        for version_id, compiled in self.compiled.items():
            if any(node.kind == "repeat" and node.source.startswith("records:") for node in compiled.nodes):
                stmt = select(Submission.answers).where(Submission.version_id == version_id)
                titles.update(sources.titles(self.user, compiled, list(db.session.scalars(stmt))))
        return titles


class _Titles:
    """Names by id, each asked for once."""

    def __init__(self, key: Any, name: Any) -> None:
        self.key, self.name = key, name
        self.of: dict[int | None, Any] = {None: None}

    def read(self, ids: Iterable[int | None]) -> None:
        """Ask for those of *ids* that are not known yet."""
        if missing := set(ids) - set(self.of):
            stmt = select(self.key, self.name).where(self.key.in_(missing))
            self.of.update((row[0], row[1]) for row in db.session.execute(stmt))


_WHOLE: Any = select(
    Submission.id,
    Submission.uid,
    Submission.receipt,
    Submission.version_id,
    Submission.state,
    Submission.period,
    Submission.received_at,
    Submission.anonymous,
    Submission.subject_id,
    Submission.org_id,
    Submission.submitted_by_id,
    Submission.answers,
).where(Submission.id.in_(bindparam("ids", expanding=True)))
