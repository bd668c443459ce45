"""Answers of an older version of a form as its newest version reads them; what is stored stays as it was sent.

Questions are known by their row and type, not by their name. What was published with a version may say that answers
to a question belong to another one, or to the same one with another type (a Rule); what cannot be converted without
loss stands in a column of its own, like everything the newest version does not ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.forms.definition.compiler import Compiled, Indexed, Node
from portal.forms.engine.convert import Asked, Lost, always, convert
from portal.forms.engine.state import Answers
from portal.forms.engine.tables import Entry, entries, entries_of


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers to the row *source* of type *type* belong to the row *target*; *choices*: which choice became which."""

    source: str
    type: str
    target: str
    choices: Mapping[str, str] = field(default_factory=dict)

    def dump(self) -> dict[str, Any]:
        """For storage."""
        made: dict[str, Any] = {"from": self.source, "type": self.type, "to": self.target}
        return made | ({"choices": dict(self.choices)} if self.choices else {})

    @classmethod
    def load(cls, raw: Mapping[str, Any]) -> Rule:
        """What ``dump`` wrote."""
        return cls(str(raw["from"]), str(raw["type"]), str(raw["to"]), dict(raw.get("choices") or {}))


Rules = Mapping[tuple[str, str], Rule]


@dataclass(frozen=True, slots=True)
class Stage:
    """A version with what was decided when it was published; number 0 for a draft."""

    number: int
    compiled: Compiled
    rules: Rules = field(default_factory=dict)

    def asked(self, row: str) -> Asked | None:
        """The question with that id, where the version asks it."""
        node = self.compiled.by_id.get(row)
        return Asked(self.compiled, node, self.number) if node is not None and stores(node) else None


def stores(node: Node) -> bool:
    """Whether it is a question with an answer."""
    return node.kind == "question" and node.field.stores


@dataclass(slots=True)
class Way:
    """Where the answers to a question can end: ``ends`` are (key, question), the newest version's own first.

    ``fixed``: always in the first of them, as they are.
    """

    asked: Asked
    ends: list[tuple[str, Asked]] = field(default_factory=list)
    fixed: bool = True

    def key_of(self, asked: Asked) -> str:
        """The name under which an answer stands that ended as *asked*."""
        return next(key for key, end in self.ends if end.key == asked.key)


@dataclass(slots=True)
class Rows:
    """The rows of one table: its questions and inner tables by the names they were answered under."""

    key: str
    ways: dict[str, Way] = field(default_factory=dict)
    inner: dict[str, Rows] = field(default_factory=dict)
    plain: bool = True


