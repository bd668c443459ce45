"""What becomes of answers already there when a form is published again: what there is to decide, with figures.

Stored answers are never changed. What is decided here is kept with the published version and applied whenever answers
are read (``engine.lineage``); a later version can take it back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal import jobs
from portal.db import db, transaction
from portal.forms.definition import Compiled
from portal.forms.engine.convert import Asked, Lost, convert
from portal.forms.engine.lineage import Lineage, Rule, Stage, stores
from portal.forms.messages import Text, _l
from portal.forms.models import FormVersion, Submission
from portal.forms.versions import Versions, rules_of
from portal.i18n import _l as lazy

MOST_COUNTED = 20_000
"""Submissions that are looked at for the figures, the newest first."""
REBUILD_NOW = 500
"""Submissions up to which the index is written anew while publishing; more are left to a job."""
CHUNK = 500
_EXAMPLES = 3
_MOST_VALUES = 20_000


@dataclass(frozen=True)
class Decision:
    """What an editor decided: *rules*, the numbers of versions whose rules hold no longer, and why."""

    rules: tuple[Rule, ...] = ()
    without: tuple[int, ...] = ()
    why: str = ""

    def __bool__(self) -> bool:
        return bool(self.rules or self.without)

    def dump(self) -> dict[str, Any] | None:
        """For the version."""
        if not self:
            return None
        return {"rules": [rule.dump() for rule in self.rules], "without": list(self.without), "why": self.why.strip()}


class NotMappable(Exception):
    """A decision that cannot be published; *row* is the question it is about, *cell* what is wrong of it."""

    def __init__(self, message: Text, row: str = "", cell: str = "to") -> None:
        super().__init__(str(message))
        self.message, self.row, self.cell = message, row, cell


@dataclass
class Offer:
    """A question that could take the answers of another: how many it takes, and which it cannot."""

    target: Asked
    fits: int = 0
    lost: int = 0
    examples: list[Any] = field(default_factory=list)


@dataclass
class Column:
    """Answers to one question of one type, as they are read now, and what the draft would do with them.

    *kind*: ``kept`` (the draft asks it), ``choices`` (without some of its choices), ``retyped``, ``moved`` or
    ``removed``. *gone* are chosen codes that the draft's list lacks, with how often each was chosen.
    """

    asked: Asked
    kind: str
    numbers: set[int] = field(default_factory=set)
    count: int = 0
    gone: Counter[str] = field(default_factory=Counter)
    offers: list[Offer] = field(default_factory=list)
    values: Counter[Any] = field(default_factory=Counter)

    @property
    def key(self) -> str:
        """How the page names it."""
        return f"{self.asked.type}:{self.asked.node.id}"


@dataclass
class Prospect:
    """What a draft would make of the answers there are; *counted* of *total* submissions were looked at."""

    columns: list[Column]
    counted: int
    total: int

    def of_row(self, row: str) -> int:
        """How many answers there are to a question, of whatever type it was."""
        return sum(column.count for column in self.columns if column.asked.node.id == row)


def _now(versions: Versions, without: Iterable[int]) -> list[Stage]:
    back = set(without)
    return [
        Stage(stage.number, stage.compiled, {} if stage.number in back else stage.rules) for stage in versions.stages
    ]


def kind_of(asked: Asked, draft: Compiled) -> str:
    """What the draft does with a question."""
    node = draft.by_id.get(asked.node.id)
    if node is None or not stores(node):
        return "removed"
    now = Asked(draft, node, 0)
    if now.chain != asked.chain:
        return "moved"
    return "retyped" if now.type != asked.type else "kept"


def prospect(form_id: int, draft: Compiled, decision: Decision | None = None) -> Prospect:
    """Look at the answers of a form; *decision* is what is chosen so far."""
    decision = decision or Decision()
    versions = Versions(form_id)
    chosen = {(rule.source, rule.type): rule for rule in decision.rules}
    staged = _now(versions, decision.without)
    lineages = {row.id: Lineage(staged[place:]) for place, row in enumerate(versions.rows)}
    found: dict[tuple[tuple[str, str], tuple[str, ...]], Column] = {}
    counted = 0
    for version_id, answers in _answers(form_id):
        counted += 1
        for asked, value in lineages[version_id].settled(answers):
            column = found.get((asked.key, asked.chain))
            if column is None:
                column = found[asked.key, asked.chain] = Column(asked, kind_of(asked, draft))
            column.count += 1
            column.numbers.add(lineages[version_id].old.number)
            if asked.number > column.asked.number:
                column.asked = asked
            if column.kind != "kept" or asked.choices:
                _note(column, value)
    total = db.session.scalar(select(func.count()).where(Submission.form_id == form_id)) or 0
    there = [stage.compiled for stage in staged]
    for column in found.values():
        _judge(column, draft, there, chosen.get(column.asked.key))
    order = {node.id: place for compiled in (*there, draft) for place, node in enumerate(compiled.nodes)}
    columns = sorted(found.values(), key=lambda each: (order[each.asked.node.id], each.asked.type))
    return Prospect(columns, counted, total)


def _answers(form_id: int) -> Iterator[tuple[int, dict[str, Any]]]:
    ids = select(Submission.id).where(Submission.form_id == form_id)
    found = list(
        db.session.scalars(ids.order_by(Submission.received_at.desc(), Submission.id.desc()).limit(MOST_COUNTED))
    )
    for start in range(0, len(found), CHUNK):
        part = select(Submission.version_id, Submission.answers).where(Submission.id.in_(found[start : start + CHUNK]))
        for row in db.session.execute(part):
            yield row.version_id, row.answers


def _note(column: Column, value: Any) -> None:
    """Keep a value with how often it was given."""
    key = ("list", *map(str, value)) if isinstance(value, list) else (type(value).__name__, value)
    if key in column.values or len(column.values) < _MOST_VALUES:
        column.values[key] += 1


def _given(column: Column) -> Iterator[tuple[Any, int]]:
    for (kind, *value), count in column.values.items():
        yield (value if kind == "list" else value[0]), count


def _judge(column: Column, draft: Compiled, there: Sequence[Compiled], rule: Rule | None) -> None:
    """Find what the draft cannot show of a column as it is, and the questions that could take it."""
    if column.kind == "kept":
        target = Asked(draft, draft.by_id[column.asked.node.id], 0)
        if target.node.allowed is not None:
            _gone(column, target)
        column.kind = "choices" if column.gone else "kept"
        return
    if column.kind == "moved":
        return
    asked_in = {node.id for compiled in there if column.asked.node.id in compiled.by_id for node in compiled.nodes}
    for node in draft.nodes:
        target = Asked(draft, node, 0)
        own = node.id == column.asked.node.id
        if stores(node) and (own or node.id not in asked_in) and target.chain == column.asked.chain:
            chosen = rule.choices if rule is not None and rule.target == node.id else {}
            column.offers.append(_offer(column, target, chosen))
            if rule is not None and rule.target == node.id and target.node.allowed is not None:
                _gone(column, target)
    column.offers.sort(key=lambda offer: (offer.target.node.id != column.asked.node.id, -offer.fits))


def _offer(column: Column, target: Asked, choices: Mapping[str, str]) -> Offer:
    made = Offer(target)
    for value, count in _given(column):
        try:
            convert(value, column.asked, target, choices)
            made.fits += count
        except Lost:
            made.lost += count
            if len(made.examples) < _EXAMPLES:
                made.examples.append(value)
    return made


def _gone(column: Column, target: Asked) -> None:
    """Count the chosen codes that *target* has no choice for."""
    for value, count in _given(column):
        if not column.asked.node.field.choices:
            continue
        for code in value if isinstance(value, list) else [str(value)]:
            if code in (target.node.allowed or ()) and column.asked.key == target.key:
                continue
            if column.asked.key == target.key or not _fits(code, column.asked, target):
                column.gone[code] += count


def _fits(code: str, old: Asked, new: Asked) -> bool:
    """Whether a single choice finds its like in another list."""
    try:
        convert([code] if old.node.field.multiple else code, old, new)
    except Lost:
        return False
    return True


def check(form_id: int, draft: Compiled, decision: Decision) -> Decision:
    """The decision without what says nothing; raises NotMappable."""
    versions = Versions(form_id)
    taken_back = {number for row in versions.rows for number in (row.mapping or {}).get("without", ())}
    with_rules = {row.number for row in versions.rows if (row.mapping or {}).get("rules")} - taken_back
    if not set(decision.without) <= with_rules:
        raise NotMappable(_l("There is no such decision any more."), cell="without")
    staged = _now(versions, decision.without)
    known: dict[tuple[str, str], list[Asked]] = {}
    for place in range(len(staged)):
        for asked in Lineage(staged[place:]).ends():
            known.setdefault(asked.key, []).append(asked)
    kept: dict[tuple[str, str], Rule] = {}
    for rule in decision.rules:
        target = Stage(0, draft).asked(rule.target)
        sources = known.get((rule.source, rule.type))
        if not sources or (rule.source, rule.type) in kept:
            raise NotMappable(_l("There are no such answers any more."), rule.source)
        if target is None:
            raise NotMappable(_l("The draft does not ask this question any more."), rule.source)
        if all(target.chain != asked.chain for asked in sources):
            said = _l("Answers of a repeating part can only go to a question of the same part.")
            raise NotMappable(said, rule.source)
        choices = {code: to for code, to in rule.choices.items() if to}
        if choices and (target.node.allowed is None or not set(choices.values()) <= target.node.allowed):
            raise NotMappable(_l("There is no such choice in the list any more."), rule.source, "choice")
        if choices or target.key != (rule.source, rule.type):
            kept[rule.source, rule.type] = Rule(rule.source, rule.type, rule.target, choices)
    made = Decision(tuple(kept.values()), tuple(sorted(set(decision.without))), decision.why)
    if made and not made.why.strip():
        raise NotMappable(_l("Say why: it is kept with the version."), cell="why")
    return made


@dataclass(frozen=True)
class Earlier:
    """A decision that was published with a version and holds: its number and what it says."""

    number: int
    why: str
    rules: tuple[Rule, ...]


def earlier(form_id: int) -> list[Earlier]:
    """The decisions that hold, the newest first."""
    rows = Versions(form_id).rows
    back = {number for row in rows for number in (row.mapping or {}).get("without", ())}
    return [
        Earlier(row.number, str(row.mapping.get("why", "")), tuple(rules_of(row.mapping).values()))
        for row in reversed(rows)
        if row.mapping and row.mapping.get("rules") and row.number not in back
    ]


def outdated(form_id: int) -> bool:
    """Whether publishing the newest version changed what the index must say of answers to earlier ones."""
    versions = Versions(form_id)
    if len(versions.rows) < 2:
        return False
    newest: FormVersion | Any = versions.rows[-1]
    last, before = versions.stages[-1].compiled, versions.stages[-2].compiled
    old = {(each.row, each.column) for each in before.index}
    new = {(each.row, each.column) for each in last.index}
    return (
        bool(newest.mapping)
        or bool(new - old)
        or any(before.by_id[row].row["type"] != last.by_id[row].row["type"] for row, _column in new & old)
    )


def rebuild(form_id: int, step: Any = None) -> int:
    """Write the index of all answers of a form anew, a part at a time; how many there were."""
    from portal.forms.submissions import index

    known = Versions(form_id)
    ids = list(db.session.scalars(select(Submission.id).where(Submission.form_id == form_id).order_by(Submission.id)))
    for start in range(0, len(ids), CHUNK):
        with transaction():
            for row in db.session.scalars(select(Submission).where(Submission.id.in_(ids[start : start + CHUNK]))):
                index(row, known)
        if step is not None:
            step(min(start + CHUNK, len(ids)), len(ids))
    return len(ids)


def refresh(user_id: int | None, form_id: int) -> Any:
    """Bring the index up to what was published: at once, or by a job, which is returned."""
    if not outdated(form_id):
        return None
    stmt = select(Submission.id).where(Submission.form_id == form_id).order_by(Submission.received_at)
    if db.session.scalar(stmt.offset(REBUILD_NOW).limit(1)) is None:
        rebuild(form_id)
        return None
    title = lazy("Answers are being sorted anew for filters and charts")
    return jobs.start(user_id, "core.forms_index", title=title, permission="forms.build", form_id=form_id)


def in_background(progress: jobs.Progress, form_id: int) -> dict[str, Any]:
    """The job."""
    return {"answers": rebuild(form_id, progress.step)}
