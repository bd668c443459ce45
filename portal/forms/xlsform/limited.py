"""``read_in_child``: a form of a stranger, read in a process of its own that may take neither time nor memory."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from portal.child import ChildFailed, run_limited
from portal.forms import fields
from portal.forms.messages import _l, dump, restore
from portal.forms.xlsform.document import read_document
from portal.forms.xlsform.reader import read_xlsform
from portal.forms.xlsform.report import ImportProblem, ImportResult

_SECONDS = 30.0
_MEGABYTES = 1024


def read_in_child(
    content: bytes, filename: str, *, repair: bool = False, languages: Mapping[str, str] | None = None
) -> ImportResult:
    """The same as ``read_xlsform``, or ``read_document`` for a name that ends in .json.

    Where the child gives up, the problem is ``gave_up``.
    """
    try:
        answer = run_limited(
            f"{__name__}:answer",
            content,
            filename,
            repair,
            json.dumps(dict(languages or {})),
            seconds=_SECONDS,
            megabytes=_MEGABYTES,
        )
    except ChildFailed:
        message = _l("The file could not be read: it takes too much time or memory, or is damaged.")
        return ImportResult(None, [ImportProblem("", None, "", "gave_up", message)])
    return _restored(json.loads(answer))


def answer(content: bytes, filename: str, repair: bool, languages: str) -> str:
    """What the child does. One text comes back, because names of lists and columns can be anything."""
    if filename.lower().endswith(".json"):
        result = read_document(content)
    else:
        result = read_xlsform(content, filename, repair=repair, languages=json.loads(languages))
    problems = [
        {
            **{name: getattr(problem, name) for name in ("sheet", "row", "column", "code", "level", "at")},
            "message": dump(problem.message),
            "repair": dump(problem.repair) if problem.repair else None,
        }
        for problem in result.problems
    ]
    return json.dumps({**dataclasses.asdict(dataclasses.replace(result, problems=[])), "problems": problems})


def _restored(raw: dict[str, Any]) -> ImportResult:
    problems = [
        ImportProblem(
            **{
                **problem,
                "message": restore(problem["message"]),
                "repair": restore(problem["repair"]) if problem["repair"] else None,
            }
        )
        for problem in raw.pop("problems")
    ]
    result = ImportResult(problems=problems, **raw)
    result.problems = [each for each in problems if not _is_known_here(each)]
    return result


def _is_known_here(problem: ImportProblem) -> bool:
    """Whether a type is missing only in the child, which loads no modules."""
    return problem.code == "type_unknown" and fields.is_known(str(getattr(problem.message, "params", {}).get("type")))
