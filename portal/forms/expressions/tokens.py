"""From text to tokens, by the lexical rules of XPath 1.0 with the references of XLSForm."""

from __future__ import annotations

import re
from typing import NamedTuple

from portal.forms.expressions.faults import LONGEST, refuse

CURLY = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "})
"""What word processors make of quotes and blanks; each becomes one plain character, so offsets stay."""

NAME = r"[^\W\d][\w.\-]*"
_REFERENCE = re.compile(rf"\$\{{\s*(last-saved#)?({NAME})\s*\}}")
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_NAME = re.compile(rf"{NAME}(?::{NAME})?")
_BLANK = re.compile(r"[ \t\r\n]+")
_SIGNS = ("!=", "<=", ">=", "//", "::", "..", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", "|", ".", "@")
_WORDS = frozenset({"and", "or", "div", "mod"})
_BEFORE_OPERAND = frozenset({"(", "[", ",", "/", "//", "::", "@", "|"})


class Token(NamedTuple):
    """A piece of an expression; ``kind`` is one of number text ref last name sign operator end."""

    kind: str
    value: str
    offset: int


def straighten(text: str) -> str:
    """Make curly quotes and hard blanks plain, as pyxform does."""
    return text.translate(CURLY)


def tokens(text: str) -> list[Token]:
    """Cut *text* into tokens, the last one ``end``; raises ExpressionError."""
    if len(text) > LONGEST:
        raise refuse("too_long", LONGEST, limit=LONGEST)
    text = straighten(text)
    found: list[Token] = []
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        token, at = _next(text, at, found[-1] if found else None)
        found.append(token)
    found.append(Token("end", "", len(text)))
    return found


def _next(text: str, at: int, last: Token | None) -> tuple[Token, int]:
    char = text[at]
    if char in "'\"":
        close = text.find(char, at + 1)
        if close < 0:
            raise refuse("unclosed_text", at, found=char)
        return Token("text", text[at + 1 : close], at), close + 1
    if char == "$":
        reference = _REFERENCE.match(text, at)
        if reference is None:
            raise refuse("bad_reference", at)
        return Token("last" if reference[1] else "ref", reference[2], at), reference.end()
    if number := _NUMBER.match(text, at):
        return Token("number", number[0], at), number.end()
    if name := _NAME.match(text, at):
        # XPath 3.7: a word after an operand is an operator, elsewhere it is a name.
        if name[0] in _WORDS and last is not None and not _wants_operand(last):
            return Token("operator", name[0], at), name.end()
        return Token("name", name[0], at), name.end()
    for sign in _SIGNS:
        if text.startswith(sign, at):
            kind = "operator" if sign in {"=", "!=", "<", "<=", ">", ">=", "+", "-", "*"} else "sign"
            return Token(kind, sign, at), at + len(sign)
    raise refuse("unexpected_character", at, found=char)


def _wants_operand(last: Token) -> bool:
    return last.kind == "operator" or (last.kind == "sign" and last.value in _BEFORE_OPERAND)
