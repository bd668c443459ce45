"""The order of the Mongolian alphabet, as a string that every database sorts alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ALPHABET = "абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя"
"""The 35 letters. Unicode's own order (UCA) takes Ё for an accented Е; the alphabet does not."""

LENGTH = 120
"""Characters of a text that count for its place in a list."""

_SYMBOLS = "0123456789abcdefghijklmnopqrstuvwxyz"
_AFTER = {"ә": "а", "ғ": "г", "і": "и", "қ": "к", "ң": "н", "ұ": "у", "һ": "х"}
"""Kazakh letters, in use in Bayan-Ölgii: each follows the whole of its neighbour, as in the Kazakh alphabet."""

_CODES = {letter: f"3{_SYMBOLS[place]}" for place, letter in enumerate(ALPHABET)}
_CODES |= {letter: f"{_CODES[neighbour]}z" for letter, neighbour in _AFTER.items()}
_CODES |= {letter: f"2{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"}
_PART = re.compile(r"[0-9]+|\s+|.", re.DOTALL)


@lru_cache(maxsize=4096)
def sort_key(text: str) -> str:
    """The place of *text* in a sorted list: blank, numbers by value, Latin, Cyrillic, other scripts.

    The key holds only ``0-9a-z``, so SQLite, PostgreSQL under any collation and Python put it in the same
    order. Case, accents on Latin letters and punctuation do not count; only the first LENGTH characters do.
    """
    out: list[str] = []
    for part in _PART.findall(unicodedata.normalize("NFC", text.strip())[:LENGTH].casefold()):
        if part[0].isascii() and part.isdigit():
            out.append(_number(part))
        elif part.isspace():
            out.append("0")
        else:
            out.append(_letter(part))
    return "".join(out)


def _number(digits: str) -> str:
    """Longer numbers after shorter ones: the count of digits stands before them."""
    value = digits.lstrip("0") or "0"
    return f"1{_SYMBOLS[min(len(value), 35)]}{value}"


def _letter(char: str) -> str:
    if (code := _CODES.get(char)) is not None:
        return code
    base = unicodedata.normalize("NFKD", char)[0]
    if (code := _CODES.get(base)) is not None:
        return code
    return f"4{ord(char):06x}" if unicodedata.category(char)[0] in "LN" else ""
