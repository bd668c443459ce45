"""What an import found wrong: every problem with sheet, row, column, and how to repair it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from portal.forms.definition.model import Definition
from portal.forms.messages import Own, Text
from portal.forms.xlsform.workbook import letter


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One problem. ``row`` counts from 1 as spreadsheets do, ``column`` is the heading, ``at`` its place from 0.

    ``level``: an ``error`` keeps the form from being taken over as it is; a ``repaired`` one was an error that the
    reader put right as ``repair`` says; a ``warning`` changes nothing.
    """

    sheet: str
    row: int | None
    column: str
    code: str
    message: Text | Own
    repair: Text | None = None
    level: Literal["error", "repaired", "warning"] = "error"
    at: int | None = None

    @property
    def cell(self) -> str:
        """The cell as spreadsheets name it, ``F12``, as far as it is known."""
        return (letter(self.at) if self.at is not None else "") + (str(self.row) if self.row else "")

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``; texts in the language of the moment."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "message": str(self.message),
            "repair": str(self.repair) if self.repair else None,
        }


@dataclass(slots=True)
class ImportResult:
    """What came of reading an XLSForm. ``definition`` is None when an error stands in the way."""

    definition: Definition | None
    problems: list[ImportProblem] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    questions: int = 0

    @property
    def ok(self) -> bool:
        """Whether the form can be taken over."""
        return self.definition is not None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "ok": self.ok,
            "questions": self.questions,
            "languages": self.languages,
            "problems": [problem.as_dict() for problem in self.problems],
        }
