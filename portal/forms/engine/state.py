"""What the engine is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from portal.forms.messages import Own, Text

if TYPE_CHECKING:
    from portal.forms.engine.place import Place

Answers = dict[str, Any]
"""Answers by name: text, number, list of choice names; a repeat is a list of such dicts, each with its ``_key``."""
Mode = Literal["draft", "submit"]
KEY = "_key"
"""In a row of a repeat: what tells it from the others. In a matrix the id of the record."""
NEW = "_new"
"""In a row of a repeat: the row was just added and takes its first answers. Never stored."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A row of a matrix as the caller supplies it: the record's id, its title by language, further values.

    ``values`` answer the hidden questions of the row with the same name and are columns for ``rows_from.filter``, which
    a row that was answered before (``held``) need not pass.
    """

    key: str
    label: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Everything the engine may know besides form and answers. The caller takes ``today`` and ``now`` from its clock.

    ``now`` is in the portal's zone. ``sources`` holds the choices of ``Compiled.sources`` (each with ``name``,
    ``label`` by language and further columns); ``rows`` the rows of matrices, by the name of the repeat or its source;
    ``user`` what ``property('…')`` may read; ``previous`` the answers of last time; ``files`` the ids of files that
    belong to this submission (None: not checked).
    """

    today: date
    now: datetime
    locale: str = "mn"
    user: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Seed]] = field(default_factory=dict)
    previous: Mapping[str, Any] | None = None
    files: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """A fault of an answer: ``path`` such as ``clause[3].progress`` (rows from 0), the row of the form, what to do."""

    path: str
    row: str
    code: str
    message: Text | Own


@dataclass(slots=True)
class Result:
    """What an evaluation found.

    ``values`` are the answers to keep: typed where they could be read, as typed where not (then there is an error).
    ``calculations`` maps the paths of calculated answers to their values, ``rows`` the paths of repeats to their
    number of rows.
    """

    values: Answers
    errors: list[Issue]
    hidden: set[str]
    required: set[str]
    calculations: dict[str, Any]
    rows: dict[str, int]
    top: Place

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    def visible(self, path: str) -> bool:
        """Whether the question, group or repeat at *path* is relevant, with everything around it."""
        if path in self.hidden:
            return False
        head, dot, _name = path.rpartition(".")
        return not dot or self.visible(head.rpartition("[")[0])

    def is_required(self, path: str) -> bool:
        """Whether the question at *path* needs an answer now."""
        return path in self.required

    def error(self, path: str) -> Issue | None:
        """The error at *path*."""
        return next((issue for issue in self.errors if issue.path == path), None)
