"""UHRI's export (XLSX): rows of every mechanism, of which those of the Universal Periodic Review are read.

A row is a paragraph with its States in a column of their own; its text mostly begins with the number of the
paragraph. Where it does not, a number is made from the annotation's id, which stays when the text is corrected.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from .parsed import NOTED, SUPPORTED, TEXT_LIMIT, InputRefused, Parsed, ParsedRow, RowProblem, Variant, cycle_of_session
from .sheets import Table, day_of, find_table, text_of
from .wording import Wording, goal_of, items, normal, squash, take_apart

COLUMNS = {
    "ohchr annotation id": "id",
    "annotation id": "id",
    "document symbol": "symbol",
    "document publication date": "published",
    "recommending body": "body",
    "type": "type",
    "countries concerned": "country",
    "themes": "themes",
    "affected persons": "groups",
    "sdgs": "sdgs",
    "text": "text",
    "upr session": "session",
    "upr recommending states": "states",
    "upr position": "position",
}
"""Headers in lower case, spelt right, and what they are called here."""
REQUIRED = frozenset({"country", "text", "states", "position"})
POSITIONS = {"supported": SUPPORTED, "accepted": SUPPORTED, "noted": NOTED}
CELL_LIMIT = 3 * TEXT_LIMIT

_INTEGER = re.compile(r"[0-9]{1,3}(?![0-9])")


def name_of(header: str) -> str | None:
    """The column a header stands for, whether it is spelt "Reccomending" or "Recommending"; None for others."""
    return COLUMNS.get(squash(header).casefold().replace("reccomend", "recommend"))


def find_uhri(sheets: Iterable[tuple[str, list[list[Any]]]]) -> Table | None:
    """The table of an export, or None."""
    return find_table(sheets, name_of, REQUIRED)


def read_uhri(table: Table, session: int | None = None, country: str | None = None, cycle: int | None = None) -> Parsed:
    """Read the rows of the UPR about one country; raises InputRefused, problems of rows come in ``refused``.

    Several States under review need *country* (as the file writes it); *session* and *cycle* narrow further, and
    *cycle* stands for that of rows without a session. What is passed over is counted by mechanism, State and cycle.
    """
    over: Counter[tuple[str, str]] = Counter()
    mine = list(_upr(table, over))
    countries = sorted({name for _, values in mine for name in _entries(values, "country")})
    if country is None and len(countries) > 1:
        raise InputRefused("several_countries", found=countries)
    chosen = country or (countries[0] if countries else None)
    reader = _Reader(table, cycle)
    for row, values in mine:
        names = [name.casefold() for name in _entries(values, "country")]
        if chosen is not None and names and chosen.casefold() not in names:
            over["country", ", ".join(_entries(values, "country"))[:80]] += 1
            continue
        held = reader.session(values)
        known = cycle_of_session(held) if held else None
        if (session is not None and held not in (None, session)) or (
            cycle is not None and known is not None and known != cycle
        ):
            over["cycle", str(known or "–")] += 1
            continue
        reader.read(row, values)
    if not reader.rows and not reader.refused:
        raise InputRefused("no_rows")
    sessions = {row.session for row in reader.rows}
    return Parsed(
        format="uhri",
        layout=None,
        country=chosen,
        cycle=None,
        session=sessions.pop() if len(sessions) == 1 else None,
        rows=tuple(reader.rows),
        refused=tuple(reader.refused),
        passed_over=tuple((kind, name, count) for (kind, name), count in sorted(over.items())),
        states_header=table.headers["states"],
    )


def _upr(table: Table, over: Counter[tuple[str, str]]) -> Iterable[tuple[int, dict[str, Any]]]:
    """The recommendations of the UPR; rows of other mechanisms, and what the UPR lists besides, are counted."""
    for row, values in table.rows:
        bodies = _entries(values, "body")
        kinds = _entries(values, "type")
        if bodies and not any(_is_upr(body) for body in bodies):
            over["mechanism", ", ".join(bodies)[:80]] += 1
        elif not bodies and not _entries(values, "position") and not _entries(values, "session"):
            over["mechanism", "–"] += 1
        elif kinds and not any("recommend" in kind.casefold() for kind in kinds):
            over["type", ", ".join(kinds)[:80]] += 1
        else:
            yield row, values


def _is_upr(body: str) -> bool:
    text = body.casefold()
    return bool(re.search(r"\bupr\b", text)) or "universal periodic review" in text


def _entries(values: dict[str, Any], name: str) -> list[str]:
    """The entries of a cell with one per line, each with a leading "- "; a dash alone is none."""
    return items(text_of(values.get(name)).splitlines())


class _Reader:
    """Reads one row after the other and remembers the numbers seen."""

    def __init__(self, table: Table, cycle: int | None) -> None:
        self.rows: list[ParsedRow] = []
        self.refused: list[RowProblem] = []
        self._headers = table.headers
        self._cycle = cycle
        self._numbers: dict[tuple[int | None, str], int] = {}

    def session(self, values: dict[str, Any]) -> int | None:
        """The session of the Working Group, as in "36", "- 36" or "36th session"."""
        found = _INTEGER.search(" ".join(_entries(values, "session")))
        return int(found[0]) if found else None

    def _refuse(self, row: int, name: str, code: str, **params: Any) -> None:
        self.refused.append(RowProblem(row, self._headers.get(name, ""), code, params))

    def read(self, row: int, values: dict[str, Any]) -> None:
        """Read a row; its problems are all told."""
        before = len(self.refused)
        try:
            for value in values.values():
                normal(text_of(value))
        except UnicodeError:
            name = next(name for name, value in values.items() if "\x00" in text_of(value) or not _plain(value))
            self._refuse(row, name, "text_characters")
            return
        whole = normal(text_of(values.get("text")))
        if len(whole) > CELL_LIMIT:
            self._refuse(row, "text", "text_too_long", limit=TEXT_LIMIT, length=len(whole))
            return
        wording = take_apart("" if whole == "-" else whole)
        variants = _variants(wording, [normal(name) for name in _entries(values, "states")])
        text = "; ".join(variant.text for variant in variants if variant.text)
        held = self.session(values)
        if _entries(values, "session") and (held is None or cycle_of_session(held) is None):
            self._refuse(row, "session", "session_unknown", value=text_of(values.get("session"))[:80])
        cycle = (cycle_of_session(held) if held else None) or self._cycle
        if cycle is None and len(self.refused) == before:
            self._refuse(row, "session", "cycle_missing")
        if not text:
            self._refuse(row, "text", "text_missing")
        elif len(text) > TEXT_LIMIT:
            self._refuse(row, "text", "text_too_long", limit=TEXT_LIMIT, length=len(text))
        elif not any(variant.states for variant in variants):
            self._refuse(row, "states", "state_missing")
        number = wording.number or _made(text_of(values.get("id")), text, held)
        if (first := self._numbers.setdefault((cycle, number), row)) != row:
            self._refuse(row, "text", "number_double", number=number, first=first)
        answers = _entries(values, "position")
        position = POSITIONS.get(answers[0].casefold()) if len(answers) == 1 else None
        if not answers:
            self._refuse(row, "position", "position_missing")
        elif position is None:
            self._refuse(row, "position", "position_unknown", value=", ".join(answers)[:80])
        goals = _entries(values, "sdgs")
        sdgs = [goal_of(goal) for goal in goals]
        if None in sdgs:
            self._refuse(row, "sdgs", "sdg_unknown", value=goals[sdgs.index(None)][:80])
        published = day_of(values.get("published"))
        if published is None:
            self._refuse(row, "published", "date_unknown", value=text_of(values.get("published"))[:80])
        if len(self.refused) > before or position is None:
            return
        self.rows.append(
            ParsedRow(
                row=row,
                number=number,
                text=text,
                variants=variants,
                states=tuple(dict.fromkeys(state for variant in variants for state in variant.states)),
                position=position,
                source_of_position=wording.source,
                themes=tuple(normal(each) for each in _entries(values, "themes")),
                groups=tuple(normal(each) for each in _entries(values, "groups")),
                sdgs=tuple(dict.fromkeys(goal for goal in sdgs if goal is not None)),
                source_rows=(row,),
                goals=tuple(normal(each) for each in goals),
                cycle=cycle,
                session=held,
                symbol=", ".join(_entries(values, "symbol"))[:100],
                published_on=published or "",
            )
        )


def _plain(value: Any) -> bool:
    try:
        normal(text_of(value))
    except UnicodeError:
        return False
    return True


def _variants(wording: Wording, named: list[str]) -> tuple[Variant, ...]:
    """The wordings with their States: those of the column decide, unless the text divides the same ones."""
    if not named:
        return wording.variants
    inside = {state.casefold() for state in wording.states}
    if len(wording.variants) > 1 and inside == {name.casefold() for name in named}:
        return wording.variants
    return (Variant(wording.text, tuple(dict.fromkeys(named))),)


def _made(annotation: str, text: str, session: int | None) -> str:
    """A number for a row without one: ``UH`` session ``-`` eight signs of the annotation's id, else of the text."""
    basis = annotation if annotation not in ("", "-") else squash(text).casefold().strip(" .;,")
    return f"UH{session or ''}-{hashlib.sha256(basis.encode()).hexdigest()[:8]}"
