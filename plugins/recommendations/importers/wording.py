"""Taking a recommendation apart: number, wordings, States, source of the position."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .parsed import Variant

_NUMBER = re.compile(r"\(?([0-9]{1,4}(?:\.[0-9]{1,4})+[a-z]?|U[IH][0-9]{0,3}-[0-9a-f]{8})\)?\.?(?![0-9])\s*", re.ASCII)
"""The number of the United Nations, or the one that was made for a source without numbers."""
_SOURCE = re.compile(r"source of (?:the )?position\s*:?", re.IGNORECASE)
_GOAL = re.compile(r"\s*(?:SDG|Goal)?\s*([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_ACRONYM = re.compile(r"[A-Z][A-Z/&+-]+s?")
_STATE_ACRONYMS = {"DPRK", "DRC", "UAE", "UK", "US", "USA"}
_INSTRUMENTS = re.compile(
    r"\b(?:Act|Agenda|Agreement|Charter|Code|Commission|Committee|Compact|Constitution|Convention|Conventions|"
    r"Covenant|Declaration|Fund|Goals?|Guidelines|Law|Ministry|Plan|Principles|Programme|Protocols?|Rules|Statute|"
    r"Strategy|Treaty)\b"
)


@dataclass(frozen=True)
class Wording:
    """A recommendation cell taken apart; ``number`` is empty where there is none."""

    number: str
    variants: tuple[Variant, ...]
    source: str

    @property
    def text(self) -> str:
        """The paragraph without number and States."""
        return "; ".join(variant.text for variant in self.variants if variant.text)

    @property
    def states(self) -> tuple[str, ...]:
        """States of all variants in their order, each once."""
        return tuple(dict.fromkeys(state for variant in self.variants for state in variant.states))


def squash(text: str) -> str:
    """*text* on one line with single blanks."""
    return " ".join(text.split())


def items(lines: Sequence[str]) -> list[str]:
    """The entries of a list: lines that start with "- ", what does not goes on; without any dash, all lines."""
    entries: list[str] = []
    dashed = any(line.lstrip().startswith(("- ", "– ")) for line in lines)
    for line in lines:
        text = line.strip()
        starts = text.startswith(("- ", "– "))
        text = squash(text[2:] if starts else text)
        if not text or text == "-":
            continue
        if dashed and not starts and entries:
            entries[-1] = f"{entries[-1]} {text}"
        else:
            entries.append(text)
    return list(dict.fromkeys(entries))


def goal_of(text: str) -> int | None:
    """The number (1-17) of a goal written as "16", "16 - PEACE …", "SDG 16" or as its target "16.3"."""
    match = _GOAL.match(text)
    return int(match[1]) if match and 1 <= int(match[1]) <= 17 else None


def normal(text: str) -> str:
    """Normal form C; UnicodeError for characters that no database keeps."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise UnicodeError("NUL or surrogate")
    return unicodedata.normalize("NFC", text)


def take_apart(cell: str) -> Wording:
    """Read ``NUMBER text (State) (State); text (State); Source of Position: …``."""
    body, source = cell, ""
    if found := _SOURCE.search(cell):
        body, source = cell[: found.start()], squash(cell[found.end() :])
    body = squash(body)
    number = ""
    if match := _NUMBER.match(body):
        number, body = match[1], body[match.end() :]
    return Wording(number, tuple(variants(body)), source)


def variants(body: str) -> list[Variant]:
    """The wordings of a paragraph: each ends with its States in brackets.

    Brackets that cannot be a State (numbers, abbreviations, names of treaties) stay in the text. A semicolon ends
    a wording only after its States and before a capital letter: "; and strengthen …" goes on.
    """
    found: list[Variant] = []
    start = 0
    for first, last, groups in _runs(body):
        rest = body[last:].lstrip(" ,")
        ends = not rest.strip(" ;.,") or (rest[0] == ";" and _begins_sentence(rest[1:].lstrip()))
        states = _trailing_states(groups)
        if first < start or not ends or not states:
            continue
        opening = groups[len(groups) - len(states)][0]
        names = [name for group in states for name in _split(group)]
        found.append(Variant(_clean(body[start:opening]), tuple(dict.fromkeys(names))))
        start = last + (len(body[last:]) - len(body[last:].lstrip(" ;.,")))
    if rest := _clean(body[start:]):
        found.append(Variant(rest, ()))
    return found


def _runs(body: str) -> list[tuple[int, int, list[tuple[int, str]]]]:
    """Runs of neighbouring outer brackets: (start, end, [(start, content), …]); unclosed brackets are text."""
    groups: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, char in enumerate(body):
        if char == "(":
            opened.append(place)
        elif char == ")" and opened:
            start = opened.pop()
            if not opened:
                groups.append((start, place + 1))
    runs: list[tuple[int, int, list[tuple[int, str]]]] = []
    for start, end in groups:
        content = (start, body[start + 1 : end - 1].strip())
        if runs and not body[runs[-1][1] : start].strip(" ,"):
            runs[-1] = (runs[-1][0], end, [*runs[-1][2], content])
        else:
            runs.append((start, end, [content]))
    return runs


def _trailing_states(groups: list[tuple[int, str]]) -> list[str]:
    """The contents at the end of a run that may be States."""
    states: list[str] = []
    for _, content in reversed(groups):
        if not _may_be_states(content):
            break
        states.insert(0, content)
    return states


def _may_be_states(content: str) -> bool:
    if not content or any(char.isdigit() for char in content) or _INSTRUMENTS.search(content):
        return False
    if not (content[0].isupper() or content.startswith("the ")):
        return False
    return content in _STATE_ACRONYMS or not _ACRONYM.fullmatch(content)


def _split(content: str) -> list[str]:
    """The names in one bracket: separated by commas outside inner brackets; footnote stars are dropped."""
    names, depth, name = [], 0, ""
    for char in content:
        depth += (char == "(") - (char == ")")
        if char in ",;" and depth == 0:
            names.append(name)
            name = ""
        else:
            name += char
    cleaned = (squash(each).strip("* ") for each in [*names, name])
    return [each.removeprefix("and ") for each in cleaned if each]


def _begins_sentence(text: str) -> bool:
    return bool(text) and (text[0].isupper() or text[0] in "\"“«‘'")


def _clean(text: str) -> str:
    return text.strip(" ;,").rstrip()
