"""Lists of choices as text: one choice on a line, ``code | монгол | English``, as pasted from a spreadsheet."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from portal.forms.builder.cascade import code_in
from portal.forms.builder.names import code_from
from portal.forms.definition import Definition, walk
from portal.i18n import _
from portal.text import UnreadableText, nfc

Choice = dict[str, Any]

MOST = 5_000
"""Choices of a list that is edited as text."""
LONGEST = 500
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
_DIVIDER = re.compile(r"\t|(?<!\\)\|")
_COLUMN = re.compile(r"([^\W\d][\w\-]*)\s*=\s*(.*)", re.DOTALL)


class BadLine(ValueError):
    """A line that makes no choice; its text says which and why."""


def as_text(choices: Sequence[Choice], languages: Sequence[str]) -> str:
    """The lines of a list; columns of a cascade stand at the end as ``column=value``."""
    lines = []
    for choice in choices:
        label = choice.get("label") or {}
        cells = [str(choice["name"]), *(label.get(code, "") for code in languages)]
        cells += [f"{key}={value}" for key, value in choice.items() if key not in ("name", "label") and _plain(value)]
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        lines.append(" | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells))
    return "\n".join(lines)


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def from_text(
    text: str,
    languages: Sequence[str],
    before: Sequence[Choice] = (),
    columns: Mapping[str, Sequence[Choice]] | None = None,
) -> list[Choice]:
    """The choices that *text* writes; raises BadLine.

    A line may leave the code out (it is made from the label) or the label (then it is the code). Texts in
    languages that have no column here, and columns that are no plain values, stay as they are in *before*. The parts
    after the labels are ``column=value``, or values of *columns* in their order; there a choice of the other question
    may be named by its label.
    """
    kept: dict[str, list[Choice]] = defaultdict(list)
    for choice in before:
        kept[str(choice["name"])].append(choice)
    found: list[Choice] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        made = _line(line, number, languages, columns or {})
        if len(found) >= MOST:
            raise BadLine(_("A list that is edited here has at most %(limit)s choices.", limit=MOST))
        if same := kept.get(made["name"]):
            made = _with_rest(made, same.pop(0), languages)
        found.append(made)
    _check_twice(found, before)
    return found


def _line(line: str, number: int, languages: Sequence[str], known: Mapping[str, Sequence[Choice]]) -> Choice:
    try:
        cells = [nfc(cell).replace("\\|", "|").strip() for cell in _DIVIDER.split(line)]
    except UnreadableText:
        raise BadLine(_("Line %(number)s contains signs that cannot be stored.", number=number)) from None
    if any(len(cell) > LONGEST for cell in cells):
        raise BadLine(_("Line %(number)s has a text of more than %(limit)s signs.", number=number, limit=LONGEST))
    columns: dict[str, str] = {}
    more, cells = cells[len(languages) + 1 :], cells[: len(languages) + 1]
    coded = bool(_CODE.fullmatch(cells[0]))
    if not coded and not more and len(cells) > len(languages) and _belongs(cells[-1], known):
        more = [cells.pop()]  # labels without a code, then the answer it belongs to
    for at, cell in enumerate(more):
        if column := _COLUMN.fullmatch(cell):
            columns[column[1]] = code_in(known.get(column[1], ()), column[2])
        elif at < len(known):
            name = list(known)[at]
            columns[name] = code_in(known[name], cell)
        elif cell:
            raise BadLine(
                _(
                    "Line %(number)s has too many parts: a code, a label in each of the %(count)s languages, then only"
                    " columns written column=value.",
                    number=number,
                    count=len(languages),
                )
            )
    code, texts = "", cells
    if len(cells) > len(languages) or coded:
        code, texts = cells[0], cells[1:] or cells[:1]
    code = re.sub(r"\s+", "_", code) or code_from(next(filter(None, reversed(texts)), ""), number)
    label = {lang: text for lang, text in zip(languages, texts, strict=False) if text}
    return {"name": code, "label": label, **{key: value for key, value in columns.items() if value}}


def _belongs(cell: str, known: Mapping[str, Sequence[Choice]]) -> bool:
    """Whether *cell* names a choice of the question on which the list depends."""
    above = next(iter(known.values()), ())
    return any(str(each["name"]) == code_in(above, cell) for each in above)


def _with_rest(made: Choice, old: Choice, languages: Sequence[str]) -> Choice:
    """*made* with what no line can write."""
    rest = {key: value for key, value in old.items() if key not in ("name", "label") and not _plain(value)}
    label = {lang: text for lang, text in (old.get("label") or {}).items() if lang not in languages}
    return {**rest, **made, "label": {**made["label"], **label}}


def _check_twice(found: Sequence[Choice], before: Sequence[Choice]) -> None:
    """A code stands twice only in a cascade: with other columns, or where it did before."""
    counts: dict[str, int] = defaultdict(int)
    for choice in before:
        counts[str(choice["name"])] += 1
    seen: dict[tuple[Any, ...], int] = defaultdict(int)
    for choice in found:
        key = (choice["name"], *sorted((k, str(v)) for k, v in choice.items() if k not in ("name", "label")))
        seen[key] += 1
        if seen[key] > max(1, counts[choice["name"]]):
            raise BadLine(_("Two choices have the code %(code)s. Give one of them another.", code=choice["name"]))


def users(definition: Definition) -> dict[str, list[str]]:
    """List → ids of the questions that take it."""
    found: dict[str, list[str]] = defaultdict(list)
    for row, _parents in walk(definition):
        if row.get("list"):
            found[row["list"]].append(row["id"])
        source = (row.get("rows_from") or {}).get("source", "")
        if source.startswith("choices:"):
            found[source.removeprefix("choices:")].append(row["id"])
    return found


def free_list(definition: Definition, wish: str) -> str:
    """*wish*, or *wish* with the first number from 2 that no list has."""
    taken = definition.get("choices") or {}
    name, number = wish, 2
    while name in taken:
        name, number = f"{wish}_{number}", number + 1
    return name
