"""Codes that people without an account keep: of a receipt, and those that open something, as a link or typed."""

from __future__ import annotations

import re
import secrets

from portal.people.tokens import digest

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of a code: none that is mistaken for another when it is read aloud."""
LENGTH = 26
"""Letters of a code that opens something, five random bits each: 130 bits."""
RECEIPT = 10


def new_code(length: int = LENGTH) -> str:
    """A code nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def read_code(typed: str, length: int = LENGTH) -> str:
    """What was typed or followed as the code it means: case, blanks and dashes do not matter; "" for none."""
    found = re.sub(r"[\s\-–—.]+", "", typed[:200]).upper()
    return found if len(found) == length and set(found) <= set(LETTERS) else ""


def grouped(code: str, size: int = 4) -> str:
    """The code in groups, as people copy it."""
    return " ".join(code[at : at + size] for at in range(0, len(code), size))


def mark_of(code: str) -> str:
    """The hash under which a code is kept; for what is no code one that nothing has."""
    return digest(read_code(code))
