"""What a preview says of refused rows and changed fields, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from portal.api import _, _l, reference

from . import importers

FIELD_NAMES: Final[dict[str, Any]] = {
    "text": _l("Text"),
    "states": _l("Recommended by"),
    "position": _l("Position"),
    "source": _l("Source of the position"),
    "heading": _l("Heading"),
    "theme": _l("Themes"),
    "group": _l("Groups of persons"),
    "sdg": _l("Goals"),
    "action": _l("Action category"),
}
"""The fields of a comparison."""

HISTORY: Final[dict[str, Any]] = {
    **{name: label for name, label in FIELD_NAMES.items() if name not in ("text", "position")},
    "rationale": _l("Reasons"),
    "next_step": _l("Next step"),
    "rated_on": _l("Date of the rating"),
    "document": _l("Document"),
    "paragraph": _l("Paragraph"),
    "decided_on": _l("Date of the decision"),
}
"""What the history calls columns and imported fields; the position is told by the status of the record."""


def problem_text(problem: Mapping[str, Any]) -> str:
    """Why a row is refused and what to do; States are named in the reader's language."""
    params = dict(problem["params"])
    if problem["code"] == "state_unknown":
        found = [reference.find_state(name) for name in params["nearest"]]
        params["nearest"] = [str(state.name) for state in found if state is not None]
    return importers.message(problem["code"], params, _)


def unknown_states(problems: Iterable[Mapping[str, Any]]) -> list[tuple[str, list[Any]]]:
    """Names that no State has, each once, with the nearest States to choose from."""
    names: dict[str, list[Any]] = {}
    for problem in problems:
        if problem["code"] == "state_unknown":
            nearest = [reference.find_state(name) for name in problem["params"]["nearest"]]
            names.setdefault(problem["params"]["value"], [state for state in nearest if state is not None])
    return list(names.items())
