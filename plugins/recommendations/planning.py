"""What a file would do to the register: every row is new, changed, the same or refused, before anything is written.

The comparison is plain data (``dump``), so that it can be kept, shown, and held against a second one before it is
carried out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from portal.api import Record, State, Term, Vocabulary, db, reference, select

from .importers import Parsed, ParsedRow, RowProblem, check_states
from .models import Recommendation, RecommendationTerm, RecommendingState, Variant
from .wording import take_source

CARRIED: Final[dict[str, tuple[str, ...]]] = {
    "thematic_list": ("text", "states", "position", "source", "heading", "theme", "group", "sdg"),
    "upr_info": ("text", "states", "position", "theme", "action"),
}
"""What each format says; the rest of a recommendation is left as it is."""

_STATE_COLUMN: Final = {2: "Recommendation", 3: "Recommendation", 4: "Recommendation and recommending State"}

Values = dict[str, Any]
"""The fields of a recommendation in comparable form: texts, and lists of [wording, State ids] and of labels."""


@dataclass(frozen=True)
class RowPlan:
    """What becomes of one row; ``changes`` are [field, old, new] in words of the source."""

    row: int
    number: str
    state: str
    text: str
    states: str
    position: str
    id: int | None = None
    version: int | None = None
    changes: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """A file held against the register; ``absent`` counts those of the cycle that the file does not have."""

    rows: list[RowPlan]
    refused: list[RowProblem]
    absent: int
    values: dict[str, Values]

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


def vocabulary(parsed: Parsed, scheme: str) -> str:
    """The list that the labels of a file belong to."""
    if scheme == "theme" and parsed.format == "upr_info":
        return "upr-info-issues"
    return reference.vocabulary_code(scheme, parsed.layout or 3)


def compare(parsed: Parsed, country: str, cycle: int, chosen: Mapping[str, int]) -> Plan:
    """Hold the rows of a file against the recommendations of *country* in *cycle*.

    *chosen* are the States picked for names nobody knows: name as written → State id.
    """
    by_id = {state.id: state for state in reference.states()}

    def find(name: str) -> Any:
        return by_id.get(chosen[name]) if name in chosen else reference.find_state(name)

    def nearest(name: str) -> list[str]:
        return [state.name.text("en") for state in reference.nearest_states(name)]

    column = "From" if parsed.format == "upr_info" else _STATE_COLUMN[parsed.layout or 3]
    checked = check_states(parsed.rows, find, nearest, column)
    known = register(country, cycle)
    labels = _canonical(parsed)
    rows: list[RowPlan] = []
    kept: dict[str, Values] = {}
    for row in checked.rows:
        values = _values(row, parsed.format, labels, lambda name: int(checked.found[name].id))
        kept[row.number] = values
        rows.append(_row_plan(row, values, known.get(row.number), by_id))
    refused = sorted([*parsed.refused, *checked.refused], key=lambda problem: problem.row)
    return Plan(rows, refused, len(known.keys() - {row.number for row in parsed.rows}), kept)


def _canonical(parsed: Parsed) -> Callable[[str, Iterable[str]], list[str]]:
    """A function that writes labels as their list does, each once; a label it lacks stays as it is."""
    indexes = {
        scheme: reference.term_index(scheme, vocabulary=vocabulary(parsed, scheme)) for scheme in ("theme", "group")
    }

    def canonical(scheme: str, labels: Iterable[str]) -> list[str]:
        found = ((label, indexes[scheme].find(label)) for label in labels)
        return list(dict.fromkeys(term.label if term else label for label, term in found))

    return canonical


def _values(
    row: ParsedRow, source: str, labels: Callable[[str, Iterable[str]], list[str]], state_id: Callable[[str], int]
) -> Values:
    """A row of the file in the form of the register, only what its format carries."""
    values: Values = {
        "text": row.text,
        "states": [[variant.text, [state_id(name) for name in variant.states]] for variant in row.variants],
        "position": row.position,
        "source": list(take_source(row.source_of_position)),
        "heading": row.heading,
        "theme": labels("theme", row.themes),
        "group": labels("group", row.groups),
        "sdg": [str(goal) for goal in row.sdgs],
        "action": row.action,
    }
    return {name: values[name] for name in CARRIED[source]}


def _row_plan(row: ParsedRow, values: Values, known: Existing | None, by_id: Mapping[int, Any]) -> RowPlan:
    names = _names(values["states"], by_id)
    if known is None:
        return RowPlan(row.row, row.number, "new", row.text, names, row.position)
    changes = [
        [name, _words(name, known.values[name], by_id), _words(name, new, by_id)]
        for name, new in values.items()
        if not _alike(name, known.values[name], new)
    ]
    state = "changed" if changes else "same"
    return RowPlan(row.row, row.number, state, row.text, names, row.position, known.id, known.version, changes)


def _alike(name: str, old: Any, new: Any) -> bool:
    if name in ("theme", "group", "sdg"):
        return set(old) == set(new)
    if name == "states":
        return [states for _, states in old] == [states for _, states in new]
    return bool(old == new)


def _words(name: str, value: Any, by_id: Mapping[int, Any]) -> str:
    """A value in the words of the source, for showing old and new beside each other."""
    if name == "states":
        return _names(value, by_id)
    if name == "source":
        return ", ".join(part for part in value if part)
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value)


def _names(wordings: list[list[Any]], by_id: Mapping[int, Any]) -> str:
    return "; ".join(", ".join(by_id[state].name.text("en") for state in states) for _, states in wordings)


@dataclass(frozen=True)
class Existing:
    """A recommendation of the register as the comparison sees it."""

    id: int
    version: int
    values: Values


def register(country: str, cycle: int) -> dict[str, Existing]:
    """The recommendations of a cycle by number, in four queries."""
    mine = (Recommendation.country == country, Recommendation.cycle == cycle)
    terms: dict[int, dict[str, list[str]]] = defaultdict(lambda: {"theme": [], "group": [], "sdg": []})
    found = db.session.execute(
        select(RecommendationTerm.recommendation_id, Vocabulary.scheme, Term.label, Term.code)
        .join(Term, Term.id == RecommendationTerm.term_id)
        .join(Vocabulary, Vocabulary.id == Term.vocabulary_id)
        .join(Recommendation, Recommendation.record_id == RecommendationTerm.recommendation_id)
        .where(*mine)
        .order_by(Term.position)
    )
    for record_id, scheme, label, code in found:
        terms[record_id][scheme].append(code if scheme == "sdg" else label)
    wordings = _wordings(mine)
    stmt = (
        select(Recommendation, Record.version).join(Record, Record.id == Recommendation.record_id).where(*mine)
    ).execution_options(populate_existing=True)
    return {
        one.number: Existing(
            one.record_id,
            version,
            {
                "text": one.text.texts.get("en", ""),
                "states": wordings[one.record_id],
                "position": one.position,
                "source": [one.source_document, one.source_paragraph],
                "heading": one.heading,
                "action": one.action,
                **terms[one.record_id],
            },
        )
        for one, version in db.session.execute(stmt)
    }


def _wordings(mine: Iterable[Any]) -> dict[int, list[list[Any]]]:
    found: dict[int, list[list[Any]]] = defaultdict(list)
    places: dict[tuple[int, int], list[int]] = {}
    here = tuple(mine)
    texts = (
        select(Variant.recommendation_id, Variant.place, Variant.text)
        .join(Recommendation, Recommendation.record_id == Variant.recommendation_id)
        .where(*here)
        .order_by(Variant.place)
    )
    for record_id, place, text in db.session.execute(texts):
        places[record_id, place] = []
        found[record_id].append([text, places[record_id, place]])
    named = (
        select(RecommendingState.recommendation_id, RecommendingState.variant, State.id)
        .join(State, State.id == RecommendingState.state_id)
        .join(Recommendation, Recommendation.record_id == RecommendingState.recommendation_id)
        .where(*here)
        .order_by(RecommendingState.place)
    )
    for record_id, place, state_id in db.session.execute(named):
        places[record_id, place].append(state_id)
    return found
