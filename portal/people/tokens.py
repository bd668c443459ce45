"""Random tokens, of which the database keeps only the hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A token of 256 random bits that fits into a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The hash under which a token is stored; no salt is needed for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_recovery_code() -> str:
    """A code of 80 random bits that can be typed from paper, such as ``k7mw-3hxp-9dqe-bv4t``."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


def read_recovery_code(typed: str) -> str:
    """What was typed, in the form in which it was given out: blanks and case do not matter."""
    letters = "".join(c for c in typed.casefold() if c.isalnum())
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
