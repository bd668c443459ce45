"""Running text of a document: runs with their marks, resolved for the language the document is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from portal.documents.cleaning import clean, web_address
from portal.i18n import LazyString
from portal.text import Content

Words: TypeAlias = str | Content | LazyString
"""A text without marks: plain, bilingual, or looked up in the language of the document."""


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look.

    ``href`` is shown as a link where it is an ``http``, ``mailto`` or ``tel`` address and ignored otherwise.
    ``lang`` (BCP 47) is given where the text is not in the language of the document. ``note`` is the text of an
    endnote whose number is put behind the run; endnotes are not counted as words (upr.md 6.3).
    """

    text: Words
    bold: bool = False
    italic: bool = False
    href: str = ""
    lang: str = ""
    note: Words = ""


Text: TypeAlias = Words | Run | Sequence[Words | Run]
"""What a block takes as text; a Content is shown in the document's language, or marked with its own."""


@dataclass(frozen=True)
class Piece:
    """A run as the writers see it: plain, cleaned, ``note`` the number of its endnote or 0."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""
    lang: str = ""
    note: int = 0


def resolve(value: Any, language: str) -> tuple[str, str]:
    """The cleaned text of *value* and its language, ``""`` where that is the document's."""
    if isinstance(value, Content):
        text, lang = value.get(language)
        return clean(text), "" if lang == language else lang
    return clean(str(value)), ""


def pieces(text: Text, language: str, notes: list[str]) -> tuple[Piece, ...]:
    """Resolve *text* for a document in *language*; texts of endnotes are appended to *notes*."""
    parts = text if isinstance(text, Sequence) and not isinstance(text, str) else (text,)
    out = []
    for part in parts:
        run = part if isinstance(part, Run) else Run(part)
        shown, lang = resolve(run.text, language)
        number = 0
        if run.note:
            notes.append(resolve(run.note, language)[0])
            number = len(notes)
        if shown or number:
            out.append(Piece(shown, run.bold, run.italic, web_address(run.href), run.lang or lang, number))
    return tuple(out)


def plain(parts: Sequence[Piece]) -> str:
    """The characters of *parts* without their marks."""
    return "".join(part.text for part in parts)
