"""The word count as the UN counts: the body, without annexes and endnotes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.documents.compose import compose
from portal.documents.layout import (
    LaidAnnex,
    LaidHeading,
    LaidList,
    LaidParagraph,
    LaidPicture,
    LaidSignatures,
    LaidTable,
    Layout,
)
from portal.documents.model import Document
from portal.documents.text import plain


@dataclass(frozen=True)
class Count:
    """``words`` counted, the ``limit`` (None for none) and the words ``left``, negative when over it."""

    words: int
    limit: int | None
    left: int | None

    @property
    def over(self) -> bool:
        """Whether the document is longer than allowed."""
        return self.left is not None and self.left < 0

    @property
    def share(self) -> float:
        """Part of the limit that is used, 0 without a limit."""
        return self.words / self.limit if self.limit else 0.0


def word_count(document: Document) -> Count:
    """Count the words of *document* against its limit.

    A national report has at most 10,700 words; its annex matrix and endnotes are not counted (upr.md 6.3, OHCHR
    guidelines). Counted are title, headings, paragraphs, lists, captions, signatures and the tables that are not
    marked ``counted=False``; not counted are all after an Annex, the endnotes, the tables of charts and the list
    of contents. A word is what stands between blanks, as word processors count.
    """
    words = count_layout(compose(document))
    limit = document.word_limit
    return Count(words, limit, None if limit is None else limit - words)


def count_layout(layout: Layout) -> int:
    """The words of a laid-out document that count."""
    texts = (layout.title, layout.subtitle, *_texts(layout))
    return sum(len(text.split()) for text in texts)


def _texts(layout: Layout) -> Iterator[str]:
    for block in layout.blocks:
        match block:
            case LaidAnnex():
                return
            case LaidHeading() | LaidParagraph():
                yield plain(block.pieces)
            case LaidList():
                yield from map(plain, block.items)
            case LaidTable() if block.counted:
                yield block.caption
                yield from (column.title for column in block.columns)
                yield from (cell.text for row in (*block.head, *block.body) for cell in row)
            case LaidPicture():
                yield block.title
            case LaidSignatures():
                for each in block.signatures:
                    yield f"{each.position} {each.name} {each.organisation}"
