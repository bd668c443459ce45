"""What a preview says of refused rows and changed fields, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from portal.api import Organisation, _, _l, db, lazy_pgettext, reference, select

from .. import importers
from ..scales import POSITIONS, TEXT_STATES
from . import own_table

FIELD_NAMES: Final[dict[str, Any]] = {
    "text": _l("Text"),
    "text_mn": _l("Text in Mongolian"),
    "text_mn_state": _l("State of the Mongolian text"),
    "states": _l("Recommended by"),
    "position": _l("Position"),
    "source": _l("Source of the position"),
    "heading": _l("Heading"),
    "theme": _l("Themes"),
    "group": _l("Groups of persons"),
    "sdg": _l("Goals"),
    "action": _l("Action category"),
    "decided_on": _l("Date of the decision"),
    "symbol": _l("Document"),
    "published_on": _l("Date of the document"),
    "lead": _l("Leading body"),
    "support": _l("Supporting bodies"),
    "targets": _l("Targets"),
    "clusters": _l("Clusters"),
    "points": _l("Sub-points"),
}
"""The fields of a comparison."""

HISTORY: Final[dict[str, Any]] = {
    **{name: label for name, label in FIELD_NAMES.items() if name not in ("text", "position")},
    "action_category": _l("Action category"),
    "rationale": _l("Reasons"),
    "next_step": _l("Next step"),
    "rated_on": _l("Date of the rating"),
    "methods": _l("Method"),
    "act": _l("Step"),
    "word": _l("Word with it"),
    "argument": _l("Argument"),
    "source_url": _l("Address of the source"),
    "answer": _l("Answer"),
    "challenged_on": _l("Challenged on"),
    "document": _l("Document"),
    "paragraph": _l("Paragraph"),
    "archived_at": _l("Archived on"),
    "archived_reason": _l("Reason"),
    "translation": _l("Translation"),
    "letter": _l("Sub-points"),
    "code": _l("Code"),
    "goal": _l("Goals"),
    "cluster_id": _l("Cluster"),
    "made_on": lazy_pgettext("pledge", "Made on"),
    "progress": _l("What was done"),
    "raised_on": _l("Raised on"),
    "settled_reason": _l("Why it is settled"),
}
"""What the history calls columns and imported fields; the position is told by the status of the record."""


def problem_text(problem: Mapping[str, Any]) -> str:
    """Why a row is refused and what to do; States, terms and bodies are named in the reader's language."""
    params = dict(problem["params"])
    match problem["code"]:
        case "state_unknown":
            found = [reference.find_state(name) for name in params["nearest"]]
            params["nearest"] = [str(state.name) for state in found if state is not None]
        case "term_unknown":
            known = [reference.find_term(params["scheme"], name) for name in params["nearest"]]
            params["nearest"] = [str(term.name) for term in known if term is not None]
        case "body_unknown":
            stmt = select(Organisation.name).where(Organisation.code.in_(params["nearest"]))
            params["nearest"] = [str(name) for name in db.session.scalars(stmt)]
        case "own_position_unknown":
            params["expected"] = [str(label) for label in POSITIONS.values()]
        case "text_state_unknown":
            params["expected"] = [str(label) for label in TEXT_STATES.values()]
        case "new_incomplete":
            params["missing"] = [column_title(name) for name in params["missing"]]
    return importers.message(problem["code"], params, _)


def column_title(column: str) -> str:
    """A column as a reader knows it: one of the portal's own table by its title, others as the file writes them."""
    return str(own_table.TITLES.get(column, column))


def value_text(field: str, value: str) -> str:
    """A value of a comparison in the reader's language, where it is a code."""
    labels = {"position": POSITIONS, "text_mn_state": TEXT_STATES}.get(field, {})
    return str(labels.get(value, value))


def unknown_states(problems: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Any]]]:
    """Names that no State has, each once, with the nearest States to choose from."""
    names: dict[str, list[Any]] = {}
    for problem in problems:
        if problem["code"] == "state_unknown":
            nearest = [reference.find_state(name) for name in problem["params"]["nearest"]]
            names.setdefault(problem["params"]["value"], [state for state in nearest if state is not None])
    return list(names.items())
