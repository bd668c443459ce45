"""All answers of a form as tables: its submissions and the rows of its repeats, over all versions.

Columns of different versions are matched by the id and the type of the question, and answers are given to the question
they belong to since a version was published that says so (``engine.lineage``). What the newest version does not ask
stands at the end and says in which versions it was asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, select

from portal import clock
from portal.db import db
from portal.forms import service, sources
from portal.forms.answers.columns import Dress, Maker
from portal.forms.definition import Compiled, Node
from portal.forms.engine import KEY
from portal.forms.engine.convert import Asked
from portal.forms.engine.lineage import Lineage, Rows
from portal.forms.engine.tables import Column, Multiple, columns_of, labeller
from portal.forms.models import FormVersion, Submission
from portal.forms.versions import Versions
from portal.i18n import ngettext
from portal.people.identity import Identity
from portal.people.models import Organisation, User
from portal.records import Record
from portal.text import Content

CHUNK = 500
Layout = Literal["kobo", "odk"]
MAIN = ""
"""The key of the table of submissions; the others have the id of their repeat."""


Mark = tuple[str, str, str, str]
"""Row, type, suffix and choice: what makes a column another one."""


@dataclass
class OutColumn:
    """A column of an exported table, with the numbers of the versions that ask its question.

    ``suffix`` is what the heading has after the name of the question, empty for its first or only column; ``asked``
    the question as its newest version asks it.
    """

    column: Column
    suffix: str
    asked: Asked
    versions: list[int] = field(default_factory=list)
    retired: bool = False

    def head(self, locale: str) -> str:
        """The heading for people, its name where it has no text in *locale*; if asked no more with its versions."""
        text = self.column.label.get(locale) or self.column.key
        if not self.retired:
            return text
        return ngettext(
            "%(title)s (version %(numbers)s)",
            "%(title)s (versions %(numbers)s)",
            len(self.versions),
            title=text,
            numbers=", ".join(map(str, self.versions)),
        )


@dataclass
class OutTable:
    """An exported table; ``parent`` is the key of the table that contains it."""

    key: str
    name: str
    label: Mapping[str, str]
    parent: str
    columns: dict[Mark, OutColumn] = field(default_factory=dict)


class OutRow(NamedTuple):
    """A row: the key of its table, its number from 1, that of the row around it, its key, its submission, its cells.

    ``path`` is where it stands in its submission as ODK writes it (``uuid:…/person[1]``), empty in other layouts.
    """

    table: str
    number: int
    parent_index: int | None
    key: str
    meta: Sent
    cells: list[Any]
    path: str


class Sent(NamedTuple):
    """What is told of a submission beside its answers."""

    id: int
    receipt: str
    uid: str
    revision: int
    version: int
    state: str
    period: str
    received_at: datetime
    subject: Content | None
    organisation: Content | None
    person: str | None
    anonymous: bool

    @property
    def path(self) -> str:
        """What ODK calls its key; of an anonymous one made of its receipt."""
        return f"receipt:{self.receipt}" if self.anonymous else f"uuid:{self.uid}"

    def cells(self, dress: Dress, locale: str) -> list[Any]:
        """All but the last, as a file writes them; of an anonymous one no moment and no id, only the day."""
        local = self.received_at.astimezone(clock.zone())
        text = dress.text
        return [
            None if self.anonymous else text(str(self.id)),
            text(self.receipt),
            None if self.anonymous else text(self.uid),
            None if self.anonymous else self.revision,
            self.version,
            text(self.state),
            text(self.period) if self.period else None,
            dress.day(local.date()) if self.anonymous else dress.moment(local),
            text(self.subject.text(locale)) if self.subject is not None else None,
            text(self.organisation.text(locale)) if self.organisation is not None else None,
            text(self.person) if self.person else None,
        ]


@dataclass
class Plan:
    """Where the answers of one version stand in a table.

    ``columns``: the name they stand under, the question they belong to and the one that was asked, the choices that
    have columns, the places. ``inner``: the tables inside by the names of their rows.
    """

    key: str
    columns: list[tuple[str, Asked, Asked, list[str], list[int]]] = field(default_factory=list)
    inner: list[tuple[str, Plan]] = field(default_factory=list)


def _choices(asked: Asked) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    return asked.compiled.choices.get(asked.node.row.get("list") or "", {})


def _ids(compiled: Compiled, node: Node) -> tuple[str, ...]:
    return tuple(compiled.by_name[name].id for name in node.path)


class Answers:
    """The answers of *record* (a form), ready to be written. *locale* None: codes instead of labels.

    *multiple*: several choices as one text, as columns of 0 and 1 (``split``), or both. *layout*: rows of inner tables
    name the row around them as KoboToolbox or as ODK does. *step* is called with how many
    submissions were read and how many there are.
    """

    def __init__(
        self,
        user: Identity,
        record: Record,
        locale: str | None,
        multiple: Multiple = "both",
        step: Callable[[int, int], None] | None = None,
        *,
        layout: Layout = "kobo",
    ) -> None:
        self.layout = layout
        stmt = select(FormVersion).where(FormVersion.form_id == record.id).order_by(FormVersion.number.desc())
        self.versions = list(db.session.scalars(stmt))
        self.user, self.record, self.locale, self.multiple, self.step = user, record, locale, multiple, step
        self.compiled = {version.id: service.compiled(version) for version in self.versions}
        self.anonymous = any(service.settings_of(version).get("anonymous") for version in self.versions)
        self.known: dict[str, Any] = {}
        self._labellers: dict[int, Callable[[Node, str], str]] = {}
        self.tables: dict[str, OutTable] = {}
        found = Versions(record.id)
        self.lineages = {version.id: found.of(version.id) for version in self.versions}
        self.chains: dict[tuple[str, ...], str] = {(): MAIN}
        self._plans: dict[int, Plan] = {}
        for version in self.versions:
            if self.locale:
                self.known.update(sources.choices(user, self.compiled[version.id]))
            lineage = self.lineages[version.id]
            self._plans[version.id] = self._join(
                version.number, lineage, lineage.top, (), self.compiled[version.id].title
            )
        self._name_apart()

    def _join(
        self, number: int, lineage: Lineage, rows: Rows, chain: tuple[str, ...], label: Mapping[str, str]
    ) -> Plan:
        """Add a table of a version with those in it, and where its columns stand in theirs."""
        old, new = lineage.old.compiled, lineage.new.compiled
        key = self.chains.get(chain)
        if key is None:
            key = chain[-1] if chain[-1] not in self.chains.values() else "/".join(("", *chain))
            self.chains[chain] = key
        if key not in self.tables:
            named = {each.name for each in self.tables.values()}
            name = rows.key if rows.key not in named else f"{rows.key}_v{number}"
            self.tables[key] = OutTable(key, name, label, self.chains[chain[:-1]])
        table = self.tables[key]
        plan = Plan(key)
        marks = {mark: place for place, mark in enumerate(table.columns)}
        for way in rows.ways.values():
            for name, end in way.ends:
                asked = lineage.newest(end) or end
                choices = dict(_choices(asked))
                if end.key == way.asked.key:
                    before = _choices(way.asked)
                    codes = dict.fromkeys(lineage.exchanged(way.asked.node.id).get(code, code) for code in before)
                    choices = {code: choices.get(code) or before.get(code) or ({"name": code},) for code in codes}
                places = []
                for column in columns_of(
                    asked.node, choices, new.languages if asked is not end else old.languages, self.multiple
                ):
                    suffix = column.key.removeprefix(column.name)
                    mark = (*asked.key, suffix, column.choice)
                    gone = asked.number != lineage.new.number or column.choice not in ("", *_choices(asked))
                    out = table.columns.setdefault(mark, OutColumn(column, suffix, asked, retired=gone))
                    if number not in out.versions:
                        out.versions.insert(0, number)
                    places.append(marks.setdefault(mark, len(marks)))
                plan.columns.append((name, asked, way.asked, list(choices), places))
        for node in old.nodes:
            if node.kind == "repeat" and node.name in rows.inner and _ids(old, node) == chain:
                inner = rows.inner[node.name]
                again = new.by_id.get(node.id)
                text = (again if again is not None and again.name == inner.key else node).row.get("label") or {}
                plan.inner.append((inner.key, self._join(number, lineage, inner, (*chain, node.id), text)))
        return plan

    def _name_apart(self) -> None:
        """Give a retired column another heading where a later question took its name."""
        for table in self.tables.values():
            taken: set[str] = set()
            for out in table.columns.values():
                key, count = out.column.key, 1
                while out.column.key in taken:
                    more = f"_{count}" if count > 1 else ""
                    out.column = replace(out.column, key=f"{key}_v{out.versions[-1]}{more}")
                    count += 1
                taken.add(out.column.key)

    def sayer(self, *asked: Asked) -> Callable[[str], str]:
        """A function that gives the label of a choice: by the first of the questions that has one in the language."""
        pairs = [(self._labeller(each.compiled), each.node) for each in asked]

        def say(code: str) -> str:
            for label, node in pairs:
                if (text := label(node, code)) != code:
                    return text
            return code

        return say

    def _labeller(self, compiled: Compiled) -> Callable[[Node, str], str]:
        if id(compiled) not in self._labellers:
            self._labellers[id(compiled)] = labeller(compiled, self.locale, self.known, own=True)
        return self._labellers[id(compiled)]

    def _maker(self, plan: Plan, dress: Dress) -> Maker:
        """How the answers of a version become rows."""
        made = Maker(plan.key, width=len(self.tables[plan.key].columns))
        for name, asked, before, choices, places in plan.columns:
            say = self.sayer(asked, before) if self.locale else None
            made.add(asked.node, places, choices, say, dress.text, name=name, split=self.multiple == "split")
        made.inner = [(name, self._maker(inner, dress)) for name, inner in plan.inner]
        return made

    def rows(self, dress: Dress) -> Iterator[OutRow]:
        """Every row of every table, submission by submission; of an anonymous form in an order left to chance."""
        counts, odk = dict.fromkeys(self.tables, 0), self.layout == "odk"
        makers = {version: self._maker(plan, dress) for version, plan in self._plans.items()}

        def inner(maker: Maker, answers: Mapping[str, Any], parent: int, sent: Sent, path: str) -> Iterator[OutRow]:
            for name, each in maker.inner:
                found = answers.get(name)
                for place, row in enumerate(found if isinstance(found, list) else (), 1):
                    if isinstance(row, dict):
                        index = counts[each.key] = counts[each.key] + 1
                        own = f"{path}/{name}[{place}]" if odk else ""
                        yield OutRow(each.key, index, parent, str(row.get(KEY, "")), sent, each.cells(row), own)
                        yield from inner(each, row, index, sent, own)

        for number, (version_id, sent, answers) in enumerate(self._submissions(), 1):
            maker = makers[version_id]
            answers = self.lineages[version_id].now(answers)
            path = sent.path if odk else ""
            yield OutRow(MAIN, number, None, "", sent, maker.cells(answers), path)
            if maker.inner:
                yield from inner(maker, answers, number, sent, path)

    def documents(self) -> Iterator[tuple[Sent, Mapping[str, Any], Plan]]:
        """Every submission with its answers by the names of the newest version, and how they are laid out."""
        for version_id, sent, answers in self._submissions():
            yield sent, self.lineages[version_id].now(answers), self._plans[version_id]

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
                    id_, uid, receipt, version, state, period, at, anonymous, about, org, person, answers, revision = (
                        row
                    )
                    sent = Sent(
                        id_, receipt, uid, revision, numbers[version], state, period, at,
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
    Submission.revision,
).where(Submission.id.in_(bindparam("ids", expanding=True)))
