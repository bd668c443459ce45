"""Making any text safe to put into a document: no control characters, no live formula, no foreign address."""

from __future__ import annotations

import re
import unicodedata

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad"
_FORMULA = frozenset("=+-@\t\r\n")
_WEB_ADDRESS = re.compile(r"(?i)(https?://|mailto:|tel:)[^\s\x00-\x1f<>\"\\^`{|}]+")


def clean(text: str) -> str:
    """Return *text* in NFC with line ends as ``\\n`` and without the characters XML and typesetters refuse.

    Tabs and line ends stay; a lone surrogate or control character is dropped rather than refused, because a
    finished report must not fail on a letter somebody pasted years ago.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", text)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take *text* for a formula or a command.

    True for a text that begins with ``= + - @``, TAB, CR or LF, also behind blanks or invisible characters
    and in full-width form (``＝``), which some spreadsheets fold back (CWE-1236).
    """
    if not text:
        return False
    if text[0] in _FORMULA:
        return True
    rest = text.lstrip().lstrip(_INVISIBLE).lstrip()
    return bool(rest) and unicodedata.normalize("NFKC", rest[0])[:1] in _FORMULA


def neutralise(text: str) -> str:
    """*text* for a CSV cell: with an apostrophe before it where it could be taken for a formula."""
    return f"'{text}" if is_formula(text) else text


def web_address(href: str) -> str:
    """*href* where it is a plain ``http(s):``, ``mailto:`` or ``tel:`` address, otherwise an empty text."""
    href = href.strip()
    return href if _WEB_ADDRESS.fullmatch(href) else ""
