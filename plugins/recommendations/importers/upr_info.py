"""UPR Info's export (CSV): one row per recommending State, without numbers.

Rows with the same text and the same answer are one recommendation; the States of its rows recommend it together.
Since the file has no numbers, each recommendation gets one made from its text (``number_of``): the same text has
the same number in every export, whatever the order of rows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from .archive import check_size, kind_of
from .parsed import NOTED, SUPPORTED, TEXT_LIMIT, InputRefused, Parsed, ParsedRow, RowProblem, Variant, cycle_of_session
from .wording import squash

ROW_LIMIT = 200_000
RESPONSES = {"accepted": SUPPORTED, "supported": SUPPORTED, "noted": NOTED}
COLUMNS = ("To", "Text", "From", "Response", "Action", "Issue", "Session")
REQUIRED = ("Text", "From", "Response")

_SPACES = re.compile(r"[\s\u00a0]+")


@dataclass
class _Group:
    """Rows with one text and one answer."""

    row: int
    text: str
    position: str
    session: int | None
    states: list[str] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)
    actions: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def read_upr_info(data: bytes, session: int | None = None, country: str | None = None) -> Parsed:
    """Read an export; raises InputRefused where it is not one, problems of rows come in ``refused``.

    An export with several reviews needs *session* (of the Working Group) or *country* (as the file writes it) to
    choose one: ``several_sessions`` and ``several_countries`` name what there is.
    """
    check_size(data)
    if kind_of(data) != "text":
        raise InputRefused("file_type", found="ZIP")
    table = _table(decode(data))
    chosen = [
        (place, row)
        for place, row in table
        if (session is None or row["Session"] in ("", str(session)))
        and (country is None or row["To"].casefold() == country.casefold())
    ]
    if not chosen:
        raise InputRefused("no_rows")
    countries = sorted({row["To"] for _, row in chosen} - {""})
    if len(countries) > 1:
        raise InputRefused("several_countries", found=countries)
    sessions = sorted({int(row["Session"]) for _, row in chosen if row["Session"].isdecimal()})
    if len(sessions) > 1:
        raise InputRefused("several_sessions", found=sessions)
    groups, refused = _groups(chosen)
    number = sessions[0] if sessions else None
    rows, doubles = _parsed(groups)
    return Parsed(
        format="upr_info",
        layout=None,
        country=countries[0] if countries else None,
        cycle=cycle_of_session(number) if number else None,
        session=number,
        rows=tuple(rows),
        refused=tuple(sorted([*refused, *doubles], key=lambda problem: problem.row)),
    )


def number_of(text: str, position: str, session: int | None) -> str:
    """The number of a recommendation in a file without numbers: ``UI`` session ``-`` eight signs of its text.

    Case, blanks and a full stop at the end do not count, nor do the States: a State added later changes nothing.
    """
    digest = hashlib.sha256(f"{_key(text)}\n{position}".encode()).hexdigest()
    return f"UI{session or ''}-{digest[:8]}"


def decode(data: bytes) -> str:
    """The text of a CSV file with line feeds only.

    UTF-8 and UTF-16 by their marks, then UTF-8, then the eight-bit set that goes with the line ends: an old Mac
    wrote Mac Roman and carriage returns alone, Windows its own set. ``encoding`` where none fits.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    else:
        old_mac = b"\r" in data and b"\n" not in data
        candidates = ["utf-8", "mac_roman" if old_mac else "cp1252"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise InputRefused("encoding")


def is_upr_info(data: bytes) -> bool:
    """Whether the first line of a text has the columns of UPR Info."""
    return _header(decode(data))[1] is not None


def separator_of(text: str) -> str:
    """The separator of the columns of an export, given its text."""
    return _header(text)[1] or ","


def _header(text: str) -> tuple[list[str], str | None]:
    """The names in the first line and the separator with which all required columns are there (None: missing)."""
    line = text.lstrip("\n").partition("\n")[0]
    names: list[str] = []
    for separator in (",", ";", "\t"):
        names = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
        if {name.casefold() for name in REQUIRED} <= {name.casefold() for name in names}:
            return names, separator
    return next(csv.reader([line]), []), None


def _table(text: str) -> list[tuple[int, dict[str, str]]]:
    """Rows by column with their number in the file (header: 1); blank rows are left out."""
    names, separator = _header(text)
    if separator is None:
        present = {name.strip().casefold() for name in names}
        missing = [name for name in REQUIRED if name.casefold() not in present]
        raise InputRefused("csv_columns", missing=missing or list(REQUIRED))
    places = {name.casefold(): place for place, name in enumerate(names)}
    rows: list[tuple[int, dict[str, str]]] = []
    reader = csv.reader(io.StringIO(text.lstrip("\n")), delimiter=separator)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise InputRefused("csv_damaged", row=number) from None
        if cells is None:
            return rows
        if number == 1 or not any(cell.strip() for cell in cells):
            continue
        if number > ROW_LIMIT:
            raise InputRefused("too_many_rows", limit=ROW_LIMIT)
        if len(cells) != len(names):
            rows.append((number, {**dict.fromkeys(COLUMNS, ""), "Cells": str(len(cells)), "Names": str(len(names))}))
            continue
        values = {name: cells[places[name.casefold()]].strip() for name in COLUMNS if name.casefold() in places}
        rows.append((number, {**dict.fromkeys(COLUMNS, ""), **values}))


def _groups(rows: list[tuple[int, dict[str, str]]]) -> tuple[list[_Group], list[RowProblem]]:
    groups: dict[tuple[str, str], _Group] = {}
    refused: list[RowProblem] = []
    for place, row in rows:
        if problem := _problem(place, row):
            refused.append(problem)
            continue
        text = unicodedata.normalize("NFC", squash(row["Text"]))
        position = RESPONSES[row["Response"].casefold()]
        session = int(row["Session"]) if row["Session"] else None
        group = groups.setdefault((_key(text), position), _Group(place, text, position, session))
        group.rows.append(place)
        state = unicodedata.normalize("NFC", squash(row["From"]))
        if state not in group.states:
            group.states.append(state)
        group.themes += [issue for issue in map(squash, row["Issue"].split(",")) if issue not in [*group.themes, ""]]
        if row["Action"]:
            group.actions.append(int(row["Action"]))
    return list(groups.values()), refused


def _problem(place: int, row: dict[str, str]) -> RowProblem | None:
    """What is wrong with a row, the first thing found."""
    if "Cells" in row:
        return RowProblem(place, "", "cells", {"found": int(row["Cells"]), "expected": int(row["Names"])})
    for column, value in row.items():
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            return RowProblem(place, column, "text_characters")
    if not row["Text"]:
        return RowProblem(place, "Text", "text_missing")
    if len(row["Text"]) > TEXT_LIMIT:
        return RowProblem(place, "Text", "text_too_long", {"limit": TEXT_LIMIT, "length": len(row["Text"])})
    if not row["From"]:
        return RowProblem(place, "From", "state_missing")
    if not row["Response"]:
        return RowProblem(place, "Response", "position_missing")
    if row["Response"].casefold() not in RESPONSES:
        return RowProblem(place, "Response", "position_unknown", {"value": row["Response"][:80]})
    if row["Action"] and not re.fullmatch(r"[1-5]", row["Action"]):
        return RowProblem(place, "Action", "action_unknown", {"value": row["Action"][:80]})
    if row["Session"] and (not re.fullmatch(r"[0-9]{1,3}", row["Session"]) or not int(row["Session"])):
        return RowProblem(place, "Session", "session_unknown", {"value": row["Session"][:80]})
    return None


def _parsed(groups: list[_Group]) -> tuple[list[ParsedRow], list[RowProblem]]:
    rows: dict[str, ParsedRow] = {}
    doubles: list[RowProblem] = []
    for group in groups:
        number = number_of(group.text, group.position, group.session)
        if number in rows:
            doubles.append(
                RowProblem(group.row, "Text", "number_double", {"number": number, "first": rows[number].row})
            )
            continue
        states = tuple(group.states)
        rows[number] = ParsedRow(
            row=group.row,
            number=number,
            text=group.text,
            variants=(Variant(group.text, states),),
            states=states,
            position=group.position,
            themes=tuple(group.themes),
            action=Counter(group.actions).most_common(1)[0][0] if group.actions else None,
            source_rows=tuple(group.rows),
        )
    return list(rows.values()), doubles


def _key(text: str) -> str:
    """What makes two texts the same: without case, blanks and final punctuation."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).casefold().strip(" .;,")
