"""Finding a name that someone else has written: comparison keys and an index over names and aliases."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Generic, TypeVar

from portal.text import fold

T = TypeVar("T")

_NOT_LETTERS = re.compile(r"[\W_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`´ʼ"))


def name_key(text: str) -> str:
    """The comparison key of a name: folded, "&" as "and", without apostrophes, punctuation and a leading "the".

    Accents of Latin letters do not count (Türkiye, Turkiye); Cyrillic letters keep theirs, since й is not и.
    """
    words = _NOT_LETTERS.sub(" ", _plain_latin(fold(text.translate(_APOSTROPHES)).replace("&", " and "))).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def _plain_latin(text: str) -> str:
    if text.isascii():
        return text
    out: list[str] = []
    for char in text:
        base = unicodedata.normalize("NFD", char)
        out.append(base[0] if base[0].isascii() else char)
    return "".join(out)


class NameIndex(Generic[T]):
    """Things by their names and aliases: exact after ``name_key``, and the nearest ones for a misspelt name.

    A name that two things share finds neither: guessing would join data that do not belong together.
    """

    def __init__(self, entries: Iterable[tuple[T, Iterable[str]]]) -> None:
        self._found: dict[str, T] = {}
        shared: set[str] = set()
        for thing, names in entries:
            for key in {name_key(name) for name in names} - {""}:
                if self._found.setdefault(key, thing) is not thing:
                    shared.add(key)
        for key in shared:
            del self._found[key]

    def find(self, text: str) -> T | None:
        """The one thing called *text*, or None."""
        return self._found.get(name_key(text))

    def nearest(self, text: str, count: int = 3) -> list[T]:
        """Up to *count* things with the most similar names, best first; empty where nothing is similar."""
        keys = difflib.get_close_matches(name_key(text)[:200], self._found, n=count * 4, cutoff=0.55)
        nearest: list[T] = []
        for thing in (self._found[key] for key in keys):
            if thing not in nearest:
                nearest.append(thing)
        return nearest[:count]
