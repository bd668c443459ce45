"""``read_document``: a definition in JSON, as the portal writes it, with every problem where it stands."""

from __future__ import annotations

import json

from portal.forms import fields
from portal.forms.definition.check import check
from portal.forms.definition.model import CONTAINERS, Definition, DefinitionRefused, Problem, languages, load, walk
from portal.forms.definition.shape import shape
from portal.forms.messages import _l
from portal.forms.xlsform.names import UNAVAILABLE
from portal.forms.xlsform.report import ImportProblem, ImportResult

_MOST_LISTED = 500


def read_document(content: bytes) -> ImportResult:
    """Read a definition; never raises for a bad one. With an error ``definition`` is None.

    A problem has no cell: ``sheet`` says survey, choices or settings, ``row`` the number of the row in the order of
    the form, ``column`` the key.
    """
    try:
        definition = load(content)
    except DefinitionRefused as refused:
        return ImportResult(None, [_placed(each, {}) for each in refused.problems])
    if found := shape(definition):
        return ImportResult(None, [_placed(each, {}) for each in found[:_MOST_LISTED]])
    numbers = {row["id"]: number for number, (row, _parents) in enumerate(walk(definition), 1)}
    problems = [_placed(each, numbers) for each in [*_strange(definition), *check(definition)]]
    wrong = any(each.level == "error" for each in problems)
    questions = sum(1 for row, _parents in walk(definition) if row["type"] not in CONTAINERS)
    return ImportResult(None if wrong else definition, problems[:_MOST_LISTED], languages(definition), questions)


def write_document(definition: Definition) -> bytes:
    """The definition as ``read_document`` reads it."""
    return json.dumps(definition, ensure_ascii=False, indent=1).encode()


def _strange(definition: Definition) -> list[Problem]:
    """Types that are none of the portal's, of a module's or of XLSForm's."""
    return [
        Problem("type_strange", _l("There is no type %(type)s.", type=row["type"]), row["id"], "type")
        for row, _parents in walk(definition)
        if row["type"] not in (*CONTAINERS, *UNAVAILABLE)
        and not fields.is_known(row["type"])
        and not fields.NAMED.fullmatch(row["type"])
    ]


def _placed(problem: Problem, numbers: dict[str, int]) -> ImportProblem:
    sheet = "choices" if problem.list is not None else "settings"
    number = None
    if problem.row is not None or problem.cell == "survey":
        sheet, number = "survey", numbers.get((problem.row or "").removesuffix("-other"))
    return ImportProblem(sheet, number, problem.cell, problem.code, problem.message, problem.repair, problem.level)
