"""Text as the portal keeps it: normal form, comparison key, and content in two languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LOCALES = ("mn", "en")
"""Languages of the portal, the first is the default (BCP 47)."""

STATES = ("missing", "draft", "checked", "official")
"""How far a text in one language is: absent, written, read by a second person, or the agreed wording (D2)."""


reader: list[Callable[[], str]] = [lambda: LOCALES[0]]
"""One function that names the language of who reads now; the i18n room puts its own here."""


class UnreadableText(ValueError):
    """Text that no database keeps: a NUL character or half of a surrogate pair."""


_UNREADABLE = re.compile("[\x00\ud800-\udfff]")


def nfc(value: str) -> str:
    """Return *value* in Unicode normal form C; raises UnreadableText on NUL and lone surrogates.

    Й and Ё have two spellings each; without this a word typed on one machine is not found from another.
    """
    if _UNREADABLE.search(value):
        raise UnreadableText("NUL or surrogate")
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def fold(value: str) -> str:
    """The comparison key of *value* for search and uniqueness: NFC, case folded, ё as е, single blanks.

    SQLite folds ASCII only, so every folded column is made here and compared as it stands.
    """
    return " ".join(nfc(value).casefold().replace("ё", "е").split())


@dataclass(frozen=True)
class Content:
    """A text in the languages of the portal, each with a state.

    ``texts`` maps a language to its text, empty ones left out; ``states`` maps a language to one of STATES,
    ``draft`` where nothing is said. Stored as ``{"mn": …, "en": …, "state": {"mn": "official"}}``.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *, state: Mapping[str, str] | None = None, **texts: str | None) -> Content:
        """Make a content from ``mn=…, en=…``, normalised and stripped; empty texts are left out."""
        kept = {lang: nfc(text).strip() for lang, text in texts.items() if text and text.strip()}
        return cls(kept, {lang: s for lang, s in (state or {}).items() if lang in kept})

    @classmethod
    def load(cls, raw: Mapping[str, Any] | None) -> Content:
        """Read the stored JSON form; ``None`` is the empty content."""
        if not raw:
            return cls()
        return cls({k: v for k, v in raw.items() if k != "state"}, dict(raw.get("state") or {}))

    def dump(self) -> dict[str, Any]:
        """The stored JSON form."""
        out: dict[str, Any] = dict(self.texts)
        if self.states:
            out["state"] = dict(self.states)
        return out

    def get(self, locale: str) -> tuple[str, str]:
        """The text for a reader of *locale* and the language it is in: ``("", locale)`` where there is none."""
        if text := self.texts.get(locale):
            return text, locale
        for lang, text in self.texts.items():
            return text, lang
        return "", locale

    def text(self, locale: str) -> str:
        """The text for a reader of *locale*, in another language where this one is missing."""
        return self.get(locale)[0]

    def state(self, locale: str) -> str:
        """One of STATES for *locale*."""
        return self.states.get(locale, "draft") if self.texts.get(locale) else "missing"

    def __bool__(self) -> bool:
        return bool(self.texts)

    def __str__(self) -> str:
        return self.text(reader[0]())
