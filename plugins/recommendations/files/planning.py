"""What a file would do to the register: every row is new, changed, the same or refused, before anything is written.

The comparison is plain data (``dump``), so that it can be kept, shown, and held against a second one before it is
carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from portal.api import Organisation, db, reference, select

from ..importers import Parsed, ParsedRow, RowProblem, check_states
from .deciding import Decided, Decider
from .existing import Existing, Key, Pick, Values, register

_STATE_COLUMN: Final = {2: "Recommendation", 3: "Recommendation", 4: "Recommendation and recommending State"}
_EMPTY: Final[Values] = {
    "text_state": "official",
    "text_mn": "",
    "text_mn_state": "missing",
    "source": ["", ""],
    "decided_on": "",
    "heading": "",
    "symbol": "",
    "published_on": "",
    "action": None,
    "theme": [],
    "group": [],
    "sdg": [],
    "lead": "",
    "support": [],
    "points": [],
    "targets": [],
    "clusters": [],
}


@dataclass(frozen=True)
class RowPlan:
    """What becomes of one row; ``changes`` are [field, old, new] in words of the source."""

    row: int
    cycle: int
    number: str
    state: str
    text: str
    states: str
    position: str
    id: int | None = None
    version: int | None = None
    changes: list[list[str]] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """What the recommendation is known by."""
        return self.cycle, self.number


@dataclass(frozen=True)
class Plan:
    """A file held against the register; ``absent`` counts those of its cycles that the file does not have.

    ``values`` and ``picks`` are what each recommendation would be, with what its file does not carry.
    """

    rows: list[RowPlan]
    refused: list[RowProblem]
    absent: int
    values: dict[Key, Values]
    picks: dict[Key, dict[str, list[Pick]]]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what becomes of them, and the rules of counting of those that are read."""
        by_state = {name: sum(1 for row in self.rows if row.state == name) for name in ("new", "changed", "same")}
        wordings = [values["states"] for values in self.values.values()]
        return {
            **by_state,
            "refused": len({problem.row for problem in self.refused}),
            "absent": self.absent,
            "by_paragraph": len(self.rows),
            "by_state": sum(len({state for _, states in each for state in states}) for each in wordings),
            "supported": sum(1 for row in self.rows if row.position == "supported"),
            "noted": sum(1 for row in self.rows if row.position == "noted"),
        }

    def dump(self) -> dict[str, Any]:
        """What is shown, as plain data."""
        rows, refused = [asdict(row) for row in self.rows], [asdict(problem) for problem in self.refused]
        return {"rows": rows, "refused": refused, "absent": self.absent}


def compare(parsed: Parsed, country: str, cycle: int | None, chosen: Mapping[str, int]) -> Plan:
    """Hold the rows of a file against the recommendations of *country*, in *cycle* where the rows say none.

    *chosen* are the States picked for names nobody knows: name as written → State id.
    """
    by_id = {state.id: state for state in reference.states()}
    by_code = {state.iso2: state for state in by_id.values()} if parsed.format == "own_table" else {}

    def find(name: str) -> Any:
        return by_id.get(chosen[name]) if name in chosen else by_code.get(name) or reference.find_state(name)

    def nearest(name: str) -> list[str]:
        return [state.name.text("en") for state in reference.nearest_states(name)]

    checked = check_states(parsed.rows, find, nearest, _state_column(parsed))
    cycles = {row.cycle or cycle or 0 for row in parsed.rows}
    known = register(country, cycles)
    words = _Words(by_id)
    decider = Decider(parsed)
    plan = Plan([], [*parsed.refused, *checked.refused], 0, {}, {})
    for row in checked.rows:
        key = (row.cycle or cycle or 0, row.number)
        existing = known.get(key)
        decided = decider.decide(row, key[0], existing, lambda name: int(checked.found[name].id))
        if decided.problems:
            plan.refused.extend(decided.problems)
            continue
        _keep(plan, row, key, decided, existing, words)
    plan.refused.sort(key=lambda problem: problem.row)
    absent = known.keys() - {(row.cycle or cycle or 0, row.number) for row in parsed.rows}
    return Plan(plan.rows, plan.refused, len(absent), plan.values, plan.picks)


def _state_column(parsed: Parsed) -> str:
    """The header of the column with the States, as the file has it."""
    names = {"upr_info": "From", "uhri": parsed.states_header, "own_table": "states"}
    return names.get(parsed.format) or _STATE_COLUMN[parsed.layout or 3]


def _keep(plan: Plan, row: ParsedRow, key: Key, decided: Decided, known: Existing | None, words: _Words) -> None:
    """Put a row that is read into the plan."""
    held, picks = (known.values, known.picks) if known else (_EMPTY, {})
    values = plan.values[key] = {**held, **decided.values, **_following(held, decided.values)}
    plan.picks[key] = {**picks, **decided.picks}
    shown = (values["text"], words.names(values["states"]), values["position"])
    if known is None:
        plan.rows.append(RowPlan(row.row, *key, "new", *shown))
        return
    changes = [
        [name, words.of(name, held[name]), words.of(name, new)]
        for name, new in decided.values.items()
        if not _alike(name, held[name], new)
    ]
    state = "changed" if changes else "same"
    plan.rows.append(RowPlan(row.row, *key, state, *shown, known.id, known.version, changes))


def _following(held: Values, new: Values) -> Values:
    """What follows from a change, where the file does not say it.

    A text of the United Nations is official. A translation of another text is a draft again. The source and the day
    of an earlier answer are not those of a new one.
    """
    more: Values = {}
    if new.get("text", held.get("text")) != held.get("text"):
        more["text_state"] = "official"
        if held["text_mn"] and "text_mn_state" not in new:
            more["text_mn_state"] = "draft"
    if new.get("position", held.get("position")) != held.get("position"):
        more |= {name: value for name, value in (("source", ["", ""]), ("decided_on", "")) if name not in new}
    return more


def _alike(name: str, old: Any, new: Any) -> bool:
    if name in ("theme", "group", "sdg", "support", "targets", "clusters"):
        return set(old) == set(new)
    if name == "states":
        texts = [text for text, _ in old] == [text for text, _ in new] or len(old) == len(new) == 1
        return texts and [states for _, states in old] == [states for _, states in new]
    return bool(old == new)


class _Words:
    """Values in the words of the source, for showing old and new beside each other."""

    def __init__(self, by_id: Mapping[int, Any]) -> None:
        self._states = by_id
        self._bodies: dict[str, str] = {}

    def of(self, name: str, value: Any) -> str:
        """A value of a field in words."""
        if name == "states":
            if len(value) > 1:
                return "; ".join(f"{text} ({self.names([[text, states]])})" for text, states in value)
            return self.names(value)
        if name == "source":
            return ", ".join(part for part in value if part)
        if name in ("lead", "support"):
            return "; ".join(self._body(code) for code in ([value] if name == "lead" else value) if code)
        if name == "points":
            return "; ".join(f"{letter}) {' / '.join(filter(None, texts))}" for letter, *texts in value)
        if isinstance(value, list):
            return "; ".join(value)
        return "" if value is None else str(value)

    def names(self, wordings: list[list[Any]]) -> str:
        """The States of wordings."""
        return "; ".join(", ".join(self._states[state].name.text("en") for state in states) for _, states in wordings)

    def _body(self, code: str) -> str:
        if not self._bodies:
            rows = db.session.execute(select(Organisation.code, Organisation.name))
            self._bodies = {row.code: row.name.text("en") for row in rows}
        return self._bodies.get(code, code)
