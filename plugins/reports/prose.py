"""Written texts as blocks of a document: paragraphs and lists, each marked where it is in the other language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from portal.api import Content, _, documents

_GAP = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+")


def run(text: Content, locale: str) -> documents.Run:
    """*text* for a document in *locale*; in italics and with its language where it is only in the other one."""
    words, lang = text.get(locale)
    return documents.Run(words) if lang == locale else documents.Run(words, italic=True, lang=lang)


def cell(text: Content, locale: str) -> documents.Cell:
    """*text* as a cell of a table."""
    return documents.Cell(text) if locale in text.texts or not text else documents.Cell(runs=(run(text, locale),))


def joined(texts: Iterable[Content], locale: str, separator: str = "; ") -> documents.Cell:
    """Several texts as one cell."""
    parts: list[documents.Run] = []
    for text in texts:
        if text:
            if parts:
                parts.append(documents.Run(separator))
            parts.append(run(text, locale))
    return documents.Cell(runs=tuple(parts))


def blocks(text: Content, locale: str, numbered: bool = True) -> Iterator[documents.Block]:
    """*text* as paragraphs (an empty line parts them) and lists (lines that begin with a dash or a number)."""
    words, lang = text.get(locale)
    if not words.strip():
        return
    foreign = lang != locale
    if foreign:
        yield documents.Paragraph([documents.Run(f"[{only_in(lang)}]", italic=True)], style="small")

    def one(part: str) -> documents.Run:
        return documents.Run(part, italic=True, lang=lang) if foreign else documents.Run(part)

    for part in _GAP.split(words.strip()):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        plain: list[str] = []
        items: list[str] = []
        ordered = False
        for line in lines:
            if _ITEM.match(line):
                if not items:
                    ordered = line[0].isdigit()
                items.append(_ITEM.sub("", line))
            elif items:
                items[-1] += f" {line}"
            else:
                plain.append(line)
        if plain:
            yield documents.Paragraph([one("\n".join(plain))], numbered=numbered)
        if items:
            yield documents.ListBlock([[one(item)] for item in items], ordered=ordered)


def only_in(lang: str) -> str:
    """A remark for a text that is not translated."""
    return _("This part is in Mongolian only") if lang == "mn" else _("This part is in English only")


def sentence(*parts: str) -> str:
    """Sentences one after another."""
    return " ".join(part for part in parts if part)
