"""What a reader of UN files returns: rows, refusals with their place, and nothing of the application.

The readers run in a limited child process; everything here turns into plain dicts and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SUPPORTED = "supported"
NOTED = "noted"
EXAMINED = "examined"

TEXT_LIMIT = 10_000
"""Characters of one recommendation."""


class InputRefused(Exception):
    """The whole file is refused; ``code`` is a key of messages.MESSAGES, ``where`` its place and its values."""

    def __init__(self, code: str, **where: Any) -> None:
        super().__init__(code)
        self.code = code
        self.where: dict[str, Any] = where


@dataclass(frozen=True)
class Variant:
    """One wording of a recommendation and the States that used it, as the file writes them."""

    text: str
    states: tuple[str, ...]


@dataclass(frozen=True)
class ParsedRow:
    """One recommendation: a numbered paragraph of the UN.

    ``row`` is the row in the file, the header being row 1; ``source_rows`` all rows it was made from. ``text`` is
    the paragraph without number and States, its variants joined by "; ". ``states`` are those of all variants.
    Themes and groups are labels as written; ``sdgs`` are goals 1-17 and ``goals`` how the file writes them;
    ``action`` is UPR Info's category 1-5. ``cycle``, ``session``, ``symbol`` and ``published_on`` (ISO day) are
    there where a file says them of each row; ``cells`` are the cells of the portal's own table.
    """

    row: int
    number: str
    text: str
    variants: tuple[Variant, ...]
    states: tuple[str, ...]
    position: str
    source_of_position: str = ""
    themes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    heading: str = ""
    comment: str = ""
    action: int | None = None
    source_rows: tuple[int, ...] = ()
    goals: tuple[str, ...] = ()
    cycle: int | None = None
    session: int | None = None
    symbol: str = ""
    published_on: str = ""
    cells: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RowProblem:
    """Why a row is refused: ``code`` and ``params`` make the message, ``column`` is the header of the column."""

    row: int
    column: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """A file that was read.

    ``format`` is ``thematic_list``, ``upr_info``, ``uhri`` or ``own_table``, ``layout`` the cycle whose table form
    it has (2, 3, 4; None for others). Country, cycle and session are None where the file does not say; a file that
    says the cycle of each row has none of its own. ``carried`` are the columns of the portal's own table.
    ``states_header`` is the header of the column with the recommending States where spellings differ.
    ``passed_over`` are [kind, name, rows] of what is in the file and is not asked for.
    """

    format: str
    layout: int | None
    country: str | None
    cycle: int | None
    session: int | None
    rows: tuple[ParsedRow, ...]
    refused: tuple[RowProblem, ...]
    carried: tuple[str, ...] = ()
    passed_over: tuple[tuple[str, str, int], ...] = ()
    states_header: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Numbers by their rule (docs/counting.md): UN paragraphs, State mentions, positions of paragraphs."""
        return {
            "by_paragraph": len(self.rows),
            "by_state": sum(len(row.states) for row in self.rows),
            SUPPORTED: sum(row.position == SUPPORTED for row in self.rows),
            NOTED: sum(row.position == NOTED for row in self.rows),
            "refused": len({problem.row for problem in self.refused}),
        }

    def dump(self) -> dict[str, Any]:
        """Plain dicts, lists, texts and numbers."""
        return asdict(self)

    @classmethod
    def load(cls, raw: Mapping[str, Any]) -> Parsed:
        """The value of ``dump()`` back."""
        rows = tuple(_row(each) for each in raw["rows"])
        refused = tuple(RowProblem(**each) for each in raw["refused"])
        carried = tuple(raw.get("carried", ()))
        over = tuple((str(kind), str(name), int(count)) for kind, name, count in raw.get("passed_over", ()))
        return cls(**{**raw, "rows": rows, "refused": refused, "carried": carried, "passed_over": over})


def _row(raw: Mapping[str, Any]) -> ParsedRow:
    variants = tuple(Variant(each["text"], tuple(each["states"])) for each in raw["variants"])
    names = ("states", "themes", "groups", "sdgs", "source_rows", "goals")
    lists = {name: tuple(raw.get(name, ())) for name in names}
    return ParsedRow(**{**raw, **lists, "variants": variants})


def cycle_of_session(session: int) -> int | None:
    """The cycle of a session of the Working Group: 1-12, 13-26, 27-40, 41-54; None for others."""
    for cycle, last in ((1, 12), (2, 26), (3, 40), (4, 54)):
        if 1 <= session <= last:
            return cycle
    return None