class Lineage:
    """From the version *stages[0]* over those after it to the newest, *stages[-1]*."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self.old, self.new, self.later = stages[0], stages[-1], stages[1:]
        self.ways: dict[str, Way] = {}
        """Row id → where its answers go."""
        self.top = self._table(self.old.compiled.top, Rows(""), ())
        self.plain = self.old is self.new or self.top.plain
        """Whether stored answers are read as they are."""

    def now(self, answers: Answers) -> Answers:
        """The answers by the names of the newest version; what it does not ask under names that are free."""
        return answers if self.plain else self._now(self.top, answers)

    def read(self, row: str, value: Any) -> tuple[Asked, Any]:
        """The question an answer belongs to now, and the answer as it reads there."""
        way = self.ways[row]
        return (way.ends[0][1], value) if way.fixed else self._settle(way.asked, value)

    def exchanged(self, row: str) -> dict[str, str]:
        """Which choice of a question became which, as long as it stays the same question."""
        asked, found = self.ways[row].asked, {}
        for item in asked.choices:
            code = str(item["name"])
            for stage in self.later:
                if (rule := stage.rules.get(asked.key)) is not None and rule.target == row:
                    code = rule.choices.get(code, code)
            found[str(item["name"])] = code
        return found

    def ends(self) -> Iterator[Asked]:
        """Every question that answers of the older version can belong to now."""
        for way in self.ways.values():
            yield from (asked for _key, asked in way.ends)

    def settled(self, answers: Answers) -> Iterator[tuple[Asked, Any]]:
        """Every answer with the question it belongs to now."""
        return self._settled(self.top, answers)

    def _settled(self, rows: Rows, answers: Answers) -> Iterator[tuple[Asked, Any]]:
        for name, value in answers.items():
            if (way := rows.ways.get(name)) is not None:
                if value not in (None, "", []):
                    yield (way.ends[0][1], value) if way.fixed else self._settle(way.asked, value)
            elif (inner := rows.inner.get(name)) is not None and isinstance(value, list):
                for row in value:
                    if isinstance(row, dict):
                        yield from self._settled(inner, row)

    def is_now(self, asked: Asked) -> bool:
        """Whether a question is one the newest version asks, in the same place with the same type."""
        return asked.number == self.new.number or self.newest(asked) is not None

    def entries(self, answers: Answers) -> Iterator[Entry]:
        """What the index keeps: by the newest version, and of what it does not ask by the version it was asked in."""
        now = self.now(answers)
        yield from entries(self.new.compiled, now)
        if self.old is not self.new:
            yield from entries_of(self._older, now)

    @cached_property
    def _older(self) -> list[tuple[Indexed, Node]]:
        """Questions that the older version marks for the index and the newest one does not."""
        done = {each.row for each in self.new.compiled.index}
        found = []
        for each in self.old.compiled.index:
            way = self.ways[each.row]
            for key, end in way.ends:
                if end.key != way.asked.key or (self.is_now(end) and each.row in done):
                    continue
                row = each.row if each.row not in done else f"~{each.row}"[:40]
                path = self._path(each.path)
                found.append((Indexed(row, key, path, each.column, each.uses), end.node))
        return found

    def _path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        found, table = [], self.top
        for name in path:
            table = table.inner[name]
            found.append(table.key)
        return tuple(found)

    def newest(self, asked: Asked) -> Asked | None:
        """The question of the newest version that is *asked*, reworded or renamed at most."""
        found = self.new.asked(asked.node.id)
        if found is None or found.type != asked.type or found.chain != asked.chain:
            return None
        return found

    def _table(self, nodes: Sequence[Node], rows: Rows, chain: tuple[str, ...]) -> Rows:
        """Plan the rows inside *nodes*; names of the newest version are taken first."""
        taken = {
            node.name for node in self.new.compiled.nodes if node.kind != "group" and _chain(self.new, node) == chain
        }
        members = list(_flat(nodes))
        for node in members:
            if node.kind == "repeat":
                key = self._repeat_key(node, chain, taken)
                inner = rows.inner[node.name] = self._table(node.children, Rows(key), (*chain, node.id))
                rows.plain = rows.plain and inner.plain and key == node.name
        landed: dict[tuple[str, str], int] = {}
        for node in members:
            if stores(node):
                way = self._way(Asked(self.old.compiled, node, self.old.number))
                rows.ways[node.name] = self.ways[node.id] = way
                for _key, end in way.ends:
                    landed[end.key] = landed.get(end.key, 0) + 1
        keys: dict[tuple[str, str], str] = {}
        for name, way in rows.ways.items():
            if any(landed[end.key] > 1 for _key, end in way.ends) and all(e.key != way.asked.key for _k, e in way.ends):
                way.ends.append(("", way.asked))
                way.fixed = False
            for _key, end in way.ends:
                if end.key not in keys:
                    keys[end.key] = self._key(end, taken)
            way.ends = [(keys[end.key], end) for _key, end in way.ends]
            rows.plain = rows.plain and way.fixed and way.ends[0][0] == name
        return rows

    def _repeat_key(self, node: Node, chain: tuple[str, ...], taken: set[str]) -> str:
        new = self.new.compiled.by_id.get(node.id)
        if new is not None and new.kind == "repeat" and _chain(self.new, new) == chain:
            return new.name
        return _free(node.name, self.old.number, taken)

    def _key(self, end: Asked, taken: set[str]) -> str:
        new = self.newest(end)
        return new.node.name if new is not None else _free(end.node.name, end.number, taken)

    def _way(self, asked: Asked) -> Way:
        """All ends of a question's answers: after each rule they are converted, or stay where they do not fit."""
        ends, fixed = [asked], True
        for stage in self.later:
            for at in list(ends):
                rule = stage.rules.get(at.key)
                target = stage.asked(rule.target) if rule is not None else None
                if rule is None or target is None or target.chain != at.chain:
                    continue
                fixed = False
                if target.key != at.key:
                    ends.insert(ends.index(at), target)
                    if always(at, target) and not rule.choices:
                        ends.remove(at)
        unique = list({end.key: end for end in ends}.values())
        unique.sort(key=lambda end: self.newest(end) is None)
        return Way(asked, [("", end) for end in unique], fixed)

    def _settle(self, asked: Asked, value: Any) -> tuple[Asked, Any]:
        if value in (None, "", []):
            return asked, value
        for stage in self.later:
            rule = stage.rules.get(asked.key)
            target = stage.asked(rule.target) if rule is not None else None
            if rule is None or target is None or target.chain != asked.chain:
                continue
            try:
                value = convert(value, asked, target, rule.choices)
            except Lost:
                continue
            asked = target if target.key != asked.key else asked
        return asked, value

    def _now(self, rows: Rows, answers: Answers) -> Answers:
        out: Answers = {}
        waiting: list[tuple[Way, Any]] = []
        for name, value in answers.items():
            if (way := rows.ways.get(name)) is not None:
                if way.fixed:
                    out[way.ends[0][0]] = value
                else:
                    waiting.append((way, value))
            elif (inner := rows.inner.get(name)) is not None:
                found = value if isinstance(value, list) else ()
                out[inner.key] = [self._now(inner, row) for row in found if isinstance(row, dict)]
            else:
                out.setdefault(name, value)
        for way, value in waiting:
            asked, made = self._settle(way.asked, value)
            key = way.key_of(asked)
            if key in out:
                key, made = way.key_of(way.asked), value
            out[key] = made
        return out


def _chain(stage: Stage, node: Node) -> tuple[str, ...]:
    return tuple(stage.compiled.by_name[name].id for name in node.path)


def _flat(nodes: Sequence[Node]) -> Iterator[Node]:
    """The questions and repeats of one table, out of their groups."""
    for node in nodes:
        if node.kind == "group":
            yield from _flat(node.children)
        else:
            yield node


def _free(name: str, number: int, taken: set[str]) -> str:
    """*name*, or with the number of its version where the newest version uses it for something else."""
    made, count = name, 1
    while made in taken:
        made = f"{name}_v{number}" + (f"_{count}" if count > 1 else "")
        count += 1
    taken.add(made)
    return made
