"""Names for machines, made from labels: Mongolian letters in Latin ones, blanks as ``_``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from portal.forms.definition.model import RESERVED

LONGEST = 32
_SOUNDS = "a b v g d e yo j z i i k l m n o o p r s t u u f kh ts ch sh sh i y i e yu ya"
_LATIN = dict(zip("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя", _SOUNDS.split(" "), strict=True))


def latin(text: str) -> str:
    """*text* in lower-case Latin letters, digits and ``_``; other signs are blanks, blanks are ``_``."""
    plain = "".join(_LATIN.get(char, char) for char in text.casefold())
    bare = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def short(name: str) -> str:
    """The first words of a name, as many as fit."""
    if len(name) <= LONGEST:
        return name
    cut = name[: LONGEST + 1].rpartition("_")[0]
    return cut or name[:LONGEST]


def name_from(label: Mapping[str, str], otherwise: str) -> str:
    """The name of a question from its label, the English one where there is one; *otherwise* where nothing is left."""
    for code in ("en", *label):
        name = short(latin(re.sub(r"\$\{[^}]*\}", " ", label.get(code, ""))))
        if name:
            name = name if name[0].isalpha() else f"q_{name}"
            return f"{name}_1" if name in RESERVED else name
    return otherwise


def code_from(label: str, number: int) -> str:
    """The code of a choice from its label; its *number* in the list where nothing is left."""
    return short(latin(label)) or str(number)
