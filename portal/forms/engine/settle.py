"""First half of an evaluation: what is relevant, what is calculated, which rows there are, what each answer is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.forms.definition.compiler import Compiled, Node, by_name
from portal.forms.engine.place import Place
from portal.forms.engine.state import KEY, NEW, Answers, Context, Mode, Seed
from portal.forms.expressions import Env, Fault, Frame, Run, Value, seen, to_number, to_truth
from portal.forms.fields import Parse, Refused, readable
from portal.forms.fields.number import BIGGEST
from portal.forms.messages import pick

MOST_ROWS = 1_000
"""Rows of one repeat."""


class Evaluation:
    """One evaluation of one form; used once."""

    def __init__(
        self, compiled: Compiled, answers: Mapping[str, Any], context: Context, mode: Mode, fresh: bool
    ) -> None:
        self.compiled = compiled
        self.context = context
        self.draft = mode == "draft"
        self.by_source: dict[str, Mapping[str, Sequence[Mapping[str, Any]]]] = {}
        env = Env(
            today=context.today.isoformat(),
            now=context.now.isoformat(timespec="milliseconds"),
            locale=context.locale,
            properties=context.user,
            items=self.items,
            choice_label=self.label,
            last=self.last,
        )
        raw = dict(answers) if isinstance(answers, Mapping) else {}
        self.top = Place(env, raw, fresh=fresh, previous=context.previous)
        self.at: dict[tuple[str, ...], list[Place]] = {(): [self.top]}

    def settle(self) -> None:
        """Settle every row of the form, at every place where it stands."""
        for node in self.compiled.order:
            places = self.at.get(node.path, ())
            if node.plain:
                name, parse = node.name, node.parse
                for place in places:
                    raw = place.raw.get(name)
                    if raw is None or place.seed is not None:
                        self.question(node, place)
                    elif raw == "" or raw == []:
                        place.seen[name] = ""
                    else:
                        self.read(name, parse, raw, place)
            elif node.kind == "question":
                for place in places:
                    self.question(node, place)
            elif node.kind == "repeat":
                inner = self.at.setdefault((*node.path, node.name), [])
                for place in places:
                    inner.extend(self.repeat(node, place))
            else:
                for place in places:
                    if not self.relevant(node, place):
                        place.hidden.add(node.name)

    def relevant(self, node: Node, place: Place) -> bool:
        """Whether a row of the form is relevant here. An expression that reaches a limit hides nothing."""
        if node.gate is not None and node.gate.name in place.hidden:
            return False
        return node.relevant is None or self.true(node.relevant, node, place, True)

    def true(self, run: Run, node: Node, place: Place, otherwise: bool) -> bool:
        """The truth of an expression, *otherwise* where it reaches a limit (noted as a fault)."""
        try:
            value = run(place)
        except Fault as fault:
            place.faults[node.name] = fault.code
            return otherwise
        return value if type(value) is bool else to_truth(value)

    def question(self, node: Node, place: Place) -> None:
        """Settle one question at one place."""
        name = node.name
        raw = place.raw.get(name)
        if (node.gate is not None or node.relevant is not None) and not self.relevant(node, place):
            place.hidden.add(name)
            if self.draft and raw not in (None, "", []) and (kept := readable(raw)) is not None:
                place.out[name] = kept
            return
        if node.calculation is not None:
            raw = self.calculated(node.calculation, node, place, raw)
        elif place.seed is not None and not node.field.fills and name in place.seed.values:
            raw = place.seed.values[name]
        elif raw is None and (place.fresh or not node.field.fills):
            raw = self.first(node, place)
        if raw is None or raw == "" or raw == [] or not node.field.stores:
            place.seen[name] = ""
        else:
            self.read(name, node.parse, raw, place)

    def read(self, name: str, parse: Parse, raw: Any, place: Place) -> None:
        """Read one answer. What cannot be read stays as it was typed, and counts as unanswered."""
        try:
            value = parse(raw)
        except Refused as refused:
            place.seen[name] = ""
            place.bad[name] = refused
            if (kept := readable(raw)) is not None:
                place.out[name] = kept
            return
        if type(value) is str:
            place.seen[name] = value
            if value:
                place.out[name] = value
        else:
            place.seen[name] = seen(value)
            if value != []:
                place.out[name] = value

    def first(self, node: Node, place: Place) -> Any:
        """The default of a question. One that nobody answers has it always, also in rows that came by a page."""
        if node.first is None:
            return node.default
        place.dot = ""
        try:
            return stored(node.first(place))
        except Fault as fault:
            place.faults[node.name] = fault.code
            return None

    def calculated(self, run: Run, node: Node, place: Place, raw: Any) -> Any:
        """The value of a calculation; what is there already is ``.`` for ``once``."""
        place.dot = seen(raw)
        try:
            return stored(run(place))
        except Fault as fault:
            place.faults[node.name] = fault.code
            return None

    def repeat(self, node: Node, place: Place) -> list[Place]:
        """Settle a repeat: make the places of its rows."""
        name = node.name
        raw = place.raw.get(name)
        place.seen[name] = rows = place.rows[name] = []
        if not self.relevant(node, place):
            place.hidden.add(name)
            if self.draft and isinstance(raw, list):
                place.out[name] = [_readable_row(row) for row in raw[:MOST_ROWS] if isinstance(row, dict)]
            return rows
        kept: list[Answers] = []
        previous = place.previous.get(name)
        if raw is not None and not isinstance(raw, list):
            place.faults[name] = "shape"
        wanted = list(self.wanted(node, place, raw if isinstance(raw, list) else []))
        if len(wanted) > MOST_ROWS:
            place.faults[name] = "too_many_rows"
        keys = {str(row[KEY]) for row, _seed in wanted if row.get(KEY) not in (None, "")}
        used: set[str] = set()
        for index, (row, seed) in enumerate(wanted[:MOST_ROWS]):
            key = seed.key if seed else str(row.get(KEY) or "")[:64]
            if not key or key in used:
                key = _free(keys | used)
            used.add(key)
            inner = Place(
                place.env,
                row,
                parent=place,
                number=index + 1,
                prefix=f"{place.prefix}{name}[{index}].",
                fresh=place.fresh or bool(row.get(NEW)) or (seed is not None and KEY not in row),
                seed=seed,
                previous=row_before(previous, key, index, bool(node.source)),
            )
            inner.out[KEY] = key
            kept.append(inner.out)
            rows.append(inner)
        if kept:
            place.out[name] = kept
        return rows

    def wanted(self, node: Node, place: Place, raw: list[Any]) -> Iterator[tuple[Answers, Seed | None]]:
        """The rows that a repeat must have, each with the answers that are there for it."""
        rows = [row for row in raw if isinstance(row, dict)]
        seeds = self.seeds(node) if node.source else None
        if seeds is not None:
            by_key = {str(row.get(KEY)): row for row in rows}
            for seed in seeds:
                if seed.held or self.fits(node, place, {**seed.values, "name": seed.key, "label": seed.label}):
                    yield by_key.get(seed.key, {}), seed
            return
        if node.count is None:
            if not rows and place.fresh and not node.source:
                rows = [{}]
            yield from ((row, None) for row in rows)
            return
        try:
            number = to_number(node.count(place))
        except Fault as fault:
            place.faults[node.name] = fault.code
            number = float(len(rows))
        count = int(min(max(number, 0), MOST_ROWS + 1)) if number == number else 0
        yield from ((rows[index] if index < len(rows) else {NEW: True}, None) for index in range(count))

    def seeds(self, node: Node) -> Sequence[Seed] | None:
        """The rows of a matrix: the choices of a list, or what the caller supplies (None where it supplies none)."""
        kind, _colon, name = node.source.partition(":")
        if kind == "choices":
            return [Seed(str(item["name"]), item.get("label") or {}, item) for item in self.items(name)]
        return self.context.rows.get(node.name, self.context.rows.get(node.source))

    def fits(self, node: Node, place: Place, item: Mapping[str, Any]) -> bool:
        """Whether a choice or a supplied row passes the filter of *node* at *place*."""
        if node.filter is None:
            return True
        place.item = item
        try:
            return self.true(node.filter, node, place, False)
        finally:
            place.item = None

    def items(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The items of a list of the form, wherever they come from."""
        inline = self.compiled.lists.get(name)
        if inline:
            return inline
        listed = (self.compiled.definition.get("choices") or {}).get(name) or {}
        return self.context.sources.get(listed.get("source", "") if isinstance(listed, dict) else "", ())

    def index(self, node: Node) -> Mapping[str, Sequence[Mapping[str, Any]]] | None:
        """Choices of a question by name; None where the caller did not supply them.

        A cascading list may have several choices of one name, which differ in their columns.
        """
        if not node.source:
            return self.compiled.choices.get(node.row.get("list") or "", {})
        found = self.by_source.get(node.source)
        if found is None and node.source in self.context.sources:
            found = self.by_source[node.source] = by_name(self.context.sources[node.source])
        return found

    def label(self, question: str, value: str) -> str:
        """The label of a choice in the reader's language, its name where there is none."""
        node = self.compiled.by_name.get(question)
        items = (self.index(node) or {}).get(value) if node else None
        label = items[0].get("label") if items else None
        return pick(label, self.context.locale, value) if isinstance(label, dict) else str(label or value)

    def last(self, name: str, frame: Frame) -> Value:
        """The answer of last time, at the same row."""
        node = self.compiled.by_name.get(name)
        place: Place | None = frame if isinstance(frame, Place) else None
        while place is not None and node is not None and len(place.numbers) > len(node.path):
            place = place.parent
        return seen(place.previous.get(name)) if place is not None else ""


def stored(value: Value) -> Any:
    """The value of an expression as an answer: whole numbers as int, NaN and infinities as none, truth as text."""
    if type(value) is list:
        value = value[0] if value else ""
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is float:
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return int(value) if value == int(value) and abs(value) <= BIGGEST else value
    return value


def _readable_row(row: Answers) -> Answers:
    """A row of a repeat that is not relevant, as a draft keeps it."""
    out: Answers = {}
    for name, value in row.items():
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            out[name] = [_readable_row(each) for each in value[:MOST_ROWS] if isinstance(each, dict)]
        elif name != NEW and (kept := readable(value)) is not None:
            out[name] = kept
    return out


def _free(taken: set[str]) -> str:
    number = len(taken) + 1
    while str(number) in taken:
        number += 1
    return str(number)


def row_before(rows: Any, key: str, index: int, by_key: bool) -> Any:
    """The row of last time: of the same record, or without records in the same place."""
    if not isinstance(rows, list):
        return None
    if by_key:
        return next((row for row in rows if isinstance(row, dict) and str(row.get(KEY)) == key), None)
    return rows[index] if index < len(rows) else None
