"""Agreed words: which of them a text has, and which its translation lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from portal.api import Forbidden, Identity, db, fold, select, transaction

from ..register_models import GlossaryTerm

_VOWELS = "аэиоуөүяеёюыйь"
_BACK = re.compile(r"(.+[^\W" + _VOWELS + r"])[аэоө]([нлрсхгдвмт])", re.IGNORECASE)
"""A word whose last short vowel falls out before endings: хүүхэд, хүүхдийн; аймаг, аймгийн."""


@dataclass(frozen=True)
class Found:
    """A term that a text has; ``lacking`` where the translation has none of its agreed words."""

    en: str
    mn: list[str]
    note: str
    lacking: bool


def terms() -> list[GlossaryTerm]:
    """All terms, by their English words."""
    return list(db.session.scalars(select(GlossaryTerm).order_by(GlossaryTerm.key)))


def check(english: str, mongolian: str, known: Iterable[GlossaryTerm]) -> list[Found]:
    """The terms that *english* has; a longer one stands for those inside it."""
    source, target = fold(english), fold(mongolian)
    found: list[Found] = []
    taken = source
    for term in sorted(known, key=lambda one: (-len(one.key), one.key)):
        pattern = _english(term.key)
        if not pattern.search(taken):
            continue
        taken = pattern.sub(" | ", taken)
        words = [line.strip() for line in term.mn.splitlines() if line.strip()]
        agreed = any(_mongolian(fold(word)).search(target) for word in words)
        found.append(Found(term.en, [word.replace("*", "…") for word in words], term.note, not agreed))
    return sorted(found, key=lambda one: (not one.lacking, one.en.casefold()))


@lru_cache(maxsize=4096)
def _english(term: str) -> re.Pattern[str]:
    """The term with the usual endings: State, States; treaty, treaties; ratify, ratified."""
    words = []
    for word in term.split():
        stem = word[:-1] if len(word) > 3 and word[-1] in "ye" else word
        stem = stem[:-1] if len(stem) > 3 and stem.endswith("s") and not stem.endswith("ss") else stem
        words.append(rf"{re.escape(stem)}(?:y|e|ies|ied|s|es|ed|d|ing|ying)?(?:['’]s?)?")
    return re.compile(r"(?<!\w)" + r"[\s\-]+".join(words) + r"(?!\w)")


@lru_cache(maxsize=4096)
def _mongolian(term: str) -> re.Pattern[str]:
    """The words one after the other, each with any ending: it begins with the stem."""
    return re.compile(r"(?<!\w)" + r"[\s\-]+".join(rf"(?:{'|'.join(_stems(word))})\w*" for word in term.split()))


def _stems(word: str) -> list[str]:
    """What a word begins with, whatever its ending; one with ``*`` is its own stem."""
    if word.endswith("*"):
        return [re.escape(word[:-1])]
    stems = {word}
    if len(word) > 3 and word[-1] in "ьйаэоөиу":
        stems.add(word[:-1])
    if len(word) > 4 and (match := _BACK.fullmatch(word)):
        stems.add(match[1] + match[2])
    return sorted(map(re.escape, stems), key=len, reverse=True)


def key_is_free(en: str, term_id: int | None) -> bool:
    """Whether no other entry has these English words."""
    return db.session.scalar(select(GlossaryTerm.id).where(GlossaryTerm.key == fold(en))) in (None, term_id)


def save(user: Identity, term: GlossaryTerm | None, *, en: str, mn: str, note: str) -> GlossaryTerm:
    """Add or change an entry; raises Forbidden."""
    _ask(user)
    with transaction():
        one = term or GlossaryTerm()
        one.en, one.key, one.mn, one.note = en, fold(en), mn, note
        db.session.add(one)
    return one


def _ask(user: Identity) -> None:
    if not user.can("recommendations.glossary"):
        raise Forbidden


def remove(user: Identity, term: GlossaryTerm) -> None:
    """Delete an entry; the history keeps it. Raises Forbidden."""
    _ask(user)
    with transaction():
        db.session.delete(term)
