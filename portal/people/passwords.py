"""Passwords: how they are kept, which are refused and what the person is told."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from flask import current_app

from portal.i18n import _, _l
from portal.text import nfc

SHORTEST: Final = 12
LONGEST: Final = 200
STRONG_ENOUGH: Final = 3
"""The estimate of zxcvbn (0 to 4) from which a password is accepted: over 10^8 guesses."""

_LOOKED_AT: Final = 72
_lock = threading.Lock()

ADVICE: Final = (
    _l("Use a few words, avoid common phrases."),
    _l("No need for symbols, digits, or uppercase letters."),
    _l("Add another word or two. Uncommon words are better."),
    _l("Straight rows of keys are easy to guess."),
    _l("Short keyboard patterns are easy to guess."),
    _l("Use a longer keyboard pattern with more turns."),
    _l('Repeats like "aaa" are easy to guess.'),
    _l('Repeats like "abcabcabc" are only slightly harder to guess than "abc".'),
    _l("Avoid repeated words and characters."),
    _l('Sequences like "abc" or "6543" are easy to guess.'),
    _l("Avoid sequences."),
    _l("Recent years are easy to guess."),
    _l("Avoid recent years."),
    _l("Avoid years that are associated with you."),
    _l("Dates are often easy to guess."),
    _l("Avoid dates and years that are associated with you."),
    _l("This is a top-10 common password."),
    _l("This is a top-100 common password."),
    _l("This is a very common password."),
    _l("This is similar to a commonly used password."),
    _l("A word by itself is easy to guess."),
    _l("Names and surnames by themselves are easy to guess."),
    _l("Common names and surnames are easy to guess."),
    _l("Capitalization doesn't help very much."),
    _l("All-uppercase is almost as easy to guess as all-lowercase."),
    _l("Reversed words aren't much harder to guess."),
    _l("Predictable substitutions like '@' instead of 'a' don't help very much."),
)
"""Every sentence that zxcvbn gives, so that the catalogue has it."""

_LATIN: Final = dict(zip("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя", "abvgdeyjziiklmnouprstuufhccss-iieyy", strict=True)) | {
    "ё": "yo",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ю": "yu",
    "я": "ya",
}
_KEYS: Final = dict(zip("фцужэнгшүзкъйыбөахролдпячёсмитьвю", "qwertyuiop[]asdfghjkl;'zxcvbnm,./", strict=True))


@lru_cache(maxsize=1)
def mongolian_words() -> tuple[str, ...]:
    """The word list in Cyrillic, in two Latin spellings, and as typed with the keyboard in the wrong layout."""
    text = (Path(__file__).parent / "mongolian_words.txt").read_text("utf-8")
    words = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    forms: dict[str, None] = {}
    for word in words:
        latin = "".join(_LATIN[c] for c in word)
        twin = "".join(_KEYS.get(c, c) for c in word)
        forms |= dict.fromkeys((word, latin, latin.replace("kh", "h"), latin.replace("kh", "x"), twin))
    return tuple(form for form in forms if len(form) > 2)


def weaknesses(password: str, *own: str) -> list[str]:
    """Why *password* is refused, in the reader's language; empty where it is good.

    *own* are words of the person that do not count (name, e-mail). There are no rules about kinds of characters.
    """
    if len(password) < SHORTEST:
        return [_("Use at least %(count)s characters; a sentence is easy to remember.", count=SHORTEST)]
    if len(password) > LONGEST:
        return [_("Use at most %(count)s characters.", count=LONGEST)]
    from zxcvbn import zxcvbn  # its words take 13 MB, and a worker seldom sees a new password

    parts = [part for text in own for part in text.casefold().replace("@", " ").replace(".", " ").split()]
    words = [*own, *parts, *mongolian_words()]
    with _lock:  # zxcvbn keeps the words of the caller in a module variable
        found = zxcvbn(nfc(password)[:_LOOKED_AT], user_inputs=words)
    if found["score"] >= STRONG_ENOUGH:
        return []
    feedback = found["feedback"]
    texts = [feedback["warning"], *feedback["suggestions"]]
    if not password.isupper():  # zxcvbn takes every Cyrillic word for capitals
        texts = [text for text in texts if not text.startswith("All-uppercase")]
    return [_("This password is easy to guess."), *(_(text) for text in texts if text)]


def _hasher() -> PasswordHasher:
    cheap = current_app.config.get("PASSWORD_HASH") == "cheap"
    return _make_hasher(cheap)


@lru_cache(maxsize=2)
def _make_hasher(cheap: bool) -> PasswordHasher:
    return PasswordHasher.from_parameters(CHEAPEST if cheap else RFC_9106_LOW_MEMORY)


@lru_cache(maxsize=2)
def _nobodys_hash(cheap: bool) -> str:
    return _make_hasher(cheap).hash("nobody's password")


def hash_password(password: str) -> str:
    """The argon2id hash of *password* in normal form C (RFC 9106, low memory, unless PASSWORD_HASH is cheap)."""
    return _hasher().hash(nfc(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether *password* is the one behind the hash *stored*; takes as long where there is none."""
    nobodys = _nobodys_hash(current_app.config.get("PASSWORD_HASH") == "cheap")
    try:
        same = _hasher().verify(stored or nobodys, nfc(password)[:LONGEST])
        return same and stored is not None and len(password) <= LONGEST
    except (VerificationError, InvalidHashError, ValueError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's and should be made again."""
    return _hasher().check_needs_rehash(stored)
